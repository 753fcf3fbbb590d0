package sqlstore

import (
	"database/sql"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/tomahora/tomahora"
)

// agendas keep in memory which places are taken on days of agendas that were read
// before, since reading them is nearly all that a search over many agendas costs.
//
// What is kept of a clinic is always that of a numbered evento: the number of the
// last one is read in the same transaction as everything else, every write counts
// one, and the writes of a clinic follow each other. So two transactions that see
// the same number see the same citas, and one that sees a later number sees the
// same citas on every day that no evento between them is about. A cita that goes
// from one day to another says so in its evento, since that does not tell the day
// it left: then nothing is kept.
type agendas struct {
	mu      sync.Mutex
	clinics map[tomahora.ClinicaID]*agendaMemory
	size    int // of all that is kept, in places
	agendaLimits
}

// agendaLimits bound the memory.
type agendaLimits struct {
	places  int // that are kept; a day counts as some
	changed int // days of a clinic of which it is known that they have changed
	few     int // days that are read at once: fewer are not worth the question what is new
}

// usualLimits are some 20 MB.
func usualLimits() agendaLimits { return agendaLimits{places: 500_000, changed: 4096, few: 16} }

func newAgendas() agendas {
	return agendas{clinics: map[tomahora.ClinicaID]*agendaMemory{}, agendaLimits: usualLimits()}
}

const (
	// maxNews is how many eventos are looked at. After more than that most days
	// are new, too.
	maxNews = 2000
	// dayCost is what a day takes besides its places, in places.
	dayCost = 4
)

// agendaDay is a day of a profesional's agenda, at whatever sucursal.
type agendaDay struct {
	profesional tomahora.ProfesionalID
	fecha       tomahora.Fecha
}

// keptDay are the places that are taken on a day, as they were read when the
// clinic had come to an evento. It does not change.
type keptDay struct {
	evento int64
	places []keptPlace
}

// keptPlace is an Espacio but for what its day says.
type keptPlace struct {
	sucursal    tomahora.SucursalID
	sillon      tomahora.SillonID
	inicio, fin int16
}

// agendaMemory is what is kept of one clinic. It knows of all eventos after since
// up to until which days they are about; changed has the last one of each day.
type agendaMemory struct {
	since, until int64
	en           int64 // when until was written, 0 for not known: one of another time is of another history
	citas        int64 // the clinic's last cita then
	days         map[agendaDay]*keptDay
	changed      map[agendaDay]int64
	size         int
}

func newAgendaMemory(c *clinica) *agendaMemory {
	return &agendaMemory{since: c.evento, until: c.evento, citas: c.cita, days: map[agendaDay]*keptDay{}, changed: map[agendaDay]int64{}}
}

// at is what is kept of a day that holds for a state of the clinic; nil when it is
// not known.
func (m *agendaMemory) at(day agendaDay, evento int64) *keptDay {
	kept := m.days[day]
	if kept == nil || evento < m.since || m.changed[day] > min(kept.evento, evento) {
		return nil
	}
	return kept
}

// put keeps a day, unless a later state of it is kept or what happened since is
// not known.
func (m *agendaMemory) put(day agendaDay, kept *keptDay) {
	before := m.days[day]
	if kept.evento < m.since || before != nil && before.evento >= kept.evento {
		return
	}
	if before != nil {
		m.size -= before.size()
	}
	m.size += kept.size()
	m.days[day] = kept
}

func (k *keptDay) size() int { return dayCost + len(k.places) }

// news is an evento, and the day of the cita that it is about; without an id it
// only tells how far the clinic has come.
type news struct {
	evento, cita int64 // the clinic's last ones
	id, en       int64
	ofCita       bool
	created      bool
	strays       bool // the cita may have been on another day before
	day          agendaDay
}

func scanNews(scan scanner) (n news, err error) {
	var id, en sql.NullInt64
	var entidad, accion, campos, day sql.NullString
	if err := scan(&n.evento, &n.cita, &id, &en, &entidad, &accion, &campos, &day); err != nil {
		return n, err
	}
	n.id, n.en = id.Int64, en.Int64
	n.ofCita, n.created = entidad.String == "cita", accion.String == created
	n.strays = !day.Valid || slices.ContainsFunc(strings.Split(campos.String, ","), isOfDay)
	if day.Valid {
		n.day, err = parseDay(day.String)
	}
	return n, err
}

// parseDay reads a profesional's id and a fecha.
func parseDay(text string) (d agendaDay, err error) {
	prof, date, _ := strings.Cut(text, " ")
	id, err := strconv.ParseInt(prof, 10, 64)
	if err != nil {
		return d, err
	}
	d.profesional = tomahora.ProfesionalID(id)
	d.fecha, err = tomahora.ParseFecha(date)
	return d, err
}

// isOfDay tells whether a field is one that makes the day of an agenda.
func isOfDay(campo string) bool { return campo == "id_profesional" || campo == "fecha" }

