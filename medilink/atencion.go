package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// atencionBody is an atención on the wire (contract §2.7). Money is outside the
// product, so its fields are 0.
type atencionBody struct {
	ID                  int64  `json:"id"`
	Nombre              string `json:"nombre"`
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
	Total               int    `json:"total"`
	Abonado             int    `json:"abonado"`
	AbonoLibre          int    `json:"abono_libre"`
	Deuda               int    `json:"deuda"`
	AsignadoRealizado   int    `json:"asignado_realizado"`
	AsignadoSinRealizar int    `json:"asignado_sin_realizar"`
	TotalRealizado      int    `json:"total_realizado"`
	Links               []link `json:"links"`
}

// getAtencion is GET /atenciones/{id} (contract §2.7).
func (a *api) getAtencion(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var cfg *tomahora.Config
	var atencion tomahora.Atencion
	var paciente tomahora.Paciente
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		if atencion, err = tx.Atenciones().Get(tomahora.AtencionID(id)); err != nil {
			return err
		}
		paciente, err = tx.Pacientes().Get(atencion.IDPaciente)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{a.atencion(r, cfg, atencion, paciente)})
	return nil
}

// atencion is an atención as the wire shows it.
func (a *api) atencion(r *http.Request, cfg *tomahora.Config, at tomahora.Atencion, p tomahora.Paciente) *atencionBody {
	profesional, _ := cfg.Profesional(at.IDProfesional)
	sucursal, _ := cfg.Sucursal(at.IDSucursal)
	return &atencionBody{
		ID:                int64(at.ID),
		Nombre:            at.Nombre,
		NombreTipo:        string(at.Tipo),
		Fecha:             at.Fecha.String(),
		Finalizado:        bit(at.Finalizado),
		Bloqueado:         bit(at.Bloqueado),
		IDPaciente:        int64(at.IDPaciente),
		NombrePaciente:    p.NombreCompleto(),
		IDProfesional:     int64(at.IDProfesional),
		NombreProfesional: profesional.NombreCompleto(),
		IDSucursal:        int64(at.IDSucursal),
		NombreSucursal:    sucursal.Nombre,
		Links:             []link{linkTo(a.BaseURL(r)+prefixOf(r), "self", "/atenciones/", int64(at.ID))},
	}
}
