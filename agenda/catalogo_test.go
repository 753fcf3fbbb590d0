package agenda_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// writes runs a use case and returns what it kept.
func writes[T any](c clinica, use func(tomahora.Tx, tomahora.Actor, T) (T, error), v T) (kept T, err error) {
	c.t.Helper()
	err = c.store.Update(c.t.Context(), c.id, func(tx tomahora.Tx) error {
		kept, err = use(tx, tomahora.Sistema, v)
		return err
	})
	return kept, err
}

func TestACatalogueIsMadeFromNothing(t *testing.T) {
	c := newClinica(t)
	suc, err := writes(c, agenda.GuardarSucursal, tomahora.Sucursal{Nombre: " NORTE ", Habilitada: true})
	if err != nil || suc != (tomahora.Sucursal{ID: 1, Nombre: "NORTE", Habilitada: true}) {
		t.Errorf("got %+v, error %v", suc, err)
	}
	esp, err := writes(c, agenda.GuardarEspecialidad, tomahora.Especialidad{Nombre: "Medicina", Habilitada: true})
	if err != nil || esp.ID != 1 {
		t.Errorf("got %+v, error %v", esp, err)
	}
	prof, err := writes(c, agenda.GuardarProfesional, tomahora.Profesional{Nombre: "Ana", Apellidos: " Soto", IDEspecialidad: esp.ID, Intervalo: 15, Habilitado: true, AgendaOnline: true})
	if err != nil || prof.ID != 1 || prof.Apellidos != "Soto" {
		t.Errorf("got %+v, error %v", prof, err)
	}
	// The id of the sobrecupo is nobody's.
	for _, want := range []tomahora.SillonID{1, 2, 3, 4, 5, 6, 8, 9} {
		s, err := writes(c, agenda.GuardarSillon, tomahora.Sillon{Nombre: "Box"})
		if err != nil || s.ID != want {
			t.Errorf("got sillón %d, error %v, want %d", s.ID, err, want)
		}
	}
	cfg := c.config()
	if got, ok := cfg.Profesional(1); !ok || got != prof {
		t.Errorf("kept %+v, want %+v", got, prof)
	}
}

func TestWhatIsAsItWasIsNotWritten(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	cfg := c.config()
	suc, _ := cfg.Sucursal(1)
	sillon, _ := cfg.Sillon(2)
	esp, _ := cfg.Especialidad(1)
	prof, _ := cfg.Profesional(1)
	estado, _ := cfg.Estado(28)
	_, errs := writes(c, agenda.GuardarSucursal, suc)
	_, errSillon := writes(c, agenda.GuardarSillon, sillon)
	_, errEsp := writes(c, agenda.GuardarEspecialidad, esp)
	_, errProf := writes(c, agenda.GuardarProfesional, prof)
	_, errEstado := writes(c, agenda.ModificarEstado, estado)
	_, errClinica := writes(c, agenda.GuardarClinica, cfg.Clinica())
	for _, err := range []error{errs, errSillon, errEsp, errProf, errEstado, errClinica} {
		if err != nil {
			t.Error(err)
		}
	}
	if got := c.config().Version(); got != cfg.Version() {
		t.Errorf("version %d, want %d", got, cfg.Version())
	}
}

