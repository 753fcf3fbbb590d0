package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tomahora/tomahora"
)

// The headers of a delivery. The first two are the vendor's (contract §2.8), the
// others those of Standard Webhooks.
const (
	headerToken     = "token"
	headerSigning   = "signing"
	headerID        = "webhook-id"
	headerTimestamp = "webhook-timestamp"
	headerSignature = "webhook-signature"
)

// secretPrefix stands before the base64 of a key that Standard Webhooks use.
const secretPrefix = "whsec_"

// sign puts the headers of a message on a request at a real time. The vendor's
// signature is of the body alone, by the secreto in force as it is spelled;
// Standard Webhooks' is there once for each secreto that is valid.
func sign(h http.Header, w tomahora.Webhook, id string, body []byte, now time.Time) {
	stamp := strconv.FormatInt(now.Unix(), 10)
	var signatures []string
	for _, s := range w.Vigentes(now) {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Texto, secretPrefix))
		if err != nil {
			continue // none of ours
		}
		signed := hash(key, []byte(id+"."+stamp+"."), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(signed))
	}
	h.Set(headerToken, w.Token)
	if len(w.Secretos) > 0 {
		h.Set(headerSigning, hex.EncodeToString(hash([]byte(w.Secretos[0].Texto), body)))
	}
	h.Set(headerID, id)
	h.Set(headerTimestamp, stamp)
	h.Set(headerSignature, strings.Join(signatures, " "))
}

func hash(key []byte, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		_, _ = mac.Write(p) // a hash takes anything
	}
	return mac.Sum(nil)
}
