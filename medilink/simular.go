package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// simulacionBody is what would come of a booking.
type simulacionBody struct {
	SeAgenda     int           `json:"se_agenda"` // it would be answered 201
	Repetida     int           `json:"repetida"`  // with the cita of an earlier request
	Cita         *citaSimulada `json:"cita"`      // null: it would be refused
	Reglas       []reglaBody   `json:"reglas"`
	Alternativas []ofertaBody  `json:"alternativas,omitzero"` // where time or place are refused
}

// citaSimulada is where and how the cita would be attended.
type citaSimulada struct {
	ID                int64  `json:"id"` // 0: a new one
	IDPaciente        int64  `json:"id_paciente"`
	NombrePaciente    string `json:"nombre_paciente"`
	IDEstado          int64  `json:"id_estado"`
	EstadoCita        string `json:"estado_cita"`
	IDAtencion        int64  `json:"id_atencion"` // 0: a new one
	NombreTratamiento string `json:"nombre_tratamiento"`
	IDProfesional     int64  `json:"id_profesional"`
	NombreProfesional string `json:"nombre_profesional"`
	IDSucursal        int64  `json:"id_sucursal"`
	NombreSucursal    string `json:"nombre_sucursal"`
	IDSillon          int64  `json:"id_sillon"`
	NombreSillon      string `json:"nombre_sillon"`
	Fecha             string `json:"fecha"`
	HoraInicio        string `json:"hora_inicio"`
	HoraFin           string `json:"hora_fin"`
	Duracion          int    `json:"duracion"`
	Comentarios       string `json:"comentarios"`
	Videoconsulta     int    `json:"videoconsulta"`
	dentistaBody
}

// reglaBody is a rule of a booking with its verdict.
type reglaBody struct {
	Etapa   string `json:"etapa"`
	Code    string `json:"code"`
	Field   string `json:"field"`
	Cumple  *int   `json:"cumple"`  // null: not judged
	Message string `json:"message"` // "" unless it is broken
}

// isSimulacion tells whether a request only asks what it would do.
func isSimulacion(r *http.Request) bool {
	q := params{fields: queryFields(r)}
	simular := q.bit("simular")
	return len(q.problems) == 0 && simular != nil && *simular
}

// simulable is POST /citas, which with simular=1 in the query only tells what it
// would do.
func (a *api) simulable(book handler) handler {
	return func(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
		if isSimulacion(r) {
			return a.simulateCita(w, r, p)
		}
		q := params{fields: queryFields(r)}
		q.bit("simular")
		if err := q.err(); err != nil {
			return err
		}
		return book(w, r, p)
	}
}

// simulateCita judges a booking outside of any update. An Idempotency-Key means
// nothing here: nothing is done that could be done twice.
func (a *api) simulateCita(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	f, err := readFields(w, r)
	if err != nil {
		return err
	}
	sol := f.solicitud()
	var body simulacionBody
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		sim, err := agenda.Simular(tx, p.Actor(), sol)
		if err == nil {
			body = a.simulacion(r, tx.Config(), sim)
		}
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{body})
	return nil
}

func (a *api) simulacion(r *http.Request, cfg *tomahora.Config, sim agenda.Simulacion) simulacionBody {
	body := simulacionBody{SeAgenda: bit(sim.Cita != nil), Repetida: bit(sim.Repetida), Reglas: make([]reglaBody, len(sim.Reglas))}
	for i, v := range sim.Reglas {
		body.Reglas[i] = regla(v)
	}
	if sim.Cita != nil {
		body.Cita = a.citaSimulada(r, cfg, *sim.Cita)
	}
	if sim.Alternativas != nil {
		body.Alternativas = ofertasDe(r, cfg, sim.Alternativas)
	}
	return body
}

func regla(v tomahora.Veredicto) reglaBody {
	body := reglaBody{Etapa: string(v.Etapa), Code: string(v.Code), Field: v.Field}
	if v.Cumple != nil {
		body.Cumple = new(bit(*v.Cumple))
	}
	if v.Problem != nil {
		body.Message = v.Problem.Error()
	}
	return body
}

// citaSimulada shows what there is of a cita before it is made.
func (a *api) citaSimulada(r *http.Request, cfg *tomahora.Config, c tomahora.Cita) *citaSimulada {
	full := a.cita(r, cfg, c)
	profesional, _ := cfg.Profesional(c.Espacio.IDProfesional)
	return &citaSimulada{
		ID:                full.ID,
		IDPaciente:        full.IDPaciente,
		NombrePaciente:    full.NombrePaciente,
		IDEstado:          full.IDEstado,
		EstadoCita:        full.EstadoCita,
		IDAtencion:        full.IDAtencion,
		NombreTratamiento: full.NombreTratamiento,
		IDProfesional:     full.IDProfesional,
		NombreProfesional: full.NombreProfesional,
		IDSucursal:        full.IDSucursal,
		NombreSucursal:    full.NombreSucursal,
		IDSillon:          full.IDSillon,
		NombreSillon:      full.NombreSillon,
		Fecha:             full.Fecha,
		HoraInicio:        full.HoraInicio,
		HoraFin:           full.HoraFin,
		Duracion:          full.Duracion,
		Comentarios:       full.Comentarios,
		Videoconsulta:     full.Videoconsulta,
		dentistaBody:      dentista(r, profesional),
	}
}
