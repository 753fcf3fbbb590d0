package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

const (
	oidcCookie = "tomahora-oidc"
	oidcAge    = 10 * 60 // seconds in which one signs in with the provider
	oidcBack   = "/entrar/oidc/volver"
)

// oidcVisit is what a browser keeps while its owner is with the provider. It is the
// browser's own: who changes it only spoils the attempt.
type oidcVisit struct {
	auth.Attempt
	Back string `json:"b"`
}

// beginOIDC sends a browser to the provider.
func (s *server) beginOIDC(w http.ResponseWriter, r *http.Request) error {
	if s.OIDC == nil {
		return s.notFound(w, r)
	}
	to, attempt, err := s.OIDC.Begin(r.Context(), s.BaseURL(r)+oidcBack)
	if err != nil {
		return s.refuseOIDC(w, r, err)
	}
	kept, err := json.Marshal(oidcVisit{attempt, localPath(r.URL.Query().Get("volver"))})
	if err != nil {
		return err
	}
	s.setCookie(w, r, oidcCookie, base64.RawURLEncoding.EncodeToString(kept), oidcAge)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// finishOIDC signs in who comes back from the provider.
func (s *server) finishOIDC(w http.ResponseWriter, r *http.Request) error {
	if s.OIDC == nil {
		return s.notFound(w, r)
	}
	var visit oidcVisit
	if kept, err := base64.RawURLEncoding.DecodeString(cookieOf(r, oidcCookie)); err != nil || json.Unmarshal(kept, &visit) != nil {
		visit = oidcVisit{} // and so of no attempt
	}
	s.setCookie(w, r, oidcCookie, "", -1)
	email, err := s.OIDC.Finish(r.Context(), s.BaseURL(r)+oidcBack, visit.Attempt, r.URL.Query())
	if err != nil {
		return s.refuseOIDC(w, r, err)
	}
	found, err := s.Store.UsuariosByEmail(r.Context(), email)
	if err != nil {
		return err
	}
	var accounts []tomahora.Usuario
	for _, c := range found {
		if c.Habilitado {
			accounts = append(accounts, c.Usuario)
		}
	}
	if len(accounts) == 0 {
		return s.renderRefusal(w, r, http.StatusForbidden, s.words(r).t("entrar.oidcNobody", email))
	}
	if err := s.Doors.EnterAs(w, r, accounts...); err != nil {
		return err
	}
	http.Redirect(w, r, localPath(visit.Back), http.StatusSeeOther)
	return nil
}

// refuseOIDC says that it did not work, and why only to the log.
func (s *server) refuseOIDC(w http.ResponseWriter, r *http.Request, err error) error {
	status := http.StatusBadGateway
	if errors.Is(err, auth.ErrOIDCDenied) {
		status = http.StatusForbidden
	}
	s.Logger.WarnContext(r.Context(), "nobody was let in by OIDC", "request_id", s.RequestID(r.Context()), "error", err)
	return s.renderRefusal(w, r, status, s.words(r).t("entrar.oidcFailed", s.OIDC.Nombre))
}

// renderRefusal shows the page where one signs in, with why one did not.
func (s *server) renderRefusal(w http.ResponseWriter, r *http.Request, status int, why string) error {
	return s.renderEntrar(w, r, status, form{Problems: map[string]string{"": why}})
}
