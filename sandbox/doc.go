// Package sandbox is for trying out what a good day never shows: faults that a
// caller asks for, and a business clock that a caller moves. A server for real
// pacientes has none of it.
package sandbox
