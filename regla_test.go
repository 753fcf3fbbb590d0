package tomahora_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// verdicts writes those rules out that are broken, with "no", and those that were
// not judged, with "?".
func verdicts(s tomahora.Solicitud, until tomahora.Etapa, problems ...*tomahora.Error) []string {
	var lines []string
	for _, v := range s.Veredictos(until, problems) {
		switch {
		case v.Cumple == nil:
			lines = append(lines, fmt.Sprint("? ", v.Code, " ", v.Field))
		case !*v.Cumple:
			lines = append(lines, fmt.Sprint("no ", v.Code, " ", v.Field))
		}
	}
	return lines
}

func TestVeredictos(t *testing.T) {
	whole := tomahora.Solicitud{HoraInicio: new(tomahora.Hora(540)), Duracion: new(tomahora.Duracion(30))}
	without := func(d tomahora.Duracion) tomahora.Solicitud {
		return tomahora.Solicitud{HoraInicio: new(tomahora.Hora(540)), Duracion: &d}
	}
	fails := func(code tomahora.Code, field string) *tomahora.Error { return tomahora.Invalid(code, field) }
	tests := []struct {
		name     string
		s        tomahora.Solicitud
		until    tomahora.Etapa
		problems []*tomahora.Error
		want     string
	}{
		{"all is well", whole, tomahora.EtapaLugar, nil, ""},
		{"an hour without work hides what that hour admits, but not who is there", whole, tomahora.EtapaLugar,
			[]*tomahora.Error{fails(tomahora.CodeSinHorario, "hora_inicio"), fails(tomahora.CodeTopeProfesional, "hora_inicio")}, `
			no sin_horario hora_inicio
			? sillon_no_disponible id_sillon
			? videoconsulta_requerida videoconsulta
			? modalidad_no_disponible videoconsulta
			no tope_profesional hora_inicio`},
		{"no length, no place", without(0), tomahora.EtapaLugar, []*tomahora.Error{fails(tomahora.CodeDuracionIncompatible, "duracion")}, `
			no duracion_incompatible duracion
			? sin_horario hora_inicio
			? sillon_no_disponible id_sillon
			? videoconsulta_requerida videoconsulta
			? modalidad_no_disponible videoconsulta
			? tope_profesional hora_inicio
			? tope_sillon id_sillon
			? tope_reserva hora_inicio`},
		{"an unknown thing hides what might be wrong with it, of nothing else", whole, tomahora.EtapaReferencias,
			[]*tomahora.Error{fails(tomahora.CodeNoExiste, "id_profesional"), fails(tomahora.CodeAtencionTipoNoPermitido, "id_atencion")}, `
			no no_existe id_profesional
			? profesional_deshabilitado id_profesional
			no atencion_tipo_no_permitido id_atencion
			? atencion_cerrada id_atencion
			? atencion_con_cita id_atencion
			? fecha_pasada fecha
			? duracion_incompatible duracion
			? sin_horario hora_inicio
			? sillon_no_disponible id_sillon
			? videoconsulta_requerida videoconsulta
			? modalidad_no_disponible videoconsulta
			? tope_profesional hora_inicio
			? tope_sillon id_sillon
			? tope_reserva hora_inicio`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			for line := range strings.Lines(strings.TrimSpace(tt.want)) {
				want = append(want, strings.TrimSpace(line))
			}
			if diff := cmp.Diff(want, verdicts(tt.s, tt.until, tt.problems...)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestAReservaIsNotJudgedInAnUnreadableRequest(t *testing.T) {
	unreadable := tomahora.Problems{tomahora.Invalid(tomahora.CodeParametroInvalido, "fecha", "fecha", "x")}
	s := tomahora.Solicitud{IDReserva: 3, Unreadable: unreadable}
	got := verdicts(s, tomahora.EtapaForma, unreadable...)
	if !slices.Contains(got, "? reserva_vencida id_reserva") {
		t.Errorf("got %q", got)
	}
	s.IDReserva = 0
	if got := verdicts(s, tomahora.EtapaForma, unreadable...); got[0] != "no parametro_invalido fecha" || got[1] != "? parametro_requerido fecha" {
		t.Errorf("without one: got %q", got)
	}
}

func TestRulesStandOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, v := range (tomahora.Solicitud{}).Veredictos(tomahora.EtapaForma, nil) {
		key := fmt.Sprint(v.Code, " ", v.Field)
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
	}
}

func TestDaysTo(t *testing.T) {
	tests := []struct {
		from, to string
		want     int
	}{
		{"2018-11-02", "2018-11-02", 0},
		{"2018-11-02", "2018-11-05", 3},
		{"2018-11-02", "2018-10-30", -3},
		{"2026-09-04", "2026-09-08", 4}, // over a change of the clocks
		{"0001-01-01", "9999-12-31", 3652058},
	}
	for _, tt := range tests {
		from, errFrom := tomahora.ParseFecha(tt.from)
		to, errTo := tomahora.ParseFecha(tt.to)
		if got := from.DaysTo(to); errFrom != nil || errTo != nil || got != tt.want {
			t.Errorf("from %s to %s are %d days, want %d", tt.from, tt.to, got, tt.want)
		}
	}
}
