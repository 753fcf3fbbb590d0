package tomahora

import (
	"cmp"
	"slices"
	"strings"
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

// CambioPaciente is a request to make or change a paciente. Nil means absent:
// a new paciente gets the zero value, a stored one keeps its own.
type CambioPaciente struct {
	RUT             *string
	TipoDocumento   *int // 0 RUT, 1 another document
	Nombre          *string
	NombreSocial    *string
	Apellidos       *string
	FechaNacimiento *Fecha // zero clears it
	FechaAfiliacion *Fecha
	Telefono        *string
	Celular         *string
	Ciudad          *string
	Comuna          *string
	Direccion       *string
	Email           *string
	Sexo            *string
	IDGenero        *int
	NumeroFicha     *string
	Observaciones   *string
	Habilitado      *bool

	Unreadable Problems
}

// The parameters of a paciente in the order of the wire (contract §2.6), which
// is the order in which problems with them are reported.
var pacienteFields = []string{
	"rut", "tipo_documento", "nombre", "nombre_social", "apellidos", "fecha_nacimiento", "fecha_afiliacion",
	"telefono", "celular", "ciudad", "comuna", "direccion", "email", "sexo", "id_genero", "numero_ficha",
	"observaciones", "habilitado",
}

// CheckSent gives sin_cambios when the request holds no parameter at all.
func (c CambioPaciente) CheckSent() error {
	sent := []bool{
		c.RUT != nil, c.TipoDocumento != nil, c.Nombre != nil, c.NombreSocial != nil, c.Apellidos != nil,
		c.FechaNacimiento != nil, c.FechaAfiliacion != nil, c.Telefono != nil, c.Celular != nil, c.Ciudad != nil,
		c.Comuna != nil, c.Direccion != nil, c.Email != nil, c.Sexo != nil, c.IDGenero != nil, c.NumeroFicha != nil,
		c.Observaciones != nil, c.Habilitado != nil, len(c.Unreadable) > 0,
	}
	if !slices.Contains(sent, true) {
		return Invalid(CodeSinCambios, "")
	}
	return nil
}

// Apply is a paciente as the change leaves it, spelled as it is stored, with the
// wire names of what really changed. The error has everything that is wrong, in
// the wire's order; today is the clinic's. A paciente without an id is a new
// one. A document that the change leaves as it was is not judged again.
func (c CambioPaciente) Apply(before Paciente, today Fecha) (after Paciente, campos []string, err error) {
	c = c.normalized(before)
	after, campos = c.write(before)
	given := func(field *string) bool { return before.ID == 0 || field != nil }
	problems := slices.Clone(c.Unreadable).
		with(after.checkDocumento(before)).
		require("nombre", after.Nombre == "" && given(c.Nombre)).
		require("apellidos", after.Apellidos == "" && given(c.Apellidos))
	if !slices.Contains([]int{0, 1}, after.TipoDocumento) {
		problems = problems.with(invalido("tipo_documento", "debe ser 0 (RUT) o 1 (otro documento)"))
	}
	if today.Before(after.FechaNacimiento) {
		problems = problems.with(invalido("fecha_nacimiento", "es una fecha futura"))
	}
	if !slices.Contains([]string{"", "M", "F"}, after.Sexo) {
		problems = problems.with(invalido("sexo", "debe ser M o F"))
	}
	if after.IDGenero < 0 || after.IDGenero > maxGenero {
		problems = problems.with(invalido("id_genero", "debe estar entre 0 y 5"))
	}
	return after, campos, problems.inOrder(pacienteFields).orNil()
}

// maxGenero is the highest id_genero of the vendor's table; 0 is unknown.
const maxGenero = 5

// checkDocumento judges a RUT that a change from before brings.
func (p Paciente) checkDocumento(before Paciente) *Error {
	same := p.RUT == before.RUT && p.TipoDocumento == before.TipoDocumento
	if same || p.RUT == "" || p.TipoDocumento != 0 {
		return nil
	}
	if _, err := ParseRUT(p.RUT); err != nil {
		return invalido("rut", "no es un RUT con su dígito verificador; de otro documento, indique tipo_documento 1")
	}
	return nil
}

// normalized is the change with its texts spelled as they are stored. Another
// document than a RUT keeps its spelling, but for the case.
func (c CambioPaciente) normalized(before Paciente) CambioPaciente {
	spell := func(field **string, spelling func(string) string) {
		if *field != nil {
			*field = new(spelling(**field))
		}
	}
	if tipo := cmp.Or(c.TipoDocumento, &before.TipoDocumento); *tipo == 0 {
		spell(&c.RUT, NormalizeRUT)
	} else {
		spell(&c.RUT, func(s string) string { return strings.ToUpper(strings.TrimSpace(s)) })
	}
	spell(&c.Nombre, strings.TrimSpace)
	spell(&c.Apellidos, strings.TrimSpace)
	spell(&c.Sexo, strings.ToUpper)
	return c
}

func (c CambioPaciente) write(p Paciente) (after Paciente, campos []string) {
	campos = assign(campos, "rut", &p.RUT, c.RUT)
	campos = assign(campos, "tipo_documento", &p.TipoDocumento, c.TipoDocumento)
	campos = assign(campos, "nombre", &p.Nombre, c.Nombre)
	campos = assign(campos, "nombre_social", &p.NombreSocial, c.NombreSocial)
	campos = assign(campos, "apellidos", &p.Apellidos, c.Apellidos)
	campos = assign(campos, "fecha_nacimiento", &p.FechaNacimiento, c.FechaNacimiento)
	campos = assign(campos, "fecha_afiliacion", &p.FechaAfiliacion, c.FechaAfiliacion)
	campos = assign(campos, "telefono", &p.Telefono, c.Telefono)
	campos = assign(campos, "celular", &p.Celular, c.Celular)
	campos = assign(campos, "ciudad", &p.Ciudad, c.Ciudad)
	campos = assign(campos, "comuna", &p.Comuna, c.Comuna)
	campos = assign(campos, "direccion", &p.Direccion, c.Direccion)
	campos = assign(campos, "email", &p.Email, c.Email)
	campos = assign(campos, "sexo", &p.Sexo, c.Sexo)
	campos = assign(campos, "id_genero", &p.IDGenero, c.IDGenero)
	campos = assign(campos, "numero_ficha", &p.NumeroFicha, c.NumeroFicha)
	campos = assign(campos, "observaciones", &p.Observaciones, c.Observaciones)
	campos = assign(campos, "habilitado", &p.Habilitado, c.Habilitado)
	return p, campos
}

// assign writes a value that was sent and differs, and then adds its name.
func assign[T comparable](campos []string, name string, field, value *T) []string {
	if value == nil || *value == *field {
		return campos
	}
	*field = *value
	return append(campos, name)
}
