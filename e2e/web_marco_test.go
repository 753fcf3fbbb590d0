package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tmh "github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// header is how the header of the agenda is laid out in a window.
type header struct {
	Cut     []string // what shows less than it says
	Outside []string // what is not within the window
	Page    int64    // how wide the page is
	Rows    int
}

// header looks at the header as it is drawn now.
func (p *page) header() header {
	p.t.Helper()
	p.settle()
	return eval[header](p, `(() => {
		const name = (e) => e.id || e.className || e.textContent;
		const shown = [...document.querySelectorAll('.agenda-barra *')].filter((e) => e.checkVisibility() && !e.closest('.unseen, svg, option'));
		const box = (e) => e.getBoundingClientRect();
		const titles = shown.filter((e) => e.matches('#titulo, #titulo *'));
		const controls = shown.filter((e) => e.matches('button, select, a'));
		const words = (e) => { const r = document.createRange(); r.selectNodeContents(e); return r.getBoundingClientRect() };
		const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
		return {
			Cut: [
				...titles.filter((e) => e.clientWidth && (e.clientWidth < e.scrollWidth || e.clientHeight < e.scrollHeight)),
				...(titles.some((e) => e.textContent && box(e).width > 0) ? [] : ['no title']),
				...controls.filter((e) => !e.matches('select') && (words(e).width > box(e).width + 1 || words(e).height > 24)),
				...controls.filter((e) => titles.some((title) => over(box(e), words(title)))),
			].map((e) => e.tagName ? name(e) : e),
			Outside: shown.filter((e) => box(e).left < 0 || box(e).right > innerWidth || box(e).bottom > box(document.querySelector('.agenda-barra')).bottom + 1).map(name),
			Page: document.documentElement.scrollWidth,
			Rows: new Set(controls.map((e) => Math.round((box(e).top + box(e).bottom) / 8))).size,
		};
	})()`)
}

// The date is whole in every window, and so is all that stands beside it: in one row on
// a desktop, in two on anything smaller. 683 is a desktop's 1366 at twice the size.
func TestTheHeaderOfTheAgendaIsWholeInEveryWindow(t *testing.T) {
	a := startAgenda(t)
	const day, week = "/?sucursal=1&fecha=2026-09-30&vista=dia&por=profesional", "/?sucursal=1&fecha=2026-09-30&vista=semana&por=profesional&profesional=1"
	widths := []int64{320, 360, 390, 414, 480, 540, 600, 640, 641, 650, 683, 720, 768, 800, 820, 880, 900, 901, 960, 1024, 1080, 1100, 1101, 1180, 1181, 1280, 1360, 1366, 1440, 1600, 1920}
	for _, lang := range []string{"es", "en"} {
		for name, path := range map[string]string{"day": day, "week": week} {
			t.Run(lang+"-"+name, func(t *testing.T) {
				p := a.as(t, "recepcion")
				p.setCookie("idioma", lang)
				p.open(path)
				p.see("#grilla .ec-day")
				for _, touch := range []bool{false, true} {
					for _, width := range widths {
						p.resize(size{"", width, 740, touch})
						h := p.header()
						where := fmt.Sprintf("at %d px, touched %v", width, touch)
						if len(h.Cut) > 0 || len(h.Outside) > 0 || h.Page > width {
							t.Errorf("%s the page is %d px wide, cut are %q, outside %q", where, h.Page, h.Cut, h.Outside)
						}
						if want := rowsAt(width); !slices.Contains(want, h.Rows) {
							t.Errorf("%s there are %d rows, want %v", where, h.Rows, want)
						}
					}
				}
			})
		}
	}
}

// rowsAt is how many rows the header may have in a window.
func rowsAt(width int64) []int {
	switch {
	case width >= 1280:
		return []int{1}
	case width > 1024:
		return []int{1, 2}
	default:
		return []int{2}
	}
}

// A phone has room for the day of one profesional; what it was led to by an address,
// or by how this browser looked last, can be left for that.
func TestAPhoneLeavesTheWeek(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.resize(phone)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=semana&por=profesional&profesional=1")
	p.click(`.segmentos [data-vista="dia"]`)
	p.until("new URLSearchParams(location.search).get('vista') === 'dia'")
	p.until(`document.querySelectorAll('#grilla .ec-body .ec-day').length === 1 && !document.querySelector('.segmentos [data-vista="dia"]').checkVisibility()`)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon")
	p.click(`.segmentos [data-por="profesional"]`)
	p.until("new URLSearchParams(location.search).get('por') === 'profesional'")
	p.until(`!document.querySelector('.segmentos [data-por="profesional"]').checkVisibility()`)
}

