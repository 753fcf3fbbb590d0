package web

import (
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"github.com/tomahora/tomahora"
)

// calendarOf is the calendar file of a paciente's cita. Read again after a
// change, it replaces what a calendar has of the same cita.
func calendarOf(l locale, cfg *tomahora.Config, c tomahora.Cita, uid, link string) string {
	e := c.Espacio
	zona := cfg.ZonaDe(e.IDSucursal)
	prof, _ := cfg.Profesional(e.IDProfesional)
	suc, _ := cfg.Sucursal(e.IDSucursal)
	start := e.Fecha.At(e.Rango.Inicio, zona)

	cal := ics.NewCalendar()
	cal.SetProductId("-//tomahora//reserva//ES")
	cal.SetMethod(ics.MethodPublish)
	event := cal.AddEvent(uid)
	event.SetDtStampTime(c.Cambiada)
	event.SetLastModifiedAt(c.Cambiada)
	event.SetSequence(int(c.Version - 1))
	event.SetStartAt(start)
	// Counted from the start, as people do also in the night of a clock change.
	event.SetEndAt(start.Add(time.Duration(e.Rango.Duracion()) * time.Minute))
	event.SetSummary(l.t("reservar.icsSummary", prof.NombreCompleto(), cfg.Clinica().Nombre))
	event.SetDescription(l.t("reservar.icsText", link))
	event.SetURL(link)
	if c.Videoconsulta {
		event.SetLocation(l.t("reservar.video"))
	} else {
		event.SetLocation(addressOf(cfg.Clinica(), suc))
	}
	event.SetStatus(ics.ObjectStatusConfirmed)
	if !c.Viva {
		event.SetStatus(ics.ObjectStatusCancelled)
	}
	return cal.Serialize()
}

// addressOf is where a sucursal is, in one line.
func addressOf(k tomahora.Clinica, s tomahora.Sucursal) string {
	var parts []string
	for _, part := range []string{k.Nombre, s.Nombre, s.Direccion, s.Comuna} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}
