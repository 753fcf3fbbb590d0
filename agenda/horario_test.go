package agenda_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

func sabado(inicio, fin tomahora.Hora) tomahora.Horario {
	return tomahora.Horario{
		IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Sabado,
		Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: inicio, Fin: fin}},
	}
}

func TestGuardarHorario(t *testing.T) {
	tests := []struct {
		name   string
		sent   tomahora.Horario
		change func(*tomahora.Horario) // from what is sent to what is kept
	}{
		{
			"a new one gets an id and the defaults", sabado(540, 780),
			func(h *tomahora.Horario) {
				h.ID, h.Jornada.Sillones, h.Jornada.Modalidad = 5, []tomahora.SillonID{1}, tomahora.Presencial
			},
		},
		{
			"sillones are kept in order and once",
			tomahora.Horario{
				IDProfesional: 3, IDSucursal: 2, Dia: tomahora.Lunes, Desde: viernes, Hasta: viernes,
				Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 0, Fin: 1440}, Pausa: tomahora.Rango{Inicio: 60, Fin: 120}, Sillones: []tomahora.SillonID{3, 1, 3}, Modalidad: tomahora.Ambas},
			},
			func(h *tomahora.Horario) { h.ID, h.Jornada.Sillones = 5, []tomahora.SillonID{1, 3} },
		},
		{
			"one with an id takes the place of itself, also over its own hours",
			tomahora.Horario{
				ID: 1, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Viernes,
				Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 800}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Videoconsulta},
			},
			func(*tomahora.Horario) {},
		},
		{
			"a closed day needs no sillón", sabado(540, 540),
			func(h *tomahora.Horario) { h.ID, h.Jornada.Modalidad = 5, tomahora.Presencial },
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			got, err := agenda.GuardarHorario(tx, recepcion, tt.sent)
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			want := tt.sent
			tt.change(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("answered (-want +got):\n%s", diff)
			}
			for _, kept := range tx.cfg.Plan().Horarios {
				if diff := cmp.Diff(want, kept); kept.ID == want.ID && diff != "" {
					t.Errorf("kept (-want +got):\n%s", diff)
				}
			}
			if len(tx.wrote) != 1 {
				t.Errorf("wrote %v, want one thing", tx.wrote)
			}
		})
	}
}

func TestGuardarHorarioRefuses(t *testing.T) {
	from := func(change func(*tomahora.Horario)) tomahora.Horario {
		h := sabado(540, 780)
		change(&h)
		return h
	}
	tests := []struct {
		name string
		sent tomahora.Horario
		want []string
		says string
	}{
		{"nothing", tomahora.Horario{}, []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "dia: parametro_requerido"}, "El parámetro id_profesional es requerido"},
		{"an unknown id", from(func(h *tomahora.Horario) { h.ID = 99 }), []string{": no_encontrado"}, "No se encontró el horario"},
		{
			"who and what is not there",
			from(func(h *tomahora.Horario) {
				h.IDProfesional, h.IDSucursal, h.Jornada.Sillones = 99, 98, []tomahora.SillonID{97}
			}),
			[]string{"id_profesional: no_existe", "id_sucursal: no_existe", "sillones: no_existe"}, "No existe el profesional 99 que indica id_profesional",
		},
		{"a day that is none", from(func(h *tomahora.Horario) { h.Dia = 8 }), []string{"dia: parametro_invalido"}, "El parámetro dia no es válido: el día 8 no está entre 1 (lunes) y 7 (domingo)"},
		{"hours out of order", sabado(780, 540), []string{"hora_inicio: parametro_invalido"}, "las horas no forman un rango del día con su pausa adentro"},
		{
			"a break that ends before it begins",
			from(func(h *tomahora.Horario) { h.Jornada.Pausa = tomahora.Rango{Inicio: 600, Fin: 570} }),
			[]string{"hora_inicio: parametro_invalido"}, "las horas no forman un rango del día con su pausa adentro",
		},
		{"an unknown modalidad", from(func(h *tomahora.Horario) { h.Jornada.Modalidad = "teléfono" }), []string{"modalidad: parametro_invalido"}, "la modalidad debe ser presencial, videoconsulta o ambas"},
		{"a vigencia out of order", from(func(h *tomahora.Horario) { h.Desde, h.Hasta = siguiente, viernes }), []string{"hasta: parametro_invalido"}, "la vigencia termina (2018-11-02) antes de empezar (2018-11-09)"},
		{"hours another rule has", from(func(h *tomahora.Horario) { h.Dia = tomahora.Viernes }), []string{"hora_inicio: parametro_invalido"}, "se superpone con otro horario del mismo profesional, sucursal y día"},
		{"hours another rule has, with an id of its own", from(func(h *tomahora.Horario) { h.ID, h.Dia = 4, tomahora.Viernes }), []string{"hora_inicio: parametro_invalido"}, "se superpone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			_, err := agenda.GuardarHorario(tx, recepcion, tt.sent)
			checkRefusal(t, tx, err, tt.want, tt.says)
		})
	}
}

