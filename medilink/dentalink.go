package medilink

import "net/http"

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