func TestACatalogueRefuses(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	profesional := func(change func(*tomahora.Profesional)) func() error {
		p, _ := c.config().Profesional(1)
		change(&p)
		return func() error { _, err := writes(c, agenda.GuardarProfesional, p); return err }
	}
	estado := func(id tomahora.EstadoID, change func(*tomahora.Estado)) func() error {
		e, _ := c.config().Estado(id)
		e.ID = id
		change(&e)
		return func() error { _, err := writes(c, agenda.ModificarEstado, e); return err }
	}
	tests := []struct {
		name string
		use  func() error
		want []string
	}{
		{"a profesional of no name and no intervalo", profesional(func(p *tomahora.Profesional) { p.Nombre, p.Intervalo = " ", 0 }), []string{"nombre: parametro_requerido", "intervalo: parametro_requerido"}},
		{"an intervalo longer than a day, of an unknown especialidad", profesional(func(p *tomahora.Profesional) { p.Intervalo, p.IDEspecialidad = 1441, 9 }), []string{"intervalo: parametro_invalido", "id_especialidad: no_existe"}},
		{"a profesional that there is not", profesional(func(p *tomahora.Profesional) { p.ID = 9 }), []string{": no_encontrado"}},
		{"a profesional by a surname alone", profesional(func(p *tomahora.Profesional) { p.Nombre, p.Apellidos = "", "Soto" }), nil},
		{"a sucursal in no zone", func() error {
			_, err := writes(c, agenda.GuardarSucursal, tomahora.Sucursal{ID: 1, Nombre: "NORTE", Zona: "Marte"})
			return err
		}, []string{"zona: parametro_invalido"}},
		{"a sucursal of no name", func() error { _, err := writes(c, agenda.GuardarSucursal, tomahora.Sucursal{}); return err }, []string{"nombre: parametro_requerido"}},
		{"a sillón of no name", func() error { _, err := writes(c, agenda.GuardarSillon, tomahora.Sillon{ID: 1}); return err }, []string{"nombre: parametro_requerido"}},
		{"the sobrecupo", func() error {
			_, err := writes(c, agenda.GuardarSillon, tomahora.Sillon{ID: tomahora.Sobrecupo, Nombre: "Box"})
			return err
		}, []string{": no_encontrado"}},
		{"an especialidad of no name", func() error {
			_, err := writes(c, agenda.GuardarEspecialidad, tomahora.Especialidad{Nombre: " "})
			return err
		}, []string{"nombre: parametro_requerido"}},
		{"a clinic without name and zone", func() error { _, err := writes(c, agenda.GuardarClinica, tomahora.Clinica{}); return err }, []string{"nombre: parametro_requerido", "zona: parametro_requerido"}},
		{"a clinic in the zone of the machine", func() error {
			_, err := writes(c, agenda.GuardarClinica, tomahora.Clinica{Nombre: "Uno", Zona: "Local"})
			return err
		}, []string{"zona: parametro_invalido"}},
		{"an estado that there is not", estado(99, func(*tomahora.Estado) {}), []string{": no_encontrado"}},
		{"an estado of no colour", estado(28, func(e *tomahora.Estado) { e.Color = "rojo" }), []string{"color: parametro_invalido"}},
		{"what every new cita is in, disabled", estado(tomahora.EstadoNoConfirmado, func(e *tomahora.Estado) { e.Habilitado = false }), []string{"habilitado: parametro_invalido"}},
		{"what an annulled cita is in, disabled", estado(tomahora.EstadoAnulado, func(e *tomahora.Estado) { e.Habilitado = false }), []string{"habilitado: parametro_invalido"}},
		{"another estado, disabled", estado(28, func(e *tomahora.Estado) { e.Habilitado = false }), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, named(tt.use())); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEstadoKeepsWhatItIs(t *testing.T) {
	c := newClinica(t)
	got, err := writes(c, agenda.ModificarEstado, tomahora.Estado{ID: 3, Nombre: "Confirmado", Color: "#000000", Habilitado: true, Anulacion: true, UsoInterno: true})
	want := tomahora.Estado{ID: 3, Nombre: "Confirmado", Color: "#000000", Habilitado: true, Reservado: true}
	if err != nil || got != want {
		t.Errorf("got %+v, error %v, want %+v", got, err, want)
	}
	if kept, _ := c.config().Estado(3); kept != want {
		t.Errorf("kept %+v, want %+v", kept, want)
	}
}

func TestAClinicStaysWhatItIs(t *testing.T) {
	c := newClinica(t)
	got, err := writes(c, agenda.GuardarClinica, tomahora.Clinica{ID: 9, Nombre: "Tres", Zona: "America/Punta_Arenas", ExigirAtencion: true, RechazarPasado: true, EsDemo: true})
	want := tomahora.Clinica{ID: c.id, Nombre: "Tres", Zona: "America/Punta_Arenas", ExigirAtencion: true, RechazarPasado: true}
	if err != nil || got != want || c.config().Clinica() != want {
		t.Errorf("got %+v, kept %+v, error %v, want %+v", got, c.config().Clinica(), err, want)
	}
}