// checkRefusal looks at the problems and at the message of the first, which
// tells nothing of any list.
func checkRefusal(t *testing.T, tx *fakeTx, err error, want []string, says string) {
	t.Helper()
	if diff := cmp.Diff(want, named(err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	if err != nil && (!strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "[")) {
		t.Errorf("it says %q, want %q in it", err, says)
	}
	if tx.wrote != nil {
		t.Errorf("wrote %v, want nothing", tx.wrote)
	}
}

func TestReemplazarHorarios(t *testing.T) {
	// as it is kept: rule 1 of profesional 2 at sucursal 1.
	same := tomahora.Horario{
		ID: 77, IDProfesional: 9, Dia: tomahora.Viernes, // who, where and the id do not matter
		Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: 540, Fin: 780}, Sillones: []tomahora.SillonID{2, 1}, Modalidad: tomahora.Ambas},
	}
	tests := []struct {
		name   string
		semana []tomahora.Horario
		wrote  []string
	}{
		{"what stays the same keeps its id", []tomahora.Horario{same}, nil},
		{"what is new is added", []tomahora.Horario{sabado(540, 780), same}, []string{"horario 5"}},
		{"what is left out goes", []tomahora.Horario{sabado(540, 780)}, []string{"borrado 1", "horario 5"}},
		{"hours may overlap what they replace", []tomahora.Horario{func() tomahora.Horario {
			h := same
			h.Jornada.Rango.Fin = 800
			return h
		}()}, []string{"borrado 1", "horario 5"}},
		{"an empty week clears", nil, []string{"borrado 1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			if err := agenda.ReemplazarHorarios(tx, recepcion, 2, 1, tt.semana); err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			if diff := cmp.Diff(tt.wrote, tx.wrote); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
			if others := len(tx.cfg.Plan().Horarios) - len(tt.semana); others != 3 {
				t.Errorf("%d rules of others are left, want 3", others)
			}
			for _, h := range tx.cfg.Plan().Horarios {
				if h.ID == 5 && (h.IDProfesional != 2 || h.IDSucursal != 1) {
					t.Errorf("the new rule is of profesional %d at sucursal %d", h.IDProfesional, h.IDSucursal)
				}
			}
		})
	}
}

func TestReemplazarHorariosRefuses(t *testing.T) {
	tests := []struct {
		name   string
		prof   tomahora.ProfesionalID
		suc    tomahora.SucursalID
		semana []tomahora.Horario
		want   []string
		says   string
	}{
		{"nobody and nowhere", 0, 0, nil, []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido"}, "requerido"},
		{"who and where is not there, also to clear", 99, 98, nil, []string{"id_profesional: no_existe", "id_sucursal: no_existe"}, "No existe el profesional 99"},
		{
			"rules that overlap each other, and everything else, each once", 2, 1,
			[]tomahora.Horario{sabado(540, 780), sabado(600, 700), sabado(610, 640), sabado(800, 700), sabado(900, 800)},
			[]string{"hora_inicio: parametro_invalido", "hora_inicio: parametro_invalido"}, "las horas no forman un rango",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := newTx(t, wide)
			err := agenda.ReemplazarHorarios(tx, recepcion, tt.prof, tt.suc, tt.semana)
			checkRefusal(t, tx, err, tt.want, tt.says)
		})
	}
}

