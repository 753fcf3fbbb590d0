package webhook

import "sync"

// room is what there is for attempts in this process, and who has how much of it.
// A receiver that is not well, or not known to be, gets one attempt at a time, and
// all of those together get at most half: they never are in the way of the others.
// One that fails at once takes nobody's time, so while a quarter is not used up by
// those, it gets more: of its messages the one that hangs then holds up no other.
type room struct {
	total, each int // attempts at once: of all receivers, and of one

	mu               sync.Mutex
	receivers        map[address]*receiver
	underWay, ailing int // attempts: all of them, and those to receivers that are not well
}

// receiver is what is known of a webhook's receiver.
type receiver struct {
	underWay int
	well     bool // it takes what it is sent, and soon
	prompt   bool // whatever it does, it does it soon
	failed   int  // attempts since it last took one soon
	late     int  // attempts since one last ended soon
}

// outcome is what an attempt tells of a receiver.
type outcome int

const (
	late    outcome = iota // it took its time, or never answered
	refused                // it failed, but soon
	taken                  // it took what it was sent, and soon
)

// tolerated is how many attempts in a row may fail, or be late, before a receiver
// is taken to be unwell, or slow.
const tolerated = 2

// take reserves room for attempts to a receiver, and tells for how many.
func (m *room) take(to address) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.receivers[to]
	if !ok {
		r = &receiver{}
		m.receivers[to] = r
	}
	n := min(m.each-r.underWay, m.total-m.underWay)
	if !r.well {
		n = min(n, max(min(1-r.underWay, m.total/2-m.ailing), m.spare(r)))
	}
	if n <= 0 {
		return 0
	}
	m.add(r, n)
	return n
}

// spare is how many attempts at once a receiver that is not well may have besides
// its one.
func (m *room) spare(r *receiver) int {
	if !r.prompt {
		return 0
	}
	return m.total/4 - m.ailing
}

// give gives room back.
func (m *room) give(to address, n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(m.receivers[to], -n)
}

func (m *room) add(r *receiver, n int) {
	r.underWay += n
	m.underWay += n
	if !r.well {
		m.ailing += n
	}
}

// judge learns from an attempt how a receiver is. GoOn tells whether who made it
// may make another, more whether there is now room for others beside it.
func (m *room) judge(to address, o outcome) (goOn, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.receivers[to]
	was := *r
	r.count(o)
	switch {
	case r.well && !was.well:
		m.ailing -= r.underWay
	case was.well && !r.well:
		m.ailing += r.underWay
	}
	goOn = r.well || r.underWay == 1 || r.prompt && m.ailing <= m.total/4
	return goOn, r.well && !was.well || r.prompt && !was.prompt
}

// count learns from an attempt.
func (r *receiver) count(o outcome) {
	r.failed++
	r.late++
	if o == taken {
		r.failed, r.well = 0, true
	}
	if o != late {
		r.late, r.prompt = 0, true
	}
	r.well = r.well && r.failed <= tolerated
	r.prompt = r.prompt && r.late <= tolerated
}
