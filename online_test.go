package tomahora_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestCheckReservaOnline(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*tomahora.ReservaOnline)
		want   []string
	}{
		"as it comes":               {func(*tomahora.ReservaOnline) {}, nil},
		"the farthest and earliest": {func(o *tomahora.ReservaOnline) { o.Horizonte, o.Aviso = 365, 0 }, nil},
		"no day at all":             {func(o *tomahora.ReservaOnline) { o.Horizonte = 0 }, []string{"horizonte: parametro_invalido"}},
		"more than a year":          {func(o *tomahora.ReservaOnline) { o.Horizonte = 366 }, []string{"horizonte: parametro_invalido"}},
		"notice after the fact":     {func(o *tomahora.ReservaOnline) { o.Aviso = -1 }, []string{"aviso: parametro_invalido"}},
		"too long a notice":         {func(o *tomahora.ReservaOnline) { o.Aviso = tomahora.MaxAviso + 1 }, []string{"aviso: parametro_invalido"}},
		"in no way":                 {func(o *tomahora.ReservaOnline) { o.Modalidad = "" }, []string{"modalidad: parametro_invalido"}},
		"sites":                     {func(o *tomahora.ReservaOnline) { o.Origenes = "https://www.clinica.cl http://localhost:8000" }, nil},
		"a page is no site": {
			func(o *tomahora.ReservaOnline) { o.Origenes = "https://clinica.cl/hora clinica.cl *" },
			[]string{"origenes: parametro_invalido", "origenes: parametro_invalido", "origenes: parametro_invalido"},
		},
	} {
		o := tomahora.OnlinePorDefecto()
		tt.change(&o)
		if d := cmp.Diff(tt.want, named(o.Check())); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestNormalizeOrigenes(t *testing.T) {
	const want = "https://www.clinica.cl https://otra.cl"
	if got := tomahora.NormalizeOrigenes(" https://WWW.clinica.cl/,\nhttps://otra.cl; "); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOnlineVideoconsulta(t *testing.T) {
	yes, no := new(true), new(false)
	for modalidad, want := range map[tomahora.Modalidad][3]*bool{ // of a wish for video, for none, for either
		tomahora.Ambas:         {yes, no, nil},
		tomahora.Videoconsulta: {yes, yes, yes},
		tomahora.Presencial:    {no, no, no},
	} {
		o := tomahora.ReservaOnline{Modalidad: modalidad}
		got := [3]*bool{o.Videoconsulta(yes), o.Videoconsulta(no), o.Videoconsulta(nil)}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", modalidad, d)
		}
	}
}

func TestHoldsOnlineGrowWithTheClinic(t *testing.T) {
	o := demo(t, func(p *tomahora.Plan) { p.Online = tomahora.OnlinePorDefecto() }).Online()
	if one, many := o.MaxReservas(1), o.MaxReservas(50); one < 1 || many <= one {
		t.Errorf("%d holds with one profesional, %d with fifty", one, many)
	}
}

func TestWithWhomPacientesMayBook(t *testing.T) {
	online := func(ids ...tomahora.ProfesionalID) func(*tomahora.Plan) {
		return func(p *tomahora.Plan) {
			for _, id := range ids {
				p.Profesionales[id-1].AgendaOnline = true
			}
		}
	}
	for name, tt := range map[string]struct {
		plan []func(*tomahora.Plan)
		want []tomahora.ProfesionalID
	}{
		"nobody unless the clinic says": {},
		"who is enabled":                {[]func(*tomahora.Plan){online(soto, pinto)}, []tomahora.ProfesionalID{soto}},
		"only for special hours, too":   {[]func(*tomahora.Plan){online(fuentes)}, []tomahora.ProfesionalID{fuentes}},
		"not of a closed especialidad": {
			[]func(*tomahora.Plan){online(soto, vera), func(p *tomahora.Plan) { p.Especialidades[1].Habilitada = false }},
			[]tomahora.ProfesionalID{soto},
		},
		"not where the sucursal is closed": {
			[]func(*tomahora.Plan){online(soto, vera), func(p *tomahora.Plan) { p.Sucursales[1].Habilitada = false }},
			[]tomahora.ProfesionalID{soto},
		},
	} {
		var got []tomahora.ProfesionalID
		for _, p := range demo(t, tt.plan...).ProfesionalesOnline() {
			got = append(got, p.ID)
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// datos are complete and normalized.
func datos() tomahora.DatosOnline {
	return tomahora.DatosOnline{Documento: "11111111-1", Nombre: "Juan", Apellidos: "López", Celular: "+56912345678"}
}

func TestDatosOnlineAreReadAsPeopleWriteThem(t *testing.T) {
	written := tomahora.DatosOnline{
		Documento: " 11.111.111-1 ", OtroDocumento: true, Nombre: " Juan\t", Apellidos: "López\n", Celular: "+56 (9) 1234-5678",
		Motivo: "me  duele\r\nuna muela",
	}
	want := datos()
	want.Motivo = "me duele una muela"
	if d := cmp.Diff(want, written.Normalized()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	passport := tomahora.DatosOnline{Documento: "ab-12345", OtroDocumento: true}.Normalized()
	if passport.Documento != "AB-12345" || !passport.OtroDocumento {
		t.Errorf("another document: got %+v", passport)
	}
}

func TestCheckDatosOnline(t *testing.T) {
	long := strings.Repeat("x", 400)
	for name, tt := range map[string]struct {
		change func(*tomahora.DatosOnline)
		want   []string
	}{
		"complete": {func(*tomahora.DatosOnline) {}, nil},
		"nothing": {
			func(d *tomahora.DatosOnline) { *d = tomahora.DatosOnline{} },
			[]string{"rut: parametro_requerido", "nombre: parametro_requerido", "apellidos: parametro_requerido", "celular: parametro_requerido"},
		},
		"a wrong digit":      {func(d *tomahora.DatosOnline) { d.Documento = "11111111-2" }, []string{"rut: parametro_invalido"}},
		"another document":   {func(d *tomahora.DatosOnline) { d.Documento, d.OtroDocumento = "AB-12345", true }, nil},
		"that is none":       {func(d *tomahora.DatosOnline) { d.Documento, d.OtroDocumento = "A!", true }, []string{"rut: parametro_invalido"}},
		"a word for a phone": {func(d *tomahora.DatosOnline) { d.Celular = "mañana" }, []string{"celular: parametro_invalido"}},
		"an email":           {func(d *tomahora.DatosOnline) { d.Email = "juan@example.cl" }, nil},
		"half an email":      {func(d *tomahora.DatosOnline) { d.Email = "juan@" }, []string{"email: parametro_invalido"}},
		"too much of everything": {
			func(d *tomahora.DatosOnline) { d.Nombre, d.Apellidos, d.Email, d.Motivo = long, long, long, long },
			[]string{"nombre: parametro_invalido", "apellidos: parametro_invalido", "email: parametro_invalido", "motivo: parametro_invalido"},
		},
	} {
		d := datos()
		tt.change(&d)
		if diff := cmp.Diff(tt.want, named(d.Check())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatTheClinicReadsOfDatosOnline(t *testing.T) {
	d := datos()
	const bare = "Reserva en línea. Datos escritos al reservar: Juan López, +56912345678"
	if got := d.Comentario(); got != bare {
		t.Errorf("got %q, want %q", got, bare)
	}
	d.Email, d.Motivo = "juan@example.cl", "una muela"
	if got, want := d.Comentario(), bare+", juan@example.cl. Motivo: una muela"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
