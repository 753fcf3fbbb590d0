package web

import (
	"net/http"

	"github.com/tomahora/tomahora"
)

// failure is what the page of an error tells.
type failure struct {
	Status    int
	Title     string
	Text      string
	RequestID string
}

// jsonFailure is what a script is told of an error.
type jsonFailure struct {
	Code      tomahora.Code     `json:"code"`
	Message   string            `json:"message"`
	Fields    map[string]string `json:"fields,omitempty"` // what is wrong with each field
	RequestID string            `json:"request_id"`
}

// fail answers an error as a page, or as JSON to whom does not read pages. What
// is behind an internal error only the log is told.
func (s *server) fail(w http.ResponseWriter, r *http.Request, err error) {
	if statusOf(tomahora.KindOf(err)) >= http.StatusInternalServerError {
		s.Logger.ErrorContext(r.Context(), "page failed", "request_id", s.RequestID(r.Context()), "error", err)
	}
	s.failAs(w, r, err)
}

// failAs is fail without a word to the log.
func (s *server) failAs(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf(tomahora.KindOf(err))
	problems := tomahora.ProblemsOf(err)
	if problems == nil {
		problems = tomahora.Problems{{Kind: tomahora.KindInternal, Code: tomahora.CodeErrorInterno}}
	}
	if wantsJSON(r) {
		err = s.failJSON(w, r, status, problems)
	} else {
		err = s.failPage(w, r, status, problems)
	}
	if err != nil { // the error's own page is broken
		s.Logger.ErrorContext(r.Context(), "error page failed", "request_id", s.RequestID(r.Context()), "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

func (s *server) failPage(w http.ResponseWriter, r *http.Request, status int, problems tomahora.Problems) error {
	v := visitOf(r)
	v.bare = v.bare && !v.signedIn
	l := s.locales[v.lang]
	key := "fallo." + pageOf(status)
	told := failure{Status: status, Title: l.t(key + ".title"), Text: l.t(key + ".text"), RequestID: s.RequestID(r.Context())}
	if pageOf(status) == "400" {
		told.Text = l.problem(problems[0])
	}
	return s.render(w, r, status, "fallo", told)
}

func (s *server) failJSON(w http.ResponseWriter, r *http.Request, status int, problems tomahora.Problems) error {
	return s.renderJSON(w, r, status, map[string]jsonFailure{"error": s.told(r, problems)})
}

// told is what a script is told of problems.
func (s *server) told(r *http.Request, problems tomahora.Problems) jsonFailure {
	l := s.locales[visitOf(r).lang]
	told := jsonFailure{Code: problems[0].Code, Message: l.problem(problems[0]), RequestID: s.RequestID(r.Context())}
	for _, p := range problems {
		if p.Field == "" {
			continue
		}
		if told.Fields == nil {
			told.Fields = map[string]string{}
		}
		if told.Fields[p.Field] == "" {
			told.Fields[p.Field] = l.problem(p)
		}
	}
	return told
}

// pageOf is the words an error page of a status has: its own, or those of 400.
func pageOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "401"
	case http.StatusForbidden:
		return "403"
	case http.StatusNotFound, http.StatusGone:
		return "404"
	case http.StatusTooManyRequests:
		return "429"
	case http.StatusServiceUnavailable:
		return "503"
	case http.StatusInternalServerError:
		return "500"
	default:
		return "400"
	}
}

func statusOf(k tomahora.Kind) int {
	switch k {
	case tomahora.KindInvalid:
		return http.StatusUnprocessableEntity
	case tomahora.KindUnauthorized:
		return http.StatusUnauthorized
	case tomahora.KindForbidden:
		return http.StatusForbidden
	case tomahora.KindNotFound:
		return http.StatusNotFound
	case tomahora.KindUnavailable:
		return http.StatusServiceUnavailable
	case tomahora.KindMethodNotAllowed:
		return http.StatusMethodNotAllowed
	case tomahora.KindTooLarge:
		return http.StatusRequestEntityTooLarge
	case tomahora.KindRateLimited:
		return http.StatusTooManyRequests
	case tomahora.KindReused, tomahora.KindStale:
		return http.StatusConflict
	case tomahora.KindGone:
		return http.StatusGone
	default:
		return http.StatusInternalServerError
	}
}
