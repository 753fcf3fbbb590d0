package medilink

import (
	"net/http"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// pacienteBody is a paciente on the wire (contract §2.6).
type pacienteBody struct {
	ID                       int64  `json:"id"`
	RUT                      string `json:"rut"`
	TipoDocumento            int    `json:"tipo_documento"`
	Nombre                   string `json:"nombre"`
	NombreSocial             string `json:"nombre_social"`
	Apellidos                string `json:"apellidos"`
	FechaNacimiento          string `json:"fecha_nacimiento"`
	FechaAfiliacion          string `json:"fecha_afiliacion"`
	Telefono                 string `json:"telefono"`
	Celular                  string `json:"celular"`
	Ciudad                   string `json:"ciudad"`
	Comuna                   string `json:"comuna"`
	Direccion                string `json:"direccion"`
	Email                    string `json:"email"`
	Sexo                     string `json:"sexo"`
	IDGenero                 int    `json:"id_genero"`
	NumeroFicha              string `json:"numero_ficha"`
	Observaciones            string `json:"observaciones"`
	TieneCargas              int    `json:"tiene_cargas"`
	EsCarga                  int    `json:"es_carga"`
	FechaDeshabilitacion     string `json:"fecha_deshabilitacion"`
	IDUsuarioDeshabilitacion string `json:"id_usuario_deshabilitacion"`
	Habilitado               int    `json:"habilitado"`
	Links                    []link `json:"links"`
	FechaCreacion            string `json:"fecha_creacion"` // clinic's local time
	Version                  int64  `json:"version"`
}

// getPaciente is GET /pacientes/{id} (contract §2.6).
func (a *api) getPaciente(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var body *pacienteBody
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		paciente, err := tx.Pacientes().Get(tomahora.PacienteID(id))
		body = a.paciente(r, tx.Config(), paciente)
		return err
	})
	if err != nil {
		return err
	}
	setETag(w.Header(), body.Version)
	writeJSON(w, http.StatusOK, envelope{body})
	return nil
}

// listPacientes is GET /pacientes (contract §2.6).
func (a *api) listPacientes(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Paciente]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "rut", tipo: colRUT, uso: buscar},
				{nombre: "email", tipo: colTexto, uso: buscar},
				{nombre: "nombre", tipo: colTexto, uso: buscar | ordenar},
				{nombre: "apellidos", tipo: colTexto, uso: buscar | ordenar},
				{nombre: "numero_ficha", tipo: colTexto, uso: buscar},
				{nombre: "fecha_nacimiento", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "fecha_afiliacion", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "sexo", tipo: colTexto, uso: buscar},
				{nombre: "habilitado", tipo: colFlag, uso: buscar},
				{nombre: "celular", tipo: colTexto, uso: buscar},
				{nombre: "telefono", tipo: colTexto, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows:  func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Paciente, error) { return tx.Pacientes().List(q) },
		valor: pacienteValue,
		body:  func(cfg *tomahora.Config, p tomahora.Paciente) any { return a.paciente(r, cfg, p) },
	})
}

// pacienteValue is a paciente's value of a column it can be sorted by.
func pacienteValue(p tomahora.Paciente, columna string) any {
	switch columna {
	case "nombre":
		return p.Nombre
	case "apellidos":
		return p.Apellidos
	case "fecha_nacimiento":
		return p.FechaNacimiento.String()
	case "fecha_afiliacion":
		return p.FechaAfiliacion.String()
	default:
		return int64(p.ID)
	}
}

// createPaciente is POST /pacientes (contract §2.6).
func (a *api) createPaciente(r *http.Request, p auth.Principal, f fields) (change, error) {
	cambio := f.cambioPaciente()
	return func(tx tomahora.Tx) (answer, error) {
		paciente, err := agenda.CrearPaciente(tx, p.Actor(), cambio)
		return a.pacienteAnswer(r, tx, http.StatusCreated, paciente), err
	}, nil
}

// updatePaciente is PUT /pacientes/{id} (contract §2.6).
func (a *api) updatePaciente(r *http.Request, p auth.Principal, f fields) (change, error) {
	id, err := pathID(r)
	if err != nil {
		return nil, err
	}
	cambio, match := f.cambioPaciente(), readIfMatch(r)
	return func(tx tomahora.Tx) (answer, error) {
		if !match.any {
			before, err := tx.Pacientes().Get(tomahora.PacienteID(id))
			if err == nil {
				err = match.check(before.Version)
			}
			if err != nil {
				return answer{}, err
			}
		}
		paciente, err := agenda.ModificarPaciente(tx, p.Actor(), tomahora.PacienteID(id), cambio)
		return a.pacienteAnswer(r, tx, http.StatusOK, paciente), err
	}, nil
}

