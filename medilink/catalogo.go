package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

func (a *api) handleCatalogues(prefix string) {
	for _, noun := range profesionalNouns(prefix) {
		a.handle(prefix+"/"+noun, methods{http.MethodGet: a.listProfesionales})
		a.handle(prefix+"/"+noun+"/{id}", methods{http.MethodGet: a.getProfesional})
		a.handle(prefix+"/"+noun+"/{id}/contratos", methods{http.MethodGet: a.listContratos})
	}
	a.handle(prefix+"/sucursales", methods{http.MethodGet: a.listSucursales})
	a.handle(prefix+"/sucursales/{id}", methods{http.MethodGet: a.getSucursal})
	a.handle(prefix+"/sucursales/{id}/sillones", methods{http.MethodGet: a.listSillonesOfSucursal})
	a.handle(prefix+"/sillones", methods{http.MethodGet: a.listSillones})
	a.handle(prefix+"/especialidades", methods{http.MethodGet: a.listEspecialidades})
	a.handle(prefix+"/especialidades/{id}", methods{http.MethodGet: a.getEspecialidad})
	a.handle(prefix+"/prestaciones", methods{http.MethodGet: a.listPrestaciones})
	a.handle(prefix+"/prestaciones/{id}", methods{http.MethodGet: a.getPrestacion})
}

func (a *api) handleHorarios(prefix string) {
	for _, noun := range profesionalNouns(prefix) {
		own := prefix + "/" + noun + "/{id}"
		a.handle(own+"/horarios", methods{
			http.MethodGet: a.listHorariosOfProfesional, http.MethodPost: a.writes(a.createHorario), http.MethodPut: a.writes(a.replaceHorarios),
		})
		a.handle(own+"/horarios/{id_horario}", methods{http.MethodPut: a.writes(a.updateHorario), http.MethodDelete: a.writes(a.deleteHorario)})
		a.handle(own+"/horariosespeciales", methods{http.MethodGet: a.listEspeciales, http.MethodPost: a.writes(a.createEspecial)})
		a.handle(own+"/horariosespeciales/{id_especial}", methods{http.MethodPut: a.writes(a.updateEspecial), http.MethodDelete: a.writes(a.deleteEspecial)})
		a.handle(own+"/horariosbloqueados", methods{http.MethodGet: a.listBloqueosOfProfesional})
	}
	a.handle(prefix+"/horarios", methods{http.MethodGet: a.listHorarios})
	a.handle(prefix+"/horariosbloqueados", methods{http.MethodGet: a.listBloqueos, http.MethodPost: a.writes(a.createBloqueo)})
	a.handle(prefix+"/horariosbloqueados/{id}", methods{http.MethodPut: a.writes(a.updateBloqueo), http.MethodDelete: a.writes(a.deleteBloqueo)})
}

func (a *api) handleAvailability(prefix string) {
	for _, noun := range profesionalNouns(prefix) {
		a.handle(prefix+"/sucursales/{id}/"+noun+"/{id_profesional}/agendas", methods{http.MethodGet: a.getGrilla})
	}
	a.handle(prefix+"/disponibilidad", methods{http.MethodGet: a.getDisponibilidad})
	a.handle(prefix+"/horariosdisponibles", methods{http.MethodGet: a.getDisponibles})
	a.handle(prefix+"/agendas", methods{http.MethodGet: a.getAgendas})
	a.handle(prefix+"/especialidades/{id}/proxima", methods{http.MethodGet: a.getProxima})
}

// getFrom answers with one thing of the configuration, which find looks up by
// the path's id; what names it where it is unknown.
func getFrom[T any](a *api, w http.ResponseWriter, r *http.Request, p auth.Principal, what string,
	find func(*tomahora.Config, int64) (T, bool), body func(*tomahora.Config, T) any,
) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var data any
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		found, ok := find(tx.Config(), id)
		if !ok {
			return tomahora.NotFound(what)
		}
		data = body(tx.Config(), found)
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{data})
	return nil
}

// byID finds in a list of the plan.
func byID[T any](list []T, id int64, idOf func(T) int64) (T, bool) {
	for _, v := range list {
		if idOf(v) == id {
			return v, true
		}
	}
	var none T
	return none, false
}

