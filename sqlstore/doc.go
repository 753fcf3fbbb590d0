// Package sqlstore keeps clinics in an SQL database. The database itself
// refuses an overlap; the clinic is the unit of order; writes are committed in
// groups by a lane; configuration is a snapshot in memory.
//
// The engines, SQLite and PostgreSQL, differ in their sessions, their lanes and
// in what an error means (engine.go); the rest is the same for both. Query texts
// stand in query/*.sql, one a file, with $1… ascending; query/postgres has those
// that PostgreSQL needs in other words.
package sqlstore
