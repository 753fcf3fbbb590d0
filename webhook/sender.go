package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/tomahora/tomahora"
)

// SenderOptions are what a Sender needs from the program around it.
type SenderOptions struct {
	// Clock is the real clock: receivers refuse signatures of another time.
	// Required.
	Clock func() time.Time
	// Locales lets receivers be on this machine and on private networks, and
	// speak plain HTTP.
	Locales bool
	// Version is the program's, for the User-Agent.
	Version string
	// Timeout bounds an attempt as a whole. Zero means 10 s.
	Timeout time.Duration

	resolver *net.Resolver // of tests; nil is the system's
}

const (
	connectTimeout = 3 * time.Second
	defaultTimeout = 10 * time.Second
	maxAnswer      = 4 << 10  // bytes of an answer that are read
	maxHeader      = 16 << 10 // bytes of its headers
	maxSaid        = 1 << 10  // bytes of it that are shown to who tests a webhook
	idleTimeout    = 30 * time.Second
)

// Sender sends signed messages to receivers. It may be shared between goroutines.
type Sender struct {
	client    *http.Client
	transport *http.Transport
	clock     func() time.Time
	locales   bool
	agent     string
	timeout   time.Duration
}

// NewSender makes a Sender.
func NewSender(o SenderOptions) *Sender {
	dialer := &net.Dialer{Timeout: connectTimeout, Control: control(o.Locales), Resolver: o.resolver}
	transport := &http.Transport{
		Proxy:                  nil, // one from the environment would look at no address
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectTimeout,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true,
		MaxIdleConns:           defaultTotal,
		MaxIdleConnsPerHost:    defaultPerWebhook,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: maxHeader,
	}
	s := &Sender{
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		transport: transport,
		clock:     o.Clock,
		locales:   o.Locales,
		agent:     strings.TrimSuffix("tomahora/"+o.Version, "/"),
		timeout:   o.Timeout,
	}
	if s.timeout == 0 {
		s.timeout = defaultTimeout
	}
	return s
}

// Now is the real time.
func (s *Sender) Now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Close lets go of the connections that nobody uses.
func (s *Sender) Close() { s.transport.CloseIdleConnections() }

// Send sends one message and tells what came of it. Id is the same in every
// attempt to deliver the same.
func (s *Sender) Send(ctx context.Context, w tomahora.Webhook, id string, body []byte) tomahora.Intento {
	began := s.Now()
	if why := checkURL(w.URL, s.locales); why != "" {
		return tomahora.Intento{Error: "la URL ya no se permite: " + why}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return tomahora.Intento{Error: "la URL no se puede leer"}
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", s.agent)
	sign(r.Header, w, id, body, began)
	i := s.do(r)
	i.Tardo = s.Now().Sub(began)
	return i
}

// do makes a request. That the receiver has taken it is known with the status;
// the rest of the answer is only read so that the connection can be used again.
func (s *Sender) do(r *http.Request) tomahora.Intento {
	resp, err := s.client.Do(r)
	if err != nil {
		return tomahora.Intento{Error: spanish(err)}
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	i := tomahora.Intento{Status: resp.StatusCode, Cuerpo: strings.ToValidUTF8(string(said[:min(len(said), maxSaid)]), "\uFFFD")}
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		i.Error = fmt.Sprintf("respondió %d, y las redirecciones no se siguen", resp.StatusCode)
	case resp.StatusCode < 200 || resp.StatusCode >= 300:
		i.Error = fmt.Sprintf("respondió %d", resp.StatusCode)
	}
	return i
}

// spanish tells what went wrong without an answer. Nothing that a receiver says
// gets into it, nor the URL.
func spanish(err error) string {
	_, isDNS := errors.AsType[*net.DNSError](err)
	_, isCertificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, isHostname := errors.AsType[x509.HostnameError](err)
	timeout, hasTimeout := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errAddress):
		return "la dirección no es pública"
	case isDNS:
		return "no se encontró el servidor"
	case isCertificate || isHostname:
		return "el certificado no es válido"
	case errors.Is(err, context.Canceled):
		return "se interrumpió"
	case hasTimeout && timeout.Timeout():
		return "no respondió a tiempo"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "rechazó la conexión"
	default:
		return "la conexión se cortó o no se pudo abrir"
	}
}

// Probe sends a message that tells of nothing, to see what a receiver says.
func (s *Sender) Probe(ctx context.Context, clinica tomahora.ClinicaID, w tomahora.Webhook) tomahora.Intento {
	id := fmt.Sprintf("test_%d_%d_%d", clinica, w.ID, s.Now().UnixMicro())
	body := fmt.Sprintf(`{"action":"created","entity":"prueba","data":{"id":%d}}`, w.ID)
	return s.Send(ctx, w, id, []byte(body))
}