// especialidadBody is an especialidad on the wire; habilitada is a real boolean
// here, and only here (contract §1.7).
type especialidadBody struct {
	ID             int64  `json:"id"`
	Nombre         string `json:"nombre"`
	IDTipoSucursal int    `json:"id_tipo_sucursal"` // always 1: there is one kind
	Habilitada     bool   `json:"habilitada"`
}

// listEspecialidades is GET /especialidades (contract §2.5).
func (a *api) listEspecialidades(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Especialidad]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "habilitada", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows:  inMemory(func(cfg *tomahora.Config) []tomahora.Especialidad { return cfg.Plan().Especialidades }, especialidadValue),
		valor: especialidadValue,
		body:  especialidad,
	})
}

func especialidadValue(e tomahora.Especialidad, columna string) any {
	switch columna {
	case "nombre":
		return e.Nombre
	case "habilitada":
		return int64(bit(e.Habilitada))
	default:
		return int64(e.ID)
	}
}

// getEspecialidad is GET /especialidades/{id} (contract §2.5).
func (a *api) getEspecialidad(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return getFrom(a, w, r, p, "la especialidad", func(cfg *tomahora.Config, id int64) (tomahora.Especialidad, bool) {
		return cfg.Especialidad(tomahora.EspecialidadID(id))
	}, especialidad)
}

func especialidad(_ *tomahora.Config, e tomahora.Especialidad) any {
	return especialidadBody{ID: int64(e.ID), Nombre: e.Nombre, IDTipoSucursal: 1, Habilitada: e.Habilitada}
}

// prestacionBody is a prestación on the wire (contract §2.5).
type prestacionBody struct {
	ID              int64  `json:"id"`
	Nombre          string `json:"nombre"`
	Codigo          string `json:"codigo"`
	IDCategoria     int64  `json:"id_categoria"`
	NombreCategoria string `json:"nombre_categoria"`
	Habilitado      int    `json:"habilitado"`
	Links           []link `json:"links"`
}

// listPrestaciones is GET /prestaciones (contract §2.5).
func (a *api) listPrestaciones(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Prestacion]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "codigo", tipo: colTexto, uso: buscar},
				{nombre: "id_categoria", tipo: colEntero, uso: buscar},
				{nombre: "nombre_categoria", tipo: colTexto, uso: buscar},
				{nombre: "habilitado", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows:  inMemory(func(cfg *tomahora.Config) []tomahora.Prestacion { return cfg.Plan().Prestaciones }, prestacionValue),
		valor: prestacionValue,
		body:  a.prestacion(r),
	})
}

func prestacionValue(p tomahora.Prestacion, columna string) any {
	switch columna {
	case "nombre":
		return p.Nombre
	case "codigo":
		return p.Codigo
	case "id_categoria":
		return p.IDCategoria
	case "nombre_categoria":
		return p.NombreCategoria
	case "habilitado":
		return int64(bit(p.Habilitada))
	default:
		return int64(p.ID)
	}
}

// getPrestacion is GET /prestaciones/{id} (contract §2.5).
func (a *api) getPrestacion(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return getFrom(a, w, r, p, "la prestación", func(cfg *tomahora.Config, id int64) (tomahora.Prestacion, bool) {
		return byID(cfg.Plan().Prestaciones, id, func(p tomahora.Prestacion) int64 { return int64(p.ID) })
	}, a.prestacion(r))
}

func (a *api) prestacion(r *http.Request) func(*tomahora.Config, tomahora.Prestacion) any {
	root := a.BaseURL(r) + prefixOf(r)
	return func(_ *tomahora.Config, p tomahora.Prestacion) any {
		return prestacionBody{
			ID:              int64(p.ID),
			Nombre:          p.Nombre,
			Codigo:          p.Codigo,
			IDCategoria:     p.IDCategoria,
			NombreCategoria: p.NombreCategoria,
			Habilitado:      bit(p.Habilitada),
			Links:           []link{linkTo(root, "self", "/prestaciones/", int64(p.ID))},
		}
	}
}
