//go:build !unix

package sqlstore

import "errors"

// lockFile has no way here to keep others from a database.
func lockFile(string) (unlock func(), err error) {
	return nil, errors.New("on this system a database cannot be replaced safely; move it away and restore again")
}
