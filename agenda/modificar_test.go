package agenda_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

var (
	viernes   = tomahora.Fecha{Year: 2018, Month: time.November, Day: 2}
	siguiente = viernes.AddDays(7)
)

// The estados a clinic made for itself.
const (
	propio        tomahora.EstadoID = 28
	deshabilitado tomahora.EstadoID = 29
	anulaPropio   tomahora.EstadoID = 30
	anulaViejo    tomahora.EstadoID = 31
	confirmado    tomahora.EstadoID = 3
	cambioFecha                     = tomahora.EstadoCambioFecha
	noConfirmado                    = tomahora.EstadoNoConfirmado
)

// wide is the clinic with somewhere to go: profesional 3 attends fridays by
// video on sillones 1 and 3, which is exclusive, profesional 4 in the same hours
// at sucursal 2, and profesional 2 there too, from 15:00. Sucursal 3 and
// profesional 5 are disabled.
func wide(p *tomahora.Plan) {
	rule := func(id tomahora.HorarioID, prof tomahora.ProfesionalID, suc tomahora.SucursalID, inicio, fin tomahora.Hora, m tomahora.Modalidad, sillones ...tomahora.SillonID) {
		p.Horarios = append(p.Horarios, tomahora.Horario{
			ID: id, IDProfesional: prof, IDSucursal: suc, Dia: tomahora.Viernes,
			Jornada: tomahora.Jornada{Rango: tomahora.Rango{Inicio: inicio, Fin: fin}, Sillones: sillones, Modalidad: m},
		})
	}
	p.Sucursales = append(p.Sucursales, tomahora.Sucursal{ID: 2, Habilitada: true}, tomahora.Sucursal{ID: 3})
	p.Sillones = append(p.Sillones, tomahora.Sillon{ID: 3, Exclusivo: true})
	p.Profesionales = append(p.Profesionales,
		tomahora.Profesional{ID: 3, Intervalo: 15, Habilitado: true}, tomahora.Profesional{ID: 4, Intervalo: 30, Habilitado: true},
		tomahora.Profesional{ID: 5, Intervalo: 15})
	p.Estados = append(p.Estados,
		tomahora.Estado{ID: propio, Nombre: "Propio", Habilitado: true},
		tomahora.Estado{ID: deshabilitado, Nombre: "Sin uso"},
		tomahora.Estado{ID: anulaPropio, Nombre: "Anulado por nosotros", Anulacion: true, Habilitado: true},
		tomahora.Estado{ID: anulaViejo, Nombre: "Anulado sin uso", Anulacion: true})
	rule(2, 3, 1, 540, 780, tomahora.Videoconsulta, 1, 3)
	rule(3, 4, 2, 540, 780, tomahora.Presencial, 1)
	rule(4, 2, 2, 900, 1080, tomahora.Ambas, 1)
}

// booked is the wide clinic with cita 754, as request asks for it.
func booked(t *testing.T, changes ...func(*tomahora.Solicitud)) *fakeTx {
	t.Helper()
	tx := newTx(t, wide)
	book(t, tx, changes...)
	tx.now = tx.now.Add(time.Hour)
	return tx
}

func book(t *testing.T, tx *fakeTx, changes ...func(*tomahora.Solicitud)) tomahora.Cita {
	t.Helper()
	made, err := agenda.Agendar(tx, recepcion, request(changes...))
	if err != nil {
		t.Fatal(err)
	}
	return made.Cita
}

// annul puts the i-th cita in an estado with anulacion, whatever the rules say.
func annul(i int) func(*testing.T, *fakeTx) {
	return func(_ *testing.T, tx *fakeTx) { tx.citas[i].IDEstado, tx.citas[i].Viva = tomahora.EstadoAnulado, false }
}

// closed takes all hours of the clinic away.
func closed(t *testing.T, tx *fakeTx) {
	t.Helper()
	tx.reconfigure(t, func(p *tomahora.Plan) { p.Horarios = nil })
}

// taken books paciente 1 at an hour.
func taken(inicio tomahora.Hora) func(*testing.T, *fakeTx) {
	return func(t *testing.T, tx *fakeTx) {
		t.Helper()
		book(t, tx, at(inicio), func(s *tomahora.Solicitud) { s.IDPaciente, s.IDAtencion = 1, 0 })
	}
}

