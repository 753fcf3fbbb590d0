package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	tmh "github.com/tomahora/tomahora"
)

const juevesPath = "/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional"

// slow has what scripts ask for from now on leave late.
func (p *page) slow(ms int) {
	p.t.Helper()
	eval[bool](p, fmt.Sprintf(`(() => { const fetch = window.fetch; window.fetch = async (url, init) => {
		await new Promise((go, no) => {
			const stop = () => no(new DOMException('aborted', 'AbortError'));
			if (init?.signal?.aborted) stop();
			init?.signal?.addEventListener('abort', stop);
			setTimeout(go, %d);
		});
		return fetch(url, init);
	}; return true; })()`, ms))
}

// pick picks an option of a select, as a person does.
func (p *page) pick(selector, value string) {
	p.t.Helper()
	p.see(selector)
	eval[bool](p, fmt.Sprintf("(() => { const f = document.querySelector(%q); f.focus(); f.value = %q; return f.dispatchEvent(new Event('input', {bubbles: true})) && f.dispatchEvent(new Event('change', {bubbles: true})); })()", selector, value))
}

// zoila types a new paciente and a comment into the form in the panel.
func (p *page) zoila() {
	p.t.Helper()
	p.click("#panel [data-opcion=nuevo]")
	p.see("#panel #campo-nombre")
	for name, value := range map[string]string{"rut": "12.345.678-5", "nombre": "Zoila", "apellidos": "Nueva Pérez", "celular": "+56 9 1234 5678", "email": "zoila@clinica.example", "comentario": "viene con dolor"} {
		p.fill("#panel #campo-"+name, value)
	}
}

const zoila = "12.345.678-5,Zoila,Nueva Pérez,+56 9 1234 5678,zoila@clinica.example,viene con dolor"

