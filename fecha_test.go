package tomahora_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/tomahora/tomahora"
)

func TestParseFecha(t *testing.T) {
	tests := []struct {
		name string
		in   string
		want string // "" when it must be refused
	}{
		{"year first with hyphens is read", "2018-11-02", "2018-11-02"},
		{"day first with slashes is read", "02/11/2018", "2018-11-02"},
		{"29 February of a leap year exists", "2024-02-29", "2024-02-29"},
		{"29 February of a leap year exists day first", "29/02/2024", "2024-02-29"},
		{"29 February of a common year does not exist", "2023-02-29", ""},
		{"29 February of 1900 does not exist", "1900-02-29", ""},
		{"29 February of 2000 exists", "2000-02-29", "2000-02-29"},
		{"31 April does not exist", "2018-04-31", ""},
		{"month 13 does not exist", "2018-13-01", ""},
		{"month 0 does not exist", "2018-00-10", ""},
		{"day 0 does not exist", "2018-11-00", ""},
		{"month first with slashes is not read", "11/22/2018", ""},
		{"year 0 is how some clients spell no date", "0000-00-00", ""},
		{"a day of year 0 is no date either", "0000-01-01", ""},
		{"the last day of the calendar is read", "9999-12-31", "9999-12-31"},
		{"the empty text is no date", "", ""},
		{"single digits are refused", "2018-1-2", ""},
		{"two-digit years are refused", "02/11/18", ""},
		{"mixed separators are refused", "2018-11/02", ""},
		{"year first with slashes is refused", "2018/11/02", ""},
		{"day first with hyphens is refused", "02-11-2018", ""},
		{"a sign is not a digit", "+018-11-02", ""},
		{"a negative month is refused", "2018--1-02", ""},
		{"space around is refused", " 2018-11-2", ""},
		{"a time behind the date is refused", "2018-11-02 09:00", ""},
		{"Arabic-Indic digits are refused", "٢٠١٨-11", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tomahora.ParseFecha(tt.in)
			if (err == nil) != (tt.want != "") {
				t.Fatalf("ParseFecha(%q) = %v, error %v", tt.in, got, err)
			}
			if got.String() != tt.want {
				t.Errorf("ParseFecha(%q) = %q, want %q", tt.in, got, tt.want)
			}
			if err != nil && err.Error() == "" {
				t.Error("the error says nothing")
			}
		})
	}
}

func TestFechaArithmetic(t *testing.T) {
	tests := []struct {
		name string
		from string
		days int
		want string
	}{
		{"a day into the next month", "2018-10-31", 1, "2018-11-01"},
		{"a day over 29 February", "2024-02-28", 1, "2024-02-29"},
		{"a day where there is no 29 February", "2023-02-28", 1, "2023-03-01"},
		{"back over the turn of the year", "2019-01-01", -1, "2018-12-31"},
		{"over the night the clocks go forward", "2018-08-11", 1, "2018-08-12"},
		{"no days stay", "2018-11-02", 0, "2018-11-02"},
		{"a leap year", "2024-01-01", 366, "2025-01-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, want := fecha(tt.from), fecha(tt.want)
			if got := from.AddDays(tt.days); got != want {
				t.Errorf("AddDays(%d) = %v, want %v", tt.days, got, want)
			}
			if got := from.Before(want); got != (tt.days > 0) {
				t.Errorf("%v before %v = %v", from, want, got)
			}
		})
	}
}

func TestDiaCountsFromLunes(t *testing.T) {
	monday := fecha(lunes)
	want := []tomahora.Dia{
		tomahora.Lunes, tomahora.Martes, tomahora.Miercoles, tomahora.Jueves,
		tomahora.Viernes, tomahora.Sabado, tomahora.Domingo, tomahora.Lunes,
	}
	var got []tomahora.Dia
	for i := range want {
		got = append(got, monday.AddDays(i).Dia())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the days of a week from %v (-want +got):\n%s", monday, diff)
	}
	if tomahora.Lunes != 1 || tomahora.Domingo != 7 {
		t.Errorf("lunes is %d and domingo %d, want 1 and 7", tomahora.Lunes, tomahora.Domingo)
	}
}

func TestNoFechaIsEmptyText(t *testing.T) {
	var none tomahora.Fecha
	if !none.IsZero() || none.String() != "" {
		t.Errorf("the zero Fecha: IsZero %v, String %q", none.IsZero(), none)
	}
	if fecha(viernes).IsZero() {
		t.Error("a set Fecha is zero")
	}
}

func TestFechaOfDependsOnTheZone(t *testing.T) {
	midnight := instant("2018-11-03T01:30:00Z")
	if got, want := tomahora.FechaOf(midnight, time.UTC), fecha("2018-11-03"); got != want {
		t.Errorf("in UTC it is %v, want %v", got, want)
	}
	if got, want := tomahora.FechaOf(midnight, zona(t, "America/Santiago")), fecha("2018-11-02"); got != want {
		t.Errorf("in Santiago it is %v, want %v", got, want)
	}
}

