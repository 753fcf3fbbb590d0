package tomahora_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

// taken is the place the seed's request holds.
func taken() tomahora.Espacio { return seed().Espacio() }

func TestTopes(t *testing.T) {
	tests := []struct {
		name        string
		held        func(*tomahora.Solicitud)
		wanted      func(*tomahora.Solicitud)
		profesional bool
		sillon      bool
	}{
		{"the same place conflicts", nil, nil, true, true},
		{"an overlap at the end conflicts", nil, at("09:15", 30), true, true},
		{"an overlap at the start conflicts", nil, at("08:45", 30), true, true},
		{"a cita around another conflicts", nil, at("08:00", 240), true, true},
		{"a cita inside another conflicts", at("08:00", 240), nil, true, true},
		{"a cita right after another is free", nil, at("09:30", 30), false, false},
		{"a cita right before another is free", nil, at("08:30", 30), false, false},
		{"the same hours of another day are free", nil, on(lunes), false, false},
		{"another lane of the same profesional is free", nil, onSillon(2), false, false},
		{"the same sillón of another profesional shares only the chair", nil, with(araya, norte, 1), false, true},
		{"the same sillón number at another sucursal is another chair", nil, with(araya, sur, 1), false, false},
		{"nobody is at two sucursales at once", with(soto, norte, 1), with(soto, sur, 1), true, false},
		{"nobody is at two sucursales at once on any sillón", with(soto, norte, 1), with(soto, sur, 2), true, false},
		{"a sobrecupo beside a cita conflicts with nothing", nil, onSillon(tomahora.Sobrecupo), false, false},
		{"two sobrecupos conflict with nothing", onSillon(tomahora.Sobrecupo), onSillon(tomahora.Sobrecupo), false, false},
		{"a sobrecupo at another sucursal conflicts with nothing", with(soto, norte, 1), with(soto, sur, tomahora.Sobrecupo), false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			held, wanted := seed(tt.held).Espacio(), seed(tt.wanted).Espacio()
			for _, pair := range [][2]tomahora.Espacio{{held, wanted}, {wanted, held}} {
				if got := pair[0].TopeProfesional(pair[1]); got != tt.profesional {
					t.Errorf("%v and %v: TopeProfesional = %v, want %v", pair[0], pair[1], got, tt.profesional)
				}
				if got := pair[0].TopeSillon(pair[1]); got != tt.sillon {
					t.Errorf("%v and %v: TopeSillon = %v, want %v", pair[0], pair[1], got, tt.sillon)
				}
			}
		})
	}
}

func TestOverlapLawsAreSymmetric(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := anyEspacio().Draw(rt, "a"), anyEspacio().Draw(rt, "b")
		if a.TopeProfesional(b) != b.TopeProfesional(a) || a.TopeSillon(b) != b.TopeSillon(a) {
			rt.Fatalf("%v and %v: a law holds one way only", a, b)
		}
		conflict := a.TopeProfesional(b) || a.TopeSillon(b)
		if conflict && (a.IDSillon == tomahora.Sobrecupo || b.IDSillon == tomahora.Sobrecupo) {
			rt.Fatalf("%v and %v: a sobrecupo conflicts", a, b)
		}
		if conflict && (a.Fecha != b.Fecha || !a.Rango.Overlaps(b.Rango)) {
			rt.Fatalf("%v and %v: a conflict without a shared minute", a, b)
		}
		self := a.IDSillon != tomahora.Sobrecupo && !a.Rango.IsEmpty()
		if a.TopeProfesional(a) != self || a.TopeSillon(a) != self {
			rt.Fatalf("%v: a place held twice conflicts = %v, want %v", a, a.TopeProfesional(a), self)
		}
	})
}