// A week is of one sillón as it is of one profesional: all who attend there are seen in
// it, also what is booked meanwhile, and nothing of other sillones.
func TestTheWeekOfASillon(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=semana&por=profesional&profesional=1")
	p.press("r")
	p.until("document.querySelector('#titulo .titulo-de').textContent === 'Sillon 1'")
	p.hasOnly(a, 1)
	p.click(`#profesionales label:has([value="2"])`)
	p.until("document.querySelector('#titulo .titulo-de').textContent === 'Sillon 2'")
	p.hasOnly(a, 2)
	if q := eval[string](p, "location.search"); !strings.Contains(q, "por=sillon") || !strings.Contains(q, "&sillon=2") {
		t.Errorf("the address is %s", q)
	}
	over, booked := a.bookAhead(t, 1, tmh.Sobrecupo), a.bookAhead(t, 2, 2)
	p.see(cita(booked.ID))
	p.hasOnly(a, 2)
	p.look("agenda-semana-sillon", upright)
	p.resize(phone)
	p.see(`#quien`)
	eval[bool](p, "(() => { const f = document.querySelector('#quien'); f.value = '7'; return f.dispatchEvent(new Event('change', {bubbles: true})); })()")
	p.see(cita(over.ID))
	p.hasOnly(a, tmh.Sobrecupo)
}

// hasOnly fails unless the citas that are drawn are those of a sillón in the demo's week.
func (p *page) hasOnly(a *agendaServer, sillon tmh.SillonID) {
	p.t.Helper()
	want := []tmh.CitaID{}
	monday := tmh.Fecha{Year: 2026, Month: 11, Day: 23}
	must(p.t, a.store.View(p.t.Context(), a.id, func(tx tmh.Tx) error {
		list, err := tx.Citas().Agenda([]tmh.ProfesionalID{1, 2, 3, 4, 5, 6}, monday, monday.AddDays(6))
		for _, c := range list {
			if c.Espacio.IDSucursal == 1 && c.Espacio.IDSillon == sillon && c.Viva {
				want = append(want, c.ID)
			}
		}
		return err
	}))
	slices.Sort(want)
	got := eval[[]tmh.CitaID](p, "[...document.querySelectorAll('#grilla [data-cita]')].map((e) => Number(e.dataset.cita)).sort((a, b) => a - b)")
	if len(want) == 0 || !slices.Equal(got, want) {
		p.t.Errorf("the week of sillón %d has %v, want %v", sillon, got, want)
	}
}

// bookAhead books a paciente at the hour that the demo leaves free on the day after, for
// half an hour.
func (a *agendaServer) bookAhead(t *testing.T, prof tmh.ProfesionalID, sillon tmh.SillonID) tmh.Cita {
	t.Helper()
	inicio, d := tmh.Hora(9*60), tmh.Duracion(30)
	var booked agenda.Agendada
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) (err error) {
		booked, err = agenda.Agendar(tx, "token:1", tmh.Solicitud{
			IDProfesional: prof, IDSucursal: 1, IDSillon: sillon, IDEstado: tmh.EstadoNoConfirmado, IDPaciente: tmh.PacienteID(prof) + 1,
			Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 27}, HoraInicio: &inicio, Duracion: &d, Videoconsulta: new(false),
		})
		return err
	}))
	return booked.Cita
}

// aheadScript gives a page a clock that advance(ms) moves on, with what waits for it a
// minute or longer.
const aheadScript = `{
	const now = Date.now.bind(Date), set = setTimeout.bind(window), clear = clearTimeout.bind(window), later = new Map();
	let ahead = 0;
	Date.now = () => now() + ahead;
	window.setTimeout = (run, ms, ...more) => {
		if (!(ms >= 60_000)) return set(run, ms, ...more);
		const id = set(() => later.delete(id), ms);
		later.set(id, {run, due: Date.now() + ms});
		return id;
	};
	window.clearTimeout = (id) => { later.delete(id); clear(id) };
	window.advance = (ms) => {
		ahead += ms;
		for (const [id, {run, due}] of [...later]) if (due <= Date.now() && later.delete(id)) run();
	};
}`

// An hour that is held is shown for as long as it is, with nobody telling.
func TestAReservaThatRunsOutIsShownNoLonger(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.before(aheadScript)
	d := tmh.Duracion(30)
	for _, held := range []struct {
		inicio tmh.Hora
		ttl    time.Duration
	}{{9 * 60, 2 * time.Minute}, {9*60 + 15, 5 * time.Minute}, {9*60 + 30, time.Hour}} {
		must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
			_, err := agenda.Reservar(tx, "token:1", tmh.Solicitud{
				IDProfesional: 1, IDSucursal: 1, IDSillon: tmh.Sobrecupo, Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 27}, HoraInicio: &held.inicio, Duracion: &d,
			}, held.ttl)
			return err
		}))
	}
	p.openAgenda("/?sucursal=1&fecha=2026-11-27&vista=dia&por=profesional")
	left := func(n int) { p.until(fmt.Sprintf("document.querySelectorAll('#grilla .reserva').length === %d", n)) }
	left(3)
	eval[bool](p, "(advance(2 * 60_000), true)")
	left(2)
	eval[bool](p, "(advance(3 * 60_000), true)")
	left(1)
}

