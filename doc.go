// Package tomahora is the domain of a scheduling server for clinics: its nouns,
// its booking rules, and the contract of the store that keeps them.
//
// Domain nouns are Spanish exactly as they stand on the wire (Cita, Sillon,
// Horario, Atencion); everything else is English. The package imports only the
// standard library and does no I/O: every rule is a pure function of a
// configuration snapshot, a clock reading and the facts a store handed over.
//
// Positions in an agenda are civil (Fecha and Hora, local to the sucursal);
// instants are time.Time in UTC.
package tomahora
