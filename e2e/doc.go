// Package e2e tests the whole program: the real binary, a real database, real
// connections, real kills. All of it is in the test files.
package e2e
