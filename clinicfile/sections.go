package clinicfile

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

func (r *reader) cambio(root *object) agenda.Cambio {
	c := agenda.Cambio{
		Clinica:        r.clinica(root),
		Online:         r.online(root),
		Sucursales:     entities[tomahora.SucursalID](root, "sucursales", sucursal),
		Sillones:       entities[tomahora.SillonID](root, "sillones", sillon),
		Especialidades: entities[tomahora.EspecialidadID](root, "especialidades", especialidad),
		Profesionales:  entities[tomahora.ProfesionalID](root, "profesionales", profesional),
		Prestaciones:   entities[tomahora.PrestacionID](root, "prestaciones", prestacion),
		Estados:        entities[tomahora.EstadoID](root, "estados", estado),
		Horarios:       rules(root, "horarios", "horarios", horarios),
		Especiales:     rules(root, "horarios_especiales", "horariosespeciales", especiales),
		Bloqueos:       rules(root, "bloqueos", "horariosbloqueados", bloqueos),
	}
	root.done()
	return c
}

func (r *reader) clinica(root *object) func(*tomahora.Clinica) {
	if !root.has("clinica") {
		return nil
	}
	o := r.object("clinica", root.values["clinica"])
	nombre, zona := o.text("nombre"), o.text("zona")
	exigir, rechazar := o.flag("exigir_atencion"), o.flag("rechazar_pasado")
	o.done()
	for _, key := range []string{"nombre", "zona"} {
		r.where["clinica."+key] = o.place(key)
	}
	return func(c *tomahora.Clinica) {
		set(&c.Nombre, nombre)
		set(&c.Zona, zona)
		set(&c.ExigirAtencion, exigir)
		set(&c.RechazarPasado, rechazar)
	}
}

func (r *reader) online(root *object) func(*tomahora.ReservaOnline) {
	const key = "reserva_online"
	if !root.has(key) {
		return nil
	}
	o := r.object(key, root.values[key])
	activa, horizonte, aviso, modalidad := o.flag("activa"), o.number("horizonte"), o.number("aviso"), o.text("modalidad")
	nodes := o.list("origenes", true)
	origenes := make([]string, len(nodes))
	for i, n := range nodes {
		var ok bool
		if origenes[i], ok = scalarText(o.r.resolve(n)); !ok {
			o.failItem("origenes", n, "expected an origin such as https://www.clinica.cl")
		}
	}
	o.done()
	for _, field := range []string{"horizonte", "aviso", "modalidad", "origenes"} {
		r.where[key+"."+field] = o.place(field)
	}
	return func(s *tomahora.ReservaOnline) {
		set(&s.Activa, activa)
		if horizonte != nil {
			s.Horizonte = int(*horizonte)
		}
		if aviso != nil {
			s.Aviso = tomahora.Duracion(*aviso)
		}
		if modalidad != nil {
			s.Modalidad = tomahora.Modalidad(*modalidad)
		}
		if nodes != nil {
			s.Origenes = strings.Join(origenes, " ")
		}
	}
}

// set writes a value that the file has, and leaves the field alone otherwise.
func set[T any](field, value *T) {
	if value != nil {
		*field = *value
	}
}

// entities reads a list of entries with an id, each of which edits an entity.
func entities[ID ~int64, T any](root *object, key string, read func(*object) func(*T)) []agenda.Edicion[ID, T] {
	var list []agenda.Edicion[ID, T]
	lines := map[int64]int{}
	for i, o := range root.objects(key) {
		id := o.id("id")
		if line, again := lines[id]; again && id != 0 {
			o.fail("id", "%d is the id of an earlier entry, in line %d", id, line)
		}
		lines[id] = o.place("id").line
		list = append(list, agenda.Edicion[ID, T]{ID: ID(id), Edit: read(o)})
		o.done()
		root.r.where[fmt.Sprintf("%s[%d]", key, i)] = o.at
	}
	return list
}

func sucursal(o *object) func(*tomahora.Sucursal) {
	nombre, telefono, zona := o.text("nombre"), o.text("telefono"), o.text("zona")
	ciudad, comuna, direccion := o.text("ciudad"), o.text("comuna"), o.text("direccion")
	habilitada := o.flag("habilitada")
	return func(s *tomahora.Sucursal) {
		set(&s.Nombre, nombre)
		set(&s.Telefono, telefono)
		set(&s.Zona, zona)
		set(&s.Ciudad, ciudad)
		set(&s.Comuna, comuna)
		set(&s.Direccion, direccion)
		set(&s.Habilitada, habilitada)
	}
}

func sillon(o *object) func(*tomahora.Sillon) {
	nombre, exclusivo := o.text("nombre"), o.flag("exclusivo")
	return func(s *tomahora.Sillon) {
		set(&s.Nombre, nombre)
		set(&s.Exclusivo, exclusivo)
	}
}

