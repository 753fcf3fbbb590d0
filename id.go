package tomahora

// Identifiers are positive and, but for ClinicaID and TokenID, counted per
// clinic. They are distinct types so that a profesional cannot be passed where
// a sillón is meant. Zero means "none".

type (
	ClinicaID      int64
	TokenID        int64
	SucursalID     int64
	SillonID       int64
	EspecialidadID int64
	ProfesionalID  int64
	HorarioID      int64
	PacienteID     int64
	AtencionID     int64
	EstadoID       int64
	CitaID         int64
)

// Actor is who made a change, as kept in citas and eventos: "token:3",
// "usuario:8" or "sistema". It never holds a name.
type Actor string

// Sistema is the actor of what the program does by itself (set-up, demo data,
// clinic files).
const Sistema Actor = "sistema"
