package mcp

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

const (
	fewHoras     = 5  // how many free hours are shown unless more are asked for
	manyHoras    = 20 // how many are shown at most: nobody reads more aloud
	usualDias    = 14 // how far a search goes unless it says
	longestDias  = 62
	manyAtienden = 50 // of how many who attend an assistant is told
	whyFecha     = "debe tener la forma AAAA-MM-DD y existir"
	whyHora      = "debe tener la forma HH:MM"
	whyMinutos   = "debe ser un número de minutos entre 1 y 1440"
	minutesOfDay = 24 * 60
)

type horasIn struct {
	Especialidad  string `json:"especialidad,omitempty"   jsonschema:"nombre de la especialidad, sin importar tildes ni mayúsculas"`
	IDProfesional int64  `json:"id_profesional,omitempty" jsonschema:"solo de este profesional"`
	IDSucursal    int64  `json:"id_sucursal,omitempty"    jsonschema:"solo en esta sucursal"`
	Desde         string `json:"desde,omitempty"          jsonschema:"primera fecha, AAAA-MM-DD; si no se dice, hoy"`
	Hasta         string `json:"hasta,omitempty"          jsonschema:"última fecha, AAAA-MM-DD, hasta 62 días después"`
	Duracion      int    `json:"duracion,omitempty"       jsonschema:"minutos, un múltiplo del intervalo del profesional; si no se dice, un intervalo"`
	Limite        int    `json:"limite,omitempty"         jsonschema:"cuántas horas, de 1 a 20; si no se dice, 5"`
}

// horaOut is a free hour, in the words that reservar_hora and agendar take.
type horaOut struct {
	IDProfesional int64              `json:"id_profesional"`
	Profesional   string             `json:"profesional"`
	IDSucursal    int64              `json:"id_sucursal"`
	Sucursal      string             `json:"sucursal"`
	IDSillon      int64              `json:"id_sillon"`
	Fecha         string             `json:"fecha"`
	Dia           string             `json:"dia"` // assistants get weekdays wrong
	HoraInicio    string             `json:"hora_inicio"`
	Duracion      int                `json:"duracion"`
	Modalidad     tomahora.Modalidad `json:"modalidad"`
}

// atiendeOut is who attends somewhere.
type atiendeOut struct {
	IDProfesional int64  `json:"id_profesional"`
	Profesional   string `json:"profesional"`
	Especialidad  string `json:"especialidad"`
	IDSucursal    int64  `json:"id_sucursal"`
	Sucursal      string `json:"sucursal"`
}

type horasOut struct {
	Horas    []horaOut    `json:"horas"`
	Atienden []atiendeOut `json:"atienden"` // whom the filters let through
	HayMas   bool         `json:"atienden_mas,omitempty"`
}

// buscarHoras finds the soonest free hours, over all sucursales.
func buscarHoras(tx tomahora.Tx, _ tomahora.Actor, in horasIn) (any, error) {
	cfg := tx.Config()
	desde, hasta, limite, err := in.read(tomahora.FechaOf(tx.Now(), cfg.Zona()))
	if err != nil {
		return nil, err
	}
	profesionales, err := in.profesionales(cfg)
	if err != nil {
		return nil, err
	}
	out := horasOut{Horas: []horaOut{}, Atienden: []atiendeOut{}}
	b := agenda.Busqueda{Desde: desde, Hasta: hasta, Duracion: tomahora.Duracion(in.Duracion), Futuras: true, Limite: limite}
	for _, s := range cfg.Plan().Sucursales {
		if !s.Habilitada || in.IDSucursal != 0 && s.ID != tomahora.SucursalID(in.IDSucursal) {
			continue
		}
		b.Sucursales = append(b.Sucursales, s.ID)
		for _, p := range profesionales {
			if cfg.Atiende(p.ID, s.ID) {
				especialidad, _ := cfg.Especialidad(p.IDEspecialidad)
				out.Atienden = append(out.Atienden, atiendeOut{int64(p.ID), p.NombreCompleto(), especialidad.Nombre, int64(s.ID), s.Nombre})
			}
		}
	}
	for _, p := range profesionales {
		b.Profesionales = append(b.Profesionales, p.ID)
	}
	libres, err := agenda.Libres(tx, b)
	if err != nil {
		return nil, err
	}
	if out.HayMas = len(out.Atienden) > manyAtienden; out.HayMas {
		out.Atienden = out.Atienden[:manyAtienden]
	}
	for _, l := range libres {
		out.Horas = append(out.Horas, newHora(cfg, l))
	}
	return out, nil
}

