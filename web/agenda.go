package web

import "net/http"

// agenda is the first page: the sheet that is looked at, for its script to draw.
func (s *server) agenda(w http.ResponseWriter, r *http.Request) error {
	h, err := s.readHoja(r)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, "agenda", h)
}

// hoja is a sheet for the script of the agenda (GET /web/agenda).
func (s *server) hoja(w http.ResponseWriter, r *http.Request) error {
	h, err := s.readHoja(r)
	if err != nil {
		return err
	}
	return s.renderJSON(w, r, http.StatusOK, h)
}
