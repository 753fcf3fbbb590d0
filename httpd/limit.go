package httpd

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/medilink"
)

// Rate is a number of requests in a time. The zero Rate is no limit.
type Rate struct {
	Requests int
	Per      time.Duration
}

// IsZero tells whether nothing is limited.
func (r Rate) IsZero() bool { return r == Rate{} }

const maxRequests = 1_000_000_000

// ParseRate reads "20/m": requests per second (s), minute (m) or hour (h). ""
// is no limit.
func ParseRate(s string) (Rate, error) {
	if s == "" {
		return Rate{}, nil
	}
	count, unit, _ := strings.Cut(s, "/")
	n, err := strconv.Atoi(count)
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}
	per, known := units[unit]
	if err != nil || n < 1 || n > maxRequests || !known {
		return Rate{}, fmt.Errorf(`rate %q is not a number of requests per s, m or h, such as "20/m"`, s)
	}
	return Rate{n, per}, nil
}

// maxBuckets bounds the memory of a Limiter. Only valid tokens reach it.
const maxBuckets = 10_000

// Limiter bounds how often each token may call, by token buckets: Requests at
// once, refilled evenly over Per. Each replica counts for itself. It may be
// shared between goroutines.
type Limiter struct {
	rate  Rate
	clock func() time.Time

	mu      sync.Mutex
	buckets map[tomahora.TokenID]*rate.Limiter
}

// NewLimiter makes a Limiter; r is not zero, and the clock is the real one.
func NewLimiter(r Rate, clock func() time.Time) *Limiter {
	return &Limiter{rate: r, clock: clock, buckets: map[tomahora.TokenID]*rate.Limiter{}}
}

// Allow counts a request; a refused one costs nothing.
func (l *Limiter) Allow(id tomahora.TokenID) medilink.Allowance {
	now := l.clock()
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.bucket(id, now)
	reservation := bucket.ReserveN(now, 1)
	wait := reservation.DelayFrom(now)
	if wait > 0 {
		reservation.CancelAt(now)
	}
	return medilink.Allowance{
		OK: wait == 0, Limit: l.rate.Requests, Remaining: whole(bucket.TokensAt(now)), RetryAfter: wait,
	}
}

// whole rounds down, but for what is short of a whole by an error of
// floating-point.
func whole(tokens float64) int {
	const tiny = 1e-6
	return max(0, int(tokens+tiny))
}

func (l *Limiter) bucket(id tomahora.TokenID, now time.Time) *rate.Limiter {
	if b, ok := l.buckets[id]; ok {
		return b
	}
	if len(l.buckets) >= maxBuckets {
		l.dropIdle(now)
	}
	b := rate.NewLimiter(rate.Limit(float64(l.rate.Requests)/l.rate.Per.Seconds()), l.rate.Requests)
	l.buckets[id] = b
	return b
}

// dropIdle forgets the buckets that are full again, and where all are in use,
// all of them.
func (l *Limiter) dropIdle(now time.Time) {
	for id, b := range l.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(l.buckets, id)
		}
	}
	if len(l.buckets) >= maxBuckets {
		clear(l.buckets)
	}
}
