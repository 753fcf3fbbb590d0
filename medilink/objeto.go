package medilink

import (
	"bytes"
	"encoding/json"
)

// objeto is a JSON object whose members keep their order, for keys whose order
// means something to who reads them; encoding/json sorts those of a map as
// texts.
type objeto []miembro

type miembro struct {
	clave string
	valor any
}

// MarshalJSON writes the members as they stand, also an empty objeto as {}.
func (o objeto) MarshalJSON() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	buf.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			buf.WriteByte(',')
		}
		if err := enc.Encode(m.clave); err != nil {
			return nil, err
		}
		buf.WriteByte(':')
		if err := enc.Encode(m.valor); err != nil {
			return nil, err
		}
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}
