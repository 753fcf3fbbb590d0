package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/tomahora/tomahora"
)

// sello names a row of a clinic in a way that only the clinic can: by its key.
// Whoever has it may do with the row what its paciente may.
type sello struct {
	clinica tomahora.ClinicaID
	id      int64
	mac     []byte
}

// What a sello names.
const (
	selloCita    = "cita"
	selloReserva = "reserva"
)

// macSize is how many bytes of the signature a link carries: nobody guesses 128
// bits.
const macSize = 16

// seal is the text of a sello, fit for a URL.
func seal(clave, what string, clinica tomahora.ClinicaID, id int64) string {
	b := binary.AppendUvarint(nil, uint64(clinica)) //nolint:gosec // ids are positive
	b = binary.AppendUvarint(b, uint64(id))         //nolint:gosec // ids are positive
	return base64.RawURLEncoding.EncodeToString(append(b, sign(clave, what, clinica, id)[:macSize]...))
}

func sign(clave, what string, clinica tomahora.ClinicaID, id int64) []byte {
	mac := hmac.New(sha256.New, []byte(clave))
	_, _ = fmt.Fprintf(mac, "%s %d %d", what, clinica, id) // never fails
	return mac.Sum(nil)
}

// readSello reads a text that may be a sello; whether it is one the clinic's
// key tells.
func readSello(text string) (e sello, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return e, false
	}
	clinica, n := binary.Uvarint(b)
	if n <= 0 {
		return e, false
	}
	id, m := binary.Uvarint(b[n:])
	if m <= 0 || len(b) != n+m+macSize {
		return e, false
	}
	e = sello{tomahora.ClinicaID(clinica), int64(id), b[n+m:]} //nolint:gosec // one that overflows is signed by nobody
	return e, e.clinica > 0 && e.id > 0
}

// isOf tells whether a sello is what the key signed.
func (e sello) isOf(clave, what string) bool {
	return clave != "" && hmac.Equal(e.mac, sign(clave, what, e.clinica, e.id)[:macSize])
}

// uidOf is what calendars know a cita by: always the same, and nobody's to guess.
func uidOf(clave string, clinica tomahora.ClinicaID, id tomahora.CitaID) string {
	return hex.EncodeToString(sign(clave, "uid", clinica, int64(id))[:macSize]) + "@tomahora"
}
