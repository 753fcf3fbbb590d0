package web

import (
	"encoding/json"
	"net/url"
	"slices"

	"github.com/tomahora/tomahora"
)

// destino is where the form that moves a cita would have it, and what there is to
// choose from there.
type destino struct {
	Sucursales    []option
	Profesionales []option
	Sillones      []option
	Duraciones    []option
	Modalidad     bool // it can be attended either way
}

// citaValues is a cita as the forms that change it have it, but for what was said.
func citaValues(c tomahora.Cita, said url.Values) url.Values {
	e := c.Espacio
	values := url.Values{
		"fecha": {e.Fecha.String()}, "hora_inicio": {clock(e.Rango.Inicio)}, "duracion": {itoa(int64(e.Rango.Duracion()))},
		"id_profesional": {itoa(e.IDProfesional)}, "id_sucursal": {itoa(e.IDSucursal)}, "id_sillon": {itoa(e.IDSillon)},
		"id_estado": {itoa(c.IDEstado)}, "videoconsulta": {bitText(c.Videoconsulta)}, "comentario": {c.Comentario}, "motivo": {""},
	}
	for name := range values {
		if said.Has(name) {
			values.Set(name, said.Get(name))
		}
	}
	return values
}

// destinoOf is where values would have a cita. What a profesional or day there has
// not is chosen anew in the values.
func destinoOf(cfg *tomahora.Config, user tomahora.Usuario, c tomahora.Cita, values url.Values) destino {
	to := readCambio(values).Apply(cfg, c).Espacio
	prof, ok := cfg.Profesional(to.IDProfesional)
	if !ok || !user.PuedeEn(tomahora.Agendar, prof.ID) {
		prof, _ = cfg.Profesional(c.Espacio.IDProfesional)
		to.IDProfesional = prof.ID
	}
	duracion := to.Rango.Duracion()
	if prof.ID != c.Espacio.IDProfesional {
		duracion = duracionOf(prof, &duracion)
	}
	to.Rango.Fin = to.Rango.Inicio.Add(duracion)
	values.Set("duracion", itoa(int64(duracion)))
	var choices agendarPage
	choices.addChoices(cfg, user, &peticion{solicitud: tomahora.Solicitud{IDProfesional: prof.ID, IDSucursal: to.IDSucursal, Duracion: &duracion}})
	d := destino{Sucursales: choices.Sucursales, Profesionales: choices.Profesionales, Duraciones: choices.Duraciones}
	suc, _ := cfg.Sucursal(c.Espacio.IDSucursal)
	d.Sucursales = withOption(d.Sucursales, option{itoa(suc.ID), suc.Nombre})
	d.Duraciones = withOption(d.Duraciones, minutesOption(duracion))
	if own, _ := cfg.Profesional(c.Espacio.IDProfesional); to.IDSucursal == c.Espacio.IDSucursal {
		d.Profesionales = withOption(d.Profesionales, option{itoa(own.ID), own.NombreCompleto()})
	}
	if chosen := itoa(prof.ID); slices.ContainsFunc(d.Profesionales, func(o option) bool { return o.Value == chosen }) {
		values.Set("id_profesional", chosen)
	} else {
		values.Set("id_profesional", "")
		d.Profesionales = orNone(d.Profesionales, "")
	}
	d.addSillones(cfg, c, to, values)
	d.Modalidad = slices.ContainsFunc(cfg.Segmentos(to.IDProfesional, to.IDSucursal, to.Fecha), func(seg tomahora.Segmento) bool {
		return seg.Rango.Contains(to.Rango) && seg.Modalidad == tomahora.Ambas
	})
	return d
}

// addSillones adds the lanes that the profesional has that day, and the sobrecupo; and
// the one the cita is on, as long as it would stay there or there is no other.
func (d *destino) addSillones(cfg *tomahora.Config, c tomahora.Cita, to tomahora.Espacio, values url.Values) {
	var offered []tomahora.SillonID
	for _, seg := range cfg.Segmentos(to.IDProfesional, to.IDSucursal, to.Fecha) {
		offered = append(offered, seg.Sillones...)
	}
	is := c.Espacio
	stays := is.IDProfesional == to.IDProfesional && is.IDSucursal == to.IDSucursal && is.Fecha == to.Fecha
	if stays || len(offered) == 0 {
		offered = append(offered, is.IDSillon)
	}
	if to.IDSillon != tomahora.Sobrecupo && !slices.Contains(offered, to.IDSillon) {
		values.Set("id_sillon", itoa(slices.Min(offered)))
	}
	offered = append(offered, tomahora.Sobrecupo)
	slices.Sort(offered)
	for _, id := range slices.Compact(offered) {
		sillon, _ := cfg.Sillon(id)
		d.Sillones = append(d.Sillones, option{itoa(id), sillon.Nombre})
	}
}

// withOption is a list that has an option.
func withOption(list []option, o option) []option {
	if slices.Contains(list, o) {
		return list
	}
	return append(list, o)
}

// citaData is a cita as scripts have it, for an attribute.
func citaData(c tomahora.Cita) (string, error) {
	data, err := json.Marshal(showCita(c))
	return string(data), err
}
