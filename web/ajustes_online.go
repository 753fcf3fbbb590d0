package web

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// ajusteOnline is how pacientes book for themselves, and with whom.
type ajusteOnline struct {
	tomahora.ReservaOnline
	profesionales []tomahora.ProfesionalID
}

func catalogoOnline() catalogo[ajusteOnline] {
	return catalogo[ajusteOnline]{
		path: "/ajustes",
		only: func(cfg *tomahora.Config) ajusteOnline {
			a := ajusteOnline{ReservaOnline: cfg.Online()}
			for _, p := range cfg.Plan().Profesionales {
				if p.AgendaOnline {
					a.profesionales = append(a.profesionales, p.ID)
				}
			}
			return a
		},
		fill:  ajusteOnline.values,
		read:  readOnline,
		save:  saveOnline,
		ficha: fichaOnline,
		name:  func(ajusteOnline) string { return "" },
		saved: "ajustes.online.saved",
		next:  func(ajusteOnline, bool) string { return "/ajustes/online" },
	}
}

func (a ajusteOnline) values() url.Values {
	f := url.Values{
		"horizonte": {strconv.Itoa(a.Horizonte)}, "aviso": {strconv.Itoa(int(a.Aviso))}, "modalidad": {string(a.Modalidad)}, "origenes": {a.Origenes},
	}
	setFlag(f, "activa", a.Activa)
	for _, id := range a.profesionales {
		f.Add("profesionales", itoa(id))
	}
	return f
}

func readOnline(e *lector, a *ajusteOnline) {
	a.Activa = e.marca("activa")
	a.Horizonte, a.Aviso = int(e.entero("horizonte")), tomahora.Duracion(e.entero("aviso"))
	a.Modalidad, a.Origenes = tomahora.Modalidad(e.texto("modalidad")), e.texto("origenes")
	a.profesionales = nil
	for _, id := range e.ids("profesionales") {
		a.profesionales = append(a.profesionales, tomahora.ProfesionalID(id))
	}
}

func saveOnline(tx tomahora.Tx, by tomahora.Actor, a ajusteOnline) (ajusteOnline, error) {
	online, err := agenda.GuardarOnline(tx, by, a.ReservaOnline)
	if err != nil {
		return a, err
	}
	a.ReservaOnline = online
	for _, p := range tx.Config().Plan().Profesionales {
		if chosen := slices.Contains(a.profesionales, p.ID); chosen != p.AgendaOnline {
			p.AgendaOnline = chosen
			if _, err := agenda.GuardarProfesional(tx, by, p); err != nil {
				return a, err
			}
		}
	}
	return a, nil
}

func fichaOnline(l locale, cfg *tomahora.Config, f form, _ int64) ficha {
	var profesionales []option
	for _, p := range cfg.Plan().Profesionales {
		if p.Habilitado {
			profesionales = append(profesionales, option{itoa(p.ID), p.NombreCompleto()})
		}
	}
	made := ficha{
		Title: l.t("ajustes.online"), Intro: l.t("ajustes.online.intro"), Back: enlace{Label: l.t("nav.ajustes")},
		Groups: []grupo{
			{Fields: []field{newField(f, "activa", l.t("ajustes.online.activa"), "type=checkbox")}},
			{Legend: l.t("ajustes.online.quien"), Choices: []choices{newChoices(f, "profesionales", l.t("ajustes.profesionales"), profesionales)}},
			{Legend: l.t("ajustes.online.cuando"), Fields: []field{
				newField(f, "horizonte", l.t("ajustes.online.horizonte"), "required", "type=number", "min=1", "max="+strconv.Itoa(tomahora.MaxHorizonte), "hint="+l.t("ajustes.online.horizonteHint")),
				newField(f, "aviso", l.t("ajustes.online.aviso"), "required", "type=number", "min=0", "max="+strconv.Itoa(int(tomahora.MaxAviso)), "hint="+l.t("ajustes.online.avisoHint")),
				newChoice(newField(f, "modalidad", l.t("ajustes.online.modalidad"), "required"), []option{
					{string(tomahora.Ambas), l.t("ajustes.online.ambas")},
					{string(tomahora.Presencial), l.t("ajustes.online.presencial")},
					{string(tomahora.Videoconsulta), l.t("ajustes.online.videoconsulta")},
				}),
			}},
			{Legend: l.t("ajustes.online.sitio"), Hint: l.t("ajustes.online.sitioHint"), Fields: []field{
				newField(f, "origenes", l.t("ajustes.online.origenes"), "type=textarea", "hint="+l.t("ajustes.online.origenesHint"), "spellcheck=false", "autocapitalize=none"),
			}},
		},
	}
	if cfg.Online().Activa {
		made.Link = &enlace{l.t("ajustes.online.ver"), "/reservar/" + itoa(cfg.Clinica().ID)}
	}
	return made
}
