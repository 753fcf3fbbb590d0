package tomahora

import "strconv"

// Identifiers are positive; zero means "none". They are distinct types so that
// a profesional cannot be passed where a sillón is meant. All but ClinicaID and
// TokenID are counted per clinic.

// ClinicaID identifies a clinic.
type ClinicaID int64

// TokenID identifies a token of any clinic.
type TokenID int64

// SucursalID identifies a sucursal.
type SucursalID int64

// SillonID identifies a sillón, in one id space for catalogue and agenda.
type SillonID int64

// EspecialidadID identifies an especialidad.
type EspecialidadID int64

// ProfesionalID identifies a profesional.
type ProfesionalID int64

// PrestacionID identifies a prestación.
type PrestacionID int64

// HorarioID identifies a horario, horario especial or horario bloqueado.
type HorarioID int64

// PacienteID identifies a paciente.
type PacienteID int64

// AtencionID identifies an atención.
type AtencionID int64

// EstadoID identifies an estado of citas.
type EstadoID int64

// CitaID identifies a cita.
type CitaID int64

// ReservaID identifies a reserva.
type ReservaID int64

// Actor is who made a change, as kept in citas and eventos: "token:3",
// "usuario:8", "web:reservar" or "sistema". It never holds a name.
type Actor string

// Actor is the token as who made a change.
func (id TokenID) Actor() Actor { return Actor("token:" + strconv.FormatInt(int64(id), 10)) }

// Sistema is the actor of what the program does by itself (set-up, demo data,
// clinic files).
const Sistema Actor = "sistema"
