package tomahora

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// ReservaOnline are a clinic's settings for pacientes who book for themselves.
// Which profesionales they may book with, Profesional.AgendaOnline says.
type ReservaOnline struct {
	Activa    bool
	Horizonte int       // how many days from today may be booked, today included
	Aviso     Duracion  // how long before it begins an hour can still be booked
	Modalidad Modalidad // what may be booked so
	Origenes  string    // of the pages that may show it in a frame, with spaces between them
	// Clave signs what pacientes are given: the links to their citas, and the hours
	// that are held for them. "" until the settings are saved for the first time.
	Clave string
}

// Bounds of the settings, and of what one paciente or all together may take.
const (
	MaxHorizonte         = 365
	MaxAviso    Duracion = 30 * 24 * 60
	// MaxCitasOnline is how many citas of one paciente may lie ahead that were
	// booked so.
	MaxCitasOnline = 3
	// TTLOnline is how long an hour is held while its paciente gives the details.
	TTLOnline = 5 * time.Minute
)

// OnlinePorDefecto are the settings of a clinic that has not chosen any.
func OnlinePorDefecto() ReservaOnline {
	return ReservaOnline{Horizonte: 60, Aviso: 120, Modalidad: Ambas}
}

// ActorOnline is who makes what pacientes do for themselves.
const ActorOnline Actor = "web:reservar"

// MaxReservas is how many hours may be held at once for whoever books online, so
// that holding alone cannot empty an agenda of so many profesionales.
func (o ReservaOnline) MaxReservas(profesionales int) int { return 20 + 2*profesionales }

// Videoconsulta is what the settings leave of a wish, where nil is either.
func (o ReservaOnline) Videoconsulta(asked *bool) *bool {
	if o.Modalidad == Ambas {
		return asked
	}
	video := o.Modalidad == Videoconsulta
	return &video
}

// origen is a scheme and a host, perhaps with a port: as a browser names where a
// page comes from.
var origen = regexp.MustCompile(`^https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)

// NormalizeOrigenes spells a list of origins, with spaces, commas or lines between
// them, as it is stored. It does not judge them.
func NormalizeOrigenes(s string) string {
	list := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" ,;\t\r\n", r) })
	for i := range list {
		list[i] = strings.TrimRight(list[i], "/")
	}
	return strings.Join(list, " ")
}

// check reports what is wrong with the settings.
func (o ReservaOnline) check(report reporter) {
	if o == (ReservaOnline{}) {
		return // of a plan that says nothing of it
	}
	if o.Horizonte < 1 || o.Horizonte > MaxHorizonte {
		report("reserva_online.horizonte", "el horizonte debe estar entre 1 y %d días", MaxHorizonte)
	}
	if o.Aviso < 0 || o.Aviso > MaxAviso {
		report("reserva_online.aviso", "el aviso debe estar entre 0 y %d minutos", MaxAviso)
	}
	if !o.Modalidad.known() {
		report("reserva_online.modalidad", "la modalidad debe ser presencial, videoconsulta o ambas")
	}
	for _, s := range strings.Fields(o.Origenes) {
		if !origen.MatchString(s) {
			report("reserva_online.origenes", "%s no es un origen como https://www.clinica.cl", fmt.Sprintf("%q", s))
		}
	}
}

// canBeBookedOnline tells whether pacientes may book with a profesional by
// themselves.
func (p Profesional) canBeBookedOnline() bool { return p.Habilitado && p.AgendaOnline }

// Online are the settings for pacientes who book for themselves.
func (c *Config) Online() ReservaOnline { return c.plan.Online }

// ProfesionalesOnline are those with whom pacientes may book by themselves, by id:
// enabled, of an especialidad that is, and with hours at some sucursal that is.
func (c *Config) ProfesionalesOnline() []Profesional {
	var list []Profesional
	for _, p := range c.plan.Profesionales {
		e, known := c.especialidades[p.IDEspecialidad]
		if p.canBeBookedOnline() && (!known || e.Habilitada) && c.atiendeEnAlguna(p.ID) {
			list = append(list, p)
		}
	}
	return list
}

func (c *Config) atiendeEnAlguna(prof ProfesionalID) bool {
	for _, s := range c.plan.Sucursales {
		if s.Habilitada && c.Atiende(prof, s.ID) {
			return true
		}
	}
	return false
}

// ModalidadDe is how a profesional attends, over all hours there are rules for;
// "" where there is none.
func (c *Config) ModalidadDe(prof ProfesionalID) Modalidad {
	var m Modalidad
	join := func(id ProfesionalID, j Jornada) {
		switch {
		case id != prof || j.Rango.IsEmpty():
		case m == "":
			m = j.Modalidad
		case m != j.Modalidad:
			m = Ambas
		}
	}
	for _, h := range c.plan.Horarios {
		join(h.IDProfesional, h.Jornada)
	}
	for _, e := range c.plan.Especiales {
		join(e.IDProfesional, e.Jornada)
	}
	return m
}