// follows tells whether these are all eventos from the one that the memory has
// come to, which must be the very same, to the last one of the clinic; and
// whether they tell all that happened to its agendas.
func (m *agendaMemory) follows(list []news, c *clinica) bool {
	if m.until > 0 {
		if len(list) == 0 || list[0].id != m.until || m.en != 0 && list[0].en != m.en {
			return false
		}
		list = list[1:]
	}
	citas := m.citas
	for _, n := range list {
		if n.ofCita && n.strays {
			return false
		}
		if n.ofCita && n.created {
			citas++
		}
	}
	return m.until+int64(len(list)) == c.evento && citas == c.cita
}

// learn takes news into account, which follow.
func (m *agendaMemory) learn(list []news, c *clinica) {
	for _, n := range list {
		if n.ofCita && n.id > m.until {
			m.changed[n.day] = n.id
		}
		m.en = n.en
	}
	m.until, m.citas = c.evento, c.cita
}

// settle forgets which days have changed, and with them those.
func (m *agendaMemory) settle() {
	for day, kept := range m.days {
		if m.changed[day] > kept.evento {
			m.size -= kept.size()
			delete(m.days, day)
			continue
		}
		m.days[day] = &keptDay{m.until, kept.places}
	}
	clear(m.changed)
	m.since = m.until
}

// memory is what is kept of the transaction's clinic, with all taken into account
// that the transaction sees; nil when others see more already. It asks once: what a
// reading transaction sees does not change.
func (t *tx) memory() (*agendaMemory, error) {
	if t.agendas != nil {
		return t.agendas, nil
	}
	m, err := t.recall()
	t.agendas = m
	return m, err
}

// recall asks what is new to the memory.
func (t *tx) recall() (*agendaMemory, error) {
	a := &t.store.agendas
	m, until := a.of(t.id)
	list, err := collect(t, "evento_citas", []any{t.id, until, maxNews}, scanNews)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	c := t.clinica
	c.evento, c.cita = list[0].evento, list[0].cita
	if list[0].id == 0 {
		list = nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.clinics[t.id] != m, m != nil && c.evento < until:
		return nil, nil //nolint:nilnil // it was given up meanwhile, or has come further
	case m == nil || m.until == until && !m.follows(list, c):
		m = a.anew(t.id, c, list)
	case m.until == until:
		m.learn(list, c)
		a.settle(m)
	}
	if m.until < c.evento {
		return nil, nil //nolint:nilnil // another one has learned less
	}
	return m, nil
}

// of is what is kept of a clinic, nil for nothing, and the evento from which on it
// needs to be told.
func (a *agendas) of(id tomahora.ClinicaID) (m *agendaMemory, until int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if m = a.clinics[id]; m == nil {
		return nil, math.MaxInt64
	}
	return m, m.until
}

// anew begins to keep what a clinic has come to, told by its last evento.
func (a *agendas) anew(id tomahora.ClinicaID, c *clinica, list []news) *agendaMemory {
	if before := a.clinics[id]; before != nil {
		a.size -= before.size
	}
	m := newAgendaMemory(c)
	if n := len(list); n > 0 && list[n-1].id == c.evento {
		m.en = list[n-1].en
	}
	a.clinics[id] = m
	return m
}

// settle makes room where too many days have changed.
func (a *agendas) settle(m *agendaMemory) {
	if len(m.changed) > a.changed {
		a.size -= m.size
		m.settle()
		a.size += m.size
	}
}

// keep keeps days of a clinic that were read at an evento. When there is too much
// of all, everything is given up.
func (a *agendas) keep(id tomahora.ClinicaID, m *agendaMemory, read map[agendaDay]*keptDay) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.clinics[id] != m {
		return
	}
	before := m.size
	for day, kept := range read {
		m.put(day, kept)
	}
	if a.size += m.size - before; a.size > a.places {
		clear(a.clinics)
		a.size = 0
	}
}

// find looks days of agendas up: of each one those that are kept, by date.
func (a *agendas) find(m *agendaMemory, profs []tomahora.ProfesionalID, fechas []tomahora.Fecha, evento int64) [][]*keptDay {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := make([][]*keptDay, len(profs))
	for i, prof := range profs {
		found[i] = make([]*keptDay, len(fechas))
		for j, fecha := range fechas {
			found[i][j] = m.at(agendaDay{prof, fecha}, evento)
		}
	}
	return found
}

// remembered are the places of agendas on some days, of which those are read that
// are not kept.
func (t *tx) remembered(m *agendaMemory, profs []tomahora.ProfesionalID, desde, hasta tomahora.Fecha) ([]tomahora.Espacio, error) {
	var fechas []tomahora.Fecha
	for f := desde; !hasta.Before(f); f = f.AddDays(1) {
		fechas = append(fechas, f)
	}
	days := t.store.agendas.find(m, profs, fechas, t.clinica.evento)
	if err := t.readMissing(m, profs, fechas, days); err != nil {
		return nil, err
	}
	n := 0
	for _, agenda := range days {
		for _, d := range agenda {
			n += len(d.places)
		}
	}
	list := make([]tomahora.Espacio, 0, n)
	for i, prof := range profs {
		for j, d := range days[i] {
			list = appendPlaces(list, agendaDay{prof, fechas[j]}, d.places)
		}
	}
	return list, nil
}

