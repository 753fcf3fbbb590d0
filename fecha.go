package tomahora

import (
	"fmt"
	"time"
)

// Fecha is a civil date, in the zone of the sucursal it belongs to.
type Fecha struct {
	Year  int
	Month time.Month
	Day   int
}

// Dia is a day of the week as the wire counts it: 1=lunes … 7=domingo
// (contract §2.4).
type Dia int

// The days of the week.
const (
	Lunes Dia = iota + 1
	Martes
	Miercoles
	Jueves
	Viernes
	Sabado
	Domingo
)

// ParseFecha reads "YYYY-MM-DD" or "DD/MM/YYYY" (contract §1.7). The date must
// exist: 29 February only in a leap year.
func ParseFecha(s string) (Fecha, error) {
	var year, month, day int
	var ok bool
	switch {
	case len(s) == 10 && s[4] == '-' && s[7] == '-':
		year, month, day, ok = digits3(s[0:4], s[5:7], s[8:10])
	case len(s) == 10 && s[2] == '/' && s[5] == '/':
		day, month, year, ok = digits3(s[0:2], s[3:5], s[6:10])
	}
	f := Fecha{year, time.Month(month), day}
	if !ok || !f.exists() {
		return Fecha{}, fmt.Errorf("fecha %q is not a date of the calendar", s)
	}
	return f, nil
}

// FechaOf is the civil date of an instant in a zone.
func FechaOf(t time.Time, zona *time.Location) Fecha {
	y, m, d := t.In(zona).Date()
	return Fecha{y, m, d}
}

// exists tells whether the calendar has this day. Year 0 is how PHP-made
// clients spell "no date", so it does not count as one.
func (f Fecha) exists() bool {
	return f.Year > 0 && FechaOf(f.midnight(), time.UTC) == f
}

func (f Fecha) midnight() time.Time {
	return time.Date(f.Year, f.Month, f.Day, 0, 0, 0, 0, time.UTC)
}

// IsZero tells whether no date was set.
func (f Fecha) IsZero() bool { return f == Fecha{} }

// String is "YYYY-MM-DD"; the empty string for no date.
func (f Fecha) String() string {
	if f.IsZero() {
		return ""
	}
	b := [10]byte{4: '-', 7: '-'}
	putDigits(b[0:4], f.Year)
	putDigits(b[5:7], int(f.Month))
	putDigits(b[8:10], f.Day)
	return string(b[:])
}

// Dia is the day of the week.
func (f Fecha) Dia() Dia {
	if wd := f.midnight().Weekday(); wd != time.Sunday {
		return Dia(wd)
	}
	return Domingo
}

// AddDays moves n days forward, or back when n is negative.
func (f Fecha) AddDays(n int) Fecha {
	return FechaOf(f.midnight().AddDate(0, 0, n), time.UTC)
}

// Before tells whether f is an earlier day than g.
func (f Fecha) Before(g Fecha) bool { return f.midnight().Before(g.midnight()) }

// DaysTo is how many days g is after f, negative when it is before.
func (f Fecha) DaysTo(g Fecha) int {
	const day = 24 * 60 * 60
	if f == g {
		return 0
	}
	return int((g.midnight().Unix() - f.midnight().Unix()) / day)
}

// Hora is a wall-clock time in minutes since midnight, 0 to 1440 (24:00, which
// only an end can be).
type Hora int

// Duracion is a length in minutes.
type Duracion int

// FinDelDia is 24:00, the latest end of a range.
const FinDelDia Hora = 24 * 60

// ParseHora reads a start: "HH:MM", or "HH:MM:SS" whose seconds are 00; from
// 00:00 to 23:59.
func ParseHora(s string) (Hora, error) {
	h, err := ParseHoraFin(s)
	if err == nil && h == FinDelDia {
		return 0, fmt.Errorf("hora %q is the end of a day, not a start", s)
	}
	return h, err
}