// read reads what a search says, with its usual values for what it leaves out.
func (in horasIn) read(today tomahora.Fecha) (desde, hasta tomahora.Fecha, limite int, err error) {
	var r reader
	desde = cmp.Or(r.fecha("desde", in.Desde), today)
	hasta = cmp.Or(r.fecha("hasta", in.Hasta), desde.AddDays(usualDias-1))
	limite = cmp.Or(in.Limite, fewHoras)
	if limite < 1 || limite > manyHoras {
		r.reject("limite", fmt.Sprintf("debe ser un número entre 1 y %d", manyHoras))
	}
	if in.Duracion < 0 || in.Duracion > minutesOfDay {
		r.reject("duracion", whyMinutos)
	}
	if len(r.problems) == 0 && (hasta.Before(desde) || desde.AddDays(longestDias-1).Before(hasta)) {
		r.reject("hasta", fmt.Sprintf("debe estar entre desde y %d días después", longestDias-1))
	}
	return desde, hasta, limite, r.err()
}

// profesionales are those whom the search means. What it names and the clinic does
// not have is an error: an assistant would take no hours for no free ones.
func (in horasIn) profesionales(cfg *tomahora.Config) ([]tomahora.Profesional, error) {
	var problems tomahora.Problems
	if _, ok := cfg.Profesional(tomahora.ProfesionalID(in.IDProfesional)); in.IDProfesional != 0 && !ok {
		problems = append(problems, tomahora.NoExiste("el profesional", "id_profesional"))
	}
	if _, ok := cfg.Sucursal(tomahora.SucursalID(in.IDSucursal)); in.IDSucursal != 0 && !ok {
		problems = append(problems, tomahora.NoExiste("la sucursal", "id_sucursal"))
	}
	var especialidad tomahora.EspecialidadID
	for _, e := range cfg.Plan().Especialidades {
		if tomahora.Fold(e.Nombre) == tomahora.Fold(in.Especialidad) {
			especialidad = e.ID
		}
	}
	if in.Especialidad != "" && especialidad == 0 {
		problems = append(problems, tomahora.NoExiste("la especialidad", "especialidad"))
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return slices.DeleteFunc(slices.Clone(cfg.Plan().Profesionales), func(p tomahora.Profesional) bool {
		return !p.Habilitado || in.IDProfesional != 0 && p.ID != tomahora.ProfesionalID(in.IDProfesional) ||
			especialidad != 0 && p.IDEspecialidad != especialidad
	}), nil
}

func newHora(cfg *tomahora.Config, l agenda.Libre) horaOut {
	e := l.Espacio
	profesional, _ := cfg.Profesional(e.IDProfesional)
	sucursal, _ := cfg.Sucursal(e.IDSucursal)
	return horaOut{
		IDProfesional: int64(e.IDProfesional), Profesional: profesional.NombreCompleto(),
		IDSucursal: int64(e.IDSucursal), Sucursal: sucursal.Nombre, IDSillon: int64(e.IDSillon),
		Fecha: e.Fecha.String(), Dia: nombreDia(e.Fecha), HoraInicio: horaMinuto(e.Rango.Inicio),
		Duracion: int(e.Rango.Duracion()), Modalidad: l.Modalidad,
	}
}

// horaMinuto is an hour as people say it, "09:00".
func horaMinuto(h tomahora.Hora) string { return h.String()[:len("09:00")] }

func nombreDia(f tomahora.Fecha) string {
	return [...]string{"lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"}[f.Dia()-tomahora.Lunes]
}

// reader reads values and gathers what is wrong with them.
type reader struct{ problems tomahora.Problems }

func (r *reader) reject(field, why string) { r.problems = append(r.problems, invalido(field, why)) }

func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems
}

// require reports an id that is missing.
func (r *reader) require(field string, id int64) {
	if id == 0 {
		r.problems = append(r.problems, tomahora.Invalid(tomahora.CodeParametroRequerido, field, field))
	}
}

// fecha reads a date; zero when it is absent.
func (r *reader) fecha(field, text string) tomahora.Fecha {
	if text == "" {
		return tomahora.Fecha{}
	}
	f, err := tomahora.ParseFecha(text)
	if err != nil {
		r.reject(field, whyFecha)
	}
	return f
}

// hora reads a start; nil when it is absent.
func (r *reader) hora(field, text string) *tomahora.Hora {
	if text == "" {
		return nil
	}
	h, err := tomahora.ParseHora(text)
	if err != nil {
		r.reject(field, whyHora)
		return nil
	}
	return &h
}

// duracion reads a length, which the rules judge; nil when it is absent.
func duracion(minutes int) *tomahora.Duracion {
	if minutes == 0 {
		return nil
	}
	return new(tomahora.Duracion(minutes))
}

// ttl reads how long to hold a place; 0 when it is absent.
func (r *reader) ttl(field string, seconds int) time.Duration {
	ttl := time.Duration(seconds) * time.Second
	if seconds != 0 && (seconds < int(tomahora.ReservaMin/time.Second) || seconds > int(tomahora.ReservaMax/time.Second)) {
		r.reject(field, "debe ser un número de segundos entre 30 y 900")
	}
	return ttl
}
