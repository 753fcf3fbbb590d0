package medilink

import (
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// bloqueoBody is an horario bloqueado (contract §2.4). IDProfesional 0 is the
// whole sucursal.
type bloqueoBody struct {
	ID            int64  `json:"id"`
	IDProfesional int64  `json:"id_profesional"`
	IDSucursal    int64  `json:"id_sucursal"`
	Fecha         string `json:"fecha"`
	HoraInicio    string `json:"hora_inicio"`
	HoraFin       string `json:"hora_fin"`
	Comentario    string `json:"comentario"`
	Links         []link `json:"links"`
	dentistaBody
}

// listBloqueos is GET /horariosbloqueados.
func (a *api) listBloqueos(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, listaBloqueos(r, func(cfg *tomahora.Config) ([]tomahora.HorarioBloqueado, error) {
		return cfg.Plan().Bloqueos, nil
	}))
}

// listBloqueosOfProfesional is GET /profesionales/{id}/horariosbloqueados: what
// takes hours from a profesional, of a whole sucursal only where they attend.
func (a *api) listBloqueosOfProfesional(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	prof := tomahora.ProfesionalID(id)
	return serveList(a, w, r, p, listaBloqueos(r, func(cfg *tomahora.Config) ([]tomahora.HorarioBloqueado, error) {
		if err := checkProfesional(cfg, prof); err != nil {
			return nil, err
		}
		sucursales := sucursalesDe(cfg, prof)
		var concerned []tomahora.HorarioBloqueado
		for _, b := range cfg.Plan().Bloqueos {
			if b.IDProfesional == prof || b.IDProfesional == 0 && slices.Contains(sucursales, b.IDSucursal) {
				concerned = append(concerned, b)
			}
		}
		return concerned, nil
	}))
}

func listaBloqueos(r *http.Request, all func(*tomahora.Config) ([]tomahora.HorarioBloqueado, error)) lista[tomahora.HorarioBloqueado] {
	return lista[tomahora.HorarioBloqueado]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: ordenar},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar},
				{nombre: "id_profesional", tipo: colEntero, uso: buscar},
				{nombre: "fecha", tipo: colFecha, uso: buscar | ordenar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.HorarioBloqueado, error) {
			rows, err := all(tx.Config())
			if err != nil {
				return nil, err
			}
			return tomahora.Select(rows, q, bloqueoValue), nil
		},
		valor: bloqueoValue,
		body:  func(cfg *tomahora.Config, b tomahora.HorarioBloqueado) any { return bloqueo(r, cfg, b) },
	}
}

func bloqueoValue(b tomahora.HorarioBloqueado, columna string) any {
	switch columna {
	case "id_sucursal":
		return int64(b.IDSucursal)
	case "id_profesional":
		return int64(b.IDProfesional)
	case "fecha":
		return b.Fecha.String()
	default:
		return int64(b.ID)
	}
}

// bloqueo is an horario bloqueado as the wire shows it.
func bloqueo(r *http.Request, cfg *tomahora.Config, b tomahora.HorarioBloqueado) bloqueoBody {
	profesional, _ := cfg.Profesional(b.IDProfesional)
	return bloqueoBody{
		ID:            int64(b.ID),
		IDProfesional: int64(b.IDProfesional),
		dentistaBody:  dentista(r, profesional),
		IDSucursal:    int64(b.IDSucursal),
		Fecha:         b.Fecha.String(),
		HoraInicio:    b.Rango.Inicio.String(),
		HoraFin:       b.Rango.Fin.String(),
		Comentario:    b.Comentario,
		Links:         []link{},
	}
}

// createBloqueo is POST /horariosbloqueados.
func (a *api) createBloqueo(r *http.Request, p auth.Principal, f fields) (change, error) {
	return saveBloqueo(r, p, &params{fields: f}, 0)
}

// updateBloqueo is PUT /horariosbloqueados/{id}: what is sent changes.
func (a *api) updateBloqueo(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	return saveBloqueo(r, p, &params{fields: f}, tomahora.HorarioID(id))
}

// saveBloqueo writes what q says over a bloqueo, a new one with id 0, and shows
// it. With forzar, in the body or the query, live citas are no obstacle.
func saveBloqueo(r *http.Request, p auth.Principal, q *params, id tomahora.HorarioID) (change, error) {
	code := http.StatusOK
	set := q.cambioBloqueo()
	query := params{fields: queryFields(r)}
	forzar := slices.ContainsFunc([]*bool{q.bit("forzar"), query.bit("forzar")}, func(b *bool) bool { return b != nil && *b })
	if id == 0 {
		code = http.StatusCreated
		q.requireAll("id_sucursal", "fecha", "hora_inicio", "hora_fin")
	}
	q.problems = append(q.problems, query.problems...)
	if err := q.err(); err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		b, err := findBloqueo(tx.Config(), id)
		if err != nil {
			return answer{}, err
		}
		set(&b)
		b, err = agenda.GuardarBloqueo(tx, p.Actor(), b, forzar)
		return answer{code: code, data: bloqueo(r, tx.Config(), b)}, err
	}, nil
}

// cambioBloqueo reads what a request says of a bloqueo; id_profesional 0 is
// the whole sucursal.
func (p *params) cambioBloqueo() func(*tomahora.HorarioBloqueado) {
	suc, fecha := tomahora.SucursalID(p.id("id_sucursal")), p.fecha("fecha")
	inicio, fin := p.hora("hora_inicio"), p.horaFin("hora_fin")
	prof, profSent := p.idOrNone("id_profesional", "id_dentista")
	comentario := p.clearableTexto("comentario")
	return func(b *tomahora.HorarioBloqueado) {
		if suc != 0 {
			b.IDSucursal = suc
		}
		if !fecha.IsZero() {
			b.Fecha = fecha
		}
		if profSent {
			b.IDProfesional = tomahora.ProfesionalID(prof)
		}
		set(&b.Comentario, comentario)
		set(&b.Rango.Inicio, inicio)
		set(&b.Rango.Fin, fin)
	}
}

// deleteBloqueo is DELETE /horariosbloqueados/{id}.
func (a *api) deleteBloqueo(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		b, err := findBloqueo(tx.Config(), tomahora.HorarioID(id))
		if err == nil {
			err = tx.Setup().DeleteBloqueo(b.ID, p.Actor())
		}
		return answer{code: http.StatusNoContent}, err
	}, nil
}

// findBloqueo finds a bloqueo; 0 is a new one.
func findBloqueo(cfg *tomahora.Config, id tomahora.HorarioID) (tomahora.HorarioBloqueado, error) {
	if id == 0 {
		return tomahora.HorarioBloqueado{}, nil
	}
	all := cfg.Plan().Bloqueos
	i := slices.IndexFunc(all, func(b tomahora.HorarioBloqueado) bool { return b.ID == id })
	if i < 0 {
		return tomahora.HorarioBloqueado{}, tomahora.NotFound("el horario bloqueado")
	}
	return all[i], nil
}
