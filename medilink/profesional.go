package medilink

import (
	"net/http"
	"slices"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// recursoPrefix is the version whose profesionales say whether they are a
// resource rather than a person (contract §1.1).
const recursoPrefix = "/api/v6"

// profesionalNouns are the names of the collection under a prefix: Dentalink
// says dentistas.
func profesionalNouns(prefix string) []string {
	if prefix == dentalinkPrefix {
		return []string{"profesionales", "dentistas"}
	}
	return []string{"profesionales"}
}

// profesionalBody is a profesional on the wire, in the documented order (contract
// §2.5). What is ours follows after links.
type profesionalBody struct {
	ID             int64  `json:"id"`
	RUT            string `json:"rut"`
	Nombre         string `json:"nombre"`
	Apellidos      string `json:"apellidos"`
	Celular        string `json:"celular"`
	Telefono       string `json:"telefono"`
	Ciudad         string `json:"ciudad"`
	Comuna         string `json:"comuna"`
	Direccion      string `json:"direccion"`
	Email          string `json:"email"`
	IDEspecialidad int64  `json:"id_especialidad"`
	Especialidad   string `json:"especialidad"`
	AgendaOnline   int    `json:"agenda_online"`
	EsRecurso      *int   `json:"es_recurso,omitempty"` // on v6 alone
	Intervalo      int    `json:"intervalo"`            // minutes
	Habilitado     int    `json:"habilitado"`
	Links          []link `json:"links"`
	*sucursalesBody
}

// sucursalesBody is where a dentista attends, as Dentalink tells it.
type sucursalesBody struct {
	Contratos []int64 `json:"contratos_sucursal"`
	Horarios  []int64 `json:"horarios_sucursal"` // with weekly rules
}

// dentistaBody is a profesional in Dentalink's names, beside Medilink's. It is
// absent under the prefixes that do not speak them.
type dentistaBody struct {
	ID     *int64  `json:"id_dentista,omitempty"`
	Nombre *string `json:"nombre_dentista,omitempty"`
}

func dentista(r *http.Request, p tomahora.Profesional) dentistaBody {
	if !isDentalink(r) {
		return dentistaBody{}
	}
	return dentistaBody{new(int64(p.ID)), new(p.NombreCompleto())}
}

// listProfesionales is GET /profesionales (contract §2.5).
func (a *api) listProfesionales(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Profesional]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "rut", tipo: colRUT, uso: buscar},
				{nombre: "email", tipo: colTexto, uso: buscar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "apellidos", tipo: colTexto, uso: buscar},
				{nombre: "id_especialidad", tipo: colEntero, uso: buscar},
				{nombre: "especialidad", tipo: colTexto, uso: buscar},
				{nombre: "es_recurso", tipo: colFlag, uso: buscar},
				{nombre: "habilitado", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Profesional, error) {
			cfg := tx.Config()
			return tomahora.Select(cfg.Plan().Profesionales, q, func(p tomahora.Profesional, columna string) any {
				if columna == "especialidad" {
					e, _ := cfg.Especialidad(p.IDEspecialidad)
					return e.Nombre
				}
				return profesionalValue(p, columna)
			}), nil
		},
		valor: profesionalValue,
		body:  a.profesional(r),
	})
}

func profesionalValue(p tomahora.Profesional, columna string) any {
	switch columna {
	case "rut":
		return tomahora.NormalizeRUT(p.RUT)
	case "email":
		return p.Email
	case "nombre":
		return p.Nombre
	case "apellidos":
		return p.Apellidos
	case "id_especialidad":
		return int64(p.IDEspecialidad)
	case "es_recurso":
		return int64(bit(p.EsRecurso))
	case "habilitado":
		return int64(bit(p.Habilitado))
	default:
		return int64(p.ID)
	}
}

// getProfesional is GET /profesionales/{id} (contract §2.5).
func (a *api) getProfesional(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return getFrom(a, w, r, p, "el profesional", func(cfg *tomahora.Config, id int64) (tomahora.Profesional, bool) {
		return cfg.Profesional(tomahora.ProfesionalID(id))
	}, a.profesional(r))
}

