package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A clinic that has nothing yet is told on each page what to do next.
func TestAFreshClinic(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + t.TempDir() + "/a.db"
	tomahora(t, "clinica", "create", "--nombre", "Clínica Nueva", "--db", db)
	newUsuario(t, db, "1", evaEmail, "administracion")
	s := start(t, "serve", "--db", db)
	pages := map[string]string{
		"agenda": "/", "dia": "/dia", "tablero": "/tablero", "agendar": "/agendar", "reservar": "/reservar/1",
		"usuarios": "/ajustes/usuarios", "tokens": "/ajustes/tokens", "webhooks": "/ajustes/webhooks", "bloqueos": "/ajustes/bloqueos",
		"especiales": "/ajustes/especiales", "profesionales": "/ajustes/profesionales", "sucursales": "/ajustes/sucursales",
		"sillones": "/ajustes/sillones", "especialidades": "/ajustes/especialidades", "profesional": "/ajustes/profesionales/nuevo",
	}
	for name, path := range pages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t, s)
			if name == "reservar" {
				p.expect(404)
			}
			p.login(evaEmail, clave)
			p.open(path)
			p.look("nueva-" + name)
		})
	}
}

// wrongForm is a form of the demo clinic, what is written into its fields, and a part
// of what the one who sends it is told.
type wrongForm struct {
	name, path string
	fields     map[string]string
	told       string
}

func wrongForms() []wrongForm {
	return []wrongForm{
		{"agendar", "/agendar?id_sucursal=1", nil, "Falta elegir al paciente"},
		{"agendar-nuevo", "/agendar?id_sucursal=1&nuevo=1&rut=11.111.111-2", map[string]string{"hora_inicio": "25:00", "email": "no es"}, "RUT"},
		{"agendar-tope", "/agendar?id_sucursal=1&id_paciente=2&id_profesional=1&fecha=2026-11-26&hora_inicio=11:00&duracion=15", nil, "ya tiene una cita"},
		{"cita", "/citas/200?mover=1", map[string]string{"hora_inicio": "25:00"}, "hora"},
		{"clinica", "/ajustes/clinica", map[string]string{"zona": "America/Nunca"}, "zona horaria"},
		{"sucursal", "/ajustes/sucursales/nueva", map[string]string{"nombre": "Casa Matriz", "zona": "America/Nunca"}, "zona horaria"},
		{"sillon", "/ajustes/sillones/nuevo", map[string]string{"nombre": ""}, "Falta"},
		{"especialidad", "/ajustes/especialidades/nueva", map[string]string{"nombre": ""}, "Falta"},
		{"profesional", "/ajustes/profesionales/nuevo", map[string]string{"nombre": "", "rut": "11.111.111-2", "intervalo": "0", "email": "no es"}, "Falta"},
		{"especial", "/ajustes/especiales/nuevo", map[string]string{"id_profesional": "", "fecha": "", "hora_fin": "08:00"}, "fecha"},
		{"bloqueo", "/ajustes/bloqueos/nuevo", map[string]string{"id_profesional": "", "hasta": "2026-11-01"}, "profesional"},
		{"estado", "/ajustes/estados/nuevo", map[string]string{"nombre": ""}, "Falta"},
		{"token", "/ajustes/tokens/nuevo", map[string]string{"nombre": ""}, "Falta"},
		{"webhook", "/ajustes/webhooks/nuevo", map[string]string{"url": "ftp://no"}, "https://"},
		{"online", "/ajustes/online", map[string]string{"horizonte": "0", "aviso": "-1", "origenes": "no es un sitio"}, "Escriba un número"},
		{"tablero", "/tablero", map[string]string{"desde": "2026-12-01", "hasta": "2026-11-01"}, "anterior"},
	}
}

// What is wrong with a form is told above it and beside its fields.
func TestFormsTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--now", ajustesNow)
	for _, tt := range wrongForms() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPage(t, s)
			p.expect(422)
			p.login("admin@demo.cl", "demo")
			p.open(tt.path)
			p.send(tt.fields)
			if said := eval[string](p, "[...document.querySelectorAll('.problem, .summary')].map((e) => e.innerText).join('\\n')"); !strings.Contains(said, tt.told) {
				t.Errorf("it says %q, want %q", said, tt.told)
			}
			p.look("mal-" + tt.name)
		})
	}
}

// send sends the form that has the most fields of a page with these values, whatever
// the browser itself would say of them.
func (p *page) send(fields map[string]string) {
	p.t.Helper()
	for name, value := range fields {
		eval[string](p, fmt.Sprintf("document.querySelector('main [name=%q]').value = %q", name, value))
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Evaluate[chromedp.Void](`{
		const form = [...document.querySelectorAll('main form')].sort((a, b) => b.elements.length - a.elements.length)[0];
		form.noValidate = true;
		form.requestSubmit();
	}`)); err != nil {
		p.fail(err)
	}
}

// Names as long as people have them stay whole, or are cut where they can be read
// whole elsewhere.
func TestLongNamesHaveRoom(t *testing.T) {
	t.Parallel()
	a := startAgendaOf(t, fullDay)
	p := a.as(t, "profesional.5")
	p.open("/dia?fecha=2026-11-26")
	p.look("nombres-dia")
	p.follow(".dia-agenda tbody th a")
	p.look("nombres-cita")
	p.open("/agendar?q=fuente")
	p.look("nombres-agendar")
	p.openAgenda("/?fecha=2026-11-26&vista=semana")
	p.look("nombres-semana")
}
