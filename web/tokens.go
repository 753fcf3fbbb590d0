package web

import (
	"net/http"
	"net/url"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// tokensPage is the tokens of the clinic, those in force first.
type tokensPage struct {
	Rows  []tokenRow
	Empty emptyState
}

type tokenRow struct {
	ID, Nombre, Since, Right string
	Tag, TagClass            string
	Revoke                   *borrado // nil for what is revoked
}

func (s *server) tokens(w http.ResponseWriter, r *http.Request) error {
	var all []tomahora.Token
	var cfg *tomahora.Config
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		cfg = tx.Config()
		all, err = tx.Tokens().List()
		return err
	})
	if err != nil {
		return err
	}
	l := s.words(r)
	page := tokensPage{Empty: newEmpty("key-round", l.t("ajustes.tokens.emptyTitle"), l.t("ajustes.tokens.emptyText"), l.t("ajustes.tokens.new"), "/ajustes/tokens/nuevo")}
	var revoked []tokenRow
	for _, t := range all {
		row := tokenRow{
			ID: itoa(t.ID), Nombre: t.Nombre, Since: l.shortDate(tomahora.FechaOf(t.Creado, cfg.Zona())), Right: l.tokenRight(t),
			Tag: l.t("ajustes.tokens.inForce"), TagClass: "tag-ok",
		}
		if !t.Revocado.IsZero() {
			row.Tag, row.TagClass = l.t("ajustes.tokens.revoked", l.shortDate(tomahora.FechaOf(t.Revocado, cfg.Zona()))), ""
			revoked = append(revoked, row)
			continue
		}
		row.Revoke = &borrado{"/ajustes/tokens/" + itoa(t.ID) + "/revocar", l.t("ajustes.tokens.revoke"), l.t("ajustes.tokens.revokeQuestion", t.Nombre)}
		page.Rows = append(page.Rows, row)
	}
	page.Rows = append(page.Rows, revoked...)
	return s.render(w, r, http.StatusOK, "tokens", page)
}

// tokenRight tells what a token may do.
func (l locale) tokenRight(t tomahora.Token) string {
	if t.Lectura {
		return l.t("ajustes.tokens.readOnly")
	}
	return l.t("ajustes.tokens.all")
}

func (s *server) newToken(w http.ResponseWriter, r *http.Request) error {
	return s.showToken(w, r, http.StatusOK, form{Values: url.Values{}})
}

func (s *server) showToken(w http.ResponseWriter, r *http.Request, status int, f form) error {
	l := s.words(r)
	return s.render(w, r, status, "ficha", ficha{
		Title: l.t("ajustes.tokens.new"), Intro: l.t("ajustes.tokens.newText"), Form: f, Action: r.URL.Path,
		Back: enlace{l.t("ajustes.tokens"), "/ajustes/tokens"},
		Groups: []grupo{{Fields: []field{
			newField(f, "nombre", l.t("ajustes.tokens.nombre"), "required", "maxlength=200", "autocomplete=off", "hint="+l.t("ajustes.tokens.nombreHint")),
		}}, {Fields: []field{
			newField(f, "lectura", l.t("ajustes.tokens.lectura"), "type=checkbox", "hint="+l.t("ajustes.tokens.lecturaHint")),
		}}},
	})
}

// createToken makes a token and shows its secret, this once.
func (s *server) createToken(w http.ResponseWriter, r *http.Request) error {
	e, err := s.lector(w, r)
	if err != nil {
		return err
	}
	nombre := e.texto("nombre")
	if nombre == "" && s.refuse(r, &e.form, tomahora.Invalid(tomahora.CodeParametroRequerido, "nombre", "nombre")) {
		return s.showToken(w, r, http.StatusUnprocessableEntity, e.form)
	}
	secret, hash := auth.NewSecret()
	err = s.update(r, func(tx tomahora.Tx) error {
		_, err := tx.Tokens().Create(tomahora.Token{Nombre: nombre, Lectura: e.marca("lectura")}, hash, s.user(r).Actor())
		return err
	})
	if err != nil {
		return err
	}
	l := s.words(r)
	return s.render(w, r, http.StatusOK, "secreto", secreto{
		Title: l.t("ajustes.tokens.secretTitle"), Text: l.t("ajustes.tokens.secretText", nombre),
		Label: l.t("ajustes.tokens.secret"), Value: secret, Hint: l.t("ajustes.tokens.secretHint"), Next: "/ajustes/tokens",
	})
}

// revokeToken ends a token.
func (s *server) revokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	err = s.update(r, func(tx tomahora.Tx) error { return tx.Tokens().Revoke(tomahora.TokenID(id), s.user(r).Actor()) })
	if err != nil {
		return err
	}
	return s.done(w, r, "/ajustes/tokens", "ajustes.tokens.done")
}
