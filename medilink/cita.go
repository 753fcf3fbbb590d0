package medilink

import (
	"net/http"
	"strconv"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// envelope is the answer of every success (contract §1.5).
type envelope struct {
	Data any `json:"data"`
}

// link points to a related resource, absolute.
type link struct {
	Rel    string `json:"rel"`
	Href   string `json:"href"`
	Method string `json:"method"`
}

// citaBody is a cita on the wire, in the order of the seed's example. What is
// ours follows after links.
type citaBody struct {
	ID                 int64  `json:"id"`
	IDPaciente         int64  `json:"id_paciente"`
	NombrePaciente     string `json:"nombre_paciente"`
	IDEstado           int64  `json:"id_estado"`
	EstadoCita         string `json:"estado_cita"`
	EstadoAnulacion    int    `json:"estado_anulacion"`
	IDAtencion         int64  `json:"id_atencion"`
	NombreTratamiento  string `json:"nombre_tratamiento"`
	IDProfesional      int64  `json:"id_profesional"`
	NombreProfesional  string `json:"nombre_profesional"`
	IDSucursal         int64  `json:"id_sucursal"`
	NombreSucursal     string `json:"nombre_sucursal"`
	IDSillon           int64  `json:"id_sillon"`
	NombreSillon       string `json:"nombre_sillon"`
	Fecha              string `json:"fecha"`
	HoraInicio         string `json:"hora_inicio"`
	HoraFin            string `json:"hora_fin"`
	Duracion           int    `json:"duracion"`
	Comentarios        string `json:"comentarios"`
	FechaActualizacion string `json:"fecha_actualizacion"` // clinic's local time
	Links              []link `json:"links"`
	Videoconsulta      int    `json:"videoconsulta"`
	FechaCreacion      string `json:"fecha_creacion"` // clinic's local time
	Origen             string `json:"origen"`         // the name of the token that made it, "" for none
	Version            int64  `json:"version"`
	IDCitaAnterior     int64  `json:"id_cita_anterior"` // the one whose date was changed, 0 for none

	*citaDentalink // nil but on /api/v1
}

// replayedHeader marks an answer as that of an earlier request.
const replayedHeader = "Idempotent-Replayed"

// booking tells Booked how an operation ends. What is refused before the
// operation begins, such as a token that may not write, is no booking.
func (a *api) booking(operation string, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
		err := h(w, r, p)
		switch {
		case err != nil:
			a.Booked(operation, string(codeOf(err)))
		case w.Header().Get(replayedHeader) != "":
			a.Booked(operation, "replayed")
		default:
			a.Booked(operation, "accepted")
		}
		return err
	}
}

// createCita is POST /citas (seed).
func (a *api) createCita(r *http.Request, p auth.Principal, f fields) (change, error) {
	sol := f.solicitud()
	return func(tx tomahora.Tx) (answer, error) {
		booked, err := agenda.Agendar(tx, p.Actor(), sol)
		if err != nil {
			return answer{}, err
		}
		ans := a.citaAnswer(r, tx, http.StatusCreated, booked.Cita)
		ans.replayed = booked.Repetida
		return ans, nil
	}, nil
}

// citaAnswer shows a cita that was written.
func (a *api) citaAnswer(r *http.Request, tx tomahora.Tx, code int, c tomahora.Cita) answer {
	return answer{code: code, data: a.cita(r, tx.Config(), c), version: c.Version}
}

// getCita is GET /citas/{id} (contract §2.1).
func (a *api) getCita(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var cfg *tomahora.Config
	var cita tomahora.Cita
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		cita, err = tx.Citas().Get(tomahora.CitaID(id))
		return err
	})
	if err != nil {
		return err
	}
	setETag(w.Header(), cita.Version)
	writeJSON(w, http.StatusOK, envelope{a.cita(r, cfg, cita)})
	return nil
}

// updateCita is PUT /citas/{id} (contract §2.1).
func (a *api) updateCita(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	cambio := f.cambioCita()
	return a.changeCita(r, tomahora.CitaID(id), http.StatusOK, func(tx tomahora.Tx) (tomahora.Cita, error) {
		return agenda.Modificar(tx, p.Actor(), tomahora.CitaID(id), cambio)
	}), nil
}

// changeDate is POST /citas/changeDate (contract §2.1): the answer is a new cita.
func (a *api) changeDate(r *http.Request, p auth.Principal, f fields) (change, error) {
	read, cambio := params{fields: f}, f.cambioCita()
	id := tomahora.CitaID(read.id("id_sesion", "id_cita", "id"))
	cambio.Unreadable = append(read.problems, cambio.Unreadable...)
	return a.changeCita(r, id, http.StatusCreated, func(tx tomahora.Tx) (tomahora.Cita, error) {
		return agenda.CambiarFecha(tx, p.Actor(), id, cambio)
	}), nil
}