// ParseHoraFin reads an end: as ParseHora, and also "24:00".
func ParseHoraFin(s string) (Hora, error) {
	seconds := "00"
	if len(s) == 8 && s[5] == ':' {
		s, seconds = s[:5], s[6:]
	}
	if len(s) != 5 || s[2] != ':' {
		return 0, fmt.Errorf("hora %q is not HH:MM", s)
	}
	hour, minute, sec, ok := digits3(s[0:2], s[3:5], seconds)
	h := Hora(hour*60 + minute)
	if !ok || minute > 59 || sec != 0 || h > FinDelDia {
		return 0, fmt.Errorf("hora %q is not a whole minute between 00:00 and 24:00", s)
	}
	return h, nil
}

// String is "HH:MM:00", as the wire's responses spell hours (contract §1.7).
func (h Hora) String() string {
	b := [8]byte{2: ':', 5: ':', 6: '0', 7: '0'}
	putDigits(b[0:2], int(h)/60)
	putDigits(b[3:5], int(h)%60)
	return string(b[:])
}

// Add moves by a length. The result may lie beyond 24:00.
func (h Hora) Add(d Duracion) Hora { return h + Hora(d) }

// ExistsOn tells whether wall clocks of the zone showed this hour on that day:
// an hour skipped by a clock change does not exist.
func (h Hora) ExistsOn(f Fecha, zona *time.Location) bool {
	t := time.Date(f.Year, f.Month, f.Day, int(h)/60, int(h)%60, 0, 0, zona)
	return t.Hour()*60+t.Minute() == int(h) && FechaOf(t, zona) == f
}

// At is the instant of an hour of the date, in UTC; of an hour that the clocks
// show twice, the first.
func (f Fecha) At(h Hora, zona *time.Location) time.Time {
	at := time.Date(f.Year, f.Month, f.Day, 0, int(h), 0, 0, zona)
	if before := at.Add(-time.Hour); FechaOf(before, zona) == f && before.Hour() == at.Hour() {
		at = before
	}
	return at.UTC()
}

// isContinuous tells that the clocks of the zone ran through the date without a
// change, so that all its hours exist. Finding this out costs less than asking
// ExistsOn twice.
func (f Fecha) isContinuous(zona *time.Location) bool {
	noon := time.Date(f.Year, f.Month, f.Day, 12, 0, 0, 0, zona)
	if FechaOf(noon, zona) != f || noon.Hour() != 12 {
		return false
	}
	since, until := noon.ZoneBounds()
	return !since.After(noon.Add(-12*time.Hour)) && (until.IsZero() || !until.Before(noon.Add(12*time.Hour)))
}

// Rango is a half-open range of one day, [Inicio, Fin).
type Rango struct {
	Inicio, Fin Hora
}

// IsEmpty tells whether the range holds no minute.
func (r Rango) IsEmpty() bool { return r.Fin <= r.Inicio }

// Overlaps tells whether the ranges share a minute; ranges that only touch do
// not, nor does an empty one with any.
func (r Rango) Overlaps(o Rango) bool { return max(r.Inicio, o.Inicio) < min(r.Fin, o.Fin) }

// Contains tells whether o lies wholly inside r.
func (r Rango) Contains(o Rango) bool { return r.Inicio <= o.Inicio && o.Fin <= r.Fin }

// shift moves the range by a length.
func (r Rango) shift(d Duracion) Rango { return Rango{r.Inicio.Add(d), r.Fin.Add(d)} }

// Duracion is the length of the range in minutes.
func (r Rango) Duracion() Duracion { return Duracion(r.Fin - r.Inicio) }

// digits3 reads three fields of nothing but ASCII digits.
func digits3(a, b, c string) (x, y, z int, ok bool) {
	x, okX := digits(a)
	y, okY := digits(b)
	z, okZ := digits(c)
	return x, y, z, okX && okY && okZ
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}

func putDigits(b []byte, n int) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}
