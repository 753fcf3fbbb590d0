package web

import "github.com/tomahora/tomahora"

// estadoKind is which of the kinds of estado one is, by which it is drawn: each
// has a colour and an icon of its own.
func estadoKind(e tomahora.Estado) string {
	known := map[tomahora.EstadoID]string{
		estadoAtendido: "atendido", estadoConfirmado: "confirmado", 11: "confirmado", estadoEnEspera: "en-espera", estadoAtendiendose: "atendiendose",
		tomahora.EstadoNoConfirmado: "no-confirmado", estadoNoAsiste: "no-asiste", 12: "notificado", 18: "notificado", 13: "en-linea",
	}
	switch kind, ok := known[e.ID]; {
	case ok:
		return kind
	case e.Anulacion:
		return "anulado"
	default:
		return "propio"
	}
}

// The estados that one click leads to (contract §2.2).
const (
	estadoAtendido     tomahora.EstadoID = 2
	estadoConfirmado   tomahora.EstadoID = 3
	estadoEnEspera     tomahora.EstadoID = 5
	estadoAtendiendose tomahora.EstadoID = 6
	estadoNoAsiste     tomahora.EstadoID = 8
)

// estadoIcons are the icons of the kinds of estado.
func estadoIcons() map[string]string {
	return map[string]string{
		"no-confirmado": "circle", "confirmado": "check", "notificado": "bell", "en-espera": "armchair", "atendiendose": "play",
		"atendido": "check-check", "no-asiste": "slash", "anulado": "x", "en-linea": "globe", "propio": "tag",
	}
}

// estadoShown is an estado as pages show it.
type estadoShown struct {
	ID        tomahora.EstadoID `json:"id"`
	Nombre    string            `json:"nombre"`
	Kind      string            `json:"tipo"`
	Icon      string            `json:"icono"`
	Anulacion bool              `json:"anulacion"`
	CanBeSet  bool              `json:"elegible"` // by people
}

func showEstado(e tomahora.Estado) estadoShown {
	kind := estadoKind(e)
	return estadoShown{e.ID, e.Nombre, kind, estadoIcons()[kind], e.Anulacion, e.Habilitado && !e.UsoInterno}
}

// showEstados are all estados of a clinic.
func showEstados(cfg *tomahora.Config) []estadoShown {
	var list []estadoShown
	for _, e := range cfg.Plan().Estados {
		list = append(list, showEstado(e))
	}
	return list
}
