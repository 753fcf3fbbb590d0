package tomahora

// CambioCita is a request to change a cita, as a face could read it. Zero ids,
// a zero Fecha and nil pointers mean "leave as it is".
type CambioCita struct {
	IDEstado      EstadoID
	IDProfesional ProfesionalID
	IDSucursal    SucursalID
	IDSillon      SillonID
	Fecha         Fecha
	HoraInicio    *Hora
	Duracion      *Duracion
	Videoconsulta *bool
	Comentario    *string // "" clears it
	// Relacionadas carries the change of estado on to every cita of the same
	// atención, sucursal, fecha and hora_inicio (contract §2.1).
	Relacionadas bool

	// Unreadable are the parameters that were sent but could not be read.
	Unreadable Problems
}

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
