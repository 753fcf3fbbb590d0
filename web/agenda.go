package web

import "net/http"

// agenda is the first page.
func (s *server) agenda(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, "agenda", nil)
}
