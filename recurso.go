package tomahora

// Sucursal is a branch of a clinic.
type Sucursal struct {
	ID         SucursalID
	Nombre     string
	Telefono   string
	Ciudad     string
	Comuna     string
	Direccion  string
	Zona       string // IANA time zone; "" means the clínica's
	Habilitada bool
}

// Sobrecupo is the sillón on which overbookings are made: it conflicts with
// nothing, stands in every horario, and is never a real chair (seed, id_sillon).
const Sobrecupo SillonID = 7

// Sillon is a lane of a profesional's agenda, and a physical chair when
// Exclusivo: then no two citas of its sucursal may use it at once, whoever
// attends.
type Sillon struct {
	ID        SillonID
	Nombre    string
	Exclusivo bool
}

// Especialidad is what a profesional practises.
type Especialidad struct {
	ID         EspecialidadID
	Nombre     string
	Habilitada bool
}

// Profesional attends citas. Intervalo is the step of the agenda in minutes.
type Profesional struct {
	ID             ProfesionalID
	RUT            string
	Nombre         string
	Apellidos      string
	Celular        string
	Telefono       string
	Ciudad         string
	Comuna         string
	Direccion      string
	Email          string
	IDEspecialidad EspecialidadID
	AgendaOnline   bool
	EsRecurso      bool
	Intervalo      Duracion
	Habilitado     bool
}

// NombreCompleto is nombre and apellidos, as nombre_profesional shows them.
func (p Profesional) NombreCompleto() string { return fullName(p.Nombre, p.Apellidos) }

// Admits tells whether a cita may be that long: a positive multiple of the
// intervalo (seed, duracion).
func (p Profesional) Admits(d Duracion) bool { return d > 0 && d%p.Intervalo == 0 }

func fullName(nombre, apellidos string) string {
	if nombre == "" || apellidos == "" {
		return nombre + apellidos
	}
	return nombre + " " + apellidos
}

// Prestacion is a service the clinic gives, as a catalogue shows it; bookings do
// not name one.
type Prestacion struct {
	ID              PrestacionID
	Nombre          string
	Codigo          string
	IDCategoria     int64
	NombreCategoria string
	Habilitada      bool
}
