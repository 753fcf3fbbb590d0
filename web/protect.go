package web

import (
	"net/http"
	"net/url"

	"github.com/tomahora/tomahora"
)

// policy lets a page use what this server has, and nothing else. Neither scripts
// nor styles may stand in the page itself.
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'; frame-ancestors "

// protected puts around the pages what keeps other sites out of them.
func (s *server) protected(next http.Handler) http.Handler {
	ours := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy+"'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		if err := ours.Check(s.public(r)); err != nil {
			s.fail(w, s.stranger(r), &tomahora.Error{Kind: tomahora.KindForbidden, Code: tomahora.CodeSinPermiso, Err: err})
			return
		}
		next.ServeHTTP(w, r)
	})
}

// public is the request as the browser sent it: a proxy may have written another
// host into it, which is then not that of its Origin.
func (s *server) public(r *http.Request) *http.Request {
	u, err := url.Parse(s.BaseURL(r))
	if err != nil {
		return r
	}
	seen := *r
	seen.Host = u.Host
	return &seen
}
