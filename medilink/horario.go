package medilink

import (
	"cmp"
	"maps"
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// horarioBody is the week of a profesional at a sucursal (contract §2.4).
type horarioBody struct {
	IDProfesional     int64     `json:"id_profesional"`
	NombreProfesional string    `json:"nombre_profesional"`
	IDSucursal        int64     `json:"id_sucursal"`
	NombreSucursal    string    `json:"nombre_sucursal"`
	Intervalo         int       `json:"intervalo"` // minutes
	Dias              []diaBody `json:"dias"`
	Links             []link    `json:"links"`
	dentistaBody
}

// diaBody is one rule of a week, or a day without any: then the hours are equal
// and the id is 0. Equal hours of the break mean that there is none. What is
// ours follows after hora_fin_break.
type diaBody struct {
	Dia             int                `json:"dia"` // 1 lunes … 7 domingo
	NombreDia       string             `json:"nombre_dia"`
	HoraInicio      string             `json:"hora_inicio"`
	HoraFin         string             `json:"hora_fin"`
	HoraInicioBreak string             `json:"hora_inicio_break"`
	HoraFinBreak    string             `json:"hora_fin_break"`
	ID              int64              `json:"id"`
	Sillones        []int64            `json:"sillones"`
	Modalidad       tomahora.Modalidad `json:"modalidad"`
	Desde           string             `json:"desde"` // "" when unbounded
	Hasta           string             `json:"hasta"`
}

// semana is what a profesional has of horarios at a sucursal.
type semana struct {
	id          tomahora.HorarioID // the lowest of its horarios and especiales
	profesional tomahora.Profesional
	sucursal    tomahora.Sucursal
	horarios    []tomahora.Horario
}

// semanas are those of one profesional, or with 0 of all. Who works on special
// dates only has one too, of days off.
func semanas(cfg *tomahora.Config, de tomahora.ProfesionalID) []semana {
	type key struct {
		profesional tomahora.ProfesionalID
		sucursal    tomahora.SucursalID
	}
	found := map[key]semana{}
	add := func(id tomahora.HorarioID, prof tomahora.ProfesionalID, suc tomahora.SucursalID, rules ...tomahora.Horario) {
		if de != 0 && prof != de {
			return
		}
		s, seen := found[key{prof, suc}]
		if !seen {
			s = semana{id: id}
			s.profesional, _ = cfg.Profesional(prof)
			s.sucursal, _ = cfg.Sucursal(suc)
		}
		s.id, s.horarios = min(s.id, id), append(s.horarios, rules...)
		found[key{prof, suc}] = s
	}
	for _, h := range cfg.Plan().Horarios {
		add(h.ID, h.IDProfesional, h.IDSucursal, h)
	}
	for _, e := range cfg.Plan().Especiales {
		add(e.ID, e.IDProfesional, e.IDSucursal)
	}
	return slices.Collect(maps.Values(found))
}

// semanaDe is the week of a profesional at a sucursal, also one of days off.
func semanaDe(cfg *tomahora.Config, prof tomahora.ProfesionalID, suc tomahora.SucursalID) semana {
	all := semanas(cfg, prof)
	if i := slices.IndexFunc(all, func(s semana) bool { return s.sucursal.ID == suc }); i >= 0 {
		return all[i]
	}
	var s semana
	s.profesional, _ = cfg.Profesional(prof)
	s.sucursal, _ = cfg.Sucursal(suc)
	return s
}

func semanaValue(s semana, columna string) any {
	switch columna {
	case "id_profesional":
		return int64(s.profesional.ID)
	case "id_sucursal":
		return int64(s.sucursal.ID)
	default:
		return int64(s.id)
	}
}

// listHorarios is GET /horarios.
func (a *api) listHorarios(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, listaHorarios(r, 0))
}

// listHorariosOfProfesional is GET /profesionales/{id}/horarios.
func (a *api) listHorariosOfProfesional(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, listaHorarios(r, tomahora.ProfesionalID(id)))
}

