package agenda

import "github.com/tomahora/tomahora"

// Grilla is one day of a profesional's agenda at a sucursal, in steps of the
// intervalo; no Casillas where nobody works.
type Grilla struct {
	Fecha    tomahora.Fecha
	Casillas []Casilla
}

// Casilla is one step of the grid with its lanes by ascending id.
type Casilla struct {
	Rango     tomahora.Rango
	Carriles  []Carril
	Sobrecupo bool // may be booked as sobrecupo
}

// Carril is one lane of a Casilla. Libre: a cita of one intervalo may be booked
// here. Else Cita or Bloqueo tells why, where it is one of this lane.
type Carril struct {
	IDSillon tomahora.SillonID
	Libre    bool
	Cita     *tomahora.Cita
	Bloqueo  *tomahora.HorarioBloqueado
}

// Grillas are the days of a profesional at a sucursal, both dates included, one
// Grilla for each; the citas carry their paciente's names. KindNotFound when the
// profesional or the sucursal is unknown or has nothing to do with the other.
func Grillas(tx tomahora.Tx, prof tomahora.ProfesionalID, suc tomahora.SucursalID, desde, hasta tomahora.Fecha) ([]Grilla, error) {
	panic("stub")
}

// Busqueda asks for free places.
type Busqueda struct {
	Profesionales []tomahora.ProfesionalID
	IDSucursal    tomahora.SucursalID
	Desde, Hasta  tomahora.Fecha    // both included
	Duracion      tomahora.Duracion // 0: one intervalo of each profesional
	Futuras       bool              // leave out what has begun by the clinic's clock
	Limite        int               // 0: all
}

// Libre is a place that a cita could take: every lane in Sillones does, and
// Espacio.IDSillon is the lowest of them.
type Libre struct {
	Espacio   tomahora.Espacio
	Sillones  []tomahora.SillonID
	Modalidad tomahora.Modalidad
}

// Libres finds free places, by fecha, hora_inicio and profesional. A profesional
// or sucursal that is deshabilitado has none.
func Libres(tx tomahora.Tx, b Busqueda) ([]Libre, error) {
	panic("stub")
}