// pacienteAnswer shows a paciente that was written.
func (a *api) pacienteAnswer(r *http.Request, tx tomahora.Tx, code int, p tomahora.Paciente) answer {
	return answer{code: code, data: a.paciente(r, tx.Config(), p), version: p.Version}
}

// cambioPaciente reads the parameters of a paciente (contract §2.6).
func (f fields) cambioPaciente() tomahora.CambioPaciente {
	p := params{fields: f}
	c := tomahora.CambioPaciente{
		RUT:             p.optionalTexto("rut"),
		TipoDocumento:   p.entero("tipo_documento"),
		Nombre:          p.optionalTexto("nombre"),
		NombreSocial:    p.optionalTexto("nombre_social"),
		Apellidos:       p.optionalTexto("apellidos"),
		FechaNacimiento: p.optionalFecha("fecha_nacimiento"),
		FechaAfiliacion: p.optionalFecha("fecha_afiliacion"),
		Telefono:        p.optionalTexto("telefono"),
		Celular:         p.optionalTexto("celular"),
		Ciudad:          p.optionalTexto("ciudad"),
		Comuna:          p.optionalTexto("comuna"),
		Direccion:       p.optionalTexto("direccion"),
		Email:           p.optionalTexto("email"),
		Sexo:            p.optionalTexto("sexo"),
		IDGenero:        p.entero("id_genero"),
		NumeroFicha:     p.optionalTexto("numero_ficha"),
		Observaciones:   p.optionalTexto("observaciones"),
		Habilitado:      p.bit("habilitado"),
	}
	c.Unreadable = p.problems
	return c
}

// optionalFecha reads a date that may be unknown, as responses spell it; nil
// when it is absent.
func (p *params) optionalFecha(name string) *tomahora.Fecha {
	_, v, ok := p.find([]string{name})
	if !ok {
		return nil
	}
	if v.text == fechaDesconocida {
		return &tomahora.Fecha{}
	}
	f := p.fecha(name)
	if f.IsZero() {
		return nil
	}
	return &f
}

// notKeptOfPaciente are the lists a paciente's links lead to that are always
// empty here.
func notKeptOfPaciente() []string {
	return []string{
		"apoderados", "archivos", "cargas", "convenios", "devoluciones", "evoluciones", "pagos", "adicionales", "tareas", "recetas",
		"notificacionesGes",
	}
}

// pacienteLinks are in the documented order, which clients index; several have
// the rel "self" (contract §2.6). What comes after them is ours.
func pacienteLinks(root string, id tomahora.PacienteID) []link {
	self := linkTo(root, "self", "/pacientes/", int64(id))
	links := []link{self}
	for _, name := range []string{"apoderados", "archivos", "cargas"} {
		links = append(links, link{"self", self.Href + "/" + name, http.MethodGet})
	}
	for _, name := range []string{
		"citas", "convenios", "devoluciones", "evoluciones", "pagos", "tratamientos", "adicionales", "tareas", "recetas",
		"notificacionesGes", "atenciones",
	} {
		links = append(links, link{name, self.Href + "/" + name, http.MethodGet})
	}
	return links
}

// paciente is a paciente as the wire shows it. Cargas (dependants) and who
// disabled a paciente are not kept, so they show as the vendor shows "none".
func (a *api) paciente(r *http.Request, cfg *tomahora.Config, p tomahora.Paciente) *pacienteBody {
	return &pacienteBody{
		ID:              int64(p.ID),
		RUT:             p.RUT,
		TipoDocumento:   p.TipoDocumento,
		Nombre:          p.Nombre,
		NombreSocial:    p.NombreSocial,
		Apellidos:       p.Apellidos,
		FechaNacimiento: fechaOrZero(p.FechaNacimiento),
		FechaAfiliacion: fechaOrZero(p.FechaAfiliacion),
		Telefono:        p.Telefono,
		Celular:         p.Celular,
		Ciudad:          p.Ciudad,
		Comuna:          p.Comuna,
		Direccion:       p.Direccion,
		Email:           p.Email,
		Sexo:            p.Sexo,
		IDGenero:        p.IDGenero,
		NumeroFicha:     p.NumeroFicha,
		Observaciones:   p.Observaciones,
		Habilitado:      bit(p.Habilitado),
		Links:           pacienteLinks(a.BaseURL(r)+prefixOf(r), p.ID),
		FechaCreacion:   p.Creado.In(cfg.Zona()).Format(time.DateTime),
		Version:         p.Version,
	}
}

const fechaDesconocida = "0000-00-00"

// fechaOrZero spells an unknown date as the vendor's database does (contract
// §1.7).
func fechaOrZero(f tomahora.Fecha) string {
	if f.IsZero() {
		return fechaDesconocida
	}
	return f.String()
}
