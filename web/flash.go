package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
)

// flash is a sentence that the next page shows: what came of a form.
type flash struct {
	Kind string   `json:"k"` // "ok" or "error"
	Key  string   `json:"t"` // of the catalogue
	Args []string `json:"a,omitempty"`
}

// flashIcons are the icons of the kinds.
func flashIcons() map[string]string {
	return map[string]string{"ok": "circle-check", "error": "circle-alert"}
}

const (
	flashCookie = "aviso"
	flashAge    = 60 // seconds
)

// flash keeps a sentence for the next page.
func (s *server) flash(w http.ResponseWriter, r *http.Request, f flash) {
	source, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings only
	}
	s.setCookie(w, r, flashCookie, base64.RawURLEncoding.EncodeToString(source), flashAge)
}

// takeFlash is the sentence that waits, nil if none does. It is shown once.
func (s *server) takeFlash(w http.ResponseWriter, r *http.Request) *flash {
	value := cookieOf(r, flashCookie)
	if value == "" {
		return nil
	}
	s.setCookie(w, r, flashCookie, "", -1)
	source, err := base64.RawURLEncoding.DecodeString(value)
	var f flash
	if err != nil || json.Unmarshal(source, &f) != nil || s.locales[defaultLang][f.Key] == "" || flashIcons()[f.Kind] == "" {
		return nil // not of our making
	}
	return &f
}

// text is the sentence in a language's words.
func (f flash) text(l locale) string {
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		args[i] = a
	}
	return l.t(f.Key, args...)
}

// done goes on to a page after a form took effect, and says so there. A script that
// shows the form within a page of its own is told the sentence, and stays.
func (s *server) done(w http.ResponseWriter, r *http.Request, path, key string, args ...string) error {
	return s.undoable(w, r, "", path, key, args...)
}

// hechoJSON is what a script is told of a form that took effect.
type hechoJSON struct {
	Hecho    string `json:"hecho"`
	Deshacer string `json:"deshacer,omitempty"` // posting nothing to this path takes it back
}

// undoable is done, of what posting nothing to the path undo takes back; "" where
// nothing does.
func (s *server) undoable(w http.ResponseWriter, r *http.Request, undo, path, key string, args ...string) error {
	if asksPart(r) {
		return s.renderJSON(w, r, http.StatusOK, hechoJSON{flash{"ok", key, args}.text(s.words(r)), undo})
	}
	s.flash(w, r, flash{"ok", key, args})
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}
