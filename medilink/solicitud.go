package medilink

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// Why a parameter cannot be read, as the client is told. The value itself is
// never repeated: it may be about a person.
const (
	whyID     = "debe ser un número entero entre 1 y 9223372036854775807"
	whyEntero = "debe ser un número entero"
	whyBit    = "debe ser 1 o 0"
	whyTexto  = "debe ser un texto"
	whyFecha  = "debe ser una fecha que exista, AAAA-MM-DD o DD/MM/AAAA"
	whyHora   = "debe ser una hora HH:MM entre 00:00 y 23:59"

	whyInstante = "debe ser AAAA-MM-DD o AAAA-MM-DD HH:MM:SS"
)

// readFields reads the body of a request that only asks.
func readFields(w http.ResponseWriter, r *http.Request) (fields, error) {
	body, err := readBody(w, r)
	if err != nil {
		return nil, err
	}
	return requestFields(r, body)
}

// requestFields reads the fields of a body. The error is about the body as a
// whole; what cannot be read of a parameter is found when it is looked at.
func requestFields(r *http.Request, body []byte) (fields, error) {
	encoding := strings.Join(r.Header.Values("Content-Encoding"), ",")
	f, err := decodeBody(r.Header.Get("Content-Type"), encoding, body)
	if err != nil {
		return nil, err
	}
	if isDentalink(r) {
		f.translate()
	}
	return f, nil
}

// solicitud reads the parameters of a booking (seed); the second names are those
// other clients send (contract §2.1).
func (f fields) solicitud() tomahora.Solicitud {
	p := params{fields: f}
	s := tomahora.Solicitud{
		IDProfesional: tomahora.ProfesionalID(p.id("id_profesional")),
		IDSucursal:    tomahora.SucursalID(p.id("id_sucursal")),
		IDEstado:      tomahora.EstadoID(p.id("id_estado")),
		IDSillon:      tomahora.SillonID(p.id("id_sillon", "id_recurso")),
		IDPaciente:    tomahora.PacienteID(p.id("id_paciente")),
		IDAtencion:    tomahora.AtencionID(p.id("id_atencion")),
		Fecha:         p.fecha("fecha"),
		HoraInicio:    p.hora("hora_inicio"),
		Duracion:      p.duracion("duracion"),
		Comentario:    p.texto("comentario", "comentarios"),
		Videoconsulta: p.bit("videoconsulta"),
		IDReserva:     tomahora.ReservaID(p.id("id_reserva")),
	}
	if s.IDEstado == 0 {
		s.IDEstado = tomahora.EstadoNoConfirmado
	}
	s.Unreadable = p.problems
	return s
}

// params reads fields as parameters and gathers what is wrong with them.
type params struct {
	fields   fields
	problems tomahora.Problems
}

// find is the first of the names that is present.
func (p *params) find(names []string) (name string, v value, ok bool) {
	for _, name := range names {
		if v := p.fields[name]; !v.isAbsent() {
			return name, v, true
		}
	}
	return "", value{}, false
}

// reject reports a parameter under its first name, by which the rules know it;
// the message names it as it was sent.
func (p *params) reject(names []string, sent, why string) {
	p.problems = append(p.problems, tomahora.Invalid(tomahora.CodeParametroInvalido, names[0], sent, why))
}

// require reports a parameter that is missing. Several names are of one
// parameter, of which each would do.
func (p *params) require(names ...string) {
	if _, _, ok := p.find(names); !ok {
		p.problems = append(p.problems, tomahora.Invalid(tomahora.CodeParametroRequerido, names[0], names[0]))
	}
}

func (p *params) id(names ...string) int64 {
	sent, v, ok := p.find(names)
	if !ok {
		return 0
	}
	n, ok := v.entero()
	if !ok || n < 1 {
		p.reject(names, sent, whyID)
		return 0
	}
	return n
}

// entero reads an integer that is no id; nil when it is absent.
func (p *params) entero(names ...string) *int {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	n, ok := v.entero()
	if !ok || int64(int(n)) != n {
		p.reject(names, sent, whyEntero)
		return nil
	}
	return new(int(n))
}