// listaHorarios are the weeks of one profesional, or with 0 of all.
func listaHorarios(r *http.Request, de tomahora.ProfesionalID) lista[semana] {
	return lista[semana]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id_profesional", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "id_dentista", tipo: colEntero, uso: buscar, de: "id_profesional"},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "id", tipo: colEntero, uso: ordenar},
			},
			orden: []tomahora.Orden{{Columna: "id_profesional"}, {Columna: "id_sucursal"}, {Columna: "id"}},
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]semana, error) {
			if err := checkProfesional(tx.Config(), de); err != nil {
				return nil, err
			}
			return tomahora.Select(semanas(tx.Config(), de), q, semanaValue), nil
		},
		valor: semanaValue,
		body:  func(_ *tomahora.Config, s semana) any { return horario(r, s) },
	}
}

// checkProfesional is the error of a path whose profesional is unknown; 0 is
// "of all".
func checkProfesional(cfg *tomahora.Config, id tomahora.ProfesionalID) error {
	if _, ok := cfg.Profesional(id); !ok && id != 0 {
		return tomahora.NotFound("el profesional")
	}
	return nil
}

// horario is a week as the wire shows it: each day at least once.
func horario(r *http.Request, s semana) horarioBody {
	return horarioBody{
		IDProfesional:     int64(s.profesional.ID),
		NombreProfesional: s.profesional.NombreCompleto(),
		dentistaBody:      dentista(r, s.profesional),
		IDSucursal:        int64(s.sucursal.ID),
		NombreSucursal:    s.sucursal.Nombre,
		Intervalo:         int(s.profesional.Intervalo),
		Dias:              dias(s.horarios),
		Links:             []link{},
	}
}

func dias(horarios []tomahora.Horario) []diaBody {
	horarios = slices.Clone(horarios)
	for d := tomahora.Lunes; d <= tomahora.Domingo; d++ {
		if !slices.ContainsFunc(horarios, func(h tomahora.Horario) bool { return h.Dia == d }) {
			horarios = append(horarios, tomahora.Horario{Dia: d})
		}
	}
	slices.SortStableFunc(horarios, func(a, b tomahora.Horario) int {
		return cmp.Or(cmp.Compare(a.Dia, b.Dia), cmp.Compare(a.Jornada.Rango.Inicio, b.Jornada.Rango.Inicio), cmp.Compare(a.ID, b.ID))
	})
	list := make([]diaBody, len(horarios))
	for i, h := range horarios {
		list[i] = dia(h)
	}
	return list
}

// dia is one rule, or a day without any, as the wire shows it.
func dia(h tomahora.Horario) diaBody {
	pausa := pausaBody(h.Jornada)
	return diaBody{
		Dia:             int(h.Dia),
		NombreDia:       nombreDia(h.Dia),
		HoraInicio:      h.Jornada.Rango.Inicio.String(),
		HoraFin:         h.Jornada.Rango.Fin.String(),
		HoraInicioBreak: pausa.Inicio.String(),
		HoraFinBreak:    pausa.Fin.String(),
		ID:              int64(h.ID),
		Sillones:        int64s(h.Jornada.Sillones),
		Modalidad:       h.Jornada.Modalidad,
		Desde:           h.Desde.String(),
		Hasta:           h.Hasta.String(),
	}
}

// pausaBody is the break as the wire spells it, where none is an empty one at
// the start of the day's work.
func pausaBody(j tomahora.Jornada) tomahora.Rango {
	if j.Pausa.IsEmpty() {
		return tomahora.Rango{Inicio: j.Rango.Inicio, Fin: j.Rango.Inicio}
	}
	return j.Pausa
}

func nombreDia(d tomahora.Dia) string {
	return [...]string{"", "Lunes", "Martes", "Miércoles", "Jueves", "Viernes", "Sábado", "Domingo"}[d]
}

// createHorario is POST /profesionales/{id}/horarios: one rule, or with dias
// several, of which days off are none.
func (a *api) createHorario(r *http.Request, p auth.Principal, f fields) (change, error) {
	q := &params{fields: f}
	suc := tomahora.SucursalID(q.id("id_sucursal"))
	q.require("id_sucursal")
	rules := reglas(q.dias("dias"))
	switch _, _, several := q.find([]string{"dias"}); {
	case !several:
		var h tomahora.Horario
		q.cambioHorario().applyTo(&h)
		rules = []tomahora.Horario{h}
		q.requireAll("dia", "hora_inicio", "hora_fin")
	case len(rules) == 0 && len(q.problems) == 0:
		q.reject([]string{"dias"}, "dias", "debe tener al menos una regla")
	}
	return writeHorarios(r, http.StatusCreated, q, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (tomahora.SucursalID, error) {
		for _, h := range rules {
			h.IDProfesional, h.IDSucursal = prof, suc
			if _, err := agenda.GuardarHorario(tx, p.Actor(), h); err != nil {
				return 0, err
			}
		}
		return suc, nil
	})
}

