// Package e2e tests the whole program: the real binary, a real database, real
// connections, real kills. All of it is in the test files.
//
// testdata/exchanges holds requests and the exact answers to them, a file for
// each scene; they are written to be read. After a change of the wire that is
// meant,
//
//	go test ./e2e -run Exchanges -update
//
// records the answers again. Read the difference before it is committed.
package e2e
