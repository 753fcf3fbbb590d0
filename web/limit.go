package web

import (
	"math/rand/v2"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter bounds how often each of many may do something: burst times at once,
// and then again one by one. Each replica counts for itself.
type limiter[K comparable] struct {
	every time.Duration
	burst int
	blur  int // a new one of the many has up to so many less, nobody knows how many
	clock func() time.Time

	mu      sync.Mutex
	buckets map[K]*rate.Limiter
}

func newLimiter[K comparable](clock func() time.Time, burst int, every time.Duration) *limiter[K] {
	return &limiter[K]{every: every, burst: burst, clock: clock, buckets: map[K]*rate.Limiter{}}
}

// maxBuckets bounds the memory of a limiter: anybody may come, from anywhere.
const maxBuckets = 10_000

// allow counts one more time; one that is refused costs nothing.
func (l *limiter[K]) allow(who K) bool {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket, ok := l.buckets[who]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			l.forget(now)
		}
		bucket = rate.NewLimiter(rate.Every(l.every), l.burst)
		bucket.AllowN(now, rand.IntN(l.blur+1)) //nolint:gosec // a guess of it is worth nothing
		l.buckets[who] = bucket
	}
	return bucket.AllowN(now, 1)
}

// forget lets go of those who have been quiet, and where nobody has, of all.
func (l *limiter[K]) forget(now time.Time) {
	for who, b := range l.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(l.buckets, who)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}

// network is whom a request is counted for: its address, or of IPv6 the network
// that a household has. Of what has no address it is the zero Prefix.
func (s *server) network(r *http.Request) netip.Prefix {
	addr, err := netip.ParseAddr(s.Address(r))
	if err != nil {
		return netip.Prefix{}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	return netip.PrefixFrom(addr, bits).Masked()
}