// cut are the citas of which something is shown in part: a half hour is another hour,
// and half an icon says nothing. What is not shown at all is no matter where there is no
// room, but for the icon of the estado.
func (p *page) cut() []string {
	p.t.Helper()
	p.settle()
	return eval[[]string](p, `(() => {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync('.ec-event.cita { content-visibility: visible !important; }');
		document.adoptedStyleSheets = [sheet];
		// How much of the sides of an element is within all that clips it, up to its cita.
		const shown = (e, cita) => {
			const own = e.getBoundingClientRect();
			let {left, right, top, bottom} = own;
			for (let a = e; a !== cita.parentElement; a = a.parentElement) {
				if (a !== e && getComputedStyle(a).overflow === 'visible') continue;
				const box = a.getBoundingClientRect();
				left = Math.max(left, box.left), right = Math.min(right, box.right), top = Math.max(top, box.top), bottom = Math.min(bottom, box.bottom);
			}
			const none = own.width === 0 || right <= left || bottom <= top;
			return none ? 'none' : own.width - (right - left) > 1 || own.height - (bottom - top) > 3 ? 'part' : 'whole';
		};
		return [...document.querySelectorAll('#grilla .ec-event.cita')].flatMap((cita) => {
			const at = (selector) => { const e = cita.querySelector(selector); return e ? shown(e, cita) : 'none' };
			const wrong = [];
			if (at('.cita-linea > .icon') !== 'whole') wrong.push('icon');
			const {width} = cita.getBoundingClientRect();
			if (cita.matches('.cita-sobrecupo') && at('.cita-mas') !== 'whole' && width > 30) wrong.push('mark');
			if (at('time') === 'part') wrong.push('hour');
			if (at('.cita-nombre') === 'part') wrong.push('name');
			if (at('time') === 'none' && width >= 64) wrong.push('no hour');
			return wrong.map((what) => what + ' of ' + cita.innerText.replaceAll('\n', ' ') + ', ' + Math.round(width) + ' px wide');
		});
	})()`)
}

// In all windows all citas show their estado by its icon, and no hour in part: where
// several overlap, in the week, beside the lane of sobrecupos and in it.
func TestCitasAreShownWholeOrNotAtAll(t *testing.T) {
	demoWeek := startAgenda(t)
	for _, prof := range []tmh.ProfesionalID{1, 2} {
		demoWeek.bookAhead(t, prof, tmh.Sobrecupo)
	}
	demoWeek.crowd(t)
	full := startAgendaOf(t, fullDay)
	for name, look := range map[string]struct {
		a    *agendaServer
		path string
	}{
		"week":  {demoWeek, "/?sucursal=1&fecha=2026-11-26&vista=semana&por=profesional&profesional=2"},
		"day":   {demoWeek, "/?sucursal=1&fecha=2026-11-27&vista=dia&por=profesional"},
		"lanes": {demoWeek, "/?sucursal=1&fecha=2026-11-27&vista=dia&por=sillon"},
		"full":  {full, "/?fecha=2026-11-26&vista=dia&por=profesional"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPageAt(t, look.a.URL)
			p.openAgenda(look.path)
			if n := eval[int](p, "document.querySelectorAll('#grilla .cita-sobrecupo').length"); n == 0 && name != "lanes" {
				t.Error("no sobrecupo stands in a lane")
			}
			for _, window := range []size{desktop, tablet, upright, phone, {"1280", 1280, 720, false}, {"1920", 1920, 1080, false}} {
				p.resize(window)
				p.screenshot("citas-"+name+"-"+window.name, window)
				if cut := p.cut(); len(cut) > 0 {
					t.Errorf("%s: %q", window.name, cut)
				}
			}
		})
	}
}

// crowd books short citas of profesional 2 on the day after that overlap each other,
// and two sobrecupos at that hour.
func (a *agendaServer) crowd(t *testing.T) {
	t.Helper()
	d := tmh.Duracion(15)
	must(t, a.store.Update(t.Context(), a.id, func(tx tmh.Tx) error {
		for i, sillon := range []tmh.SillonID{2, tmh.Sobrecupo, tmh.Sobrecupo, tmh.Sobrecupo} {
			inicio := tmh.Hora(9*60 + 30 + 15*(i/3))
			if _, err := agenda.Agendar(tx, "token:1", tmh.Solicitud{
				IDProfesional: 2, IDSucursal: 1, IDSillon: sillon, IDEstado: tmh.EstadoNoConfirmado, IDPaciente: tmh.PacienteID(10 + i),
				Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 27}, HoraInicio: &inicio, Duracion: &d, Videoconsulta: new(i == 1),
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}
