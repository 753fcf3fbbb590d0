package web

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// tableroPage is the dashboard.
type tableroPage struct {
	Form      form
	Desde     field
	Hasta     field
	Sucursal  field
	Presets   []navItem
	Figures   []cifra
	Ocupacion mapaCalor
	Faltas    barras
	Lead      barras
	Origenes  listaBarras
	Lists     []enlace
	Empty     bool
}

// cifra is one number of the dashboard.
type cifra struct{ Name, Value, Note string }

// semanasIniciales is how many weeks the dashboard begins with, this one included.
const semanasIniciales = 12

// periodo reads the dates and the sucursal that a request asks for, of no more than
// so many days; what cannot be read is a problem of the form, and what is shown at
// first takes its place.
func (s *server) periodo(r *http.Request, cfg *tomahora.Config, most int) (tomahora.Periodo, form) {
	l, q := s.words(r), r.URL.Query()
	e := &lector{form: form{Values: q, Problems: map[string]string{}}, l: l}
	week := s.hoy(cfg).Lunes()
	first := tomahora.Periodo{Desde: week.AddDays(-7 * (semanasIniciales - 1)), Hasta: week.AddDays(6)}
	p := tomahora.Periodo{Desde: e.fecha("desde"), Hasta: e.fecha("hasta"), IDSucursal: tomahora.SucursalID(e.id("sucursal"))}
	if p.Desde.IsZero() {
		p.Desde = first.Desde
	}
	if p.Hasta.IsZero() {
		p.Hasta = first.Hasta
	}
	switch {
	case p.Hasta.Before(p.Desde):
		e.wrong("hasta", "tablero.backwards")
	case p.Desde.DaysTo(p.Hasta) >= most:
		e.wrong("hasta", "tablero.tooLong")
	}
	if e.bad() {
		p.Desde, p.Hasta = first.Desde, first.Hasta
		return p, e.form
	}
	e.Set("desde", p.Desde.String())
	e.Set("hasta", p.Hasta.String())
	return p, e.form
}

// tableroDe reads the numbers of a Periodo.
func (s *server) tableroDe(r *http.Request, p tomahora.Periodo) (t agenda.Tablero, err error) {
	err = s.view(r, func(tx tomahora.Tx) (err error) {
		t, err = agenda.TableroDe(tx, p)
		return err
	})
	return t, err
}

// tablero is the dashboard.
func (s *server) tablero(w http.ResponseWriter, r *http.Request) error {
	cfg, err := s.config(r)
	if err != nil {
		return err
	}
	p, f := s.periodo(r, cfg, agenda.MaxDiasTablero)
	t, err := s.tableroDe(r, p)
	if err != nil {
		return err
	}
	l := s.words(r)
	sucursales := append([]option{{"0", l.t("tablero.everywhere")}}, sucursalOptions(cfg, itoa(p.IDSucursal))...)
	asistencia := t.TotalAsistencia()
	page := tableroPage{
		Form: f, Desde: newField(f, "desde", l.t("tablero.from"), "type=date", "required"), Hasta: newField(f, "hasta", l.t("tablero.to"), "type=date", "required"),
		Sucursal: newChoice(newField(f, "sucursal", l.t("ajustes.sucursal"), "required"), sucursales),
		Presets:  s.presets(cfg, p), Lists: l.listas(p),
		Empty: len(t.Profesionales) == 0 && asistencia.Citas == 0 && t.Anuladas == 0,
		Figures: []cifra{
			{l.t("tablero.citas"), strconv.Itoa(asistencia.Citas), l.n("tablero.annulled", t.Anuladas)},
			{l.t("tablero.ocupacion"), percent(t.Total().Ocupados, t.Total().Ofrecidos), l.t("tablero.ocupacionNote", hours(t.Total().Ocupados), hours(t.Total().Ofrecidos))},
			{l.t("tablero.faltas"), percent(asistencia.NoAsisten, asistencia.Pasadas), l.t("tablero.faltasNote", asistencia.NoAsisten, asistencia.Pasadas)},
			{l.t("tablero.lead"), l.n("tablero.days", t.Mediana()), l.t("tablero.leadNote")},
		},
		Ocupacion: l.ocupacionChart(t), Faltas: l.faltasChart(t), Lead: l.leadChart(t), Origenes: l.origenesChart(t),
	}
	status := http.StatusOK
	if len(f.Problems) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.render(w, r, status, "tablero", page)
}

// presets are stretches that are often asked for.
func (s *server) presets(cfg *tomahora.Config, p tomahora.Periodo) []navItem {
	week := s.hoy(cfg).Lunes()
	var items []navItem
	for _, preset := range []struct {
		key      string
		from, to int // days from this lunes
	}{
		{"tablero.weeks4", -21, 6}, {"tablero.weeks12", -77, 6}, {"tablero.weeks52", -357, 6}, {"tablero.next4", 0, 27},
	} {
		q := tomahora.Periodo{Desde: week.AddDays(preset.from), Hasta: week.AddDays(preset.to), IDSucursal: p.IDSucursal}
		items = append(items, navItem{Key: preset.key, Path: "/tablero?" + periodoQuery(q), Current: q == p})
	}
	return items
}

// periodoQuery is a Periodo as the query of a path.
func periodoQuery(p tomahora.Periodo) string {
	q := url.Values{"desde": {p.Desde.String()}, "hasta": {p.Hasta.String()}}
	if p.IDSucursal != 0 {
		q.Set("sucursal", itoa(p.IDSucursal))
	}
	return q.Encode()
}

// listas are all lists as CSV, those with dates for the Periodo.
func (l locale) listas(p tomahora.Periodo) []enlace {
	var list []enlace
	for _, name := range []string{"tablero", "citas", "atenciones"} {
		list = append(list, enlace{l.t("listas." + name), "/listas/" + name + ".csv?" + periodoQuery(p)})
	}
	for _, name := range []string{"pacientes", "profesionales", "horarios", "especiales", "bloqueos", "sucursales", "sillones", "especialidades", "estados"} {
		list = append(list, enlace{l.t("listas." + name), "/listas/" + name + ".csv"})
	}
	return list
}

// percent is a part of a whole, "–" where there is no whole.
func percent(part, whole int) string {
	if whole == 0 {
		return "–"
	}
	return strconv.Itoa((100*part+whole/2)/whole) + " %"
}

// hours are minutes in whole hours.
func hours(minutes int) int { return (minutes + 30) / 60 }
