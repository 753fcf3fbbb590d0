package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// How an agenda is looked at.
const (
	vistaDia       = "dia"
	vistaSemana    = "semana"
	porProfesional = "profesional"
	porSillon      = "sillon"
)

// mirada is where in the agenda somebody looks.
type mirada struct {
	Sucursal    tomahora.SucursalID    `json:"sucursal"`
	Fecha       string                 `json:"fecha"`
	Vista       string                 `json:"vista"`
	Por         string                 `json:"por"`
	Profesional tomahora.ProfesionalID `json:"profesional"` // whose week it is,
	Sillon      tomahora.SillonID      `json:"sillon"`      // or of which sillón
	Anuladas    bool                   `json:"anuladas"`
}

// miradaCookie is where a browser looked last: sucursal, vista and por, apart by
// dots.
const miradaCookie = "mirada"

// readMirada reads where a request looks, in a clinic as its user may see it. What
// it leaves out is as it was last, else as most want it.
func (s *server) readMirada(r *http.Request, tx tomahora.Tx) (m mirada, q agenda.HojaDe, err error) {
	cfg, user := tx.Config(), s.user(r)
	read := reader{Values: r.URL.Query()}
	last := strings.SplitN(cookieOf(r, miradaCookie)+"..", ".", 3)
	before := reader{Values: map[string][]string{"sucursal": {last[0]}}}
	m = mirada{
		Sucursal:    tomahora.SucursalID(cmp.Or(read.id("sucursal"), before.id("sucursal"))),
		Vista:       oneOf(vistaDia, vistaSemana, read.text("vista"), last[1]),
		Por:         oneOf(porProfesional, porSillon, read.text("por"), strings.TrimRight(last[2], ".")),
		Profesional: tomahora.ProfesionalID(read.id("profesional")),
		Sillon:      tomahora.SillonID(read.id("sillon")),
		Anuladas:    read.text("anuladas") == "1",
	}
	fecha := read.fecha("fecha")
	if err := read.orNil(); err != nil {
		return m, q, err
	}
	if user.Rol == tomahora.RolProfesional {
		m.Profesional, q.Profesionales = user.IDProfesional, []tomahora.ProfesionalID{user.IDProfesional}
	}
	m.Sucursal = sucursalFor(cfg, m.Sucursal, q.Profesionales)
	fecha = cmp.Or(fecha, tomahora.FechaOf(tx.Now(), cfg.ZonaDe(m.Sucursal)))
	m.Fecha = fecha.String()
	q.IDSucursal, q.Desde, q.Hasta, q.Anuladas = m.Sucursal, fecha, fecha, m.Anuladas
	if m.Vista == vistaSemana {
		q.Desde = fecha.AddDays(1 - int(fecha.Dia()))
		q.Hasta = q.Desde.AddDays(6)
		m.chooseOne(cfg, &q)
	}
	return m, q, nil
}

// chooseOne has a week be that of one profesional or of one sillón.
func (m *mirada) chooseOne(cfg *tomahora.Config, q *agenda.HojaDe) {
	if m.Por == porSillon {
		m.Sillon = sillonFor(cfg, m.Sillon, *q)
		q.IDSillon = m.Sillon
		return
	}
	m.Profesional = profesionalFor(cfg, *m)
	q.Profesionales = []tomahora.ProfesionalID{m.Profesional}
}

// oneOf is the first of the wishes that is one of two, else the first of the two.
func oneOf(usual, other string, wishes ...string) string {
	for _, wish := range wishes {
		if wish == usual || wish == other {
			return wish
		}
	}
	return usual
}

// sucursalFor is the wished sucursal, else the first where one of the profesionales
// attends, nil for anybody.
func sucursalFor(cfg *tomahora.Config, wish tomahora.SucursalID, profs []tomahora.ProfesionalID) tomahora.SucursalID {
	if _, ok := cfg.Sucursal(wish); ok {
		return wish
	}
	attends := func(s tomahora.Sucursal) bool {
		return s.Habilitada && (profs == nil || slices.ContainsFunc(profs, func(p tomahora.ProfesionalID) bool { return cfg.Atiende(p, s.ID) }))
	}
	all := cfg.Plan().Sucursales
	if i := slices.IndexFunc(all, attends); i >= 0 {
		return all[i].ID
	}
	if len(all) > 0 {
		return all[0].ID
	}
	return 0
}