// readMissing reads the days of agendas that are not kept, of each agenda in one
// go from the first to the last of them, and keeps them.
func (t *tx) readMissing(m *agendaMemory, profs []tomahora.ProfesionalID, fechas []tomahora.Fecha, days [][]*keptDay) error {
	var missing []stretch
	var unread [][]*keptDay
	for i, agenda := range days {
		first := slices.Index(agenda, nil)
		if first < 0 {
			continue
		}
		last := len(agenda) - 1
		for agenda[last] != nil {
			last--
		}
		missing = append(missing, stretch{profs[i], fechas[first], fechas[last]})
		unread = append(unread, agenda[first:last+1])
	}
	if len(missing) == 0 {
		return nil
	}
	read, err := t.readOcupados(missing)
	if err != nil {
		return err
	}
	kept := map[agendaDay]*keptDay{}
	for i, s := range missing {
		taken := read[i]
		for j := range unread[i] {
			day := &keptDay{evento: t.clinica.evento}
			fecha := s.desde.AddDays(j)
			if len(taken) > 0 && taken[0].fecha == fecha {
				day.places, taken = taken[0].places, taken[1:]
			}
			unread[i][j], kept[agendaDay{s.profesional, fecha}] = day, day
		}
	}
	t.store.agendas.keep(t.id, m, kept)
	return nil
}

// stretch is some days of an agenda, the last one included.
type stretch struct {
	profesional  tomahora.ProfesionalID
	desde, hasta tomahora.Fecha
}

// ocupadosDay is a day on which places are taken.
type ocupadosDay struct {
	fecha  tomahora.Fecha
	places []keptPlace
}

// readOcupados asks for the days on which places are taken, by date, of each of
// some stretches.
func (t *tx) readOcupados(stretches []stretch) ([][]ocupadosDay, error) {
	asked := []byte("[")
	for i, s := range stretches {
		if i > 0 {
			asked = append(asked, ',')
		}
		asked = append(asked, '[')
		asked = strconv.AppendInt(asked, int64(s.profesional), 10)
		asked = append(asked, `,"`+s.desde.String()+`","`+s.hasta.String()+`"]`...)
	}
	type row struct {
		stretch int
		days    []ocupadosDay
	}
	rows, err := collect(t, "cita_ocupados", []any{t.id, string(append(asked, ']'))}, func(scan scanner) (r row, err error) {
		return r, scan(&r.stretch, column[string, []ocupadosDay]{&r.days, parseDays})
	})
	if err != nil {
		return nil, err
	}
	days := make([][]ocupadosDay, len(stretches))
	for _, r := range rows {
		days[r.stretch] = r.days
	}
	return days, nil
}

// parseDays reads days between semicolons, each a date and its places, and puts
// them in their order, which a planner need not.
func parseDays(text string) (days []ocupadosDay, err error) {
	for day := range strings.SplitSeq(text, ";") {
		if day == "" {
			continue
		}
		date, taken, _ := strings.Cut(day, " ")
		fecha, err := tomahora.ParseFecha(date)
		if err != nil {
			return nil, err
		}
		days = append(days, ocupadosDay{fecha, parsePlaces(taken)})
	}
	byFecha := func(a, b ocupadosDay) int { return b.fecha.DaysTo(a.fecha) }
	if !slices.IsSortedFunc(days, byFecha) {
		slices.SortFunc(days, byFecha)
	}
	return days, nil
}

func places(dest *[]keptPlace) sql.Scanner {
	return column[string, []keptPlace]{dest, func(text string) ([]keptPlace, error) { return parsePlaces(text), nil }}
}

// parsePlaces reads three numbers for each place, of which the first holds both
// hours.
func parsePlaces(text string) []keptPlace {
	const hora, perPlace = 2048, 3
	list := make([]keptPlace, 0, (strings.Count(text, " ")+1)/perPlace)
	var numbers [perPlace]int64 // inicio * hora + fin, id_sillon, id_sucursal
	n := 0
	for _, digit := range []byte(text + " ") {
		if digit != ' ' {
			numbers[n] = numbers[n]*10 + int64(digit-'0')
			continue
		}
		if n++; n == perPlace {
			list = append(list, keptPlace{
				inicio: int16(numbers[0] / hora), fin: int16(numbers[0] % hora),
				sillon: tomahora.SillonID(numbers[1]), sucursal: tomahora.SucursalID(numbers[2]),
			})
			n, numbers = 0, [perPlace]int64{}
		}
	}
	return list
}

// appendPlaces spells the places of a day out.
func appendPlaces(list []tomahora.Espacio, day agendaDay, kept []keptPlace) []tomahora.Espacio {
	for _, p := range kept {
		list = append(list, tomahora.Espacio{
			IDProfesional: day.profesional, IDSucursal: p.sucursal, IDSillon: p.sillon,
			Fecha: day.fecha, Rango: tomahora.Rango{Inicio: tomahora.Hora(p.inicio), Fin: tomahora.Hora(p.fin)},
		})
	}
	return list
}
