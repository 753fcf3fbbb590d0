package torture

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// binary is the program under test, built once for all tests.
var binary string

func TestMain(m *testing.M) { os.Exit(buildAndRun(m)) }

func buildAndRun(m *testing.M) int {
	dir, err := os.MkdirTemp("", "tomahora-torture-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "tomahora")
	if out, err := exec.Command("go", "build", "-o", binary, "../cmd/tomahora").CombinedOutput(); err != nil {
		panic(string(out))
	}
	defer closePostgres()
	return m.Run()
}

// budget is how long a test may go on: its share, in percent, of TORTURE_TIME, or
// the short time where that is not set. All shares together are 100.
func budget(t *testing.T, share int, short time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("TORTURE_TIME")
	if text == "" {
		return short
	}
	total, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("TORTURE_TIME: %v; write it as 5m", err)
	}
	return total * time.Duration(share) / 100
}

// seed is TORTURE_SEED, or a new one. A test that fails shows it.
func seed(t *testing.T) uint64 {
	t.Helper()
	s := rand.Uint64N(1e9) + 1
	if text := os.Getenv("TORTURE_SEED"); text != "" {
		given, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("TORTURE_SEED: %v", err)
		}
		s = given
	}
	t.Logf("to draw the same again: TORTURE_SEED=%d go test ./torture -run '^%s$'", s, t.Name())
	return s
}

// rounds calls one with seeds that count up from the test's until the limit
// is over, at least once.
func rounds(t *testing.T, limit time.Duration, one func(seed uint64)) {
	t.Helper()
	begin, first := time.Now(), seed(t)
	n := uint64(0)
	for ; n == 0 || time.Since(begin) < limit; n++ {
		one(first + n)
		if t.Failed() {
			t.Fatalf("round %d failed: TORTURE_SEED=%d", n+1, first+n)
		}
	}
	t.Logf("%d rounds in %v", n, time.Since(begin).Round(time.Second/10))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hora spells minutes since midnight as the wire does.
func hora(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutes reads "HH:MM:SS" or "HH:MM".
func minutes(hora string) int {
	h, errH := strconv.Atoi(hora[:2])
	m, errM := strconv.Atoi(hora[3:5])
	if errH != nil || errM != nil {
		panic("not an hour of the wire: " + hora)
	}
	return 60*h + m
}