// profesionalFor is whose week is looked at: the wished one's, else the first who
// attends there.
func profesionalFor(cfg *tomahora.Config, m mirada) tomahora.ProfesionalID {
	if _, ok := cfg.Profesional(m.Profesional); ok {
		return m.Profesional
	}
	for _, p := range cfg.Plan().Profesionales {
		if p.Habilitado && cfg.Atiende(p.ID, m.Sucursal) {
			return p.ID
		}
	}
	return 0
}

// sillonFor is of which sillón a week is looked at: the wished one, else the first on
// which somebody works in it, else that of the sobrecupos, which is always there.
func sillonFor(cfg *tomahora.Config, wish tomahora.SillonID, q agenda.HojaDe) tomahora.SillonID {
	if _, ok := cfg.Sillon(wish); ok {
		return wish
	}
	var used []tomahora.SillonID
	for _, p := range cfg.Plan().Profesionales {
		for fecha := q.Desde; p.Habilitado && !q.Hasta.Before(fecha); fecha = fecha.AddDays(1) {
			for _, seg := range cfg.Segmentos(p.ID, q.IDSucursal, fecha) {
				used = append(used, seg.Sillones...)
			}
		}
	}
	if len(used) == 0 {
		return tomahora.Sobrecupo
	}
	return slices.Min(used)
}

// hojaJSON is a sheet of the agenda as scripts read it. Hours are minutes since
// midnight, in the zone of the sucursal.
type hojaJSON struct {
	Mirada        mirada            `json:"mirada"`
	Titulo        string            `json:"titulo"`       // the dates in words
	TituloCorto   string            `json:"titulo_corto"` // the dates where there is little room
	De            string            `json:"de"`           // whose week it is, or of which sillón
	Evento        tomahora.EventoID `json:"evento"`
	Hoy           string            `json:"hoy"`
	Minuto        int               `json:"minuto"` // of today, when the sheet was made
	Desde         string            `json:"desde"`
	Hasta         string            `json:"hasta"`
	Sucursales    []namedJSON       `json:"sucursales"`
	Sillones      []namedJSON       `json:"sillones"`
	Profesionales []profesionalJSON `json:"profesionales"`
	Estados       []estadoShown     `json:"estados"`
	Dias          []diaJSON         `json:"dias"`
	Especiales    []especialJSON    `json:"especiales"`
	Bloqueos      []bloqueoJSON     `json:"bloqueos"`
	Citas         []citaJSON        `json:"citas"`
	Reservas      []reservaJSON     `json:"reservas"`
	Puede         puedeJSON         `json:"puede"`
}

type namedJSON struct {
	ID     int64  `json:"id"`
	Nombre string `json:"nombre"`
}

type profesionalJSON struct {
	ID             tomahora.ProfesionalID  `json:"id"`
	Nombre         string                  `json:"nombre"`
	Especialidad   string                  `json:"especialidad"`
	IDEspecialidad tomahora.EspecialidadID `json:"id_especialidad"`
	Intervalo      tomahora.Duracion       `json:"intervalo"`
}

type diaJSON struct {
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"`
	Fecha         string                 `json:"fecha"`
	Segmentos     []segmentoJSON         `json:"segmentos"`
	Fuera         [][2]tomahora.Hora     `json:"fuera,omitempty"`
}

type segmentoJSON struct {
	Inicio    tomahora.Hora       `json:"inicio"`
	Fin       tomahora.Hora       `json:"fin"`
	Sillones  []tomahora.SillonID `json:"sillones"`
	Modalidad tomahora.Modalidad  `json:"modalidad"`
}

// especialJSON is a horario especial; inicio is fin where the day is closed.
type especialJSON struct {
	ID            tomahora.HorarioID     `json:"id"`
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"`
	Fecha         string                 `json:"fecha"`
	Inicio        tomahora.Hora          `json:"inicio"`
	Fin           tomahora.Hora          `json:"fin"`
	Sillones      []tomahora.SillonID    `json:"sillones"`
}

