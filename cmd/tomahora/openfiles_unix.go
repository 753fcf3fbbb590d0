//go:build unix

package main

import "syscall"

// openFiles is how many files the program may have open. Go raises the soft
// limit to the hard one when it starts.
func openFiles() (n uint64, known bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true //nolint:unconvert // signed on some systems
}
