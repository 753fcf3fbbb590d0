package tomahora_test

import (
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

func TestOcupacion(t *testing.T) {
	// Vergara works on sillones 1 and 2 of norte on Fridays.
	week := func(p *tomahora.Plan) {
		p.Horarios = []tomahora.Horario{{
			ID: 1, IDProfesional: vergara, IDSucursal: norte, Dia: tomahora.Viernes,
			Jornada: jornada(rango("09:00", "13:00"), rango("11:00", "11:30"), tomahora.Presencial, 1, 2),
		}}
		p.Especiales = nil
	}
	at := func(sillon tomahora.SillonID, inicio, fin string) tomahora.Espacio {
		return tomahora.Espacio{IDProfesional: vergara, IDSucursal: norte, IDSillon: sillon, Fecha: fecha(viernes), Rango: rango(inicio, fin)}
	}
	tests := []struct {
		name  string
		plan  []func(*tomahora.Plan)
		fecha string
		citas []tomahora.Espacio
		want  tomahora.Ocupacion
	}{
		{"a day without citas", nil, viernes, nil, tomahora.Ocupacion{Ofrecidos: 210}},
		{"a day without work", nil, lunes, []tomahora.Espacio{at(1, "09:00", "10:00")}, tomahora.Ocupacion{}},
		{"some citas", nil, viernes, []tomahora.Espacio{at(1, "09:00", "09:30"), at(1, "12:15", "13:00")}, tomahora.Ocupacion{Ofrecidos: 210, Ocupados: 75}},
		{"two at once count once", nil, viernes, []tomahora.Espacio{at(1, "09:00", "10:00"), at(2, "09:30", "10:30")}, tomahora.Ocupacion{Ofrecidos: 210, Ocupados: 90}},
		{"what lies in the break does not count", nil, viernes, []tomahora.Espacio{at(1, "10:30", "12:00")}, tomahora.Ocupacion{Ofrecidos: 210, Ocupados: 60}},
		{"a bloqueo offers nothing", []func(*tomahora.Plan){bloqueos(bloqueo(0, norte, "09:00", "10:00"))}, viernes, []tomahora.Espacio{at(1, "09:30", "10:30")}, tomahora.Ocupacion{Ofrecidos: 150, Ocupados: 30}},
		{"a sobrecupo takes nothing", nil, viernes, []tomahora.Espacio{at(tomahora.Sobrecupo, "09:00", "10:00")}, tomahora.Ocupacion{Ofrecidos: 210}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := demo(t, append([]func(*tomahora.Plan){week}, tt.plan...)...).Disponibilidad(vergara, norte, fecha(tt.fecha), time.Time{})
			for _, e := range tt.citas {
				d.Occupy(e)
			}
			if got := d.Ocupacion(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestWeeksBeginOnMonday(t *testing.T) {
	for day, want := range map[string]string{
		"2026-11-23": "2026-11-23", "2026-11-26": "2026-11-23", "2026-11-29": "2026-11-23", "2026-11-30": "2026-11-30", "2027-01-01": "2026-12-28",
	} {
		if got := fecha(day).Lunes().String(); got != want {
			t.Errorf("the week of %s begins on %s, want %s", day, got, want)
		}
	}
}