type bloqueoJSON struct {
	ID            tomahora.HorarioID     `json:"id"`
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"` // 0: everybody
	Fecha         string                 `json:"fecha"`
	Inicio        tomahora.Hora          `json:"inicio"`
	Fin           tomahora.Hora          `json:"fin"`
	Comentario    string                 `json:"comentario"`
}

type citaJSON struct {
	ID            tomahora.CitaID        `json:"id"`
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"`
	IDSucursal    tomahora.SucursalID    `json:"id_sucursal"`
	IDSillon      tomahora.SillonID      `json:"id_sillon"`
	Fecha         string                 `json:"fecha"`
	Inicio        tomahora.Hora          `json:"inicio"`
	Fin           tomahora.Hora          `json:"fin"`
	IDPaciente    tomahora.PacienteID    `json:"id_paciente"`
	Paciente      string                 `json:"paciente"`
	Atencion      string                 `json:"atencion"`
	IDEstado      tomahora.EstadoID      `json:"id_estado"`
	Video         bool                   `json:"video,omitempty"`
	Comentario    string                 `json:"comentario,omitempty"`
	Viva          bool                   `json:"viva"`
	Version       int64                  `json:"version"`
}

type reservaJSON struct {
	ID            tomahora.ReservaID     `json:"id"`
	IDProfesional tomahora.ProfesionalID `json:"id_profesional"`
	IDSillon      tomahora.SillonID      `json:"id_sillon"`
	Fecha         string                 `json:"fecha"`
	Inicio        tomahora.Hora          `json:"inicio"`
	Fin           tomahora.Hora          `json:"fin"`
	Queda         int64                  `json:"queda"` // milliseconds that it still holds its place
}

// puedeJSON is what the user may do; the server asks again each time.
type puedeJSON struct {
	Agendar         bool `json:"agendar"`
	EditarPacientes bool `json:"editar_pacientes"`
	Bloquear        bool `json:"bloquear"`
	Configurar      bool `json:"configurar"`
}

// readHoja reads the sheet a request looks at.
func (s *server) readHoja(r *http.Request) (h hojaJSON, err error) {
	err = s.view(r, func(tx tomahora.Tx) error {
		m, q, err := s.readMirada(r, tx)
		if err != nil {
			return err
		}
		sheet, err := agenda.VerHoja(tx, q)
		if err != nil {
			return err
		}
		h = s.hojaJSON(r, tx, m, q, sheet)
		return nil
	})
	return h, err
}

func (s *server) hojaJSON(r *http.Request, tx tomahora.Tx, m mirada, q agenda.HojaDe, sheet agenda.Hoja) hojaJSON {
	cfg, user := tx.Config(), s.user(r)
	now := tx.Now().In(cfg.ZonaDe(m.Sucursal))
	h := hojaJSON{
		Mirada: m, Evento: sheet.Evento, Hoy: tomahora.FechaOf(now, now.Location()).String(), Minuto: now.Hour()*60 + now.Minute(),
		Desde: q.Desde.String(), Hasta: q.Hasta.String(), Estados: showEstados(cfg),
		Profesionales: profesionalesJSON(cfg, m.Sucursal, user, sheet.Profesionales),
		Dias:          make([]diaJSON, 0, len(sheet.Dias)), Especiales: make([]especialJSON, 0, len(sheet.Especiales)), Bloqueos: make([]bloqueoJSON, 0, len(sheet.Bloqueos)),
		Citas: make([]citaJSON, 0, len(sheet.Citas)), Reservas: make([]reservaJSON, 0, len(sheet.Reservas)),
		Puede: puedeJSON{user.Puede(tomahora.Agendar), user.Puede(tomahora.EditarPacientes), user.Puede(tomahora.Bloquear), user.Puede(tomahora.Configurar)},
	}
	for _, suc := range cfg.Plan().Sucursales {
		if suc.Habilitada || suc.ID == m.Sucursal {
			h.Sucursales = append(h.Sucursales, namedJSON{int64(suc.ID), suc.Nombre})
		}
	}
	for _, sillon := range cfg.Plan().Sillones {
		h.Sillones = append(h.Sillones, namedJSON{int64(sillon.ID), sillon.Nombre})
	}
	sobrecupo, _ := cfg.Sillon(tomahora.Sobrecupo)
	h.Sillones = append(h.Sillones, namedJSON{int64(sobrecupo.ID), sobrecupo.Nombre})
	for _, d := range sheet.Dias {
		h.Dias = append(h.Dias, showDia(d))
	}
	for _, e := range sheet.Especiales {
		j := e.Jornada
		h.Especiales = append(h.Especiales, especialJSON{e.ID, e.IDProfesional, e.Fecha.String(), j.Rango.Inicio, j.Rango.Fin, append([]tomahora.SillonID{}, j.Sillones...)})
	}
	for _, b := range sheet.Bloqueos {
		h.Bloqueos = append(h.Bloqueos, bloqueoJSON{b.ID, b.IDProfesional, b.Fecha.String(), b.Rango.Inicio, b.Rango.Fin, b.Comentario})
	}
	h.Titulo, h.TituloCorto, h.De = s.titulos(r, cfg, m, q)
	for _, c := range sheet.Citas {
		h.Citas = append(h.Citas, showCita(c))
	}
	for _, v := range sheet.Reservas {
		e := v.Espacio
		h.Reservas = append(h.Reservas, reservaJSON{v.ID, e.IDProfesional, e.IDSillon, e.Fecha.String(), e.Rango.Inicio, e.Rango.Fin, v.Vence.Sub(tx.Now()).Milliseconds()})
	}
	return h
}