// replaceHorarios is PUT /profesionales/{id}/horarios: the whole week at one
// sucursal.
func (a *api) replaceHorarios(r *http.Request, p auth.Principal, f fields) (change, error) {
	q := &params{fields: f}
	suc := tomahora.SucursalID(q.id("id_sucursal"))
	rules := reglas(q.dias("dias"))
	q.requireAll("id_sucursal", "dias")
	return writeHorarios(r, http.StatusOK, q, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (tomahora.SucursalID, error) {
		return suc, agenda.ReemplazarHorarios(tx, p.Actor(), prof, suc, rules)
	})
}

// reglas are the weekly rules of the days that were sent, of nobody yet. Days
// off, as GET shows them, are days without a rule.
func reglas(dias []cambioHorario) []tomahora.Horario {
	var week []tomahora.Horario
	for _, dia := range dias {
		var h tomahora.Horario
		if dia.applyTo(&h); h.Jornada.Rango.Inicio != h.Jornada.Rango.Fin {
			week = append(week, h)
		}
	}
	return week
}

// updateHorario is PUT /profesionales/{id}/horarios/{id_horario}: what is sent
// changes in one rule.
func (a *api) updateHorario(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathIDOf(r, "id_horario")
	if err != nil {
		return nil, err
	}
	q := &params{fields: f}
	suc, cambio := tomahora.SucursalID(q.id("id_sucursal")), q.cambioHorario()
	return writeHorarios(r, http.StatusOK, q, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (tomahora.SucursalID, error) {
		h, err := findHorario(tx.Config(), prof, tomahora.HorarioID(id))
		if err != nil {
			return 0, err
		}
		h.IDSucursal = cmp.Or(suc, h.IDSucursal)
		cambio.applyTo(&h)
		_, err = agenda.GuardarHorario(tx, p.Actor(), h)
		return h.IDSucursal, err
	})
}

// deleteHorario is DELETE /profesionales/{id}/horarios/{id_horario}. The citas
// made under the rule stay.
func (a *api) deleteHorario(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathIDOf(r, "id_horario")
	if err != nil {
		return nil, err
	}
	return ofProfesional(r, &params{}, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (answer, error) {
		h, err := findHorario(tx.Config(), prof, tomahora.HorarioID(id))
		if err == nil {
			err = tx.Setup().DeleteHorario(h.ID, p.Actor())
		}
		return answer{code: http.StatusNoContent}, err
	})
}

func findHorario(cfg *tomahora.Config, prof tomahora.ProfesionalID, id tomahora.HorarioID) (tomahora.Horario, error) {
	all := cfg.Plan().Horarios
	i := slices.IndexFunc(all, func(h tomahora.Horario) bool { return h.ID == id && h.IDProfesional == prof })
	if i < 0 {
		return tomahora.Horario{}, tomahora.NotFound("el horario")
	}
	return all[i], nil
}

// writeHorarios changes the weekly rules of the path's profesional unless q has
// problems, and shows the week at the sucursal that write returns.
func writeHorarios(r *http.Request, code int, q *params, write func(tomahora.Tx, tomahora.ProfesionalID) (tomahora.SucursalID, error)) (change, error) {
	return ofProfesional(r, q, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (answer, error) {
		suc, err := write(tx, prof)
		if err != nil {
			return answer{}, err
		}
		return answer{code: code, data: horario(r, semanaDe(tx.Config(), prof, suc))}, nil
	})
}

// ofProfesional is a change of something of the path's profesional, who must
// exist, unless q has problems.
func ofProfesional(r *http.Request, q *params, do func(tomahora.Tx, tomahora.ProfesionalID) (answer, error)) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	prof := tomahora.ProfesionalID(id)
	return func(tx tomahora.Tx) (answer, error) {
		if err := checkProfesional(tx.Config(), prof); err != nil {
			return answer{}, err
		}
		return do(tx, prof)
	}, nil
}
