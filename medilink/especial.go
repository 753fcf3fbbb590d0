package medilink

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// especialBody is a horario especial (contract §2.4). Equal hours mean closed;
// equal hours of the break that there is none.
type especialBody struct {
	ID              int64              `json:"id"`
	IDProfesional   int64              `json:"id_profesional"`
	IDSucursal      int64              `json:"id_sucursal"`
	Fecha           string             `json:"fecha"`
	HoraInicio      string             `json:"hora_inicio"`
	HoraFin         string             `json:"hora_fin"`
	HoraInicioBreak string             `json:"hora_inicio_break"`
	HoraFinBreak    string             `json:"hora_fin_break"`
	Intervalo       int                `json:"intervalo"` // minutes
	Sillones        []int64            `json:"sillones"`
	Modalidad       tomahora.Modalidad `json:"modalidad"`
	Links           []link             `json:"links"`
	dentistaBody
}

// listEspeciales is GET /profesionales/{id}/horariosespeciales.
func (a *api) listEspeciales(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	prof := tomahora.ProfesionalID(id)
	return serveList(a, w, r, p, lista[tomahora.HorarioEspecial]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "fecha", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.HorarioEspecial, error) {
			if err := checkProfesional(tx.Config(), prof); err != nil {
				return nil, err
			}
			var own []tomahora.HorarioEspecial
			for _, e := range tx.Config().Plan().Especiales {
				if e.IDProfesional == prof {
					own = append(own, e)
				}
			}
			return tomahora.Select(own, q, especialValue), nil
		},
		valor: especialValue,
		body:  func(cfg *tomahora.Config, e tomahora.HorarioEspecial) any { return especial(r, cfg, e) },
	})
}

func especialValue(e tomahora.HorarioEspecial, columna string) any {
	switch columna {
	case "fecha":
		return e.Fecha.String()
	case "id_sucursal":
		return int64(e.IDSucursal)
	default:
		return int64(e.ID)
	}
}

// especial is a horario especial as the wire shows it.
func especial(r *http.Request, cfg *tomahora.Config, e tomahora.HorarioEspecial) especialBody {
	profesional, _ := cfg.Profesional(e.IDProfesional)
	pausa := pausaBody(e.Jornada)
	return especialBody{
		ID:              int64(e.ID),
		IDProfesional:   int64(e.IDProfesional),
		dentistaBody:    dentista(r, profesional),
		IDSucursal:      int64(e.IDSucursal),
		Fecha:           e.Fecha.String(),
		HoraInicio:      e.Jornada.Rango.Inicio.String(),
		HoraFin:         e.Jornada.Rango.Fin.String(),
		HoraInicioBreak: pausa.Inicio.String(),
		HoraFinBreak:    pausa.Fin.String(),
		Intervalo:       int(profesional.Intervalo),
		Sillones:        int64s(e.Jornada.Sillones),
		Modalidad:       e.Jornada.Modalidad,
		Links:           []link{},
	}
}

// createEspecial is POST /profesionales/{id}/horariosespeciales.
func (a *api) createEspecial(r *http.Request, p auth.Principal, f fields) (change, error) {
	return saveEspecial(r, p, http.StatusCreated, f, func(_ *tomahora.Config, prof tomahora.ProfesionalID) (tomahora.HorarioEspecial, error) {
		return tomahora.HorarioEspecial{IDProfesional: prof}, nil
	})
}

// updateEspecial is PUT /profesionales/{id}/horariosespeciales/{id_especial}:
// what is sent changes.
func (a *api) updateEspecial(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathIDOf(r, "id_especial")
	if err != nil {
		return nil, err
	}
	return saveEspecial(r, p, http.StatusOK, f, func(cfg *tomahora.Config, prof tomahora.ProfesionalID) (tomahora.HorarioEspecial, error) {
		return findEspecial(cfg, prof, tomahora.HorarioID(id))
	})
}

// saveEspecial writes what a request says over the horario especial that find
// gives, and shows it.
func saveEspecial(r *http.Request, p auth.Principal, code int, f fields,
	find func(*tomahora.Config, tomahora.ProfesionalID) (tomahora.HorarioEspecial, error),
) (change, error) {
	q := &params{fields: f}
	suc, fecha, jornada := tomahora.SucursalID(q.id("id_sucursal")), q.fecha("fecha"), q.cambioJornada()
	if code == http.StatusCreated {
		q.requireAll("id_sucursal", "fecha", "hora_inicio", "hora_fin")
	}
	return ofProfesional(r, q, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (answer, error) {
		e, err := find(tx.Config(), prof)
		if err != nil {
			return answer{}, err
		}
		e.IDSucursal = cmp.Or(suc, e.IDSucursal)
		e.Fecha = cmp.Or(fecha, e.Fecha)
		jornada.applyTo(&e.Jornada)
		e, err = agenda.GuardarEspecial(tx, p.Actor(), e, true) // a program is not asked twice
		return answer{code: code, data: especial(r, tx.Config(), e)}, err
	})
}

// deleteEspecial is DELETE /profesionales/{id}/horariosespeciales/{id_especial}:
// the weekly rules are in force again on its date.
func (a *api) deleteEspecial(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathIDOf(r, "id_especial")
	if err != nil {
		return nil, err
	}
	return ofProfesional(r, &params{}, func(tx tomahora.Tx, prof tomahora.ProfesionalID) (answer, error) {
		e, err := findEspecial(tx.Config(), prof, tomahora.HorarioID(id))
		if err == nil {
			err = tx.Setup().DeleteEspecial(e.ID, p.Actor())
		}
		return answer{code: http.StatusNoContent}, err
	})
}

func findEspecial(cfg *tomahora.Config, prof tomahora.ProfesionalID, id tomahora.HorarioID) (tomahora.HorarioEspecial, error) {
	all := cfg.Plan().Especiales
	i := slices.IndexFunc(all, func(e tomahora.HorarioEspecial) bool { return e.ID == id && e.IDProfesional == prof })
	if i < 0 {
		return tomahora.HorarioEspecial{}, tomahora.NotFound("el horario especial")
	}
	return all[i], nil
}
