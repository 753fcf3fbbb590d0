package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
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
}

// getPaciente is GET /pacientes/{id} (contract §2.6).
func (a *api) getPaciente(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var paciente tomahora.Paciente
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		paciente, err = tx.Pacientes().Get(tomahora.PacienteID(id))
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{a.paciente(r, paciente)})
	return nil
}

// paciente is a paciente as the wire shows it. Cargas (dependants) and who
// disabled a paciente are not kept, so they show as the vendor shows "none".
func (a *api) paciente(r *http.Request, p tomahora.Paciente) *pacienteBody {
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
		Links:           []link{linkTo(a.BaseURL(r)+prefixOf(r), "self", "/pacientes/", int64(p.ID))},
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