func especialidad(o *object) func(*tomahora.Especialidad) {
	nombre, habilitada := o.text("nombre"), o.flag("habilitada")
	return func(e *tomahora.Especialidad) {
		set(&e.Nombre, nombre)
		set(&e.Habilitada, habilitada)
	}
}

func profesional(o *object) func(*tomahora.Profesional) {
	nombre, apellidos, rut := o.text("nombre"), o.text("apellidos"), o.text("rut")
	celular, telefono, email := o.text("celular"), o.text("telefono"), o.text("email")
	ciudad, comuna, direccion := o.text("ciudad"), o.text("comuna"), o.text("direccion")
	especialidad, intervalo := o.number("especialidad"), o.number("intervalo")
	online, recurso, habilitado := o.flag("agenda_online"), o.flag("es_recurso"), o.flag("habilitado")
	return func(p *tomahora.Profesional) {
		set(&p.Nombre, nombre)
		set(&p.Apellidos, apellidos)
		set(&p.RUT, rut)
		set(&p.Celular, celular)
		set(&p.Telefono, telefono)
		set(&p.Email, email)
		set(&p.Ciudad, ciudad)
		set(&p.Comuna, comuna)
		set(&p.Direccion, direccion)
		set(&p.AgendaOnline, online)
		set(&p.EsRecurso, recurso)
		set(&p.Habilitado, habilitado)
		if especialidad != nil {
			p.IDEspecialidad = tomahora.EspecialidadID(*especialidad)
		}
		if intervalo != nil {
			p.Intervalo = tomahora.Duracion(*intervalo)
		}
	}
}

func prestacion(o *object) func(*tomahora.Prestacion) {
	nombre, codigo := o.text("nombre"), o.text("codigo")
	categoria, nombreCategoria := o.number("id_categoria"), o.text("nombre_categoria")
	habilitada := o.flag("habilitada")
	return func(p *tomahora.Prestacion) {
		set(&p.Nombre, nombre)
		set(&p.Codigo, codigo)
		set(&p.IDCategoria, categoria)
		set(&p.NombreCategoria, nombreCategoria)
		set(&p.Habilitada, habilitada)
	}
}

func estado(o *object) func(*tomahora.Estado) {
	nombre, color := o.text("nombre"), o.text("color")
	anulacion, habilitado := o.flag("anulacion"), o.flag("habilitado")
	if color != nil && !tomahora.IsColor(*color) {
		o.fail("color", `expected a colour such as "#87bce4", found %q`, *color)
	}
	return func(e *tomahora.Estado) {
		set(&e.Nombre, nombre)
		set(&e.Color, color)
		set(&e.Anulacion, anulacion)
		set(&e.Habilitado, habilitado)
	}
}

// rules reads a list that becomes the clinic's. One entry may make several
// rules; domain is what the problems of a plan call the list.
func rules[T any](root *object, key, domain string, read func(*object) []T) []T {
	if root.isNull(key) {
		root.fail(key, "has no value; write [] to clear the list, or leave the key out to keep what is there")
	}
	objects := root.objects(key)
	if objects == nil {
		return nil
	}
	list := []T{}
	for _, o := range objects {
		for _, rule := range read(o) {
			root.r.where[fmt.Sprintf("%s[%d]", domain, len(list))] = o.at
			list = append(list, rule)
		}
		o.done()
	}
	return list
}

func horarios(o *object) []tomahora.Horario {
	h := tomahora.Horario{
		IDProfesional: tomahora.ProfesionalID(o.id("profesional")),
		IDSucursal:    tomahora.SucursalID(o.id("sucursal")),
	}
	dias := o.dias("dias")
	h.Jornada = o.jornada()
	h.Desde, h.Hasta = o.fecha("desde"), o.fecha("hasta")
	if !h.Desde.IsZero() && !h.Hasta.IsZero() && h.Hasta.Before(h.Desde) {
		o.fail("hasta", "%s is before desde, %s", h.Hasta, h.Desde)
	}
	list := make([]tomahora.Horario, len(dias))
	for i, dia := range dias {
		list[i] = h
		list[i].Dia = dia
	}
	return list
}

func especiales(o *object) []tomahora.HorarioEspecial {
	e := tomahora.HorarioEspecial{
		IDProfesional: tomahora.ProfesionalID(o.id("profesional")),
		IDSucursal:    tomahora.SucursalID(o.id("sucursal")),
		Fecha:         o.requiredFecha("fecha"),
	}
	if cerrado := o.flag("cerrado"); cerrado != nil && *cerrado {
		e.Jornada = tomahora.Jornada{Modalidad: tomahora.Presencial}
		return []tomahora.HorarioEspecial{e}
	}
	e.Jornada = o.jornada()
	return []tomahora.HorarioEspecial{e}
}

func bloqueos(o *object) []tomahora.HorarioBloqueado {
	b := tomahora.HorarioBloqueado{
		IDProfesional: tomahora.ProfesionalID(o.optionalID("profesional")),
		IDSucursal:    tomahora.SucursalID(o.id("sucursal")),
		Fecha:         o.requiredFecha("fecha"),
		Rango:         o.rango(),
	}
	set(&b.Comentario, o.text("comentario"))
	return []tomahora.HorarioBloqueado{b}
}

