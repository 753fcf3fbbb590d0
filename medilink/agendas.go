package medilink

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

const (
	// diasAgendas is how far ahead the next free places are looked for.
	diasAgendas = 60
	// placesProxima is how many free places of an especialidad are shown.
	placesProxima = 10
)

// libreBody is a free place, in the vendor's shape of an agenda's entry: nobody
// is in it (contract §2.3 c). What is ours follows after id_recurso.
type libreBody struct {
	IDPaciente        int64              `json:"id_paciente"`
	NombrePaciente    string             `json:"nombre_paciente"`
	HoraInicio        string             `json:"hora_inicio"`
	HoraFin           string             `json:"hora_fin"`
	Duracion          int                `json:"duracion"`
	IDProfesional     int64              `json:"id_profesional"`
	NombreProfesional string             `json:"nombre_profesional"`
	IDSucursal        int64              `json:"id_sucursal"`
	Fecha             string             `json:"fecha"` // DD/MM/YYYY, here only
	IDRecurso         int64              `json:"id_recurso"`
	NombreRecurso     string             `json:"nombre_recurso"`
	Modalidad         tomahora.Modalidad `json:"modalidad"`
	dentistaBody
}

// getAgendas is GET /agendas: free places of a sucursal, those of one day or the
// next ones (contract §2.3 c). It never shows a cita.
func (a *api) getAgendas(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	q, err := queryParams(r)
	if err != nil {
		return err
	}
	b := agenda.Busqueda{
		Sucursales: []tomahora.SucursalID{tomahora.SucursalID(q.id("id_sucursal"))},
		Desde:      q.fecha("fecha"),
		Duracion:   q.largo("duracion"),
		Futuras:    true,
	}
	profesional := tomahora.ProfesionalID(q.id("id_profesional", "id_dentista"))
	especialidad := tomahora.EspecialidadID(q.id("id_especialidad"))
	q.require("id_sucursal")
	if err := q.err(); err != nil {
		return err
	}
	fallback := defaultLimit
	if b.Hasta = b.Desde; !b.Desde.IsZero() {
		fallback = 0 // the whole day
	}
	if b.Limite, err = readLimit(r, fallback); err != nil {
		return err
	}
	var cfg *tomahora.Config
	var libres []agenda.Libre
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		quienes := func(p tomahora.Profesional) bool {
			return (profesional == 0 || p.ID == profesional) && (especialidad == 0 || p.IDEspecialidad == especialidad)
		}
		libres, err = libresDe(tx, b, quienes)
		return err
	})
	if err != nil {
		return err
	}
	a.writeLibres(w, r, cfg, libres)
	return nil
}

// getProxima is GET /especialidades/{id}/proxima: the soonest free places of who
// practises an especialidad, at one sucursal or at all (contract §2.3 d).
func (a *api) getProxima(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	q, err := queryParams(r)
	if err != nil {
		return err
	}
	especialidad, sucursal := tomahora.EspecialidadID(id), tomahora.SucursalID(q.id("id_sucursal"))
	if err := q.err(); err != nil {
		return err
	}
	var cfg *tomahora.Config
	var libres []agenda.Libre
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		cfg, libres = tx.Config(), nil
		if _, ok := cfg.Especialidad(especialidad); !ok {
			return tomahora.NotFound("la especialidad")
		}
		quienes := func(p tomahora.Profesional) bool { return p.IDEspecialidad == especialidad }
		for _, s := range cfg.Plan().Sucursales {
			if sucursal != 0 && s.ID != sucursal {
				continue
			}
			found, err := libresDe(tx, agenda.Busqueda{Sucursales: []tomahora.SucursalID{s.ID}, Futuras: true, Limite: placesProxima}, quienes)
			if err != nil {
				return err
			}
			libres = append(libres, found...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	a.writeLibres(w, r, cfg, soonest(libres, placesProxima))
	return nil
}

// libresDe finds the free places of some profesionales at the one sucursal of the
// Busqueda, from today on where it names no date. Who is unknown has none, as a
// filter that nothing passes.
func libresDe(tx tomahora.Tx, b agenda.Busqueda, quienes func(tomahora.Profesional) bool) ([]agenda.Libre, error) {
	cfg, suc := tx.Config(), b.Sucursales[0]
	if _, ok := cfg.Sucursal(suc); !ok {
		return nil, nil
	}
	for _, p := range cfg.Plan().Profesionales {
		if p.Habilitado && quienes(p) && cfg.Atiende(p.ID, suc) {
			b.Profesionales = append(b.Profesionales, p.ID)
		}
	}
	if len(b.Profesionales) == 0 {
		return nil, nil
	}
	if b.Desde.IsZero() {
		b.Desde = tomahora.FechaOf(tx.Now(), cfg.ZonaDe(suc))
		b.Hasta = b.Desde.AddDays(diasAgendas - 1)
	}
	return agenda.Libres(tx, b)
}

// soonest are the first places of several sucursales.
func soonest(libres []agenda.Libre, limit int) []agenda.Libre {
	slices.SortStableFunc(libres, func(a, b agenda.Libre) int {
		return cmp.Or(
			cmp.Compare(a.Espacio.Fecha.String(), b.Espacio.Fecha.String()),
			cmp.Compare(a.Espacio.Rango.Inicio, b.Espacio.Rango.Inicio),
			cmp.Compare(a.Espacio.IDProfesional, b.Espacio.IDProfesional),
		)
	})
	return libres[:min(limit, len(libres))]
}

func (a *api) writeLibres(w http.ResponseWriter, r *http.Request, cfg *tomahora.Config, libres []agenda.Libre) {
	data := make([]any, len(libres))
	for i, l := range libres {
		data[i] = libre(r, cfg, l)
	}
	writeJSON(w, http.StatusOK, listBody{Data: data, Links: pageLinks{Current: a.BaseURL(r) + r.URL.RequestURI()}})
}

// libre is a free place as the wire shows it.
func libre(r *http.Request, cfg *tomahora.Config, l agenda.Libre) libreBody {
	place := l.Espacio
	profesional, _ := cfg.Profesional(place.IDProfesional)
	sillon, _ := cfg.Sillon(place.IDSillon)
	return libreBody{
		HoraInicio:        place.Rango.Inicio.String(),
		HoraFin:           place.Rango.Fin.String(),
		Duracion:          int(place.Rango.Duracion()),
		IDProfesional:     int64(place.IDProfesional),
		NombreProfesional: profesional.NombreCompleto(),
		dentistaBody:      dentista(r, profesional),
		IDSucursal:        int64(place.IDSucursal),
		Fecha:             fechaChilena(place.Fecha),
		IDRecurso:         int64(place.IDSillon),
		NombreRecurso:     sillon.Nombre,
		Modalidad:         l.Modalidad,
	}
}

// fechaChilena is DD/MM/YYYY.
func fechaChilena(f tomahora.Fecha) string {
	return fmt.Sprintf("%02d/%02d/%04d", f.Day, f.Month, f.Year)
}
