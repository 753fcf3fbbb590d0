package medilink

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/tomahora/tomahora"
)

// checkDecoded asserts what must hold of whatever was decoded: a refusal is one
// a client is told about, and no id is ever 0 or negative but for "absent".
func checkDecoded(t *testing.T, f fields, err error) {
	t.Helper()
	if err != nil {
		if !tomahora.IsCode(err, tomahora.CodeCuerpoInvalido) || err.Error() == "" {
			t.Fatalf("refused with %v", err)
		}
		return
	}
	s := f.solicitud()
	unreadable := map[string]bool{}
	for _, p := range s.Unreadable {
		if p.Code != tomahora.CodeParametroInvalido || p.Error() == "" {
			t.Fatalf("unreadable parameter with %v", p)
		}
		unreadable[p.Field] = true
	}
	ids := map[string]int64{
		"id_profesional": int64(s.IDProfesional), "id_sucursal": int64(s.IDSucursal), "id_sillon": int64(s.IDSillon),
		"id_paciente": int64(s.IDPaciente), "id_atencion": int64(s.IDAtencion),
	}
	for name, id := range ids {
		sent := !f[name].isAbsent() && !unreadable[name]
		if id < 0 || sent && id == 0 {
			t.Fatalf("%s is %d in an accepted request", name, id)
		}
	}
	if s.IDEstado < 1 {
		t.Fatalf("id_estado is %d", s.IDEstado)
	}
}

func FuzzDecodeJSON(f *testing.F) {
	f.Add([]byte(seedJSON))
	f.Add([]byte("\uFEFF {\"duracion\":-1.50e1,\"x\":[{\"y\":null}],\"comentario\":\"\\ud83d\\ude00\"}"))
	f.Add([]byte(`{"a":"\ud800"}`))
	f.Add([]byte(`{"id_sucursal":1e999999999}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeBody(jsonType, "", body)
		checkDecoded(t, got, err)
	})
}

func FuzzDecodeForm(f *testing.F) {
	f.Add(seedForm)
	f.Add("a=%zz&b=%00&c=%ff&&=&x")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := decodeForm(body, false)
		checkDecoded(t, got, err)
	})
}

func FuzzDecodeMultipart(f *testing.F) {
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"id_sucursal\"\r\n\r\n1\r\n--b--\r\n"))
	f.Add([]byte("--b\r\nContent-Disposition: form-data; name=\"x\"; filename=\"y\"\r\nContent-Type: text/plain; charset=latin1\r\n\r\n1\r\n--b"))
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := decodeMultipart(body, "b", false)
		checkDecoded(t, got, err)
	})
}

// FuzzParseEntero holds the reader of numbers against one that is sure but slow.
func FuzzParseEntero(f *testing.F) {
	for _, s := range []string{"2", "2.0", "2e0", "-0.0", "+2", "1e19", "9223372036854775808", "0.002e+3", ".", "1e-99", "e1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 40 {
			return
		}
		n, ok := parseEntero(s)
		want, wantOK := slowEntero(s)
		if n != want && ok || ok != wantOK {
			t.Fatalf("%q: got %d %t, want %d %t", s, n, ok, want, wantOK)
		}
	})
}

// slowEntero reads an integer with exact fractions; exponents must be small.
func slowEntero(s string) (int64, bool) {
	decimal := regexp.MustCompile(`^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$`)
	if !decimal.MatchString(s) {
		return 0, false
	}
	mantissa, exponent := s, "0"
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
	}
	e, err := strconv.Atoi(exponent)
	zero := strings.Trim(mantissa, "+-0.") == ""
	switch {
	case err != nil || e < -maxBody || e > maxBody:
		return 0, false // not looked at, see cutExponent
	case zero:
		return 0, true
	case e > 100 || e < -100:
		return 0, false
	}
	rat, ok := new(big.Rat).SetString(s)
	if !ok || !rat.IsInt() || !rat.Num().IsInt64() {
		return 0, false
	}
	return rat.Num().Int64(), true
}
