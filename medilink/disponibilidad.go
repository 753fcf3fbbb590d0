package medilink

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

const (
	// maxDiasOferta is the longest range of dates, in days.
	maxDiasOferta = 62
	// diasOferta is how many days are looked at when nobody says until when.
	diasOferta = 14
	// maxOfertas is how many hours may be asked for at once, ofertas how many are
	// shown when nobody says.
	maxOfertas, ofertas = 5000, 100
)

const (
	whyDiasSemana = "debe ser una lista de días entre 1 (lunes) y 7 (domingo)"
	whyOrden      = "debe ser pronto o repartido"
	whyHastaDesde = "debe ser posterior a hora_desde"
)

// ofertaBody is a free hour that can be sent back as it is, with a paciente, to
// book it.
type ofertaBody struct {
	IDProfesional     int64              `json:"id_profesional"`
	NombreProfesional string             `json:"nombre_profesional"`
	IDSucursal        int64              `json:"id_sucursal"`
	NombreSucursal    string             `json:"nombre_sucursal"`
	IDSillon          int64              `json:"id_sillon"` // the lowest free lane
	Fecha             string             `json:"fecha"`
	HoraInicio        string             `json:"hora_inicio"`
	HoraFin           string             `json:"hora_fin"`
	Duracion          int                `json:"duracion"`
	Videoconsulta     int                `json:"videoconsulta"`
	Sillones          []int64            `json:"sillones"` // all lanes that are free
	Modalidad         tomahora.Modalidad `json:"modalidad"`
	dentistaBody
}

// getDisponibilidad is GET /disponibilidad, beyond the vendor: free hours of many
// profesionales at many sucursales in one call.
func (a *api) getDisponibilidad(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	b, especialidad, err := readOferta(r)
	if err != nil {
		return err
	}
	var cfg *tomahora.Config
	var libres []agenda.Libre
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		cfg = tx.Config()
		b, err := completed(tx, b, especialidad)
		if err != nil {
			return err
		}
		libres, err = agenda.Libres(tx, b)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{ofertasDe(r, cfg, libres)})
	return nil
}

// readOferta reads what is asked; ids and dates may be left out.
func readOferta(r *http.Request) (b agenda.Busqueda, especialidad tomahora.EspecialidadID, err error) {
	q := params{fields: queryFields(r)}
	for _, id := range q.ids("ids_profesional", "ids_dentista") {
		b.Profesionales = append(b.Profesionales, tomahora.ProfesionalID(id))
	}
	especialidad = tomahora.EspecialidadID(q.id("id_especialidad"))
	for _, id := range q.ids("ids_sucursal") {
		b.Sucursales = append(b.Sucursales, tomahora.SucursalID(id))
	}
	b.Desde, b.Hasta = q.fecha("fecha_inicio"), q.fecha("fecha_fin")
	b.Duracion = q.largo("duracion")
	b.Videoconsulta = q.bit("videoconsulta")
	b.Horas = q.horas("hora_desde", "hora_hasta")
	b.Dias = q.diasSemana("dias")
	b.Limite = q.cuantos("limite", ofertas, maxOfertas)
	b.Repartido = q.uno("orden", whyOrden, "pronto", "repartido") == "repartido"
	b.Futuras = true
	return b, especialidad, q.err()
}

// completed is a search with what was left out, judged by what the clinic has.
func completed(tx tomahora.Tx, b agenda.Busqueda, especialidad tomahora.EspecialidadID) (agenda.Busqueda, error) {
	cfg := tx.Config()
	if err := checkBusqueda(cfg, b); err != nil {
		return b, err
	}
	if _, ok := cfg.Especialidad(especialidad); !ok && especialidad != 0 {
		return b, tomahora.NotFound("la especialidad")
	}
	if b.Sucursales == nil {
		for _, s := range cfg.Plan().Sucursales {
			b.Sucursales = append(b.Sucursales, s.ID)
		}
	}
	asked := b.Profesionales
	b.Profesionales = nil
	for _, p := range cfg.Plan().Profesionales {
		if (asked == nil || slices.Contains(asked, p.ID)) && (especialidad == 0 || p.IDEspecialidad == especialidad) {
			b.Profesionales = append(b.Profesionales, p.ID)
		}
	}
	if b.Desde.IsZero() {
		b.Desde = today(tx, b.Sucursales)
	}
	if b.Hasta.IsZero() {
		b.Hasta = b.Desde.AddDays(diasOferta - 1)
	}
	return b, checkRango(b.Desde, b.Hasta, maxDiasOferta)
}