// anyEspacio draws from so few values that conflicts are common.
func anyEspacio() *rapid.Generator[tomahora.Espacio] {
	return rapid.Custom(func(rt *rapid.T) tomahora.Espacio {
		return tomahora.Espacio{
			IDProfesional: tomahora.ProfesionalID(rapid.IntRange(1, 2).Draw(rt, "profesional")),
			IDSucursal:    tomahora.SucursalID(rapid.IntRange(1, 2).Draw(rt, "sucursal")),
			IDSillon:      rapid.SampledFrom([]tomahora.SillonID{1, 2, tomahora.Sobrecupo}).Draw(rt, "sillon"),
			Fecha:         fecha(viernes).AddDays(rapid.IntRange(0, 1).Draw(rt, "day")),
			Rango:         anyRango().Draw(rt, "rango"),
		}
	})
}

const recepcion tomahora.Actor = "token:3"

// twin is the cita that the seed's request made a minute ago.
func twin(changes ...func(*tomahora.Cita)) tomahora.Cita {
	c := tomahora.Cita{
		ID:            754,
		Espacio:       taken(),
		IDPaciente:    risopatron,
		IDAtencion:    exodoncia,
		IDEstado:      tomahora.EstadoNoConfirmado,
		Videoconsulta: true,
		Comentario:    "Control general",
		Viva:          true,
		Creada:        now().Add(-time.Minute),
		Version:       1,
		Origen:        recepcion,
	}
	for _, change := range changes {
		change(&c)
	}
	return c
}

func TestAnswersRetry(t *testing.T) {
	created := func(ago time.Duration) func(*tomahora.Cita) {
		return func(c *tomahora.Cita) { c.Creada = now().Add(-ago) }
	}
	tests := []struct {
		name string
		cita func(*tomahora.Cita)
		sent func(*tomahora.Solicitud)
		want bool
	}{
		{name: "the identical request is a retry", want: true},
		{name: "omitting the atención is still a retry", sent: func(s *tomahora.Solicitud) { s.IDAtencion = 0 }, want: true},
		{name: "another atención is another wish", sent: func(s *tomahora.Solicitud) { s.IDAtencion = 5 }},
		{name: "another paciente is another wish", sent: func(s *tomahora.Solicitud) { s.IDPaciente = lopez }},
		{name: "another profesional is another wish", sent: func(s *tomahora.Solicitud) { s.IDProfesional = soto }},
		{name: "another sucursal is another wish", sent: func(s *tomahora.Solicitud) { s.IDSucursal = sur }},
		{name: "another sillón is another wish", sent: onSillon(2)},
		{name: "another fecha is another wish", sent: on(lunes)},
		{name: "another hora_inicio is another wish", sent: at("09:15", 30)},
		{name: "another duracion is another wish", sent: at("09:00", 45)},
		{name: "another estado is another wish", sent: func(s *tomahora.Solicitud) { s.IDEstado = 3 }},
		{name: "another comment is another wish", sent: func(s *tomahora.Solicitud) { s.Comentario = "Control" }},
		{name: "another modality is another wish", cita: func(c *tomahora.Cita) { c.Videoconsulta = false }},
		{name: "another token is another wish", cita: func(c *tomahora.Cita) { c.Origen = "token:4" }},
		{name: "a cita touched since is no twin", cita: func(c *tomahora.Cita) { c.Version = 2 }},
		{name: "an annulled cita is no twin", cita: func(c *tomahora.Cita) { c.Viva = false }},
		{name: "a cita of this very instant is a twin", cita: created(0), want: true},
		{name: "a cita just under five minutes old is a twin", cita: created(5*time.Minute - time.Nanosecond), want: true},
		{name: "a cita five minutes old is no twin", cita: created(5 * time.Minute)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cita := twin()
			if tt.cita != nil {
				tt.cita(&cita)
			}
			if got := cita.AnswersRetry(seed(tt.sent), recepcion, true, now()); got != tt.want {
				t.Errorf("AnswersRetry = %v, want %v", got, tt.want)
			}
		})
	}
}