func TestNothingTypedIsLostByWhatIsChosen(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	typed := func() string { return p.fields("rut", "nombre", "apellidos", "celular", "email", "comentario") }
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.zoila()
	p.click("#panel [data-opcion=libre]")
	p.see("#panel .pedido-resumen")
	if got := typed(); got != zoila {
		t.Errorf("after an hour was chosen the form says %s", got)
	}
	p.click("#panel .pedido-cabeza button")
	p.see("#panel [name=q]")
	if got := p.fields("hora_inicio", "comentario"); strings.HasPrefix(got, ",") || !strings.HasSuffix(got, ",viene con dolor") {
		t.Errorf("while somebody is looked for the form says %s", got)
	}
	p.click("#panel [data-opcion=nuevo]")
	p.see("#panel #campo-nombre")
	if got := typed(); got != zoila {
		t.Errorf("back at the new paciente the form says %s", got)
	}
	p.press(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.see(cita(754))
	if got := a.cita(t, 754); got.Comentario != "viene con dolor" || got.PacienteCompleto() != "Zoila Nueva Pérez" {
		t.Errorf("booked %+v", got)
	}

	// Whom it is for is chosen last.
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.fill("#panel #campo-comentario", "llega tarde")
	p.click("#panel [name=q]")
	p.press("risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.see("#panel .ficha-quien")
	if got := p.fields("comentario"); got != "llega tarde" {
		t.Errorf("after the paciente was chosen the comment is %q", got)
	}
	p.click("#panel .ficha button")
	p.see("#panel [name=q]")
	if got := p.fields("comentario"); got != "llega tarde" {
		t.Errorf("while another is looked for the comment is %q", got)
	}
}

// What is typed while the server is asked stays, and so does the focus.
func TestWhatIsTypedMeanwhileStays(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.press("risop")
	p.see("[data-opcion=paciente]")
	p.press(kb.Enter)
	p.until("document.activeElement.dataset.opcion === 'libre'")
	p.slow(400)
	p.press(kb.Enter)
	eval[bool](p, "document.querySelector('#campo-comentario').focus(), true")
	p.press("sin apuro")
	p.see("#panel .pedido-resumen")
	p.press(" ni dolor")
	if got := p.fields("comentario"); got != "sin apuro ni dolor" {
		t.Errorf("the comment is %q", got)
	}
}

func TestNothingTypedIsLostWithoutJavaScript(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.withoutScripts()
	p.open("/agendar?id_sucursal=1")
	p.fill("#campo-comentario", "viene con dolor")
	p.fill("#campo-q", "risopatron")
	p.submit("#campo-q")
	p.follow("[data-opcion=paciente]")
	p.fill("#campo-comentario", "viene con mucho dolor")
	p.follow("[data-opcion=libre]")
	p.submit("#campo-hora_inicio")
	p.see(".notice-ok")
	if got := a.cita(t, 754); got.IDPaciente != 2 || got.Comentario != "viene con mucho dolor" {
		t.Errorf("booked %+v", got)
	}
}

// Enter means what was typed last, however often it is pressed before that was found.
func TestEnterTwiceTakesWhoWasTyped(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.press("perez")
	p.see("[data-opcion=paciente]")
	p.slow(300)
	p.press(" morales")
	p.press(kb.Enter)
	p.press(kb.Enter)
	if got := p.see("#panel .ficha-quien"); !strings.Contains(got, "Morales") {
		t.Errorf("who was looked for is perez morales, and %q is chosen", got)
	}
}

func TestEnterTakesNobodyWhereTheSearchFails(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/")
	p.press("n")
	p.see("#panel[open] [name=q]")
	p.press("perez")
	p.see("[data-opcion=paciente]")
	eval[bool](p, "window.fetch = () => Promise.reject(new TypeError('Failed to fetch')), true")
	p.press(" morales")
	p.press(kb.Enter)
	p.see(".toast-error")
	if n := eval[int](p, "document.querySelectorAll('#panel .ficha-quien').length"); n != 0 {
		t.Error("somebody is chosen")
	}
}

// A cita that is not on the sheet is changed in the panel like any other.
func TestChangeACitaOfAnotherDay(t *testing.T) {
	a := startAgenda(t)
	there := a.bookOn(t, jueves, 9*60+15)
	a.modify(t, there.ID, tmh.CambioCita{Fecha: tmh.Fecha{Year: 2026, Month: 11, Day: 27}})
	here := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda(juevesPath)
	p.click(cita(here.ID))
	p.click("#panel details.historia summary")
	p.click(fmt.Sprintf(`#panel a[href="/citas/%d"]`, there.ID))
	p.until("document.querySelector('#panel .cita-cuando')?.innerText.includes('27')")
	p.click(`#panel [name="id_estado"][value="3"]`)
	p.see("#panel .estado-actual.estado-confirmado")
	if got := a.cita(t, there.ID); got.IDEstado != 3 {
		t.Errorf("confirming left %+v", got)
	}
	p.click(".anular summary")
	p.fill("#campo-motivo", "Se agendó por error")
	p.click(".anular button")
	p.see("#panel .estado-actual.estado-anulado")
	if got := a.cita(t, there.ID); got.Viva || !strings.HasSuffix(got.Comentario, "Se agendó por error") {
		t.Errorf("annulling left %+v", got)
	}
	p.click("#panel .otro-estado summary")
	p.pick("#panel .otro-estado select", "7")
	p.click("#panel .otro-estado button")
	p.see("#panel .estado-actual.estado-no-confirmado")
	if got := a.cita(t, there.ID); !got.Viva || a.cita(t, here.ID).IDEstado != tmh.EstadoNoConfirmado {
		t.Errorf("reviving left %+v", got)
	}
	if n := eval[int](p, fmt.Sprintf("document.querySelectorAll('#grilla [data-cita=\"%d\"]').length", there.ID)); n != 0 || !strings.Contains(p.address(), "fecha=2026-11-26") {
		t.Errorf("%d citas of another day are drawn at %s", n, p.address())
	}
	p.press(kb.Escape)
	p.press("u")
	p.until("[...document.querySelectorAll('.toast-text')].some((e) => e.textContent === 'Deshecho')")
	if got := a.cita(t, there.ID); got.Viva {
		t.Errorf("undone to %+v", got)
	}
}

func TestATextInTheCitasPanelIsKept(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda(juevesPath)
	p.click(cita(c.ID))
	p.fill("#panel #campo-comentario", "escrito y no guardado")
	p.click("#panel .mover summary")
	a.modify(t, c.ID, tmh.CambioCita{IDEstado: 3})
	p.see("#panel .estado-actual.estado-confirmado")
	p.see("#panel .mover[open] #campo-fecha")
	p.click(`#panel [name="id_estado"][value="5"]`)
	p.see("#panel .estado-actual.estado-en-espera")
	if got := p.fields("comentario"); got != "escrito y no guardado" {
		t.Fatalf("the text is %q", got)
	}
	p.click(`#panel [data-parte="comentario"] button`)
	p.see(".toast-text")
	p.until(`!document.querySelector('#panel [data-parte="comentario"] [name="comentario"]').defaultValue.startsWith(' ') && document.querySelector('#panel #campo-comentario').defaultValue === 'escrito y no guardado'`)
	if got := a.cita(t, c.ID); got.Comentario != "escrito y no guardado" || got.IDEstado != 5 {
		t.Errorf("saved %+v", got)
	}
}

// Who typed over what somebody else wrote meanwhile is told first, and shown it.
func TestATextDoesNotReplaceAnothersUnseen(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.expect(409)
	p.openAgenda(juevesPath)
	p.click(cita(c.ID))
	p.fill("#panel #campo-comentario", "trae radiografía")
	p.click("#panel .mover summary")
	a.modify(t, c.ID, tmh.CambioCita{Comentario: new("ALERGIA a penicilina")})
	if told := p.see("#panel [data-parte=comentario] .hint"); !strings.Contains(told, "ALERGIA a penicilina") {
		t.Errorf("the panel tells %q", told)
	}
	p.click(`#panel [data-parte="comentario"] button`)
	p.see(".rechazo")
	if got := a.cita(t, c.ID).Comentario; got != "ALERGIA a penicilina" {
		t.Fatalf("it was replaced by %q", got)
	}
	p.press(kb.Escape)
	p.until("!document.querySelector('.rechazo')")
	p.click(`#panel [data-parte="comentario"] button`)
	p.see(".toast-text")
	if got := a.cita(t, c.ID).Comentario; got != "trae radiografía" {
		t.Errorf("who knows saves, and it is %q", got)
	}
}

func TestMoveACitaToAnotherSucursal(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.openAgenda(juevesPath)
	p.click(cita(c.ID))
	p.click("#panel .mover summary")
	p.pick("#panel .mover [name=id_profesional]", "3")
	p.until("[...document.querySelectorAll('#panel .mover [name=duracion] option')].some((o) => o.value === '20')")
	p.pick("#panel .mover [name=id_profesional]", "1")
	p.until("[...document.querySelectorAll('#panel .mover [name=duracion] option')].some((o) => o.value === '45')")
	p.pick("#panel .mover [name=id_profesional]", "2")
	p.until("[...document.querySelectorAll('#panel .mover [name=id_sillon] option')].some((o) => o.value === '2')")
	p.pick("#panel .mover [name=id_sucursal]", "2")
	p.until("document.querySelector('#panel .mover [name=id_profesional]').value === ''") // who does not attend there
	p.pick("#panel .mover [name=id_profesional]", "6")
	p.until("document.querySelector('#panel .mover [name=id_sillon]').value === '3' && document.querySelector('#panel .mover [name=duracion]').value === '30'")
	p.fill("#panel .mover [name=hora_inicio]", "12:30")
	p.click("#panel .mover [type=submit]:not([hidden], .sin-script *)")
	p.until("document.querySelector('#panel .cita-cuando')?.innerText.startsWith('12:30')")
	got := a.cita(t, c.ID).Espacio
	if want := (tmh.Espacio{IDProfesional: 6, IDSucursal: 2, IDSillon: 3, Fecha: jueves, Rango: tmh.Rango{Inicio: 12*60 + 30, Fin: 13 * 60}}); got != want {
		t.Errorf("moved to %+v, want %+v", got, want)
	}
}

// What others move while somebody fills in where to is not moved back.
func TestAMoveDoesNotUndoAnothers(t *testing.T) {
	a := startAgenda(t)
	c := a.bookOn(t, jueves, 9*60+15)
	p := newPageAt(t, a.URL)
	p.expect(409)
	p.openAgenda(juevesPath)
	p.click(cita(c.ID))
	p.click("#panel .mover summary")
	p.pick("#panel .mover [name=duracion]", "30")
	a.modify(t, c.ID, tmh.CambioCita{HoraInicio: new(tmh.Hora(9 * 60))})
	p.until(fmt.Sprintf(`document.querySelector('[data-cita="%d"] time').textContent === '09:00'`, c.ID))
	p.click("#panel .mover [type=submit]:not([hidden], .sin-script *)")
	p.see(".rechazo")
	p.until("document.querySelector('#panel .cita-cuando').innerText.startsWith('09:00')")
	if got := p.fields("hora_inicio", "duracion"); got != "09:00,30" {
		t.Errorf("the form is for %s", got)
	}
	if got := a.cita(t, c.ID).Espacio.Rango; got != (tmh.Rango{Inicio: 9 * 60, Fin: 9*60 + 15}) {
		t.Errorf("it is at %v", got)
	}
}

// On a phone the panel covers the page, and Back closes it as if it were one.
func TestBackClosesThePanelOnAPhone(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.resize(phone)
	p.open("/dia?sucursal=1&fecha=2026-11-26")
	p.openAgenda(juevesPath)
	back := func() { eval[bool](p, "setTimeout(() => history.back()), true") }
	p.click(".button-primary[data-nueva]")
	p.see("#panel[open] [name=q]")
	p.fill("#panel #campo-comentario", "viene con dolor")
	back()
	p.until("!document.querySelector('#panel').open")
	if at := p.address(); !strings.HasPrefix(at, "/?") {
		t.Fatalf("Back leads to %s", at)
	}
	p.click(".toast button")
	p.see("#panel[open] #campo-comentario")
	if got := p.fields("comentario"); got != "viene con dolor" {
		t.Errorf("the comment is %q", got)
	}
	p.fill("#panel #campo-comentario", "")
	p.click("#panel [data-close]")
	p.until("!document.querySelector('#panel').open && history.state === null")
}