func TestParseHora(t *testing.T) {
	tests := []struct {
		name       string
		in         string
		start, end string // "" when it must be refused as one
	}{
		{"hours and minutes are read", "09:05", "09:05:00", "09:05:00"},
		{"seconds 00 are read", "09:05:00", "09:05:00", "09:05:00"},
		{"seconds not 00 are refused", "09:05:01", "", ""},
		{"midnight is a start", "00:00", "00:00:00", "00:00:00"},
		{"the last minute is a start", "23:59", "23:59:00", "23:59:00"},
		{"24:00 is only an end", "24:00", "", "24:00:00"},
		{"24:00:00 is only an end", "24:00:00", "", "24:00:00"},
		{"24:01 does not exist", "24:01", "", ""},
		{"hour 25 does not exist", "25:00", "", ""},
		{"minute 60 does not exist", "09:60", "", ""},
		{"minute 60 of hour 23 is not midnight", "23:60", "", ""},
		{"minute 99 does not exist", "09:99", "", ""},
		{"a single-digit hour is refused", "9:00", "", ""},
		{"no colon is refused", "0900", "", ""},
		{"a dot for a colon is refused", "09.00", "", ""},
		{"a dot before the seconds is refused", "09:00.00", "", ""},
		{"one digit of seconds is refused", "09:00:0", "", ""},
		{"fractions of seconds are refused", "09:00:00.0", "", ""},
		{"am and pm are refused", "09:00 am", "", ""},
		{"a sign is not a digit", "-9:00", "", ""},
		{"the empty text is no hour", "", "", ""},
		{"letters are refused", "ab:cd", "", ""},
		{"letters in the seconds are refused", "09:00:xx", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			checkHora(t, "ParseHora", tomahora.ParseHora, tt.in, tt.start)
			checkHora(t, "ParseHoraFin", tomahora.ParseHoraFin, tt.in, tt.end)
		})
	}
}

func checkHora(t *testing.T, name string, parse func(string) (tomahora.Hora, error), in, want string) {
	t.Helper()
	got, err := parse(in)
	switch {
	case want == "" && err == nil:
		t.Errorf("%s(%q) = %v, want an error", name, in, got)
	case want != "" && (err != nil || got.String() != want):
		t.Errorf("%s(%q) = %v, error %v, want %s", name, in, got, err, want)
	}
}

func TestHoraAddMayPassMidnight(t *testing.T) {
	if got, want := hora("23:45").Add(15), tomahora.FinDelDia; got != want {
		t.Errorf("23:45 and 15 minutes = %v, want %v", got, want)
	}
	if got := hora("23:45").Add(30); got <= tomahora.FinDelDia {
		t.Errorf("23:45 and 30 minutes = %d, want it beyond 24:00", got)
	}
}

func zona(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// clockChanges are hours around the nights on which Chile's clocks changed, and
// one part of it where they no longer do.
func clockChanges() []struct {
	name, zona, fecha, hora string
	exists                  bool
} {
	return []struct {
		name, zona, fecha, hora string
		exists                  bool
	}{
		{"Santiago skips midnight in August 2018", "America/Santiago", "2018-08-12", "00:00", false},
		{"Santiago skips half past midnight in August 2018", "America/Santiago", "2018-08-12", "00:30", false},
		{"Santiago goes on at one in August 2018", "America/Santiago", "2018-08-12", "01:00", true},
		{"Santiago has the last half hour before the change", "America/Santiago", "2018-08-11", "23:30", true},
		{"Santiago skips midnight in September 2026", "America/Santiago", "2026-09-06", "00:00", false},
		{"Santiago goes on at one in September 2026", "America/Santiago", "2026-09-06", "01:00", true},
		{"Santiago repeats the last hour of a Saturday in May 2018", "America/Santiago", "2018-05-12", "23:30", true},
		{"Santiago has midnight after the repeated hour", "America/Santiago", "2018-05-13", "00:00", true},
		{"Santiago has midnight on any other day", "America/Santiago", "2018-11-02", "00:00", true},
		{"Punta Arenas no longer changes its clocks", "America/Punta_Arenas", "2018-08-12", "00:00", true},
		{"Punta Arenas no longer changes its clocks in 2026", "America/Punta_Arenas", "2026-09-06", "00:30", true},
		{"Punta Arenas skipped midnight while it did", "America/Punta_Arenas", "2016-08-14", "00:00", false},
		{"Easter Island skips ten in the evening", "Pacific/Easter", "2018-08-11", "22:00", false},
		{"Easter Island skips half past ten in the evening", "Pacific/Easter", "2018-08-11", "22:30", false},
		{"Easter Island goes on at eleven in the evening", "Pacific/Easter", "2018-08-11", "23:00", true},
		{"Easter Island has the midnight Santiago skips", "Pacific/Easter", "2018-08-12", "00:00", true},
		{"Easter Island repeats nine in the evening", "Pacific/Easter", "2018-05-12", "21:30", true},
	}
}

func TestHoraExistsOn(t *testing.T) {
	for _, tt := range clockChanges() {
		t.Run(tt.name, func(t *testing.T) {
			got := hora(tt.hora).ExistsOn(fecha(tt.fecha), zona(t, tt.zona))
			if got != tt.exists {
				t.Errorf("%s on %s in %s exists = %v, want %v", tt.hora, tt.fecha, tt.zona, got, tt.exists)
			}
		})
	}
	if tomahora.FinDelDia.ExistsOn(fecha(viernes), time.UTC) {
		t.Error("24:00 exists as a start")
	}
}

func TestRango(t *testing.T) {
	nine := rango("09:00", "09:30")
	tests := []struct {
		name               string
		other              tomahora.Rango
		overlaps, contains bool
	}{
		{"a range shares its minutes with itself", nine, true, true},
		{"a range that only touches the end shares nothing", rango("09:30", "10:00"), false, false},
		{"a range that only touches the start shares nothing", rango("08:30", "09:00"), false, false},
		{"a range over the start shares minutes", rango("08:45", "09:15"), true, false},
		{"a range over the end shares minutes", rango("09:15", "09:45"), true, false},
		{"a range inside is contained", rango("09:10", "09:20"), true, true},
		{"a range around is not contained", rango("08:00", "10:00"), true, false},
		{"a range elsewhere shares nothing", rango("12:00", "13:00"), false, false},
		{"an empty range inside shares no minute", rango("09:15", "09:15"), false, true},
		{"an inverted range shares no minute", rango("09:20", "09:10"), false, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := nine.Overlaps(tt.other); got != tt.overlaps {
				t.Errorf("Overlaps = %v, want %v", got, tt.overlaps)
			}
			if got := tt.other.Overlaps(nine); got != tt.overlaps {
				t.Errorf("Overlaps the other way = %v, want %v", got, tt.overlaps)
			}
			if got := nine.Contains(tt.other); got != tt.contains {
				t.Errorf("Contains = %v, want %v", got, tt.contains)
			}
		})
	}
	if got := nine.Duracion(); got != 30 {
		t.Errorf("Duracion = %d, want 30", got)
	}
	if nine.IsEmpty() || !rango("09:00", "09:00").IsEmpty() || !rango("10:00", "09:00").IsEmpty() {
		t.Error("only ranges that end after they start hold a minute")
	}
}

