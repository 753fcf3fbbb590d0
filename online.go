package tomahora

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
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
	MaxHorizonte          = 365
	MaxAviso     Duracion = 30 * 24 * 60
	// MuchasCitasOnline is how many citas of one paciente may lie ahead that were
	// booked so before the clinic is asked to look at the next.
	MuchasCitasOnline = 3
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

// Check judges the settings (parametro_invalido).
func (o ReservaOnline) Check() error { return faultsOf(o.faults()).orNil() }

// check judges those of a plan, which may say nothing of them.
func (o ReservaOnline) check() (problems Problems) {
	if o == (ReservaOnline{}) {
		return nil
	}
	for _, f := range o.faults() {
		problems = append(problems, f.inPlan("reserva_online."+f.field))
	}
	return problems
}

func (o ReservaOnline) faults() (list []fault) {
	wrong := func(field, format string, args ...any) {
		list = append(list, fault{field: field, says: fmt.Sprintf(format, args...)})
	}
	if o.Horizonte < 1 || o.Horizonte > MaxHorizonte {
		wrong("horizonte", "el horizonte debe estar entre 1 y %d días", MaxHorizonte)
	}
	if o.Aviso < 0 || o.Aviso > MaxAviso {
		wrong("aviso", "el aviso debe estar entre 0 y %d minutos", MaxAviso)
	}
	if !o.Modalidad.known() {
		wrong("modalidad", "la modalidad debe ser presencial, videoconsulta o ambas")
	}
	for _, s := range strings.Fields(o.Origenes) {
		if !origen.MatchString(s) {
			wrong("origenes", "%q no es un origen como https://www.clinica.cl", s)
		}
	}
	return list
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

// DatosOnline are what a paciente says of themselves to book. Nobody has checked
// them.
type DatosOnline struct {
	Documento     string
	OtroDocumento bool // Documento is no RUT
	Nombre        string
	Apellidos     string
	Celular       string
	Email         string // may be left out
	Motivo        string // may be left out
}

// The longest texts that are taken, in characters.
const (
	maxNombre = 60
	maxEmail  = 120
	maxMotivo = 300
)

var (
	otroDocumento = regexp.MustCompile(`^[A-Z0-9][A-Z0-9-]{3,19}$`)
	celular       = regexp.MustCompile(`^\+?[0-9]{8,15}$`)
	email         = regexp.MustCompile(`^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>".]+$`)
)

// Normalized are the details as they are kept: in one line each, a RUT and a
// number of telephone without what only makes them easier to read.
func (d DatosOnline) Normalized() DatosOnline {
	for _, text := range []*string{&d.Documento, &d.Nombre, &d.Apellidos, &d.Celular, &d.Email, &d.Motivo} {
		*text = oneLine(*text)
	}
	d.Documento = NormalizeRUT(d.Documento)
	if _, err := ParseRUT(d.Documento); err == nil {
		d.OtroDocumento = false
	}
	d.Celular = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(d.Celular)
	return d
}

// oneLine leaves single spaces of all that is not printed.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, ""), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// Check judges normalized details: everything that is missing or unreadable.
func (d DatosOnline) Check() error {
	problems := Problems{}.
		require("rut", d.Documento == "").
		require("nombre", d.Nombre == "").
		require("apellidos", d.Apellidos == "").
		require("celular", d.Celular == "")
	judge := func(field, text string, ok bool, why string) {
		if text != "" && !ok {
			problems = append(problems, invalido(field, why))
		}
	}
	if d.OtroDocumento {
		judge("rut", d.Documento, otroDocumento.MatchString(d.Documento), "un documento tiene de 4 a 20 letras y números")
	} else {
		_, err := ParseRUT(d.Documento)
		judge("rut", d.Documento, err == nil, "no es un RUT con su dígito verificador")
	}
	judge("nombre", d.Nombre, utf8.RuneCountInString(d.Nombre) <= maxNombre, "es demasiado largo")
	judge("apellidos", d.Apellidos, utf8.RuneCountInString(d.Apellidos) <= maxNombre, "es demasiado largo")
	judge("celular", d.Celular, celular.MatchString(d.Celular), "un teléfono tiene de 8 a 15 números")
	judge("email", d.Email, len(d.Email) <= maxEmail && email.MatchString(d.Email), "no es una dirección de correo")
	judge("motivo", d.Motivo, utf8.RuneCountInString(d.Motivo) <= maxMotivo, "es demasiado largo")
	return problems.inOrder([]string{"rut", "nombre", "apellidos", "celular", "email", "motivo"}).orNil()
}

// Comentario is what the clinic reads beside the cita. It is the only place where
// the details of somebody who is a paciente already are kept: nobody has proved
// to be that paciente, and so nothing that the clinic knows is changed.
func (d DatosOnline) Comentario() string {
	text := "Reserva en línea. Datos escritos al reservar: " + fullName(d.Nombre, d.Apellidos) + ", " + d.Celular
	if d.Email != "" {
		text += ", " + d.Email
	}
	if d.Motivo != "" {
		text += ". Motivo: " + d.Motivo
	}
	return text
}
