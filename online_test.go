package tomahora_test

import (
	"strings"
	"testing"

	"github.com/tomahora/tomahora"
)

func TestReservaOnlineIsChecked(t *testing.T) {
	good := tomahora.OnlinePorDefecto()
	tests := map[string]struct {
		edit  func(*tomahora.ReservaOnline)
		field string // "" when all is well
	}{
		"the defaults":          {func(*tomahora.ReservaOnline) {}, ""},
		"a year":                {func(o *tomahora.ReservaOnline) { o.Horizonte = 365 }, ""},
		"no notice":             {func(o *tomahora.ReservaOnline) { o.Aviso = 0 }, ""},
		"several origins":       {func(o *tomahora.ReservaOnline) { o.Origenes = "https://www.clinica.cl http://localhost:8081" }, ""},
		"no horizon":            {func(o *tomahora.ReservaOnline) { o.Horizonte = 0 }, "reserva_online.horizonte"},
		"more than a year":      {func(o *tomahora.ReservaOnline) { o.Horizonte = 366 }, "reserva_online.horizonte"},
		"a notice in the past":  {func(o *tomahora.ReservaOnline) { o.Aviso = -1 }, "reserva_online.aviso"},
		"a modality of its own": {func(o *tomahora.ReservaOnline) { o.Modalidad = "telefono" }, "reserva_online.modalidad"},
		"an origin with a path": {func(o *tomahora.ReservaOnline) { o.Origenes = "https://clinica.cl/citas" }, "reserva_online.origenes"},
		"any origin":            {func(o *tomahora.ReservaOnline) { o.Origenes = "*" }, "reserva_online.origenes"},
		"another directive":     {func(o *tomahora.ReservaOnline) { o.Origenes = "https://a.cl; script-src *" }, "reserva_online.origenes"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			online := good
			tt.edit(&online)
			_, err := tomahora.NewConfig(1, tomahora.Plan{Clinica: tomahora.Clinica{Nombre: "A", Zona: "UTC"}, Online: online})
			problems := tomahora.ProblemsOf(err)
			if tt.field == "" {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if len(problems) == 0 || problems[0].Field != tt.field {
				t.Errorf("got %v, want a problem with %s", err, tt.field)
			}
		})
	}
}

func TestNormalizeOrigenes(t *testing.T) {
	got := tomahora.NormalizeOrigenes(" https://WWW.Clinica.cl/,\r\nhttps://b.cl;http://c:81\n")
	if want := "https://www.clinica.cl https://b.cl http://c:81"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if strings.Contains(got, ";") {
		t.Error("a semicolon would end the directive")
	}
}

func TestProfesionalesOnline(t *testing.T) {
	plan := tomahora.Plan{
		Clinica:        tomahora.Clinica{Nombre: "A", Zona: "UTC"},
		Sucursales:     []tomahora.Sucursal{{ID: 1, Nombre: "NORTE", Habilitada: true}, {ID: 2, Nombre: "CERRADA"}},
		Sillones:       []tomahora.Sillon{{ID: 1, Nombre: "1"}},
		Especialidades: []tomahora.Especialidad{{ID: 1, Nombre: "Sí", Habilitada: true}, {ID: 2, Nombre: "No"}},
	}
	add := func(p tomahora.Profesional, suc tomahora.SucursalID, modalidades ...tomahora.Modalidad) {
		p.ID, p.Nombre, p.Intervalo = tomahora.ProfesionalID(len(plan.Profesionales)+1), "P", 15
		plan.Profesionales = append(plan.Profesionales, p)
		for i, m := range modalidades {
			plan.Horarios = append(plan.Horarios, tomahora.Horario{
				IDProfesional: p.ID, IDSucursal: suc, Dia: tomahora.Dia(i + 1),
				Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 600}, Sillones: []tomahora.SillonID{1}, Modalidad: m},
			})
		}
	}
	online := tomahora.Profesional{IDEspecialidad: 1, AgendaOnline: true, Habilitado: true}
	add(online, 1, tomahora.Presencial)
	add(tomahora.Profesional{IDEspecialidad: 1, Habilitado: true}, 1, tomahora.Presencial)
	add(tomahora.Profesional{IDEspecialidad: 1, AgendaOnline: true}, 1, tomahora.Presencial)
	add(online, 2, tomahora.Presencial)
	add(online, 1)
	add(tomahora.Profesional{IDEspecialidad: 2, AgendaOnline: true, Habilitado: true}, 1, tomahora.Presencial)
	add(tomahora.Profesional{AgendaOnline: true, Habilitado: true}, 1, tomahora.Presencial, tomahora.Videoconsulta)
	cfg, err := tomahora.NewConfig(1, plan)
	if err != nil {
		t.Fatal(err)
	}
	var got []tomahora.ProfesionalID
	for _, p := range cfg.ProfesionalesOnline() {
		got = append(got, p.ID)
	}
	if len(got) != 2 || got[0] != 1 || got[1] != 7 {
		t.Errorf("got %v, want 1, who has hours at an open sucursal, and 7, who has no especialidad", got)
	}
	for prof, want := range map[tomahora.ProfesionalID]tomahora.Modalidad{1: tomahora.Presencial, 5: "", 7: tomahora.Ambas} {
		if m := cfg.ModalidadDe(prof); m != want {
			t.Errorf("%d attends %q, want %q", prof, m, want)
		}
	}
}
