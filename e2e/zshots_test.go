package e2e

import "testing"

func TestShots(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.look("agenda-dia")
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=semana&profesional=2")
	p.look("agenda-semana")
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=sillon")
	p.look("agenda-sillon")
	p.open("/?sucursal=1&fecha=2026-11-29&vista=dia&por=profesional")
	p.see("#sin-columnas")
	p.look("agenda-vacia")
	p.open("/dia?sucursal=1&fecha=2026-11-26")
	p.look("dia")
	p.open("/agendar?id_sucursal=1&id_paciente=2&id_profesional=2")
	p.look("agendar")
	p.open("/citas/200")
	p.look("cita")
}

func TestShotsPhone(t *testing.T) {
	a := startAgenda(t)
	p := newPageAt(t, a.URL)
	p.resize(phone)
	p.prefer("light")
	p.openAgenda("/?sucursal=1&fecha=2026-11-26&vista=dia&por=profesional")
	p.screenshot("tel-dia", phone)
	p.click("[data-nueva].button-primary")
	p.see("#panel[open]")
	p.screenshot("tel-agendar", phone)
	p.axe("tel-agendar")
	p.click("[data-close]")
	p.click("#grilla .ec-event.cita")
	p.see("#panel[open] .cita-cuando")
	p.screenshot("tel-cita", phone)
	p.axe("tel-cita")
}