// changeCita changes a cita, unless it is not in the version that If-Match tells,
// and shows what do returns.
func (a *api) changeCita(r *http.Request, id tomahora.CitaID, code int, do func(tomahora.Tx) (tomahora.Cita, error)) change {
	match := readIfMatch(r)
	return func(tx tomahora.Tx) (answer, error) {
		if !match.any {
			before, err := tx.Citas().Get(id)
			if err == nil {
				err = match.check(before.Version)
			}
			if err != nil && tomahora.KindOf(err) != tomahora.KindNotFound { // that do says in its own way
				return answer{}, err
			}
		}
		cita, err := do(tx)
		if err != nil {
			return answer{}, err
		}
		return a.citaAnswer(r, tx, code, cita), nil
	}
}

// cambioCita reads the parameters of a change of a cita. flag_notificar_anulacion
// is among those that are ignored: nobody is notified.
func (f fields) cambioCita() tomahora.CambioCita {
	p := params{fields: f}
	relacionadas := p.bit("citas_relacionadas")
	c := tomahora.CambioCita{
		IDEstado:      tomahora.EstadoID(p.id("id_estado")),
		IDProfesional: tomahora.ProfesionalID(p.id("id_profesional")),
		IDSucursal:    tomahora.SucursalID(p.id("id_sucursal")),
		IDSillon:      tomahora.SillonID(p.id("id_sillon", "id_recurso")),
		Fecha:         p.fecha("fecha"),
		HoraInicio:    p.hora("hora_inicio"),
		Duracion:      p.duracion("duracion"),
		Videoconsulta: p.bit("videoconsulta"),
		Comentario:    p.clearableTexto("comentario", "comentarios"),
		IDReserva:     tomahora.ReservaID(p.id("id_reserva")),
		Relacionadas:  relacionadas != nil && *relacionadas,
	}
	c.Unreadable = p.problems
	return c
}

// cita is a cita as the wire shows it. The names of the configuration are those
// in force now.
func (a *api) cita(r *http.Request, cfg *tomahora.Config, c tomahora.Cita) *citaBody {
	place := c.Espacio
	estado, _ := cfg.Estado(c.IDEstado)
	profesional, _ := cfg.Profesional(place.IDProfesional)
	sucursal, _ := cfg.Sucursal(place.IDSucursal)
	sillon, _ := cfg.Sillon(place.IDSillon)
	root := a.BaseURL(r) + prefixOf(r)
	body := &citaBody{
		ID:                 int64(c.ID),
		IDPaciente:         int64(c.IDPaciente),
		NombrePaciente:     c.PacienteCompleto(),
		IDEstado:           int64(c.IDEstado),
		EstadoCita:         estado.Nombre,
		EstadoAnulacion:    bit(estado.Anulacion),
		IDAtencion:         int64(c.IDAtencion),
		NombreTratamiento:  c.NombreAtencion,
		IDProfesional:      int64(place.IDProfesional),
		NombreProfesional:  profesional.NombreCompleto(),
		IDSucursal:         int64(place.IDSucursal),
		NombreSucursal:     sucursal.Nombre,
		IDSillon:           int64(place.IDSillon),
		NombreSillon:       sillon.Nombre,
		Fecha:              place.Fecha.String(),
		HoraInicio:         place.Rango.Inicio.String(),
		HoraFin:            place.Rango.Fin.String(),
		Duracion:           int(place.Rango.Duracion()),
		Comentarios:        c.Comentario,
		FechaActualizacion: c.EstadoDesde.In(cfg.Zona()).Format(time.DateTime),
		Links: []link{
			linkTo(root, "self", "/citas/", int64(c.ID)),
			linkTo(root, "pacientes", "/pacientes/", int64(c.IDPaciente)),
			linkTo(root, "atenciones", "/atenciones/", int64(c.IDAtencion)),
		},
		Videoconsulta:  bit(c.Videoconsulta),
		FechaCreacion:  c.Creada.In(cfg.Zona()).Format(time.DateTime),
		Origen:         cfg.NombreDe(c.Origen),
		Version:        c.Version,
		IDCitaAnterior: int64(c.IDCitaPrevia),
	}
	if isDentalink(r) {
		body.citaDentalink = dentalinkCita(body)
	}
	return body
}

func linkTo(root, rel, collection string, id int64) link {
	return link{Rel: rel, Href: root + collection + strconv.FormatInt(id, 10), Method: http.MethodGet}
}

// bit is a boolean as the wire spells it (contract §1.7).
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
