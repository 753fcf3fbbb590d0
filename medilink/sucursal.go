package medilink

import (
	"maps"
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// sucursalBody is a sucursal on the wire (contract §2.5).
type sucursalBody struct {
	ID         int64  `json:"id"`
	Nombre     string `json:"nombre"`
	Telefono   string `json:"telefono"`
	Ciudad     string `json:"ciudad"`
	Comuna     string `json:"comuna"`
	Direccion  string `json:"direccion"`
	Habilitada int    `json:"habilitada"`
	Links      []link `json:"links"`
}

// listSucursales is GET /sucursales (contract §2.5).
func (a *api) listSucursales(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Sucursal]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "habilitada", tipo: colFlag, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows:  inMemory(func(cfg *tomahora.Config) []tomahora.Sucursal { return cfg.Plan().Sucursales }, sucursalValue),
		valor: sucursalValue,
		body:  a.sucursal(r),
	})
}

func sucursalValue(s tomahora.Sucursal, columna string) any {
	switch columna {
	case "nombre":
		return s.Nombre
	case "habilitada":
		return int64(bit(s.Habilitada))
	default:
		return int64(s.ID)
	}
}

// getSucursal is GET /sucursales/{id} (contract §2.5).
func (a *api) getSucursal(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return getFrom(a, w, r, p, "la sucursal", func(cfg *tomahora.Config, id int64) (tomahora.Sucursal, bool) {
		return cfg.Sucursal(tomahora.SucursalID(id))
	}, a.sucursal(r))
}

func (a *api) sucursal(r *http.Request) func(*tomahora.Config, tomahora.Sucursal) any {
	root := a.BaseURL(r) + prefixOf(r)
	return func(_ *tomahora.Config, s tomahora.Sucursal) any {
		id := int64(s.ID)
		return sucursalBody{
			ID:         id,
			Nombre:     s.Nombre,
			Telefono:   s.Telefono,
			Ciudad:     s.Ciudad,
			Comuna:     s.Comuna,
			Direccion:  s.Direccion,
			Habilitada: bit(s.Habilitada),
			Links: []link{
				linkTo(root, "self", "/sucursales/", id),
				linkBelow(root, "citas", "/sucursales/", id),
				linkBelow(root, "sillones", "/sucursales/", id),
			},
		}
	}
}

// linkBelow points to what belongs to something: "/sucursales/1/citas".
func linkBelow(root, rel, collection string, id int64) link {
	l := linkTo(root, rel, collection, id)
	l.Href += "/" + rel
	return l
}

// sillonBody is a sillón on the wire (contract §2.5).
type sillonBody struct {
	ID     int64  `json:"id"`
	Nombre string `json:"nombre"`
	Links  []link `json:"links"`
}

// listSillones is GET /sillones: the Sobrecupo is one of them, since citas are
// booked on it.
func (a *api) listSillones(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, listaSillones(func(cfg *tomahora.Config) ([]tomahora.SillonID, error) {
		ids := []tomahora.SillonID{tomahora.Sobrecupo}
		for _, s := range cfg.Plan().Sillones {
			ids = append(ids, s.ID)
		}
		return ids, nil
	}))
}

// listSillonesOfSucursal is GET /sucursales/{id}/sillones: the lanes that the
// horarios of a sucursal use, and the Sobrecupo.
func (a *api) listSillonesOfSucursal(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	suc := tomahora.SucursalID(id)
	return serveList(a, w, r, p, listaSillones(func(cfg *tomahora.Config) ([]tomahora.SillonID, error) {
		if _, ok := cfg.Sucursal(suc); !ok {
			return nil, tomahora.NotFound("la sucursal")
		}
		used := map[tomahora.SillonID]bool{tomahora.Sobrecupo: true}
		for _, j := range jornadasAt(cfg, suc) {
			for _, id := range j.Sillones {
				used[id] = true
			}
		}
		return slices.Collect(maps.Keys(used)), nil
	}))
}

// jornadasAt are the working ranges of a sucursal, weekly and special.
func jornadasAt(cfg *tomahora.Config, suc tomahora.SucursalID) []tomahora.Jornada {
	var jornadas []tomahora.Jornada
	for _, h := range cfg.Plan().Horarios {
		if h.IDSucursal == suc && !h.Jornada.Rango.IsEmpty() {
			jornadas = append(jornadas, h.Jornada)
		}
	}
	for _, e := range cfg.Plan().Especiales {
		if e.IDSucursal == suc && !e.Jornada.Rango.IsEmpty() {
			jornadas = append(jornadas, e.Jornada)
		}
	}
	return jornadas
}

func listaSillones(ids func(*tomahora.Config) ([]tomahora.SillonID, error)) lista[tomahora.Sillon] {
	return lista[tomahora.Sillon]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
			},
			orden: masAntigua(),
		},
		rows: func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Sillon, error) {
			list, err := ids(tx.Config())
			if err != nil {
				return nil, err
			}
			sillones := make([]tomahora.Sillon, len(list))
			for i, id := range list {
				sillones[i], _ = tx.Config().Sillon(id)
			}
			return tomahora.Select(sillones, q, sillonValue), nil
		},
		valor: sillonValue,
		body: func(_ *tomahora.Config, s tomahora.Sillon) any {
			return sillonBody{ID: int64(s.ID), Nombre: s.Nombre, Links: []link{}}
		},
	}
}

func sillonValue(s tomahora.Sillon, columna string) any {
	if columna == "nombre" {
		return s.Nombre
	}
	return int64(s.ID)
}
