package medilink

import (
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// atencionBody is an atención on the wire (contract §2.7). Money and convenios
// are outside the product, so their fields are 0 and "". What follows after links
// are names some clients look under. There is no "estado", as the vendor has none:
// a client that looks for it books with the first atención that is «abierto»,
// even if that one has a cita, and makes an atención for each cita without it.
type atencionBody struct {
	ID                  int64  `json:"id"`
	Nombre              string `json:"nombre"`
	IDTipo              int    `json:"id_tipo"`
	NombreTipo          string `json:"nombre_tipo"`
	Fecha               string `json:"fecha"`
	Finalizado          int    `json:"finalizado"`
	Bloqueado           int    `json:"bloqueado"`
	IDPaciente          int64  `json:"id_paciente"`
	NombrePaciente      string `json:"nombre_paciente"`
	IDProfesional       int64  `json:"id_profesional"`
	NombreProfesional   string `json:"nombre_profesional"`
	IDSucursal          int64  `json:"id_sucursal"`
	NombreSucursal      string `json:"nombre_sucursal"`
	IDConvenio          int    `json:"id_convenio"`
	NombreConvenio      string `json:"nombre_convenio"`
	Total               int    `json:"total"`
	Abonado             int    `json:"abonado"`
	AbonoLibre          int    `json:"abono_libre"`
	Deuda               int    `json:"deuda"`
	AsignadoRealizado   int    `json:"asignado_realizado"`
	AsignadoSinRealizar int    `json:"asignado_sin_realizar"`
	TotalRealizado      int    `json:"total_realizado"`
	Links               []link `json:"links"`
	Tipo                string `json:"tipo"`
	TipoAtencion        string `json:"tipo_atencion"`

	*atencionDentalink // nil but on /api/v1
}

// getAtencion is GET /atenciones/{id} (contract §2.7).
func (a *api) getAtencion(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var cfg *tomahora.Config
	var atencion tomahora.Atencion
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		atencion, err = tx.Atenciones().Get(tomahora.AtencionID(id))
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{a.atencion(r, cfg, atencion)})
	return nil
}

// listaAtenciones are the atenciones of a clinic (contract §2.7).
func (a *api) listaAtenciones(r *http.Request) lista[tomahora.Atencion] {
	return lista[tomahora.Atencion]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "nombre_tipo", tipo: colTexto, uso: buscar},
				{nombre: "fecha", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "id_paciente", tipo: colEntero, uso: buscar},
				{nombre: "id_profesional", tipo: colEntero, uso: buscar},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar},
				{nombre: "finalizado", tipo: colFlag, uso: buscar},
				{nombre: "bloqueado", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows:  func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Atencion, error) { return tx.Atenciones().List(q) },
		valor: atencionValue,
		body:  func(cfg *tomahora.Config, at tomahora.Atencion) any { return a.atencion(r, cfg, at) },
	}
}

// atencionValue is an atención's value of a column it can be sorted by.
func atencionValue(at tomahora.Atencion, columna string) any {
	if columna == "fecha" {
		return at.Fecha.String()
	}
	return int64(at.ID)
}

// listAtenciones is GET /atenciones (contract §2.7).
func (a *api) listAtenciones(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, a.listaAtenciones(r))
}

// listAtencionesOfPaciente is GET /pacientes/{id}/atenciones, and the link
// «tratamientos» of a paciente (contract §2.6, §2.7).
func (a *api) listAtencionesOfPaciente(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, a.listaAtenciones(r).of("id_paciente", id, pacienteExists))
}

// createAtencion is POST /atenciones (contract §2.7).
func (a *api) createAtencion(r *http.Request, p auth.Principal, f fields) (change, error) {
	wanted, err := f.atencion()
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		atencion, err := agenda.CrearAtencion(tx, p.Actor(), wanted)
		return answer{code: http.StatusCreated, data: a.atencion(r, tx.Config(), atencion)}, err
	}, nil
}

// atencion reads the parameters of a new atención. Its tipo is named, or is
// numbered as responses do.
func (f fields) atencion() (tomahora.Atencion, error) {
	p := params{fields: f}
	at := tomahora.Atencion{
		IDPaciente:    tomahora.PacienteID(p.id("id_paciente")),
		IDProfesional: tomahora.ProfesionalID(p.id("id_profesional")),
		IDSucursal:    tomahora.SucursalID(p.id("id_sucursal")),
		Fecha:         p.fecha("fecha"),
		Nombre:        p.texto("nombre"),
		Tipo:          tomahora.TipoAtencion(p.texto("nombre_tipo", "tipo", "tipo_atencion")),
	}
	if id := p.id("id_tipo"); at.Tipo == "" && id > 0 {
		at.Tipo = p.tipo(id)
	}
	p.require("id_paciente")
	p.require("id_profesional")
	if len(p.problems) > 0 {
		return tomahora.Atencion{}, p.problems
	}
	return at, nil
}

// tipo is the tipo with a number.
func (p *params) tipo(id int64) tomahora.TipoAtencion {
	tipos := tomahora.TiposAtencion()
	if id > int64(len(tipos)) {
		p.problems = append(p.problems, tomahora.Invalid(tomahora.CodeNoExiste, "id_tipo", "el tipo de atención", "id_tipo"))
		return ""
	}
	return tipos[id-1]
}

// atencion is an atención as the wire shows it.
func (a *api) atencion(r *http.Request, cfg *tomahora.Config, at tomahora.Atencion) *atencionBody {
	profesional, _ := cfg.Profesional(at.IDProfesional)
	sucursal, _ := cfg.Sucursal(at.IDSucursal)
	body := &atencionBody{
		ID:                int64(at.ID),
		Nombre:            at.Nombre,
		IDTipo:            slices.Index(tomahora.TiposAtencion(), at.Tipo) + 1,
		NombreTipo:        string(at.Tipo),
		Fecha:             at.Fecha.String(),
		Finalizado:        bit(at.Finalizado),
		Bloqueado:         bit(at.Bloqueado),
		IDPaciente:        int64(at.IDPaciente),
		NombrePaciente:    at.NombrePaciente,
		IDProfesional:     int64(at.IDProfesional),
		NombreProfesional: profesional.NombreCompleto(),
		IDSucursal:        int64(at.IDSucursal),
		NombreSucursal:    sucursal.Nombre,
		Links:             []link{linkTo(a.BaseURL(r)+prefixOf(r), "self", "/atenciones/", int64(at.ID))},
		Tipo:              string(at.Tipo),
		TipoAtencion:      string(at.Tipo),
	}
	if isDentalink(r) {
		body.atencionDentalink = &atencionDentalink{IDDentista: body.IDProfesional, NombreDentista: body.NombreProfesional}
	}
	return body
}