// titulos are the dates of a sheet in words and in short, and whose week it is.
func (s *server) titulos(r *http.Request, cfg *tomahora.Config, m mirada, q agenda.HojaDe) (titulo, corto, de string) {
	l := s.locales[visitOf(r).lang]
	if q.Desde == q.Hasta {
		return l.longDate(q.Desde), l.shortDate(q.Desde), ""
	}
	week := l.t("agenda.week", l.monthDay(q.Desde), l.monthDay(q.Hasta))
	if m.Por == porSillon {
		sillon, _ := cfg.Sillon(m.Sillon)
		return week, week, sillon.Nombre
	}
	whose, _ := cfg.Profesional(m.Profesional)
	return week, week, whose.NombreCompleto()
}

// profesionalesJSON are those a user may look at: who attends at the sucursal, and
// who is in the sheet.
func profesionalesJSON(cfg *tomahora.Config, suc tomahora.SucursalID, user tomahora.Usuario, inSheet []tomahora.ProfesionalID) []profesionalJSON {
	var list []profesionalJSON
	for _, p := range cfg.Plan().Profesionales {
		attends := p.Habilitado && cfg.Atiende(p.ID, suc)
		if !user.PuedeEn(tomahora.VerAgenda, p.ID) || !attends && !slices.Contains(inSheet, p.ID) {
			continue
		}
		especialidad, _ := cfg.Especialidad(p.IDEspecialidad)
		list = append(list, profesionalJSON{p.ID, p.NombreCompleto(), especialidad.Nombre, p.IDEspecialidad, p.Intervalo})
	}
	return list
}

func showDia(d agenda.DiaDeHoja) diaJSON {
	shown := diaJSON{IDProfesional: d.IDProfesional, Fecha: d.Fecha.String(), Segmentos: make([]segmentoJSON, 0, len(d.Segmentos))}
	for _, seg := range d.Segmentos {
		shown.Segmentos = append(shown.Segmentos, segmentoJSON{seg.Rango.Inicio, seg.Rango.Fin, seg.Sillones, seg.Modalidad})
	}
	for _, f := range d.Fuera {
		shown.Fuera = append(shown.Fuera, [2]tomahora.Hora{f.Inicio, f.Fin})
	}
	return shown
}

func showCita(c tomahora.Cita) citaJSON {
	e := c.Espacio
	return citaJSON{
		ID: c.ID, IDProfesional: e.IDProfesional, IDSucursal: e.IDSucursal, IDSillon: e.IDSillon, Fecha: e.Fecha.String(),
		Inicio: e.Rango.Inicio, Fin: e.Rango.Fin, IDPaciente: c.IDPaciente, Paciente: c.PacienteCompleto(), Atencion: c.NombreAtencion,
		IDEstado: c.IDEstado, Video: c.Videoconsulta, Comentario: c.Comentario, Viva: c.Viva, Version: c.Version,
	}
}