func (p *params) duracion(names ...string) *tomahora.Duracion {
	n := p.entero(names...)
	if n == nil {
		return nil
	}
	return new(tomahora.Duracion(*n))
}

func (p *params) fecha(names ...string) tomahora.Fecha {
	sent, v, ok := p.find(names)
	if !ok {
		return tomahora.Fecha{}
	}
	f, err := tomahora.ParseFecha(v.text)
	if err != nil || v.kind != kindText {
		p.reject(names, sent, whyFecha)
		return tomahora.Fecha{}
	}
	return f
}

func (p *params) hora(names ...string) *tomahora.Hora {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	h, err := tomahora.ParseHora(v.text)
	if err != nil || v.kind != kindText {
		p.reject(names, sent, whyHora)
		return nil
	}
	return &h
}

func (p *params) texto(names ...string) string {
	if text := p.optionalTexto(names...); text != nil {
		return *text
	}
	return ""
}

// optionalTexto is nil when the parameter is absent.
func (p *params) optionalTexto(names ...string) *string {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	if v.kind != kindText && v.kind != kindNumber {
		p.reject(names, sent, whyTexto)
		return nil
	}
	return &v.text
}

// clearableTexto reads a text that null and "" clear (product rules, «Input»);
// the first name that was sent at all wins.
func (p *params) clearableTexto(names ...string) *string {
	for i, name := range names {
		if v, sent := p.fields[name]; sent && v.isAbsent() {
			return new("")
		} else if sent {
			return p.optionalTexto(names[i:]...)
		}
	}
	return nil
}

func (p *params) bit(names ...string) *bool {
	sent, v, ok := p.find(names)
	if !ok {
		return nil
	}
	b, ok := v.bit()
	if !ok {
		p.reject(names, sent, whyBit)
		return nil
	}
	return &b
}

// bit reads 1 and 0 as number, text or boolean; and "true" and "false" in any
// case, since Python's clients send "True" in forms.
func (v value) bit() (set, ok bool) {
	trimmed := strings.TrimSpace(v.text)
	switch {
	case v.kind == kindText && strings.EqualFold(trimmed, "true"):
		return true, true
	case v.kind == kindText && strings.EqualFold(trimmed, "false"):
		return false, true
	case v.kind == kindBoolean:
		return v.text == "1", true
	}
	n, ok := v.entero()
	return n == 1, ok && (n == 0 || n == 1)
}

// entero reads an integral number, or a text that spells one.
func (v value) entero() (int64, bool) {
	if v.kind != kindNumber && v.kind != kindText {
		return 0, false
	}
	return parseEntero(strings.Trim(v.text, " \t\r\n"))
}

// parseEntero reads an integer in decimal notation: "2", "2.0", "2e0", "-15".
// It looks at digits only and never computes 10^exponent, so that "1e999999999"
// costs nothing.
func parseEntero(s string) (int64, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, true
	}
	sign := ""
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, s = s[:1], s[1:]
	}
	mantissa, exponent, ok := cutExponent(s)
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	// The number is now digits × 10^exponent, with digits free of zeros at both
	// ends.
	exponent -= len(fraction)
	stripped := strings.TrimRight(digits, "0")
	exponent += len(digits) - len(stripped)
	stripped = strings.TrimLeft(stripped, "0")
	if stripped == "" {
		return 0, true
	}
	const maxDigits = 19 // of an int64
	if exponent < 0 || exponent > maxDigits || len(stripped)+exponent > maxDigits {
		return 0, false
	}
	n, err := strconv.ParseInt(sign+stripped+strings.Repeat("0", exponent), 10, 64)
	return n, err == nil
}

// cutExponent splits "2e0" into "2" and 0. No number of a body can need an
// exponent beyond a body's length.
func cutExponent(s string) (mantissa string, exponent int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	exponent, err := strconv.Atoi(s[i+1:])
	return s[:i], exponent, err == nil && exponent >= -maxBody && exponent <= maxBody
}
