// Package torture tries to make the whole program double-book or lose a cita: the
// real binary, real databases, many clients at once, and kills. All of it is in
// the test files; docs/proof.md says what each test shows.
//
// TORTURE_TIME is how long the tests may take altogether, and TORTURE_SEED repeats
// the draws of an earlier run. Without TORTURE_TIME each test is a short version of
// itself.
package torture
