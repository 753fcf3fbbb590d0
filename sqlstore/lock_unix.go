//go:build unix

package sqlstore

import (
	"errors"
	"os"
	"syscall"
)

// Where SQLite's programs lock a file: the pending byte, the reserved byte and
// the shared range after it (sqlite.org/fileformat2.html, the lock-byte page).
// Whoever has a database open in WAL mode holds a lock in the shared range.
const (
	lockStart  = 0x40000000
	lockLength = 2 + 510
)

// lockFile takes every lock of a database, also of one too damaged for SQLite to
// open. The process must not open the file again before unlock: closing it once
// would give up all of its locks.
func lockFile(database string) (unlock func(), err error) {
	f, err := os.OpenFile(database, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Start: lockStart, Len: lockLength}
	err = syscall.FcntlFlock(f.Fd(), syscall.F_SETLK, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		err = errInUse
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { _ = f.Close() }, nil
}
