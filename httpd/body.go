package httpd

import (
	"errors"
	"io"
	"net/http"

	"github.com/tomahora/tomahora"
)

// Bodies are read into memory as they come. The first part of one costs no more
// than its connection; only so many may grow beyond that at once.
const (
	shortBody  = 8 << 10
	longBodies = 64
)

// body is the body of a request. Who reads beyond shortBody needs a place.
type body struct {
	io.ReadCloser
	places chan struct{}
	read   int
	held   bool
}

// Read fails with KindUnavailable where there is no place.
func (b *body) Read(p []byte) (int, error) {
	if b.read >= shortBody && !b.held {
		select {
		case b.places <- struct{}{}:
			b.held = true
		default:
			return 0, tomahora.Unavailable(errors.New("too many long bodies are being read"))
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.read += n
	return n, err
}

func (b *body) release() {
	if b.held {
		<-b.places
	}
}

// thrifty bounds what the bodies of all requests take.
func thrifty(next http.Handler) http.Handler {
	places := make(chan struct{}, longBodies)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			next.ServeHTTP(w, r)
			return
		}
		b := &body{ReadCloser: r.Body, places: places}
		defer b.release()
		r = r.WithContext(r.Context())
		r.Body = b
		next.ServeHTTP(w, r)
	})
}