// jornada reads the working hours of an entry, with their defaults.
func (o *object) jornada() tomahora.Jornada {
	return tomahora.Jornada{
		Rango:     o.rango(),
		Pausa:     o.pausa("pausa"),
		Sillones:  o.sillones("sillones"),
		Modalidad: o.modalidad("modalidad"),
	}
}

// rango reads inicio and fin, both required.
func (o *object) rango() tomahora.Rango {
	inicio, okInicio := o.hora("inicio", tomahora.ParseHora)
	fin, okFin := o.hora("fin", tomahora.ParseHoraFin)
	if okInicio && okFin && fin <= inicio {
		o.fail("fin", "%s is not after inicio, %s", hhmm(fin), hhmm(inicio))
	}
	return tomahora.Rango{Inicio: inicio, Fin: fin}
}

func hhmm(h tomahora.Hora) string { return strings.TrimSuffix(h.String(), ":00") }

func (o *object) hora(key string, parse func(string) (tomahora.Hora, error)) (tomahora.Hora, bool) {
	if !o.has(key) {
		o.failMissing(key)
		return 0, false
	}
	s := o.text(key)
	if s == nil {
		return 0, false
	}
	h, err := parse(*s)
	if err != nil {
		o.fail(key, "%s", err)
	}
	return h, err == nil
}

// pausa reads "13:00-14:00"; it is empty when the key is absent.
func (o *object) pausa(key string) tomahora.Rango {
	s := o.text(key)
	if s == nil || *s == "" {
		return tomahora.Rango{}
	}
	from, to, ok := strings.Cut(*s, "-")
	inicio, err := tomahora.ParseHora(strings.TrimSpace(from))
	fin, errFin := tomahora.ParseHoraFin(strings.TrimSpace(to))
	if !ok || err != nil || errFin != nil || fin <= inicio {
		o.fail(key, "expected a range such as 13:00-14:00, found %q", *s)
		return tomahora.Rango{}
	}
	return tomahora.Rango{Inicio: inicio, Fin: fin}
}

func (o *object) sillones(key string) []tomahora.SillonID {
	nodes := o.list(key, true)
	if nodes == nil {
		return []tomahora.SillonID{1}
	}
	var ids []tomahora.SillonID
	for _, n := range nodes {
		id, ok := wholeNumber(o.r.resolve(n))
		if !ok || id == 0 {
			o.failItem(key, n, "expected the id of a sillón")
			continue
		}
		ids = append(ids, tomahora.SillonID(id))
	}
	return ids
}

func (o *object) modalidad(key string) tomahora.Modalidad {
	s := o.text(key)
	if s == nil {
		return tomahora.Presencial
	}
	switch m := tomahora.Modalidad(*s); m {
	case tomahora.Presencial, tomahora.Videoconsulta, tomahora.Ambas:
		return m
	default:
		o.fail(key, "expected presencial, videoconsulta or ambas, found %q", *s)
		return tomahora.Presencial
	}
}

// dias reads one or several days of the week.
func (o *object) dias(key string) []tomahora.Dia {
	nodes := o.list(key, true)
	if len(nodes) == 0 {
		o.failMissing(key)
	}
	var dias []tomahora.Dia
	for _, n := range nodes {
		dia, ok := parseDia(o.r.resolve(n))
		if !ok {
			o.failItem(key, n, "expected a day, lunes to domingo or 1 to 7")
			continue
		}
		dias = append(dias, dia)
	}
	return dias
}

func parseDia(n ast.Node) (tomahora.Dia, bool) {
	if v, ok := wholeNumber(n); ok {
		return tomahora.Dia(v), v >= int64(tomahora.Lunes) && v <= int64(tomahora.Domingo)
	}
	s, _ := scalarText(n)
	switch strings.ToLower(s) {
	case "lunes":
		return tomahora.Lunes, true
	case "martes":
		return tomahora.Martes, true
	case "miércoles", "miercoles":
		return tomahora.Miercoles, true
	case "jueves":
		return tomahora.Jueves, true
	case "viernes":
		return tomahora.Viernes, true
	case "sábado", "sabado":
		return tomahora.Sabado, true
	case "domingo":
		return tomahora.Domingo, true
	default:
		return 0, false
	}
}

func (o *object) requiredFecha(key string) tomahora.Fecha {
	if !o.has(key) {
		o.failMissing(key)
		return tomahora.Fecha{}
	}
	return o.fecha(key)
}

// fecha is zero when the key is absent.
func (o *object) fecha(key string) tomahora.Fecha {
	s := o.text(key)
	if s == nil {
		return tomahora.Fecha{}
	}
	f, err := tomahora.ParseFecha(*s)
	if err != nil {
		o.fail(key, "%s", err)
	}
	return f
}
