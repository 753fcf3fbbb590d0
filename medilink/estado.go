package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

// estadoBody is an estado of citas on the wire (contract §2.2).
type estadoBody struct {
	ID         int64  `json:"id"`
	Nombre     string `json:"nombre"`
	Color      string `json:"color"`
	Reservado  int    `json:"reservado"`
	Anulacion  int    `json:"anulacion"`
	UsoInterno int    `json:"uso_interno"`
	Habilitado int    `json:"habilitado"`
	Links      []link `json:"links"`
}

// listEstados is GET /citas/estados (contract §2.2).
func (a *api) listEstados(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, lista[tomahora.Estado]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "nombre", tipo: colTexto, uso: buscar},
				{nombre: "reservado", tipo: colFlag, uso: buscar},
				{nombre: "anulacion", tipo: colFlag, uso: buscar},
				{nombre: "uso_interno", tipo: colFlag, uso: buscar},
				{nombre: "habilitado", tipo: colFlag, uso: buscar},
			},
			orden: masNueva(),
		},
		rows:  inMemory(func(cfg *tomahora.Config) []tomahora.Estado { return cfg.Plan().Estados }, estadoValue),
		valor: estadoValue,
		body:  func(_ *tomahora.Config, e tomahora.Estado) any { return a.estado(r, e) },
	})
}

// estadoValue is an estado's value of a column; "estado" is its name, too.
func estadoValue(e tomahora.Estado, columna string) any {
	switch columna {
	case "nombre", "estado":
		return e.Nombre
	case "reservado":
		return int64(bit(e.Reservado))
	case "anulacion":
		return int64(bit(e.Anulacion))
	case "uso_interno":
		return int64(bit(e.UsoInterno))
	case "habilitado":
		return int64(bit(e.Habilitado))
	default:
		return int64(e.ID)
	}
}

// getEstado is GET /citas/estados/{id} (contract §2.2).
func (a *api) getEstado(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	var estado tomahora.Estado
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		var ok bool
		if estado, ok = tx.Config().Estado(tomahora.EstadoID(id)); !ok {
			return tomahora.NotFound("el estado")
		}
		return nil
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{a.estado(r, estado)})
	return nil
}

// createEstado is POST /citas/estados (contract §2.2).
func (a *api) createEstado(r *http.Request, p auth.Principal, f fields) (change, error) {
	wanted, err := f.estado()
	if err != nil {
		return nil, err
	}
	return func(tx tomahora.Tx) (answer, error) {
		estado, err := agenda.CrearEstado(tx, p.Actor(), wanted)
		return answer{code: http.StatusCreated, data: a.estado(r, estado)}, err
	}, nil
}

// estado reads the parameters of a new estado: nombre and anulacion are
// required, a color is not.
func (f fields) estado() (tomahora.Estado, error) {
	p := params{fields: f}
	e := tomahora.Estado{Nombre: p.texto("nombre"), Color: p.texto("color")}
	anulacion := p.bit("anulacion")
	p.require("nombre")
	p.require("anulacion")
	if len(p.problems) > 0 {
		return tomahora.Estado{}, p.problems
	}
	e.Anulacion = *anulacion
	return e, nil
}

// estado is an estado as the wire shows it.
func (a *api) estado(r *http.Request, e tomahora.Estado) *estadoBody {
	return &estadoBody{
		ID:         int64(e.ID),
		Nombre:     e.Nombre,
		Color:      e.Color,
		Reservado:  bit(e.Reservado),
		Anulacion:  bit(e.Anulacion),
		UsoInterno: bit(e.UsoInterno),
		Habilitado: bit(e.Habilitado),
		Links:      []link{linkTo(a.BaseURL(r)+prefixOf(r), "self", "/citas/estados/", int64(e.ID))},
	}
}
