package webhook

import "sync"

// room is what there is for attempts in this process, and who has how much of it.
// A receiver that is not well, or not known to be, gets one attempt at a time, and
// all of those together get at most half: they never are in the way of the others.
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
	failed   int  // attempts since it last did
}

// tolerated is how many attempts in a row may fail before a receiver is taken to
// be unwell.
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
		n = min(1-r.underWay, m.total-m.underWay, m.total/2-m.ailing)
	}
	if n <= 0 {
		return 0
	}
	m.add(r, n)
	return n
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
func (m *room) judge(to address, good bool) (goOn, more bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.receivers[to]
	r.failed++
	if good {
		r.failed = 0
	}
	switch was := r.well; {
	case good && !was:
		r.well = true
		m.ailing -= r.underWay
		return true, true
	case was && r.failed > tolerated:
		r.well = false
		m.ailing += r.underWay
	}
	return r.well || r.underWay == 1, false
}