func TestOverlapMeansSharingAMinute(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := anyRango().Draw(rt, "a"), anyRango().Draw(rt, "b")
		shared := false
		for m := a.Inicio; m < a.Fin; m++ {
			shared = shared || b.Inicio <= m && m < b.Fin
		}
		if a.Overlaps(b) != shared || b.Overlaps(a) != shared {
			rt.Fatalf("%v and %v: Overlaps %v and %v, share a minute %v", a, b, a.Overlaps(b), b.Overlaps(a), shared)
		}
	})
}

// anyRango draws ranges near each other, some of them empty or inverted.
func anyRango() *rapid.Generator[tomahora.Rango] {
	return rapid.Custom(func(rt *rapid.T) tomahora.Rango {
		inicio := rapid.IntRange(0, 24).Draw(rt, "inicio")
		return tomahora.Rango{
			Inicio: tomahora.Hora(inicio),
			Fin:    tomahora.Hora(inicio + rapid.IntRange(-2, 10).Draw(rt, "length")),
		}
	})
}

func FuzzParseFecha(f *testing.F) {
	for _, s := range []string{"2018-11-02", "02/11/2018", "2024-02-29", "2023-02-29", "0000-00-00", "9999-12-31", "2018-11-0é", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := tomahora.ParseFecha(s)
		if err != nil {
			if !got.IsZero() {
				t.Fatalf("ParseFecha(%q) refused it and gave %v", s, got)
			}
			return
		}
		again, err := tomahora.ParseFecha(got.String())
		if err != nil || again != got {
			t.Fatalf("ParseFecha(%q) = %v, which reads as %v, error %v", s, got, again, err)
		}
		if got.IsZero() || got.AddDays(0) != got {
			t.Fatalf("ParseFecha(%q) = %v, no day of the calendar", s, got)
		}
	})
}

func FuzzParseHora(f *testing.F) {
	for _, s := range []string{"09:00", "09:00:00", "23:59", "24:00", "24:01", "09:60", "09:00:01", "9:00", "-1:00", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := tomahora.ParseHoraFin(s)
		start, startErr := tomahora.ParseHora(s)
		if err != nil {
			if startErr == nil {
				t.Fatalf("%q is a start and no end", s)
			}
			return
		}
		if got < 0 || got > tomahora.FinDelDia {
			t.Fatalf("ParseHoraFin(%q) = %d, outside a day", s, got)
		}
		if (startErr == nil) != (got < tomahora.FinDelDia) || startErr == nil && start != got {
			t.Fatalf("ParseHora(%q) = %v, error %v; as an end %v", s, start, startErr, got)
		}
		again, err := tomahora.ParseHoraFin(got.String())
		if err != nil || again != got {
			t.Fatalf("ParseHoraFin(%q) = %v, which reads as %v, error %v", s, got, again, err)
		}
	})
}
