package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
)

// dentalinkPrefix is the version that speaks Dentalink's names, too.
const dentalinkPrefix = "/api/v1"

// isDentalink tells whether a request came to /api/v1, which speaks Dentalink's
// names too (contract §1.1).
func isDentalink(r *http.Request) bool { return prefixOf(r) == dentalinkPrefix }

// medilinkName is what Medilink calls a parameter that Dentalink names.
func medilinkName(name string, dentalink bool) string {
	switch {
	case dentalink && name == "id_dentista":
		return "id_profesional"
	case dentalink && name == "id_tratamiento":
		return "id_atencion"
	default:
		return name
	}
}

// translate gives the parameters that Dentalink names Medilink's names, where
// those are absent.
func (f fields) translate() {
	for name, v := range f {
		if known := medilinkName(name, true); known != name && f[known].isAbsent() {
			f[known] = v
		}
	}
}

// citaDentalink is what a cita has more on /api/v1 (contract §2.1). Its typed
// clients demand every attribute, none of them null.
type citaDentalink struct {
	NombreSocialPaciente  string `json:"nombre_social_paciente"`
	EstadoConfirmacion    int    `json:"estado_confirmacion"`
	IDTratamiento         int64  `json:"id_tratamiento"`
	TratamientoSinAsignar int    `json:"tratamiento_sin_asignar"`
	IDDentista            int64  `json:"id_dentista"`
	NombreDentista        string `json:"nombre_dentista"`
	MotivoAtencion        string `json:"motivo_atencion"`
	IDLugarAtencion       int64  `json:"id_lugar_atencion"`
	NombreLugarAtencion   string `json:"nombre_lugar_atencion"`
}

// dentalinkCita says in Dentalink's names what a cita says in Medilink's. A cita
// always has its atención, and is attended where its sucursal is.
func dentalinkCita(c *citaBody) *citaDentalink {
	return &citaDentalink{
		EstadoConfirmacion:  bit(tomahora.EstadoID(c.IDEstado).Confirmado()),
		IDTratamiento:       c.IDAtencion,
		IDDentista:          c.IDProfesional,
		NombreDentista:      c.NombreProfesional,
		IDLugarAtencion:     c.IDSucursal,
		NombreLugarAtencion: c.NombreSucursal,
	}
}

// atencionDentalink is what an atención has more on /api/v1.
type atencionDentalink struct {
	IDDentista     int64  `json:"id_dentista"`
	NombreDentista string `json:"nombre_dentista"`
}