// today is the date where it is still the earliest.
func today(tx tomahora.Tx, sucursales []tomahora.SucursalID) tomahora.Fecha {
	first := tomahora.FechaOf(tx.Now(), tx.Config().Zona())
	for _, id := range sucursales {
		if f := tomahora.FechaOf(tx.Now(), tx.Config().ZonaDe(id)); f.Before(first) {
			first = f
		}
	}
	return first
}

// ofertasDe are free hours as the wire shows them; never null.
func ofertasDe(r *http.Request, cfg *tomahora.Config, libres []agenda.Libre) []ofertaBody {
	list := make([]ofertaBody, len(libres))
	for i, l := range libres {
		list[i] = oferta(r, cfg, l)
	}
	return list
}

func oferta(r *http.Request, cfg *tomahora.Config, l agenda.Libre) ofertaBody {
	place := l.Espacio
	profesional, _ := cfg.Profesional(place.IDProfesional)
	sucursal, _ := cfg.Sucursal(place.IDSucursal)
	return ofertaBody{
		IDProfesional:     int64(place.IDProfesional),
		NombreProfesional: profesional.NombreCompleto(),
		IDSucursal:        int64(place.IDSucursal),
		NombreSucursal:    sucursal.Nombre,
		IDSillon:          int64(place.IDSillon),
		Fecha:             place.Fecha.String(),
		HoraInicio:        place.Rango.Inicio.String(),
		HoraFin:           place.Rango.Fin.String(),
		Duracion:          int(place.Rango.Duracion()),
		Videoconsulta:     bit(l.Videoconsulta),
		Sillones:          int64s(l.Sillones),
		Modalidad:         l.Modalidad,
		dentistaBody:      dentista(r, profesional),
	}
}

// horas reads the hours between which a place must lie; the zero range when
// neither end is given.
func (p *params) horas(desde, hasta string) tomahora.Rango {
	inicio, fin := p.hora(desde), p.horaFin(hasta)
	if inicio == nil && fin == nil {
		return tomahora.Rango{}
	}
	r := tomahora.Rango{Fin: tomahora.FinDelDia}
	set(&r.Inicio, inicio)
	set(&r.Fin, fin)
	if r.IsEmpty() {
		p.reject([]string{hasta}, hasta, whyHastaDesde)
	}
	return r
}

// diasSemana reads days of the week; nil when absent.
func (p *params) diasSemana(name string) []tomahora.Dia {
	var dias []tomahora.Dia
	for _, n := range p.ids(name) {
		if n > int64(tomahora.Domingo) {
			p.reject([]string{name}, name, whyDiasSemana)
			return nil
		}
		dias = append(dias, tomahora.Dia(n))
	}
	return dias
}

// cuantos reads how many are wanted.
func (p *params) cuantos(name string, fallback, most int) int {
	n := p.entero(name)
	switch {
	case n == nil:
		return fallback
	case *n < 1 || *n > most:
		p.reject([]string{name}, name, fmt.Sprintf("debe ser un número entero entre 1 y %d", most))
	}
	return *n
}

// uno reads one of some words; "" when absent.
func (p *params) uno(name, why string, words ...string) string {
	sent, v, ok := p.find([]string{name})
	if ok && !slices.Contains(words, v.text) {
		p.reject([]string{name}, sent, why)
	}
	return v.text
}