func TestGuardarEspecial(t *testing.T) {
	on := func(fecha tomahora.Fecha, inicio, fin tomahora.Hora) tomahora.HorarioEspecial {
		return tomahora.HorarioEspecial{
			IDProfesional: 2, IDSucursal: 1, Fecha: fecha,
			Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: inicio, Fin: fin}},
		}
	}
	tx := newTx(t, wide)
	made, err := agenda.GuardarEspecial(tx, recepcion, on(viernes, 540, 600), false)
	want := on(viernes, 540, 600)
	want.ID, want.Jornada.Sillones, want.Jornada.Modalidad = 5, []tomahora.SillonID{1}, tomahora.Presencial
	if err != nil {
		t.Fatalf("refused: %v", named(err))
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("a new one (-want +got):\n%s", diff)
	}
	made.Jornada.Rango.Fin = made.Jornada.Rango.Inicio
	if made, err = agenda.GuardarEspecial(tx, recepcion, made, false); err != nil {
		t.Fatalf("closing the day is refused: %v", named(err))
	}
	if got := tx.cfg.Segmentos(2, 1, viernes); got != nil {
		t.Errorf("a closed day has %v", got)
	}
	if diff := cmp.Diff([]string{"especial 5", "especial 5"}, tx.wrote); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}

	unknown := on(viernes, 540, 600)
	unknown.ID = 99
	nobody := on(viernes, 600, 540)
	nobody.IDProfesional, nobody.Jornada.Sillones = 99, []tomahora.SillonID{97}
	made.Jornada.Rango.Fin = 600
	tests := []struct {
		name string
		sent tomahora.HorarioEspecial
		want []string
		says string
	}{
		{"nothing", tomahora.HorarioEspecial{}, []string{"id_profesional: parametro_requerido", "id_sucursal: parametro_requerido", "fecha: parametro_requerido"}, "requerido"},
		{"an unknown id", unknown, []string{": no_encontrado"}, "No se encontró el horario especial"},
		{"what is not there, with hours out of order", nobody, []string{"id_profesional: no_existe", "sillones: no_existe", "hora_inicio: parametro_invalido"}, "No existe el profesional 99"},
		{"hours another one of the day has", on(siguiente, 590, 700), []string{"hora_inicio: parametro_invalido"}, "se superpone con otro horario especial"},
	}
	for _, tt := range tests {
		t.Run("it refuses "+tt.name, func(t *testing.T) {
			tx := newTx(t, wide, func(p *tomahora.Plan) {
				e := on(siguiente, 540, 600)
				e.ID, e.Jornada.Sillones, e.Jornada.Modalidad = 8, []tomahora.SillonID{1}, tomahora.Presencial
				p.Especiales = append(p.Especiales, e)
			})
			_, err := agenda.GuardarEspecial(tx, recepcion, tt.sent, true)
			checkRefusal(t, tx, err, tt.want, tt.says)
		})
	}
}

