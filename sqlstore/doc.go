// Package sqlstore keeps clinics in an SQL database. The database itself
// refuses an overlap; the clinic is the unit of order; writes are committed in
// groups by a lane; configuration is a snapshot in memory.
//
// Query texts stand in query/*.sql, one a file, with $1… ascending.
package sqlstore
