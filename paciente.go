package tomahora

import (
	"strconv"
	"time"
)

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

// FormatRUT is a RUT as it is stored, without dots and with its check digit:
// 11111111 gives "11111111-1". The check digit is modulo 11 with the weights 2
// to 7 from the right.
func FormatRUT(number int) string {
	sum, weight := 0, 2
	for n := number; n > 0; n /= 10 {
		sum += n % 10 * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	const checkDigits = "0K987654321"
	return strconv.Itoa(number) + "-" + string(checkDigits[sum%11])
}
