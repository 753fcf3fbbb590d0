package tomahora

import "time"

// Paciente is a person who is attended. Texts are "" when unknown, as the wire
// shows them (contract §1.7, §2.6).
type Paciente struct {
	ID              PacienteID
	RUT             string
	TipoDocumento   int // 0 RUT, 1 another document
	Nombre          string
	NombreSocial    string
	Apellidos       string
	FechaNacimiento Fecha
	FechaAfiliacion Fecha
	Telefono        string
	Celular         string
	Ciudad          string
	Comuna          string
	Direccion       string
	Email           string
	Sexo            string // "M", "F" or ""
	IDGenero        int
	NumeroFicha     string
	Observaciones   string
	Habilitado      bool
	Creado          time.Time
	Version         int64
}

// NombreCompleto is nombre and apellidos, as nombre_paciente shows them.
func (p Paciente) NombreCompleto() string { return fullName(p.Nombre, p.Apellidos) }
