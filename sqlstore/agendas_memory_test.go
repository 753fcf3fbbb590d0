package sqlstore

import (
	"testing"
	"time"

	"github.com/tomahora/tomahora"
)

// ForgetSoon leaves the store little memory for agendas.
func (s *Store) ForgetSoon() { s.agendas.agendaLimits = agendaLimits{places: 60, changed: 5} }

// KeepFew makes the store keep also what is as fast read.
func (s *Store) KeepFew() { s.agendas.few = 0 }

// KeptDays is how many days of agendas the store keeps, and whether it counts
// right what they take.
func (s *Store) KeptDays() (days int, counted bool) {
	s.agendas.mu.Lock()
	defer s.agendas.mu.Unlock()
	size := 0
	for _, m := range s.agendas.clinics {
		days += len(m.days)
		for _, kept := range m.days {
			size += kept.size()
		}
	}
	return days, size == s.agendas.size && size <= s.agendas.places
}

func dayOf(prof tomahora.ProfesionalID) agendaDay {
	return agendaDay{prof, tomahora.Fecha{Year: 2027, Month: time.March, Day: 1}}
}

// at returns the evento of what is found, 0 when nothing is.
func (m *agendaMemory) eventoAt(day agendaDay, evento int64) int64 {
	if kept := m.at(day, evento); kept != nil {
		return kept.evento
	}
	return 0
}

func TestADayHoldsUntilItChanges(t *testing.T) {
	m := newAgendaMemory(&clinica{evento: 10, cita: 3})
	one, two, three := dayOf(1), dayOf(2), dayOf(3)
	m.put(one, &keptDay{evento: 10})
	m.put(two, &keptDay{evento: 10})
	m.learn([]news{{id: 10, en: 7}, {id: 11}, {id: 12, en: 9, ofCita: true, created: true, day: one}}, &clinica{evento: 12, cita: 4})
	if m.en != 9 || m.until != 12 || m.citas != 4 {
		t.Errorf("came to %+v", m)
	}
	tests := []struct {
		name   string
		day    agendaDay
		evento int64
		want   int64 // of what is found
	}{
		{"what has changed is not told any more", one, 12, 0},
		{"not even to who does not see that yet, for they may have read it since", one, 11, 0},
		{"what has not changed holds", two, 12, 10},
		{"and did before", two, 10, 10},
		{"what was before the first is not known", two, 9, 0},
		{"a day that was never read is not known", three, 12, 0},
	}
	for _, tt := range tests {
		if got := m.eventoAt(tt.day, tt.evento); got != tt.want {
			t.Errorf("%s: got that of %d, want %d", tt.name, got, tt.want)
		}
	}
	m.put(one, &keptDay{evento: 11}) // by a slow reader
	if got := m.eventoAt(one, 12); got != 0 {
		t.Errorf("what a slow reader read before the change is told: that of %d", got)
	}
	m.put(one, &keptDay{evento: 12})
	m.put(one, &keptDay{evento: 11})
	if got := m.eventoAt(one, 12); got != 12 {
		t.Errorf("a slow reader took the place of a faster one: got that of %d", got)
	}
	if got := m.eventoAt(one, 11); got != 0 {
		t.Errorf("who sees an older state is told of a newer one: that of %d", got)
	}
}

func TestWhatHasSettled(t *testing.T) {
	m := newAgendaMemory(&clinica{evento: 10})
	one, two := dayOf(1), dayOf(2)
	m.put(one, &keptDay{evento: 10, places: make([]keptPlace, 3)})
	m.put(two, &keptDay{evento: 10, places: make([]keptPlace, 5)})
	m.learn([]news{{id: 10}, {id: 11, ofCita: true, day: one}}, &clinica{evento: 11})
	m.settle()
	for name, got := range map[string][2]int64{
		"the day that changed":       {m.eventoAt(one, 11), 0},
		"the other":                  {m.eventoAt(two, 11), 11},
		"the other, before":          {m.eventoAt(two, 10), 0},
		"what it takes":              {int64(m.size), 5 + dayCost},
		"the days known to be other": {int64(len(m.changed)), 0},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %d, want %d", name, got[0], got[1])
		}
	}
	m.put(one, &keptDay{evento: 10})
	if got := m.eventoAt(one, 11); got != 0 {
		t.Errorf("what was read before is kept: that of %d", got)
	}
}

func TestWhatFollows(t *testing.T) {
	made := func(id int64) news { return news{id: id, en: id, ofCita: true, created: true, day: dayOf(1)} }
	other := func(id int64) news { return news{id: id, en: id} }
	strays := made(12)
	strays.created, strays.strays = false, true
	tests := []struct {
		name string
		list []news
		end  clinica
		want bool
	}{
		{"nothing new", []news{other(10)}, clinica{evento: 10, cita: 3}, true},
		{"all that is new", []news{other(10), made(11), other(12)}, clinica{evento: 12, cita: 4}, true},
		{"not all that is new", []news{other(10), made(11)}, clinica{evento: 12, cita: 4}, false},
		{"with a gap", []news{other(10), other(12)}, clinica{evento: 12, cita: 3}, false},
		{"without the one before", []news{made(11)}, clinica{evento: 11, cita: 4}, false},
		{"nothing at all", nil, clinica{evento: 10, cita: 3}, false},
		{"the one before is of another history", []news{{id: 10, en: 99}, made(11)}, clinica{evento: 11, cita: 4}, false},
		{"a cita that came from another day", []news{other(10), other(11), strays}, clinica{evento: 12, cita: 3}, false},
		{"a cita of which no evento tells", []news{other(10), other(11)}, clinica{evento: 11, cita: 4}, false},
		{"something else that has no day", []news{other(10), {id: 11, strays: true}}, clinica{evento: 11, cita: 3}, true},
	}
	for _, tt := range tests {
		m := &agendaMemory{since: 10, until: 10, en: 10, citas: 3}
		if got := m.follows(tt.list, &tt.end); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
	if m := newAgendaMemory(&clinica{}); !m.follows([]news{made(1)}, &clinica{evento: 1, cita: 1}) {
		t.Error("the first evento of a clinic does not follow")
	}
}
