package medilink

import (
	"math"
	"net/http"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// reservaBody is a reserva: a place held for a while, beyond the vendor.
type reservaBody struct {
	ID            int64  `json:"id"`
	IDProfesional int64  `json:"id_profesional"`
	IDSucursal    int64  `json:"id_sucursal"`
	IDSillon      int64  `json:"id_sillon"`
	IDPaciente    int64  `json:"id_paciente"` // 0: not known yet
	Fecha         string `json:"fecha"`
	HoraInicio    string `json:"hora_inicio"`
	HoraFin       string `json:"hora_fin"`
	Duracion      int    `json:"duracion"`
	Videoconsulta int    `json:"videoconsulta"`
	Vence         string `json:"vence"` // clinic's local time
	TTL           int    `json:"ttl"`   // seconds left
	Links         []link `json:"links"`
	dentistaBody
}

// createReserva is POST /reservas: as a booking, but the paciente may be left out.
func (a *api) createReserva(r *http.Request, p auth.Principal, f fields) (change, error) {
	sol := f.solicitud()
	sol.IDReserva = 0
	q := params{fields: f}
	ttl := q.ttl("ttl")
	sol.Unreadable = append(sol.Unreadable, q.problems...)
	return func(tx tomahora.Tx) (answer, error) {
		reserva, err := agenda.Reservar(tx, p.Actor(), sol, ttl)
		return answer{code: http.StatusCreated, data: a.reserva(r, tx, reserva)}, err
	}, nil
}

// ttl reads how long to hold a place; 0 when it is absent.
func (p *params) ttl(name string) time.Duration {
	seconds := p.entero(name)
	if seconds == nil {
		return 0
	}
	ttl := time.Duration(*seconds) * time.Second
	if *seconds < int(tomahora.ReservaMin/time.Second) || *seconds > int(tomahora.ReservaMax/time.Second) {
		p.reject([]string{name}, name, "debe ser un número de segundos entre 30 y 900")
	}
	return ttl
}

// getReserva is GET /reservas/{id}.
func (a *api) getReserva(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var body *reservaBody
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		reserva, err := agenda.VerReserva(tx, p.Actor(), tomahora.ReservaID(id))
		body = a.reserva(r, tx, reserva)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{body})
	return nil
}

// listReservas is GET /reservas: those in force that the token made.
func (a *api) listReservas(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	type shown struct {
		tomahora.Reserva
		body *reservaBody
	}
	return serveList(a, w, r, p, lista[shown]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "fecha", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "id_profesional", tipo: colEntero, uso: buscar},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]shown, error) {
			reservas, err := agenda.MisReservas(tx, p.Actor())
			rows := make([]shown, len(reservas))
			for i, v := range reservas {
				rows[i] = shown{v, a.reserva(r, tx, v)}
			}
			return tomahora.Select(rows, q, func(s shown, columna string) any { return reservaValue(s.Reserva, columna) }), err
		},
		valor: func(s shown, columna string) any { return reservaValue(s.Reserva, columna) },
		body:  func(_ *tomahora.Config, s shown) any { return s.body },
	})
}

func reservaValue(v tomahora.Reserva, columna string) any {
	switch columna {
	case "fecha":
		return v.Espacio.Fecha.String()
	case "id_profesional":
		return int64(v.Espacio.IDProfesional)
	case "id_sucursal":
		return int64(v.Espacio.IDSucursal)
	default:
		return int64(v.ID)
	}
}

// deleteReserva is DELETE /reservas/{id}.
func (a *api) deleteReserva(r *http.Request, p auth.Principal, _ fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		return answer{code: http.StatusNoContent}, agenda.Soltar(tx, p.Actor(), tomahora.ReservaID(id))
	}, nil
}

// reserva is a reserva as the wire shows it.
func (a *api) reserva(r *http.Request, tx tomahora.Tx, v tomahora.Reserva) *reservaBody {
	cfg := tx.Config()
	profesional, _ := cfg.Profesional(v.Espacio.IDProfesional)
	return &reservaBody{
		ID:            int64(v.ID),
		IDProfesional: int64(v.Espacio.IDProfesional),
		IDSucursal:    int64(v.Espacio.IDSucursal),
		IDSillon:      int64(v.Espacio.IDSillon),
		IDPaciente:    int64(v.IDPaciente),
		Fecha:         v.Espacio.Fecha.String(),
		HoraInicio:    v.Espacio.Rango.Inicio.String(),
		HoraFin:       v.Espacio.Rango.Fin.String(),
		Duracion:      int(v.Espacio.Rango.Duracion()),
		Videoconsulta: bit(v.Videoconsulta),
		Vence:         v.Vence.In(cfg.Zona()).Format(time.DateTime),
		TTL:           max(0, int(math.Ceil(v.Vence.Sub(tx.Now()).Seconds()))),
		Links:         []link{linkTo(a.BaseURL(r)+prefixOf(r), "self", "/reservas/", int64(v.ID))},
		dentistaBody:  dentista(r, profesional),
	}
}
