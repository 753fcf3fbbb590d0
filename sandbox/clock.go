package sandbox

import (
	"sync/atomic"
	"time"
)

// Clock is a business clock that can be moved. It may be shared between
// goroutines.
type Clock struct {
	base  func() time.Time
	ahead atomic.Int64 // nanoseconds before base
}

// NewClock makes a Clock that shows what base does until it is moved, and goes on
// at its pace from there: where base is frozen, so is the Clock.
func NewClock(base func() time.Time) *Clock { return &Clock{base: base} }

// Now is the time the clock shows.
func (c *Clock) Now() time.Time { return c.base().Add(time.Duration(c.ahead.Load())) }

// Set makes the clock show t, which is less than 290 years from what base shows.
func (c *Clock) Set(t time.Time) { c.ahead.Store(int64(t.Sub(c.base()))) }

// Advance moves the clock on.
func (c *Clock) Advance(d time.Duration) { c.ahead.Add(int64(d)) }
