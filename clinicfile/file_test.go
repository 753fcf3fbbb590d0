package clinicfile

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestParseErrorsNameThePlace(t *testing.T) {
	tests := []struct {
		name string
		yaml string
		want string
	}{
		{
			"a syntax error",
			"clinica:\n  nombre: \"abierto\n",
			"c.yaml:2:11: YAML: could not find end character of double-quoted text",
		},
		{
			"a key given twice",
			"sucursales: []\nsillones: []\nsucursales: []\n",
			`c.yaml:3:1: YAML: mapping key "sucursales" already defined at [1:1]`,
		},
		{
			"an unknown section",
			"sucursals: []\n",
			`c.yaml:1:1: unknown key "sucursals"; the keys here are clinica, reserva_online, sucursales, sillones, especialidades, profesionales, prestaciones, estados, horarios, horarios_especiales, bloqueos`,
		},
		{
			"an origin that is no text",
			"reserva_online:\n  origenes: [{a: 1}]\n",
			"c.yaml:2:14: reserva_online.origenes: expected an origin such as https://www.clinica.cl, found a mapping",
		},
		{
			"an unknown key of an entry",
			"sillones:\n  - id: 1\n    nombre: Uno\n    exclusiva: true\n",
			`c.yaml:4:5: sillones[0]: unknown key "exclusiva"; the keys here are id, nombre, exclusivo`,
		},
		{
			"a section that is no list",
			"sucursales:\n  id: 1\n",
			"c.yaml:2:3: sucursales: expected a list, found a mapping",
		},
		{
			"an entry that is no mapping",
			"sucursales:\n  - NORTE\n",
			`c.yaml:2:5: sucursales[0]: expected a mapping of keys and values, found "NORTE"`,
		},
		{
			"a file that is no mapping",
			"- 1\n- 2\n",
			"c.yaml:1:1: expected a mapping of keys and values, found a list",
		},
		{
			"a second document",
			"sillones: []\n---\nestados: []\n",
			"c.yaml:3:1: a clinic file holds one YAML document, this is a second one",
		},
		{
			"an alias of nothing",
			"clinica:\n  nombre: *nadie\n",
			"c.yaml:2:11: clinica.nombre: expected a text, found an alias of nothing",
		},
		{
			"an alias of nothing for a section",
			"clinica: *nadie\nsillones: *nadie\n",
			"c.yaml:1:10: clinica: expected a mapping of keys and values, found an alias of nothing\n" +
				"c.yaml:2:11: sillones: expected a list, found an alias of nothing",
		},
		{
			"a tag",
			"clinica:\n  nombre: !!str 12\n",
			"c.yaml:2:11: clinica.nombre: expected a text, found a tag",
		},
		{
			"an id given twice",
			"sillones:\n  - id: 1\n    nombre: Uno\n  - id: 1\n    nombre: Dos\n",
			"c.yaml:4:9: sillones[1].id: 1 is the id of an earlier entry, in line 2",
		},
		{
			"an id missing",
			"sillones:\n  - nombre: Uno\n",
			"c.yaml:2:5: sillones[0].id: missing; it is required",
		},
		{
			"an id of zero",
			"sillones: [{id: 0, nombre: Uno}]\n",
			"c.yaml:1:17: sillones[0].id: ids start at 1",
		},
		{
			"an id in quotes",
			"sillones: [{id: \"1\", nombre: Uno}]\n",
			`c.yaml:1:17: sillones[0].id: expected a whole number, found "1"`,
		},
		{
			"a flag that is neither true nor false",
			"sillones:\n  - id: 1\n    exclusivo: quizás\n",
			`c.yaml:3:16: sillones[0].exclusivo: expected true or false, found "quizás"`,
		},
		{
			"a list where a text belongs",
			"clinica:\n  nombre:\n    - Uno\n",
			"c.yaml:3:5: clinica.nombre: expected a text, found a list",
		},
		{
			"a text with NUL",
			"clinica:\n  nombre: \"a\\0b\"\n",
			"c.yaml:2:11: clinica.nombre: a text cannot hold the character NUL",
		},
		{
			"a colour that is none",
			"estados:\n  - id: 28\n    nombre: X\n    color: rojo\n",
			`c.yaml:4:12: estados[0].color: expected a colour such as "#87bce4", found "rojo"`,
		},
		{
			"hours that do not exist, and a day that does not, each on its line",
			"horarios:\n  - profesional: 1\n    sucursal: 1\n    dias: [lunes, feriado]\n    inicio: 8:00\n    fin: 20:60\n",
			`c.yaml:4:19: horarios[0].dias: expected a day, lunes to domingo or 1 to 7, found "feriado"` + "\n" +
				`c.yaml:5:13: horarios[0].inicio: hora "8:00" is not HH:MM` + "\n" +
				`c.yaml:6:10: horarios[0].fin: hora "20:60" is not a whole minute between 00:00 and 24:00`,
		},
		{
			"an end before the start",
			"horarios:\n  - {profesional: 1, sucursal: 1, dias: 1, inicio: 20:00, fin: 08:00}\n",
			"c.yaml:2:64: horarios[0].fin: 08:00 is not after inicio, 20:00",
		},
		{
			"a break that is no range",
			"horarios:\n  - {profesional: 1, sucursal: 1, dias: 1, inicio: 08:00, fin: 20:00, pausa: almuerzo}\n",
			`c.yaml:2:78: horarios[0].pausa: expected a range such as 13:00-14:00, found "almuerzo"`,
		},
		{
			"an unknown modality",
			"horarios:\n  - {profesional: 1, sucursal: 1, dias: 1, inicio: 08:00, fin: 20:00, modalidad: online}\n",
			`c.yaml:2:82: horarios[0].modalidad: expected presencial, videoconsulta or ambas, found "online"`,
		},
		{
			"a sillón that is no id",
			"horarios:\n  - {profesional: 1, sucursal: 1, dias: 1, inicio: 08:00, fin: 20:00, sillones: [1, dos]}\n",
			`c.yaml:2:85: horarios[0].sillones: expected the id of a sillón, found "dos"`,
		},
		{
			"a horario without its required keys",
			"horarios:\n  - profesional: 1\n",
			"c.yaml:2:5: horarios[0].sucursal: missing; it is required\n" +
				"c.yaml:2:5: horarios[0].dias: missing; it is required\n" +
				"c.yaml:2:5: horarios[0].inicio: missing; it is required\n" +
				"c.yaml:2:5: horarios[0].fin: missing; it is required",
		},
		{
			"bounds in the wrong order",
			"horarios:\n  - {profesional: 1, sucursal: 1, dias: 1, inicio: 08:00, fin: 20:00, desde: 2026-03-01, hasta: 2026-02-01}\n",
			"c.yaml:2:97: horarios[0].hasta: 2026-02-01 is before desde, 2026-03-01",
		},
		{
			"a date that does not exist",
			"bloqueos:\n  - sucursal: 1\n    fecha: 2026-02-29\n    inicio: 00:00\n    fin: 24:00\n",
			`c.yaml:3:12: bloqueos[0].fecha: fecha "2026-02-29" is not a date of the calendar`,
		},
		{
			"a closed day with hours",
			"horarios_especiales:\n  - {profesional: 1, sucursal: 1, fecha: 2026-12-31, cerrado: true, inicio: 08:00}\n",
			`c.yaml:2:69: horarios_especiales[0]: unknown key "inicio"; the keys here are profesional, sucursal, fecha, cerrado`,
		},
		{
			"a list left without a value, which could mean two things",
			"horarios:\n",
			"c.yaml:1:1: horarios: has no value; write [] to clear the list, or leave the key out to keep what is there",
		},
		{
			"bytes that are not UTF-8",
			"clinica:\n  nombre: Cl\xednica\n",
			"c.yaml:2:13: not valid UTF-8; save the file as UTF-8",
		},
		{
			"an error after a byte order mark and Windows line ends",
			"\ufeffsillones:\r\n  - id: 1\r\n    nombre: Uno\r\n    color: rojo\r\n",
			`c.yaml:4:5: sillones[0]: unknown key "color"; the keys here are id, nombre, exclusivo`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse("c.yaml", []byte(tt.yaml))
			got := ""
			if err != nil {
				got = err.Error()
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

func mustParse(t *testing.T, yaml string) File {
	t.Helper()
	f, err := Parse("c.yaml", []byte(yaml))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestParseReadsRules(t *testing.T) {
	f := mustParse(t, `
horarios:
  - &entera
    profesional: 2
    sucursal: 1
    dias: [lunes, Miércoles, 7]
    inicio: 08:00
    fin: "24:00"
    pausa: 13:00-14:00
    sillones: [1, 2]
    modalidad: ambas
    desde: 2026-03-01
    hasta: 31/12/2026
  - {profesional: 3, sucursal: 2, dias: sabado, inicio: 09:00:00, fin: 13:00, sillones: 3}
  - {profesional: 4, sucursal: 2, dias: 5, inicio: 09:00, fin: 13:00}
horarios_especiales:
  - {profesional: 2, sucursal: 1, fecha: 2026-12-24, inicio: 09:00, fin: 12:00}
  - {profesional: 2, sucursal: 1, fecha: 2026-12-31, cerrado: true}
bloqueos:
  - {sucursal: 1, fecha: 2026-05-21, inicio: 00:00, fin: 24:00, comentario: Feriado}
  - {profesional: 2, sucursal: 1, fecha: 2026-05-22, inicio: 10:00, fin: 11:00}
`)
	entera := tomahora.Jornada{
		Rango:     tomahora.Rango{Inicio: 480, Fin: 1440},
		Pausa:     tomahora.Rango{Inicio: 780, Fin: 840},
		Sillones:  []tomahora.SillonID{1, 2},
		Modalidad: tomahora.Ambas,
	}
	vigente := func(d tomahora.Dia) tomahora.Horario {
		return tomahora.Horario{
			IDProfesional: 2, IDSucursal: 1, Dia: d, Jornada: entera,
			Desde: tomahora.Fecha{Year: 2026, Month: 3, Day: 1},
			Hasta: tomahora.Fecha{Year: 2026, Month: 12, Day: 31},
		}
	}
	corta := func(from, to tomahora.Hora, sillon tomahora.SillonID) tomahora.Jornada {
		return tomahora.Jornada{
			Rango:     tomahora.Rango{Inicio: from, Fin: to},
			Sillones:  []tomahora.SillonID{sillon},
			Modalidad: tomahora.Presencial,
		}
	}
	horarios := []tomahora.Horario{
		vigente(tomahora.Lunes), vigente(tomahora.Miercoles), vigente(tomahora.Domingo),
		{IDProfesional: 3, IDSucursal: 2, Dia: tomahora.Sabado, Jornada: corta(540, 780, 3)},
		{IDProfesional: 4, IDSucursal: 2, Dia: tomahora.Viernes, Jornada: corta(540, 780, 1)},
	}
	if diff := cmp.Diff(horarios, f.Cambio.Horarios); diff != "" {
		t.Errorf("horarios (-want +got):\n%s", diff)
	}
	especiales := []tomahora.HorarioEspecial{
		{IDProfesional: 2, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 12, Day: 24}, Jornada: corta(540, 720, 1)},
		{
			IDProfesional: 2, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 12, Day: 31},
			Jornada: tomahora.Jornada{Modalidad: tomahora.Presencial},
		},
	}
	if diff := cmp.Diff(especiales, f.Cambio.Especiales); diff != "" {
		t.Errorf("especiales (-want +got):\n%s", diff)
	}
	bloqueos := []tomahora.HorarioBloqueado{
		{
			IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 5, Day: 21},
			Rango: tomahora.Rango{Fin: 1440}, Comentario: "Feriado",
		},
		{
			IDProfesional: 2, IDSucursal: 1, Fecha: tomahora.Fecha{Year: 2026, Month: 5, Day: 22},
			Rango: tomahora.Rango{Inicio: 600, Fin: 660},
		},
	}
	if diff := cmp.Diff(bloqueos, f.Cambio.Bloqueos); diff != "" {
		t.Errorf("bloqueos (-want +got):\n%s", diff)
	}
}

func TestParseLeavesAloneWhatTheFileLeavesOut(t *testing.T) {
	for name, yaml := range map[string]string{
		"an empty file":                   "",
		"nothing but a comment":           "# nada\n",
		"an empty document":               "---\n",
		"another section present":         "sillones: []\n",
		"entity sections without a value": "clinica:\nsucursales:\n",
	} {
		t.Run(name, func(t *testing.T) {
			c := mustParse(t, yaml).Cambio
			if c.Clinica != nil || c.Sucursales != nil || c.Horarios != nil || c.Especiales != nil || c.Bloqueos != nil {
				t.Errorf("got %+v, want a change of nothing", c)
			}
		})
	}
	t.Run("while an empty list is a list", func(t *testing.T) {
		c := mustParse(t, "horarios: []\nhorarios_especiales: []\nbloqueos: []\n").Cambio
		if c.Horarios == nil || c.Especiales == nil || c.Bloqueos == nil {
			t.Errorf("got %+v, want lists that are empty but not nil", c)
		}
	})
}

func TestParseEditsOnlyTheKeysOfAnEntry(t *testing.T) {
	c := mustParse(t, `
clinica:
  zona: &zona Pacific/Easter
sucursales:
  - {id: 4, telefono: 0221234567, zona: *zona, ciudad: ""}
profesionales:
  - id: 2
    email: ana@clinica.cl
    especialidad: 3
    intervalo: 20
    habilitado: false
prestaciones:
  - {id: 5, codigo: "0101", id_categoria: 2, habilitada: false}
estados:
  - {id: 28, anulacion: true}
`).Cambio

	clinica := tomahora.Clinica{ID: 1, Nombre: "Demo", Zona: "America/Santiago", ExigirAtencion: true}
	c.Clinica(&clinica)
	if diff := cmp.Diff(tomahora.Clinica{ID: 1, Nombre: "Demo", Zona: "Pacific/Easter", ExigirAtencion: true}, clinica); diff != "" {
		t.Errorf("clinica (-want +got):\n%s", diff)
	}
	sucursal := tomahora.Sucursal{ID: 4, Nombre: "NORTE", Ciudad: "Hanga Roa", Habilitada: true}
	c.Sucursales[0].Edit(&sucursal)
	wantSucursal := tomahora.Sucursal{ID: 4, Nombre: "NORTE", Telefono: "0221234567", Zona: "Pacific/Easter", Habilitada: true}
	if diff := cmp.Diff(wantSucursal, sucursal); diff != "" {
		t.Errorf("sucursal (-want +got):\n%s", diff)
	}
	prof := tomahora.Profesional{ID: 2, Nombre: "Ana", RUT: "1-9", Intervalo: 15, Habilitado: true}
	c.Profesionales[0].Edit(&prof)
	wantProf := tomahora.Profesional{ID: 2, Nombre: "Ana", RUT: "1-9", Email: "ana@clinica.cl", IDEspecialidad: 3, Intervalo: 20}
	if diff := cmp.Diff(wantProf, prof); diff != "" {
		t.Errorf("profesional (-want +got):\n%s", diff)
	}
	prestacion := tomahora.Prestacion{ID: 5, Nombre: "Limpieza", NombreCategoria: "Prevención", Habilitada: true}
	c.Prestaciones[0].Edit(&prestacion)
	wantPrestacion := tomahora.Prestacion{ID: 5, Nombre: "Limpieza", Codigo: "0101", IDCategoria: 2, NombreCategoria: "Prevención"}
	if diff := cmp.Diff(wantPrestacion, prestacion); diff != "" {
		t.Errorf("prestación (-want +got):\n%s", diff)
	}
	estado := tomahora.Estado{ID: 28, Nombre: "Reagendar", Color: "#ffffff", Habilitado: true}
	c.Estados[0].Edit(&estado)
	wantEstado := tomahora.Estado{ID: 28, Nombre: "Reagendar", Color: "#ffffff", Anulacion: true, Habilitado: true}
	if diff := cmp.Diff(wantEstado, estado); diff != "" {
		t.Errorf("estado (-want +got):\n%s", diff)
	}
}

func TestLocate(t *testing.T) {
	f := mustParse(t, `clinica:
  nombre: Demo
  zona: Nada
horarios:
  - {profesional: 1, sucursal: 1, dias: [1, 2, 3], inicio: 08:00, fin: 20:00}
  # a comment
  - profesional: 9
    sucursal: 1
    dias: 4
    inicio: 08:00
    fin: 20:00
bloqueos: [{sucursal: 8, fecha: 2026-01-01, inicio: 08:00, fin: 20:00}]
`)
	bad := func(field, message string) *tomahora.Error {
		return tomahora.Invalid(tomahora.CodeConfiguracionInvalida, field, message)
	}
	t.Run("names the line of every problem, from top to bottom", func(t *testing.T) {
		problems := tomahora.Problems{
			bad("horariosbloqueados[0]", "la sucursal 8 no existe"),
			bad("horarios[3]", "el profesional 9 no existe"),
			bad("horarios[2]", "se superpone"),
			bad("clinica.zona", "la zona no existe"),
		}
		err := f.Locate(problems)
		want := "c.yaml:3:9: la zona no existe\n" +
			"c.yaml:5:5: se superpone\n" +
			"c.yaml:7:5: el profesional 9 no existe\n" +
			"c.yaml:12:12: la sucursal 8 no existe"
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
		if !errors.Is(err, problems[0]) {
			t.Error("the problems are no longer in the chain")
		}
	})
	t.Run("keeps a problem of what is not in the file beside one that is", func(t *testing.T) {
		err := f.Locate(tomahora.Problems{bad("horarios[0]", "uno"), bad("sillones[4]", "otro")})
		if want := "c.yaml: otro\nc.yaml:5:5: uno"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	})
	t.Run("keeps the sentence of another code", func(t *testing.T) {
		err := f.Locate(tomahora.Invalid(tomahora.CodeTopeSillon, "horarios[0]"))
		if want := "c.yaml:5:5: Sillón tiene tope con otra cita"; err.Error() != want {
			t.Errorf("got %q, want %q", err, want)
		}
	})
	t.Run("lets any other error through", func(t *testing.T) {
		for _, err := range []error{nil, errors.New("disk full"), tomahora.Unavailable(nil)} {
			if got := f.Locate(err); !errors.Is(got, err) {
				t.Errorf("got %v, want %v", got, err)
			}
		}
	})
}

func TestParseReservaOnline(t *testing.T) {
	edited := func(yaml string) tomahora.ReservaOnline {
		o := tomahora.OnlinePorDefecto()
		o.Clave = "secreta"
		mustParse(t, yaml).Cambio.Online(&o)
		return o
	}
	kept := tomahora.OnlinePorDefecto()
	kept.Activa, kept.Clave = true, "secreta"
	if got := edited("reserva_online: {activa: true}\n"); got != kept {
		t.Errorf("got %+v, want %+v", got, kept)
	}
	want := tomahora.ReservaOnline{Horizonte: 30, Aviso: 0, Modalidad: tomahora.Presencial, Origenes: "https://a.cl https://b.cl", Clave: "secreta"}
	got := edited("reserva_online:\n  activa: false\n  horizonte: 30\n  aviso: 0\n  modalidad: presencial\n  origenes: [https://a.cl, https://b.cl]\n")
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want.Origenes = ""
	if got := edited("reserva_online: {horizonte: 30, aviso: 0, modalidad: presencial, origenes: []}\n"); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if mustParse(t, "sillones: []\n").Cambio.Online != nil {
		t.Error("what is left out is edited")
	}
	f := mustParse(t, "reserva_online:\n  activa: true\n  aviso: 99999\n")
	err := f.Locate(tomahora.Invalid(tomahora.CodeConfiguracionInvalida, "reserva_online.aviso", "es demasiado"))
	if err.Error() != "c.yaml:3:10: es demasiado" {
		t.Errorf("got %v", err)
	}
}

func TestTheDocumentedExampleIsValid(t *testing.T) {
	src, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	var example strings.Builder
	for line := range strings.Lines(string(src)) {
		if code, ok := strings.CutPrefix(line, "//\t"); ok {
			example.WriteString(code)
		}
	}
	c := mustParse(t, example.String()).Cambio
	if len(c.Horarios) != 3 || len(c.Especiales) != 2 || len(c.Bloqueos) != 1 || len(c.Estados) != 1 {
		t.Errorf("got %+v, want every section of the example", c)
	}
}

// Whatever the bytes, an answer that names the file and no panic.
func FuzzParse(f *testing.F) {
	f.Add("clinica: {nombre: X}\nhorarios: [{profesional: 1, dias: [1]}]\n")
	f.Add("a: &a [*a]\nb: {<<: *a}\n")
	f.Add("sillones:\n  - id: 1\n    ? x\n  - |\n    text\n")
	f.Fuzz(func(t *testing.T, yaml string) {
		_, err := Parse("c.yaml", []byte(yaml))
		if err != nil && !strings.HasPrefix(err.Error(), "c.yaml:") {
			t.Errorf("error %q does not name the file", err)
		}
	})
}