func (a *api) profesional(r *http.Request) func(*tomahora.Config, tomahora.Profesional) any {
	root, collection := a.BaseURL(r)+prefixOf(r), "/profesionales/"
	if strings.HasPrefix(r.URL.Path, prefixOf(r)+"/dentistas") {
		collection = "/dentistas/"
	}
	return func(cfg *tomahora.Config, p tomahora.Profesional) any {
		id := int64(p.ID)
		especialidad, _ := cfg.Especialidad(p.IDEspecialidad)
		body := profesionalBody{
			ID:             id,
			RUT:            p.RUT,
			Nombre:         p.Nombre,
			Apellidos:      p.Apellidos,
			Celular:        p.Celular,
			Telefono:       p.Telefono,
			Ciudad:         p.Ciudad,
			Comuna:         p.Comuna,
			Direccion:      p.Direccion,
			Email:          p.Email,
			IDEspecialidad: int64(p.IDEspecialidad),
			Especialidad:   especialidad.Nombre,
			AgendaOnline:   bit(p.AgendaOnline),
			Intervalo:      int(p.Intervalo),
			Habilitado:     bit(p.Habilitado),
			Links: []link{
				linkTo(root, "self", collection, id),
				linkBelow(root, "citas", collection, id),
				linkBelow(root, "contratos", collection, id),
			},
		}
		if prefixOf(r) == recursoPrefix {
			body.EsRecurso = new(bit(p.EsRecurso))
		}
		if isDentalink(r) {
			body.sucursalesBody = &sucursalesBody{int64s(sucursalesDe(cfg, p.ID)), int64s(sucursalesConHorario(cfg, p.ID))}
		}
		return body
	}
}

// sucursalesDe are the sucursales where a profesional attends, by ascending id.
func sucursalesDe(cfg *tomahora.Config, prof tomahora.ProfesionalID) []tomahora.SucursalID {
	ids := sucursalesConHorario(cfg, prof)
	for _, e := range cfg.Plan().Especiales {
		if e.IDProfesional == prof {
			ids = append(ids, e.IDSucursal)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// sucursalesConHorario are those where a profesional has weekly rules.
func sucursalesConHorario(cfg *tomahora.Config, prof tomahora.ProfesionalID) []tomahora.SucursalID {
	var ids []tomahora.SucursalID
	for _, h := range cfg.Plan().Horarios {
		if h.IDProfesional == prof {
			ids = append(ids, h.IDSucursal)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// contratoBody says that a profesional attends at a sucursal (contract §2.5).
type contratoBody struct {
	IDProfesional     int64  `json:"id_profesional"`
	NombreProfesional string `json:"nombre_profesional"`
	IDSucursal        int64  `json:"id_sucursal"`
	NombreSucursal    string `json:"nombre_sucursal"`
	Habilitado        int    `json:"habilitado"`
	dentistaBody
}

// listContratos is GET /profesionales/{id}/contratos: the sucursales where a
// profesional attends.
func (a *api) listContratos(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	prof := tomahora.ProfesionalID(id)
	return serveList(a, w, r, p, lista[tomahora.SucursalID]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar | ordenar, de: "id"},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.SucursalID, error) {
			if err := checkProfesional(tx.Config(), prof); err != nil {
				return nil, err
			}
			return tomahora.Select(sucursalesDe(tx.Config(), prof), q, contratoValue), nil
		},
		valor: contratoValue,
		body: func(cfg *tomahora.Config, suc tomahora.SucursalID) any {
			profesional, _ := cfg.Profesional(prof)
			sucursal, _ := cfg.Sucursal(suc)
			return contratoBody{
				IDProfesional:     int64(prof),
				NombreProfesional: profesional.NombreCompleto(),
				dentistaBody:      dentista(r, profesional),
				IDSucursal:        int64(suc),
				NombreSucursal:    sucursal.Nombre,
				Habilitado:        1,
			}
		},
	})
}

// contratoValue is the id of the sucursal, which is what tells contratos apart.
func contratoValue(suc tomahora.SucursalID, _ string) any { return int64(suc) }