func steps(list ...func(*testing.T, *fakeTx)) func(*testing.T, *fakeTx) {
	return func(t *testing.T, tx *fakeTx) {
		t.Helper()
		for _, step := range list {
			step(t, tx)
		}
	}
}

func TestModificarWritesWhatChanges(t *testing.T) {
	type change = tomahora.CambioCita
	unchanged := func(*tomahora.Cita) {}
	tests := []struct {
		name  string
		first func(*tomahora.Solicitud)
		then  func(*testing.T, *fakeTx)
		sent  change
		want  func(*tomahora.Cita) // of the cita as it was
		wrote string               // "" is nothing
	}{
		{name: "an estado", sent: change{IDEstado: confirmado}, want: func(c *tomahora.Cita) { c.IDEstado = confirmado }, wrote: "id_estado"},
		{name: "a clinic's own estado", sent: change{IDEstado: propio}, want: func(c *tomahora.Cita) { c.IDEstado = propio }, wrote: "id_estado"},
		{name: "a duracion", sent: change{Duracion: new(tomahora.Duracion(60))}, want: func(c *tomahora.Cita) { c.Espacio.Rango.Fin = 600 }, wrote: "duracion"},
		{name: "a comentario", sent: change{Comentario: new("Trae radiografía")}, want: func(c *tomahora.Cita) { c.Comentario = "Trae radiografía" }, wrote: "comentario"},
		{name: "an empty comentario, which clears it", sent: change{Comentario: new("")}, want: func(c *tomahora.Cita) { c.Comentario = "" }, wrote: "comentario"},
		{name: "a fecha", sent: change{Fecha: siguiente}, want: func(c *tomahora.Cita) { c.Espacio.Fecha = siguiente }, wrote: "fecha"},
		{
			name: "an hora_inicio, with the same duracion", sent: change{HoraInicio: new(tomahora.Hora(600))},
			want: func(c *tomahora.Cita) { c.Espacio.Rango = tomahora.Rango{Inicio: 600, Fin: 630} }, wrote: "hora_inicio",
		},
		{
			name: "a move by half its length onto itself", sent: change{HoraInicio: new(tomahora.Hora(555))},
			want: func(c *tomahora.Cita) { c.Espacio.Rango = tomahora.Rango{Inicio: 555, Fin: 585} }, wrote: "hora_inicio",
		},
		{name: "a profesional", sent: change{IDProfesional: 3}, want: func(c *tomahora.Cita) { c.Espacio.IDProfesional = 3 }, wrote: "id_profesional"},
		{name: "a sillón", sent: change{IDSillon: 2}, want: func(c *tomahora.Cita) { c.Espacio.IDSillon = 2 }, wrote: "id_sillon"},
		{
			name: "an exclusive sillón, which is remembered", sent: change{IDProfesional: 3, IDSillon: 3},
			want: func(c *tomahora.Cita) { c.Espacio.IDProfesional, c.Espacio.IDSillon, c.Exclusiva = 3, 3, true }, wrote: "id_profesional id_sillon",
		},
		{name: "a videoconsulta", sent: change{Videoconsulta: new(false)}, want: func(c *tomahora.Cita) { c.Videoconsulta = false }, wrote: "videoconsulta"},
		{
			name: "everything at once, under the same id",
			sent: change{
				IDEstado: confirmado, IDProfesional: 4, IDSucursal: 2, Fecha: siguiente, HoraInicio: new(tomahora.Hora(600)),
				Duracion: new(tomahora.Duracion(60)), Videoconsulta: new(false), Comentario: new("x"),
			},
			want: func(c *tomahora.Cita) {
				c.IDEstado, c.Comentario, c.Videoconsulta = confirmado, "x", false
				c.Espacio = tomahora.Espacio{IDProfesional: 4, IDSucursal: 2, IDSillon: 1, Fecha: siguiente, Rango: tomahora.Rango{Inicio: 600, Fin: 660}}
			},
			wrote: "id_profesional id_sucursal id_estado fecha hora_inicio duracion comentario videoconsulta",
		},
		{
			name: "nothing, where everything sent is as it was",
			sent: change{
				IDEstado: noConfirmado, IDProfesional: 2, IDSucursal: 1, IDSillon: 1, Fecha: viernes, HoraInicio: new(tomahora.Hora(540)),
				Duracion: new(tomahora.Duracion(30)), Videoconsulta: new(true), Comentario: new("Control general"),
			},
			want: unchanged,
		},
		{
			name: "a confirmation, although the hours are gone since", then: closed,
			sent: change{IDEstado: confirmado}, want: func(c *tomahora.Cita) { c.IDEstado = confirmado }, wrote: "id_estado",
		},
		{
			name: "a confirmation that repeats the place, although the hours are gone since", then: closed,
			sent: change{IDEstado: confirmado, HoraInicio: new(tomahora.Hora(540)), IDSillon: 1},
			want: func(c *tomahora.Cita) { c.IDEstado = confirmado }, wrote: "id_estado",
		},
		{
			name: "a comentario of a paciente who is disabled since", then: disabledPaciente,
			sent: change{Comentario: new("")}, want: func(c *tomahora.Cita) { c.Comentario = "" }, wrote: "comentario",
		},
		{
			name: "an annulment of a sobrecupo that goes to a taken sillón", first: onSobrecupo, then: taken(540),
			sent:  change{IDEstado: tomahora.EstadoAnulado, IDSillon: 1},
			want:  func(c *tomahora.Cita) { c.IDEstado, c.Espacio.IDSillon, c.Viva = tomahora.EstadoAnulado, 1, false },
			wrote: "id_estado id_sillon",
		},
		{
			name: "an annulment with a clinic's own estado", sent: change{IDEstado: anulaPropio},
			want: func(c *tomahora.Cita) { c.IDEstado, c.Viva = anulaPropio, false }, wrote: "id_estado",
		},
		{
			name: "a place of an annulled cita, which no rule judges", then: steps(annul(0), closed),
			sent: change{Fecha: siguiente, Duracion: new(tomahora.Duracion(7)), IDProfesional: 5},
			want: func(c *tomahora.Cita) {
				c.IDEstado, c.Viva, c.Espacio.Fecha, c.Espacio.IDProfesional, c.Espacio.Rango.Fin = tomahora.EstadoAnulado, false, siguiente, 5, 547
			},
			wrote: "id_profesional fecha duracion",
		},
		{
			name: "a return to life", then: annul(0), sent: change{IDEstado: noConfirmado}, want: unchanged, wrote: "id_estado",
		},
		{
			name: "a return to life elsewhere, where its own place is taken", then: steps(annul(0), taken(540)),
			sent: change{IDEstado: noConfirmado, HoraInicio: new(tomahora.Hora(600))},
			want: func(c *tomahora.Cita) { c.Espacio.Rango = tomahora.Rango{Inicio: 600, Fin: 630} }, wrote: "id_estado hora_inicio",
		},
		{
			name: "a return to life of an atención that became a plan", then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				annul(0)(t, tx)
				tx.atenciones[1].Tipo = tomahora.TipoPlanTratamiento
			},
			sent: change{IDEstado: noConfirmado}, want: func(c *tomahora.Cita) { c.AtencionMultiple = true }, wrote: "id_estado",
		},
		{
			name: "a comentario of a cita in an estado of internal use, which is sent along",
			then: func(_ *testing.T, tx *fakeTx) { tx.citas[0].IDEstado, tx.citas[0].Viva = cambioFecha, false },
			sent: change{IDEstado: cambioFecha, Comentario: new("")},
			want: func(c *tomahora.Cita) { c.IDEstado, c.Viva, c.Comentario = cambioFecha, false, "" }, wrote: "comentario",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := booked(t, tt.first)
			want, err := tx.Citas().Get(754)
			if err != nil {
				t.Fatal(err)
			}
			if tt.then != nil {
				tt.then(t, tx)
			}
			tx.wrote = nil
			simulated, err := agenda.SimularCambio(tx, 754, tt.sent)
			if err != nil || len(tx.wrote) > 0 {
				t.Fatalf("simulated, it is refused (%v) or writes %q", named(err), tx.wrote)
			}
			got, err := agenda.Modificar(tx, "token:9", 754, tt.sent)
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			if simulated.Espacio != got.Espacio || simulated.IDEstado != got.IDEstado || simulated.Viva != got.Viva || simulated.Comentario != got.Comentario {
				t.Errorf("simulated as %+v, done as %+v", simulated, got)
			}
			var wrote []string
			tt.want(&want)
			if tt.wrote != "" {
				wrote = []string{"cita 754 " + tt.wrote}
				want.Version, want.Cambiada = 2, tx.now
				want.EstadoDesde = got.EstadoDesde // the store's business
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the cita (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(wrote, tx.wrote); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
			if kept, err := tx.Citas().Get(754); err != nil || kept != got {
				t.Errorf("it is kept as %+v (%v), and answered as %+v", kept, err, got)
			}
		})
	}
}

