package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestCheckAnEntryOfACatalogue(t *testing.T) {
	cfg := demo(t)
	profesional := func(nombre string, intervalo tomahora.Duracion, especialidad tomahora.EspecialidadID) error {
		return cfg.CheckProfesional(tomahora.Profesional{Nombre: nombre, Intervalo: intervalo, IDEspecialidad: especialidad})
	}
	for name, tt := range map[string]struct {
		err  error
		want []string
	}{
		"a clínica":                       {err: tomahora.Clinica{Nombre: "X", Zona: "Pacific/Easter"}.Check()},
		"a clínica of nothing":            {err: tomahora.Clinica{}.Check(), want: []string{"nombre: parametro_requerido", "zona: parametro_requerido"}},
		"a clínica in no zone":            {err: tomahora.Clinica{Nombre: "X", Zona: "America/Nowhere"}.Check(), want: []string{"zona: parametro_invalido"}},
		"a sucursal in the clínica's":     {err: tomahora.Sucursal{Nombre: "X"}.Check()},
		"a sucursal in its own":           {err: tomahora.Sucursal{Nombre: "X", Zona: "America/Punta_Arenas"}.Check()},
		"a sucursal without a name":       {err: tomahora.Sucursal{}.Check(), want: []string{"nombre: parametro_requerido"}},
		"a sucursal in no zone":           {err: tomahora.Sucursal{Nombre: "X", Zona: "Marte"}.Check(), want: []string{"zona: parametro_invalido"}},
		"a sillón":                        {err: tomahora.Sillon{ID: 4, Nombre: "X"}.Check()},
		"a sillón without a name":         {err: tomahora.Sillon{}.Check(), want: []string{"nombre: parametro_requerido"}},
		"the sobrecupo is no sillón":      {err: tomahora.Sillon{ID: tomahora.Sobrecupo, Nombre: "X"}.Check(), want: []string{"id: parametro_invalido"}},
		"an especialidad":                 {err: tomahora.Especialidad{Nombre: "X"}.Check()},
		"an especialidad without a name":  {err: tomahora.Especialidad{}.Check(), want: []string{"nombre: parametro_requerido"}},
		"a profesional":                   {err: profesional("X", 15, 1)},
		"a profesional of none":           {err: profesional("X", 15, 0)},
		"a profesional without anything":  {err: profesional("", 0, 0), want: []string{"nombre: parametro_requerido", "intervalo: parametro_requerido"}},
		"more than a day":                 {err: profesional("X", 1441, 1), want: []string{"intervalo: parametro_invalido"}},
		"of an especialidad that is none": {err: profesional("X", 15, 99), want: []string{"id_especialidad: no_existe"}},
	} {
		if d := cmp.Diff(tt.want, named(tt.err)); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestAnEstadoKeepsWhatItIs(t *testing.T) {
	byID := map[tomahora.EstadoID]tomahora.Estado{}
	for _, e := range tomahora.EstadosIniciales() {
		byID[e.ID] = e
	}
	disabled := func(e *tomahora.Estado) { e.Habilitado = false }
	for name, tt := range map[string]struct {
		id     tomahora.EstadoID
		change func(*tomahora.Estado)
		want   []string
	}{
		"another name and colour":             {tomahora.EstadoAnulado, func(e *tomahora.Estado) { e.Nombre, e.Color = "X", "#000000" }, nil},
		"one that only people use may go":     {tomahora.EstadoAtendido, disabled, nil},
		"what a cita begins in stays":         {tomahora.EstadoNoConfirmado, disabled, []string{"habilitado: parametro_invalido"}},
		"what an annulled one is in stays":    {tomahora.EstadoAnulado, disabled, []string{"habilitado: parametro_invalido"}},
		"what the program puts it in stays":   {tomahora.EstadoCambioFecha, disabled, []string{"habilitado: parametro_invalido"}},
		"whether it annuls is never changed":  {tomahora.EstadoNoAsiste, func(e *tomahora.Estado) { e.Anulacion = true }, []string{"anulacion: parametro_invalido"}},
		"nor in the other direction, for one": {tomahora.EstadoAnulado, func(e *tomahora.Estado) { e.Anulacion = false }, []string{"anulacion: parametro_invalido"}},
	} {
		after := byID[tt.id]
		tt.change(&after)
		if d := cmp.Diff(tt.want, named(byID[tt.id].CheckCambio(after))); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestWhatAnEstadoSaysOfThePaciente(t *testing.T) {
	for _, e := range tomahora.EstadosIniciales() {
		confirmed := e.ID == 3 || e.ID == 11
		received := e.ID == 2 || e.ID == 5 || e.ID == 6 || e.ID == 8
		if e.ID.Confirmado() != confirmed || e.ID.Recibido() != received {
			t.Errorf("%s: confirmado %v, recibido %v", e.Nombre, e.ID.Confirmado(), e.ID.Recibido())
		}
	}
}