// Citas for which an especial leaves no hours are named, unless it is forced.
func TestGuardarEspecialOverCitas(t *testing.T) {
	especial := func(id tomahora.HorarioID, prof tomahora.ProfesionalID, suc tomahora.SucursalID, fecha tomahora.Fecha, inicio, fin tomahora.Hora) tomahora.HorarioEspecial {
		return tomahora.HorarioEspecial{ID: id, IDProfesional: prof, IDSucursal: suc, Fecha: fecha, Jornada: tomahora.Jornada{
			Rango: tomahora.Rango{Inicio: inicio, Fin: fin}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Ambas,
		}}
	}
	// On the friday at sucursal 1: 754 of profesional 2 from 09:00 to 09:30, 755 of
	// profesional 3 from 09:30 to 10:00, 756 of 2 as a sobrecupo from 11:00, 757 annulled;
	// 758 of 2 from 13:00 stands outside the horario already. A week later 759 of 2, from
	// 18:00, in the hours of especial 9.
	world := func(t *testing.T) *fakeTx {
		t.Helper()
		tx := booked(t)
		book(t, tx, at(570), func(s *tomahora.Solicitud) { s.IDProfesional, s.IDPaciente, s.IDAtencion = 3, 1, 0 })
		book(t, tx, at(660), onSobrecupo, withoutAtencion)
		book(t, tx, at(720), withoutAtencion)
		annul(3)(t, tx)
		tx.reconfigure(t, func(p *tomahora.Plan) {
			p.Especiales = []tomahora.HorarioEspecial{especial(8, 2, 1, viernes, 780, 840), especial(9, 2, 1, siguiente, 1080, 1140)}
		})
		book(t, tx, at(780), withoutAtencion)
		book(t, tx, at(1080), withoutAtencion, func(s *tomahora.Solicitud) { s.Fecha = siguiente })
		tx.reconfigure(t, func(p *tomahora.Plan) { p.Especiales = p.Especiales[1:] })
		tx.wrote = nil
		return tx
	}
	closed := especial(0, 2, 1, viernes, 540, 540)
	closed.Jornada.Sillones = nil
	tests := []struct {
		name   string
		sent   tomahora.HorarioEspecial
		forzar bool
		citas  []tomahora.CitaID // left without hours
	}{
		{name: "of the same hours", sent: especial(0, 2, 1, viernes, 540, 780)},
		{name: "of more hours, though not of all citas", sent: especial(0, 2, 1, viernes, 480, 780)},
		{name: "that leaves out a sobrecupo", sent: especial(0, 2, 1, viernes, 540, 660), citas: []tomahora.CitaID{756}},
		{name: "that cuts a cita", sent: especial(0, 2, 1, viernes, 555, 780), citas: []tomahora.CitaID{754}},
		{name: "of a closed day", sent: closed, citas: []tomahora.CitaID{754, 756}},
		{name: "of a closed day by force", sent: closed, forzar: true},
		{name: "of the afternoon of another profesional", sent: especial(0, 3, 1, viernes, 600, 780), citas: []tomahora.CitaID{755}},
		{name: "at another sucursal", sent: especial(0, 2, 2, viernes, 900, 960)},
		{name: "on another day", sent: especial(0, 2, 1, viernes.AddDays(1), 540, 600)},
		{name: "that is shortened beside its cita", sent: especial(9, 2, 1, siguiente, 1080, 1110)},
		{name: "that is shortened over its cita", sent: especial(9, 2, 1, siguiente, 1110, 1140), citas: []tomahora.CitaID{759}},
		{name: "that is moved away from its cita", sent: especial(9, 2, 1, viernes.AddDays(1), 1080, 1140), citas: []tomahora.CitaID{759}},
		{name: "that is moved onto other citas", sent: especial(9, 2, 1, viernes, 540, 600), citas: []tomahora.CitaID{756, 759}},
		{name: "that is given to somebody else", sent: especial(9, 3, 1, siguiente, 1080, 1140), citas: []tomahora.CitaID{759}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := world(t)
			_, err := agenda.GuardarEspecial(tx, recepcion, tt.sent, tt.forzar)
			if tt.citas != nil {
				checkRefusal(t, tx, err, []string{"hora_inicio: especial_con_citas"}, "El horario especial deja citas ya agendadas fuera de sus horas")
				if diff := cmp.Diff(tt.citas, tomahora.ProblemsOf(err)[0].Citas); diff != "" {
					t.Errorf("citas without hours (-want +got):\n%s", diff)
				}
				return
			}
			if err != nil || len(tx.wrote) != 1 {
				t.Errorf("refused: %v, wrote %v", named(err), tx.wrote)
			}
		})
	}
}

func TestCitasOutsideTheHorario(t *testing.T) {
	c := newClinica(t)
	c.mustApply(full(), agenda.Resumen{Creados: 10, Modificados: 1})
	monday := tomahora.Fecha{Year: 2026, Month: 11, Day: 30}
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		p, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Eva", Apellidos: "Ríos", Habilitado: true}, tomahora.Sistema)
		if err != nil {
			return err
		}
		for _, v := range []struct {
			fecha  tomahora.Fecha
			inicio tomahora.Hora
			viva   bool
		}{
			{monday, 480, true},             // in the horario
			{monday, 780, true},             // in its break
			{monday.AddDays(1), 480, true},  // on a day without work
			{monday.AddDays(1), 600, false}, // annulled
			{monday.AddDays(-14), 780, true},
		} {
			a, err := tx.Atenciones().Create(tomahora.Atencion{Nombre: "Consulta", Tipo: tomahora.TiposAtencion()[0], Fecha: v.fecha, IDPaciente: p.ID, IDProfesional: 1, IDSucursal: 1}, tomahora.Sistema)
			if err != nil {
				return err
			}
			_, err = tx.Citas().Create(tomahora.Cita{
				Espacio:    tomahora.Espacio{IDProfesional: 1, IDSucursal: 1, IDSillon: 1, Fecha: v.fecha, Rango: tomahora.Rango{Inicio: v.inicio, Fin: v.inicio + 30}},
				IDPaciente: p.ID, IDAtencion: a.ID, IDEstado: tomahora.EstadoNoConfirmado, Viva: v.viva, Origen: tomahora.Sistema,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	err = c.store.View(t.Context(), c.id, func(tx tomahora.Tx) error {
		citas, err := agenda.FueraDeHorario(tx, 1, 1)
		for _, v := range citas {
			got = append(got, v.Espacio.Fecha.String()+" "+v.Espacio.Rango.Inicio.String())
		}
		return err
	})
	if diff := cmp.Diff([]string{"2026-11-30 13:00:00", "2026-12-01 08:00:00"}, got); diff != "" || err != nil {
		t.Errorf("outside (-want +got), error %v:\n%s", err, diff)
	}
}
