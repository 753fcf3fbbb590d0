package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestEachRuleOfAWeekIsJudgedInItsPlace(t *testing.T) {
	cfg := demo(t)
	domingo := func(inicio, fin string, change ...func(*tomahora.Horario)) tomahora.Horario {
		h := tomahora.Horario{IDProfesional: vergara, IDSucursal: norte, Dia: tomahora.Domingo, Jornada: jornada(rango(inicio, fin), tomahora.Rango{}, tomahora.Presencial, 1)}
		for _, c := range change {
			c(&h)
		}
		return h
	}
	got := map[int][]string{}
	for i, problems := range cfg.ProblemasDeSemana([]tomahora.Horario{
		domingo("09:00", "10:00"),
		domingo("09:30", "11:00"),
		domingo("12:00", "13:00", func(h *tomahora.Horario) { h.Jornada.Sillones = nil }),
		domingo("14:00", "15:00", func(h *tomahora.Horario) { h.Jornada.Pausa, h.Jornada.Modalidad = rango("13:00", "14:30"), "telefono" }),
	}) {
		got[i] = named(problems)
	}
	want := map[int][]string{
		1: {"hora_inicio: parametro_invalido"},
		2: {"sillones: parametro_invalido"},
		3: {"hora_inicio: parametro_invalido", "modalidad: parametro_invalido"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("problems by rule (-want +got):\n%s", diff)
	}
}