func disabledPaciente(_ *testing.T, tx *fakeTx) {
	p := tx.pacientes[2]
	p.Habilitado = false
	tx.pacientes[2] = p
}

func TestModificarRefuses(t *testing.T) {
	type change = tomahora.CambioCita
	tests := []struct {
		name string
		then func(*testing.T, *fakeTx)
		sent change
		want []string
	}{
		{name: "nothing to change", want: []string{": sin_cambios"}},
		{name: "nothing but citas_relacionadas", sent: change{Relacionadas: true}, want: []string{": sin_cambios"}},
		{
			name: "what cannot be read, before anything else, in the wire's order",
			sent: change{IDEstado: 99, Unreadable: tomahora.Problems{
				tomahora.Invalid(tomahora.CodeParametroInvalido, "citas_relacionadas", "citas_relacionadas", "x"),
				tomahora.Invalid(tomahora.CodeParametroInvalido, "duracion", "duracion", "x"),
				tomahora.Invalid(tomahora.CodeParametroInvalido, "id_estado", "id_estado", "x"),
			}},
			want: []string{"id_estado: parametro_invalido", "duracion: parametro_invalido", "citas_relacionadas: parametro_invalido"},
		},
		{name: "an unknown estado", sent: change{IDEstado: 99}, want: []string{"id_estado: estado_invalido"}},
		{name: "a disabled estado", sent: change{IDEstado: deshabilitado}, want: []string{"id_estado: estado_invalido"}},
		{name: "a disabled estado that annuls", sent: change{IDEstado: anulaViejo}, want: []string{"id_estado: estado_invalido"}},
		{name: "an estado of internal use", sent: change{IDEstado: cambioFecha}, want: []string{"id_estado: estado_invalido"}},
		{
			name: "unknown ids of a move, before its place", sent: change{IDProfesional: 99, IDSucursal: 99, IDSillon: 99, HoraInicio: new(tomahora.Hora(541))},
			want: []string{"id_profesional: no_existe", "id_sucursal: no_existe", "id_sillon: no_existe"},
		},
		{
			name: "unknown ids also of a cita that is annulled with them",
			sent: change{IDEstado: tomahora.EstadoAnulado, IDProfesional: 99, IDSucursal: 99, IDSillon: 99},
			want: []string{"id_profesional: no_existe", "id_sucursal: no_existe", "id_sillon: no_existe"},
		},
		{
			name: "unknown ids and estado of an annulled cita together", then: annul(0), sent: change{IDEstado: cambioFecha, IDProfesional: 99, IDSillon: 99},
			want: []string{"id_profesional: no_existe", "id_estado: estado_invalido", "id_sillon: no_existe"},
		},
		{
			name: "a move to who and where is disabled", sent: change{IDProfesional: 5, IDSucursal: 3},
			want: []string{"id_profesional: profesional_deshabilitado", "id_sucursal: sucursal_deshabilitada"},
		},
		{
			name: "a move of a paciente who is disabled", then: disabledPaciente, sent: change{HoraInicio: new(tomahora.Hora(600))},
			want: []string{"id_paciente: paciente_deshabilitado"},
		},
		{
			name: "a duracion that is no multiple, outside the hours, on a sillón that is not offered",
			sent: change{Duracion: new(tomahora.Duracion(20)), HoraInicio: new(tomahora.Hora(770))},
			want: []string{"duracion: duracion_incompatible", "hora_inicio: sin_horario"},
		},
		{name: "a negative duracion", sent: change{Duracion: new(tomahora.Duracion(-15))}, want: []string{"duracion: duracion_incompatible"}},
		{name: "a sillón that is not offered", sent: change{IDSillon: 3}, want: []string{"id_sillon: sillon_no_disponible"}},
		{
			name: "its own modality, where the new hours do not have it", sent: change{IDProfesional: 4, IDSucursal: 2},
			want: []string{"videoconsulta: modalidad_no_disponible"},
		},
		{name: "a place that is taken", then: taken(600), sent: change{HoraInicio: new(tomahora.Hora(585))}, want: []string{"hora_inicio: tope_profesional"}},
		{
			name: "an exclusive sillón that another profesional's cita has", then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				book(t, tx, func(s *tomahora.Solicitud) { s.IDProfesional, s.IDSillon, s.IDPaciente, s.IDAtencion = 3, 3, 1, 0 })
				tx.reconfigure(t, func(p *tomahora.Plan) {
					h := p.Horarios[0]
					h.Jornada.Sillones = []tomahora.SillonID{1, 2, 3}
					p.Horarios = append([]tomahora.Horario{h}, p.Horarios[1:]...)
				})
			},
			sent: change{IDSillon: 3}, want: []string{"id_sillon: tope_sillon"},
		},
		{
			name: "life in a place that is taken since", then: steps(annul(0), taken(540)),
			sent: change{IDEstado: noConfirmado}, want: []string{"hora_inicio: tope_profesional"},
		},
		{
			name: "life where the hours are gone since", then: steps(annul(0), closed),
			sent: change{IDEstado: noConfirmado}, want: []string{"hora_inicio: sin_horario"},
		},
		{
			name: "life with an atención that has another cita since", then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				annul(0)(t, tx)
				book(t, tx, at(600))
			},
			sent: change{IDEstado: noConfirmado}, want: []string{"id_atencion: atencion_con_cita"},
		},
		{
			name: "life with an atención that is closed since", then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				annul(0)(t, tx)
				tx.atenciones[1].Finalizado = true
			},
			sent: change{IDEstado: noConfirmado}, want: []string{"id_atencion: atencion_cerrada"},
		},
		{
			name: "life in the past, where the clinic wants none", then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				annul(0)(t, tx)
				tx.reconfigure(t, func(p *tomahora.Plan) { p.Clinica.RechazarPasado = true })
			},
			sent: change{IDEstado: noConfirmado}, want: []string{"fecha: fecha_pasada"},
		},
		{name: "a duracion of 0 of an annulled cita", then: annul(0), sent: change{Duracion: new(tomahora.Duracion(0))}, want: []string{"duracion: duracion_incompatible"}},
		{name: "an annulled cita beyond midnight", then: annul(0), sent: change{HoraInicio: new(tomahora.Hora(1430))}, want: []string{"hora_inicio: sin_horario"}},
		{name: "an annulled cita longer than a day", then: annul(0), sent: change{Duracion: new(tomahora.Duracion(1 << 40))}, want: []string{"hora_inicio: sin_horario"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := booked(t)
			if tt.then != nil {
				tt.then(t, tx)
			}
			before := slices.Clone(tx.citas)
			_, simulated := agenda.SimularCambio(tx, 754, tt.sent)
			_, err := agenda.Modificar(tx, recepcion, 754, tt.sent)
			if diff := cmp.Diff(named(err), named(simulated)); diff != "" {
				t.Errorf("simulated, it is refused for something else (-done +simulated):\n%s", diff)
			}
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(before, tx.citas); diff != "" {
				t.Errorf("a refused change was written (-before +after):\n%s", diff)
			}
		})
	}
}

