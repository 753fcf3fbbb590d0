package tomahora

import "time"

// RetencionRespuesta is how long an answer is kept for whoever repeats its
// request under the same Idempotency-Key.
const RetencionRespuesta = 24 * time.Hour

// Clave is an Idempotency-Key where it holds: of one token, method and path.
type Clave struct {
	IDToken TokenID
	Metodo  string
	Ruta    string
	Texto   string
	Huella  string // of everything else that was sent
}

// Respuesta is the answer to a write, as bytes.
type Respuesta struct {
	Status   int
	Cuerpo   []byte // none: the answer has no body
	Version  int64  // of the object shown; 0: it has none
	Repetida bool   // it is the answer to an earlier request
}