func TestAnUnknownCitaIsNotFoundWhateverIsSent(t *testing.T) {
	for _, sent := range []tomahora.CambioCita{{}, {IDEstado: confirmado}} {
		if _, err := agenda.SimularCambio(booked(t), 99, sent); tomahora.KindOf(err) != tomahora.KindNotFound {
			t.Errorf("simulated, an unknown cita is %v", err)
		}
		if _, err := agenda.Modificar(booked(t), recepcion, 99, sent); tomahora.KindOf(err) != tomahora.KindNotFound {
			t.Errorf("sent %+v: got %v, want not found", sent, err)
		}
	}
}

func TestAnnullingFreesSlotAndAtencion(t *testing.T) {
	tx := booked(t)
	if _, err := agenda.Modificar(tx, recepcion, 754, tomahora.CambioCita{IDEstado: tomahora.EstadoAnulado}); err != nil {
		t.Fatal(err)
	}
	if again := book(t, tx); again.ID != 755 || again.IDAtencion != 2 {
		t.Errorf("got cita %d of atención %d, want 755 of 2", again.ID, again.IDAtencion)
	}
}

func TestRelatedCitas(t *testing.T) {
	plan := func(inicio tomahora.Hora, sillon tomahora.SillonID) func(*tomahora.Solicitud) {
		return func(s *tomahora.Solicitud) { s.IDAtencion, s.HoraInicio, s.IDSillon = 1, &inicio, sillon }
	}
	// 754 and 755 stand at the same hour, 756 at another, 757 on another day, 758
	// is of another atención, 759 at another sucursal.
	world := func(t *testing.T) *fakeTx {
		t.Helper()
		tx := booked(t, plan(540, 1))
		book(t, tx, plan(540, 2))
		book(t, tx, plan(600, 2))
		book(t, tx, plan(540, 1), func(s *tomahora.Solicitud) { s.Fecha = siguiente })
		book(t, tx, onSobrecupo)
		book(t, tx, plan(900, tomahora.Sobrecupo), func(s *tomahora.Solicitud) { s.IDSucursal = 2 })
		tx.citas[5].Espacio.Rango = tx.citas[0].Espacio.Rango
		tx.wrote = nil
		return tx
	}
	tests := []struct {
		name  string
		then  func(*testing.T, *fakeTx)
		sent  tomahora.CambioCita
		wrote []string
		want  []string
	}{
		{
			name: "follow in the estado", sent: tomahora.CambioCita{IDEstado: confirmado, Relacionadas: true},
			wrote: []string{"cita 754 id_estado", "cita 755 id_estado"},
		},
		{
			name: "follow in the estado only", sent: tomahora.CambioCita{IDEstado: confirmado, Comentario: new(""), Relacionadas: true},
			wrote: []string{"cita 754 id_estado comentario", "cita 755 id_estado"},
		},
		{
			name: "are those of where the cita stood", sent: tomahora.CambioCita{IDEstado: confirmado, HoraInicio: new(tomahora.Hora(660)), Relacionadas: true},
			wrote: []string{"cita 754 id_estado hora_inicio", "cita 755 id_estado"},
		},
		{
			name: "follow also where the cita itself was there already",
			then: func(_ *testing.T, tx *fakeTx) { tx.citas[0].IDEstado = confirmado },
			sent: tomahora.CambioCita{IDEstado: confirmado, Relacionadas: true}, wrote: []string{"cita 755 id_estado"},
		},
		{name: "stay without citas_relacionadas", sent: tomahora.CambioCita{IDEstado: confirmado}, wrote: []string{"cita 754 id_estado"}},
		{name: "stay without an estado", sent: tomahora.CambioCita{Comentario: new(""), Relacionadas: true}, wrote: []string{"cita 754 comentario"}},
		{
			name: "are judged by the same rules", then: steps(annul(1), func(t *testing.T, tx *fakeTx) {
				t.Helper()
				book(t, tx, plan(540, 2))
			}),
			sent: tomahora.CambioCita{IDEstado: confirmado, Relacionadas: true}, wrote: []string{"cita 754 id_estado"},
			want: []string{"hora_inicio: tope_profesional"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := world(t)
			if tt.then != nil {
				tt.then(t, tx)
			}
			tx.wrote = nil
			got, err := agenda.Modificar(tx, recepcion, 754, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if err == nil && got.ID != 754 {
				t.Errorf("the answer is cita %d, want 754", got.ID)
			}
			if diff := cmp.Diff(tt.wrote, tx.wrote); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
		})
	}
}

func TestManyRelatedCitasAreReadInPages(t *testing.T) {
	tx := booked(t, onSobrecupo, func(s *tomahora.Solicitud) { s.IDAtencion = 1 })
	const n = 250
	for range n {
		tx.now = tx.now.Add(tomahora.RetryWindow)
		book(t, tx, onSobrecupo, func(s *tomahora.Solicitud) { s.IDAtencion = 1 })
	}
	tx.wrote = nil
	if _, err := agenda.Modificar(tx, recepcion, 754, tomahora.CambioCita{IDEstado: tomahora.EstadoAnulado, Relacionadas: true}); err != nil {
		t.Fatal(err)
	}
	if len(tx.wrote) != n+1 {
		t.Errorf("wrote %d citas, want %d", len(tx.wrote), n+1)
	}
}

func TestCambiarFechaMakesANewCita(t *testing.T) {
	type change = tomahora.CambioCita
	moved := func(inicio tomahora.Hora, c change) change {
		c.Fecha = viernes
		c.HoraInicio = &inicio
		return c
	}
	onFriday := func(prof tomahora.ProfesionalID, suc tomahora.SucursalID, sillon tomahora.SillonID, inicio, fin tomahora.Hora) tomahora.Espacio {
		return tomahora.Espacio{IDProfesional: prof, IDSucursal: suc, IDSillon: sillon, Fecha: viernes, Rango: tomahora.Rango{Inicio: inicio, Fin: fin}}
	}
	retire := func(change func(*tomahora.Estado)) func(*testing.T, *fakeTx) {
		return func(t *testing.T, tx *fakeTx) {
			t.Helper()
			tx.reconfigure(t, func(p *tomahora.Plan) {
				p.Estados = slices.Clone(p.Estados)
				i := slices.IndexFunc(p.Estados, func(e tomahora.Estado) bool { return e.ID == cambioFecha })
				change(&p.Estados[i])
			})
		}
	}
	tests := []struct {
		name    string
		then    func(*testing.T, *fakeTx)
		sent    change
		espacio tomahora.Espacio
		video   bool
	}{
		{name: "at another hour, everything else as it was", sent: moved(600, change{}), espacio: onFriday(2, 1, 1, 600, 630), video: true},
		{name: "by half its length onto itself", sent: moved(555, change{}), espacio: onFriday(2, 1, 1, 555, 585), video: true},
		{name: "in its own place", sent: moved(540, change{}), espacio: onFriday(2, 1, 1, 540, 570), video: true},
		{name: "longer", sent: moved(540, change{Duracion: new(tomahora.Duracion(60))}), espacio: onFriday(2, 1, 1, 540, 600), video: true},
		{
			name:    "with another profesional at another sucursal",
			sent:    moved(540, change{IDProfesional: 4, IDSucursal: 2, Videoconsulta: new(false)}),
			espacio: onFriday(4, 2, 1, 540, 570),
		},
		{name: "on another sillón", sent: moved(540, change{IDSillon: 2}), espacio: onFriday(2, 1, 2, 540, 570), video: true},
		{
			name:    "whatever estado and comment are sent",
			sent:    moved(600, change{IDEstado: confirmado, Comentario: new("otro")}),
			espacio: onFriday(2, 1, 1, 600, 630), video: true,
		},
		{
			name: "from any live estado", then: func(_ *testing.T, tx *fakeTx) { tx.citas[0].IDEstado = deshabilitado },
			sent: moved(600, change{}), espacio: onFriday(2, 1, 1, 600, 630), video: true,
		},
		{
			name: "where the clinic disabled the estado of the old one", then: retire(func(e *tomahora.Estado) { e.Habilitado = false }),
			sent: moved(600, change{}), espacio: onFriday(2, 1, 1, 600, 630), video: true,
		},
		{
			name: "where the clinic renamed the estado of the old one", then: retire(func(e *tomahora.Estado) { e.Nombre = "Movida" }),
			sent: moved(600, change{}), espacio: onFriday(2, 1, 1, 600, 630), video: true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := booked(t)
			if tt.then != nil {
				tt.then(t, tx)
			}
			got, err := agenda.CambiarFecha(tx, "token:9", 754, tt.sent)
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			want := tomahora.Cita{
				ID: 755, Espacio: tt.espacio, IDPaciente: 2, IDAtencion: 2, IDEstado: noConfirmado, Videoconsulta: tt.video,
				Comentario: "Control general", Viva: true, Creada: tx.now, Version: 1, Origen: "token:9", IDCitaPrevia: 754,
				NombrePaciente: "Fernanda", ApellidosPaciente: "Risopatrón", NombreAtencion: "Exodoncia",
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the new cita (-want +got):\n%s", diff)
			}
			old, err := tx.Citas().Get(754)
			if err != nil || old.IDEstado != cambioFecha || old.Viva || old.Espacio != onFriday(2, 1, 1, 540, 570) || old.Comentario != "Control general" {
				t.Errorf("the old cita is %+v (%v), want it in estado 14 where it was", old, err)
			}
			if diff := cmp.Diff([]string{"cita 754 id_estado"}, tx.wrote); diff != "" {
				t.Errorf("written of the old cita (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCambiarFechaRemembersWhatTheNewPlaceIs(t *testing.T) {
	tx := booked(t, func(s *tomahora.Solicitud) { s.IDAtencion = 1 })
	got, err := agenda.CambiarFecha(tx, recepcion, 754, tomahora.CambioCita{IDProfesional: 3, IDSillon: 3, Fecha: viernes, HoraInicio: new(tomahora.Hora(540))})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Exclusiva || !got.AtencionMultiple {
		t.Errorf("exclusiva %v, atención multiple %v, want both", got.Exclusiva, got.AtencionMultiple)
	}
}

func TestCambiarFechaRefuses(t *testing.T) {
	at10 := tomahora.CambioCita{Fecha: viernes, HoraInicio: new(tomahora.Hora(600))}
	tests := []struct {
		name string
		then func(*testing.T, *fakeTx)
		id   tomahora.CitaID
		sent tomahora.CambioCita
		want []string
	}{
		{name: "nothing at all", want: []string{"id_sesion: parametro_requerido", "fecha: parametro_requerido", "hora_inicio: parametro_requerido"}},
		{
			name: "what cannot be read, which is not also missing", id: 754,
			sent: tomahora.CambioCita{Unreadable: tomahora.Problems{tomahora.Invalid(tomahora.CodeParametroInvalido, "hora_inicio", "hora_inicio", "x")}},
			want: []string{"fecha: parametro_requerido", "hora_inicio: parametro_invalido"},
		},
		{name: "a cita that is not there", id: 99, sent: at10, want: []string{"id_sesion: no_existe"}},
		{name: "an annulled cita", id: 754, then: annul(0), sent: at10, want: []string{"id_sesion: cita_anulada"}},
		{
			name: "a cita that was moved already", id: 754, sent: at10, want: []string{"id_sesion: cita_anulada"},
			then: func(t *testing.T, tx *fakeTx) {
				t.Helper()
				if _, err := agenda.CambiarFecha(tx, recepcion, 754, at10); err != nil {
					t.Fatal(err)
				}
			},
		},
		{
			name: "unknown ids, before the place", id: 754,
			sent: tomahora.CambioCita{IDProfesional: 99, IDSillon: 99, Fecha: viernes, HoraInicio: new(tomahora.Hora(541))},
			want: []string{"id_profesional: no_existe", "id_sillon: no_existe"},
		},
		{name: "a place that is taken", id: 754, then: taken(600), sent: at10, want: []string{"hora_inicio: tope_profesional"}},
		{name: "a place without hours", id: 754, then: closed, sent: at10, want: []string{"hora_inicio: sin_horario"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := booked(t)
			if tt.then != nil {
				tt.then(t, tx)
			}
			citas := len(tx.citas)
			_, err := agenda.CambiarFecha(tx, recepcion, tt.id, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if len(tx.citas) != citas {
				t.Errorf("there are %d citas, want %d", len(tx.citas), citas)
			}
		})
	}
}
