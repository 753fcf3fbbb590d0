package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/tomahora/tomahora"
)

const (
	secretA = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
	secretB = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
)

func hookAt(target string) tomahora.Webhook {
	return tomahora.Webhook{ID: 7, URL: target, Activo: true, Token: "whk_publica", Secretos: []tomahora.Secreto{{Texto: secretA}}}
}

func newSender(t *testing.T, o SenderOptions) *Sender {
	t.Helper()
	if o.Clock == nil {
		o.Clock = time.Now
	}
	s := NewSender(o)
	t.Cleanup(s.Close)
	return s
}

// plainHMAC is the vendor's signature, made from its description alone.
func plainHMAC(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// verify holds a message against both ways of signing.
func verify(t *testing.T, secret string, h http.Header, body []byte) {
	t.Helper()
	standard, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	if err := standard.Verify(body, h); err != nil {
		t.Errorf("Standard Webhooks: %v", err)
	}
	if got := h.Get("signing"); got != plainHMAC(secret, body) {
		t.Errorf("signing: %q is not the HMAC of the body", got)
	}
}

func TestAMessageIsSignedBothWays(t *testing.T) {
	var got http.Header
	var body []byte
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
	}))
	defer receiver.Close()
	s := newSender(t, SenderOptions{Locales: true, Version: "1.2"})
	i := s.Send(t.Context(), hookAt(receiver.URL), "msg_1_7_9", []byte(`{"action":"created","data":"ñ <&>"}`))
	if !i.IsEntregado() || i.Status != 200 || string(body) != `{"action":"created","data":"ñ <&>"}` {
		t.Fatalf("got %+v and %s", i, body)
	}
	verify(t, secretA, got, body)
	for name, want := range map[string]string{
		"Content-Type": "application/json", "User-Agent": "tomahora/1.2", "Token": "whk_publica", "Webhook-Id": "msg_1_7_9",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q", name, got.Get(name))
		}
	}
}

func TestWhileASecretIsReplacedBothAreGood(t *testing.T) {
	var got http.Header
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = r.Header.Clone() }))
	defer receiver.Close()
	now := time.Now().Truncate(time.Second)
	s := newSender(t, SenderOptions{Locales: true, Clock: func() time.Time { return now }})
	w := hookAt(receiver.URL)
	w = w.Rotated(secretB, now)
	body := []byte("{}")
	accepts := func(secret string) bool {
		standard, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		return standard.VerifyIgnoringTimestamp(body, got) == nil
	}
	s.Send(t.Context(), w, "a", body)
	if !accepts(secretA) || !accepts(secretB) || got.Get("signing") != plainHMAC(secretB, body) {
		t.Errorf("right after: %v", got)
	}
	now = now.Add(tomahora.VigenciaVieja)
	s.Send(t.Context(), w, "a", body)
	if accepts(secretA) || !accepts(secretB) {
		t.Errorf("a day later: %v", got)
	}
}

func TestWhatCountsAsDelivered(t *testing.T) {
	var reached atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	t.Cleanup(func() {
		elsewhere.Close()
		if reached.Load() {
			t.Error("a redirect was followed")
		}
	})
	tests := map[string]struct {
		answer http.HandlerFunc
		status int
		why    string
	}{
		"200": {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }, 200, ""},
		"204": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, 204, ""},
		"404": {http.NotFound, 404, "respondió 404"},
		"500": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, 500, "respondió 500"},
		"a redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
		}, 307, "redirecciones no se siguen"},
		"a hang":       {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, 0, "no respondió a tiempo"},
		"a cut":        {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "se cortó"},
		"huge headers": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, 0, "se cortó"},
		"an answer that never ends": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				_, _ = w.Write(bytes.Repeat([]byte("x"), 1<<10))
			}
		}, 200, ""},
		"an answer that stops in the middle": {func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write([]byte("x"))
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 200, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the sender has gone
				test.answer(w, r)
			}))
			t.Cleanup(receiver.Close)
			s := newSender(t, SenderOptions{Locales: true, Timeout: 2 * time.Second})
			began := time.Now()
			i := s.Send(t.Context(), hookAt(receiver.URL), "a", []byte("{}"))
			if i.Status != test.status || (i.Error == "") != (test.why == "") || !strings.Contains(i.Error, test.why) {
				t.Errorf("got %d %q, want %d %q", i.Status, i.Error, test.status, test.why)
			}
			if took := time.Since(began); took > 8*time.Second || len(i.Cuerpo) > maxSaid {
				t.Errorf("took %s, %d bytes", took, len(i.Cuerpo))
			}
			if strings.Contains(i.Error, "127.0.0.1") {
				t.Errorf("the address is told: %s", i.Error)
			}
		})
	}
}

func TestNobodyListens(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	target := "http://" + l.Addr().String()
	_ = l.Close()
	i := newSender(t, SenderOptions{Locales: true}).Send(t.Context(), hookAt(target), "a", nil)
	if i.Error != "rechazó la conexión" {
		t.Errorf("got %+v", i)
	}
}

func TestAddresses(t *testing.T) {
	const public, private, never = "public", "private", "never"
	tests := map[string]string{
		"8.8.8.8": public, "200.1.2.3": public, "2800:3f0::1": public, "2606:4700::1111": public, "::ffff:8.8.8.8": public,
		"127.0.0.1": private, "127.9.9.9": private, "::1": private, "::ffff:127.0.0.1": private, "10.1.2.3": private, "172.16.0.1": private,
		"172.31.255.255": private, "192.168.1.1": private, "::ffff:192.168.1.1": private, "100.64.0.1": private, "100.127.255.255": private,
		"fc00::1": private, "fd12:3456::1": private,
		"100.100.100.200": never, "fd00:ec2::254": never, "fd20:ce::254": never,
		"0.0.0.0": never, "0.1.2.3": never, "::": never, "169.254.169.254": never, "::ffff:169.254.169.254": never, "fe80::1": never, "fe80::1%eth0": never, "fec0::1": never,
		"224.0.0.1": never, "239.255.255.255": never, "ff02::1": never, "255.255.255.255": never, "240.0.0.1": never,
		"192.0.0.8": never, "192.0.2.1": never, "198.18.0.1": never, "198.51.100.1": never, "203.0.113.1": never, "192.88.99.1": never,
		"64:ff9b::7f00:1": never, "64:ff9b:1::1": never, "2002:7f00:1::": never, "2001::1": never, "2001:db8::1": never, "3fff::1": never,
		"::7f00:1": never, "100::1": never, "::ffff:0:127.0.0.1": never, "4000::1": never,
	}
	for text, want := range tests {
		addr := netip.MustParseAddr(text)
		got := never
		switch {
		case allows(addr, false):
			got = public
		case allows(addr, true):
			got = private
		}
		if got != want || allows(addr, false) && !allows(addr, true) {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
	if allows(netip.Addr{}, true) {
		t.Error("no address is one")
	}
}

func TestURLs(t *testing.T) {
	const public, local, never = "public", "local", "never"
	tests := map[string]string{
		"https://ejemplo.cl/avisos?a=1": public, "https://ejemplo.cl:8443": public, "https://8.8.8.8/": public, "HTTPS://EJEMPLO.CL": public,
		"http://ejemplo.cl": local, "https://127.0.0.1/": local, "http://localhost:9000/": local, "https://LOCALHOST./": local, "https://a.localhost": local,
		"https://[::1]:1/": local, "https://10.0.0.1": local, "https://[::ffff:127.0.0.1]/": local,
		"https://169.254.169.254/": never, "https://0.0.0.0/": never, "https://[fe80::1]/": never,
		"https://127.1/": never, "https://2130706433/": never, "https://0x7f000001/": never, "https://0177.0.0.1/": never, "https://127.0.0.0x1": never,
		"https://1.2.3.4.5/": never, "https://3scale.ejemplo.cl/": public, "http://3scale:8080/": local, "https://ejemplo.cl:0/": never, "https://ejemplo.cl:65536/": never,
		"": never, "ejemplo.cl": never, "//ejemplo.cl": never, "ftp://ejemplo.cl": never, "https:ejemplo.cl": never, "https://": never, "https://:80": never,
		"https://yo:clave@ejemplo.cl": never, "https://ejemplo.cl/#a": never, "https://ejemplo.cl/%zz": never, "javascript:alert(1)": never,
		"https://ejemplo.cl/" + strings.Repeat("a", 2000): never,
	}
	for text, want := range tests {
		got := never
		switch {
		case checkURL(text, false) == "":
			got = public
		case checkURL(text, true) == "":
			got = local
		}
		if got != want {
			t.Errorf("%.60q is %s, want %s", text, got, want)
		}
	}
}

// names is a DNS server that answers every question with the next of its
// addresses, the last one for ever.
type names struct {
	addresses []string
	asked     atomic.Int32
}

func (n *names) resolver(t *testing.T) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	go func() {
		buf := make([]byte, 512)
		for {
			size, from, err := server.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = server.WriteTo(n.answer(buf[:size]), from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", server.LocalAddr().String())
	}}
}

// answer gives an A record; to a question for anything else, none.
func (n *names) answer(question []byte) []byte {
	const header = 12
	end := header + bytes.IndexByte(question[header:], 0) + 5
	reply := append([]byte{}, question[:end]...)
	reply[2], reply[3] = 0x81, 0x80
	copy(reply[6:header], []byte{0, 0, 0, 0, 0, 0})
	if question[end-3] != 1 { // no A
		return reply
	}
	reply[7] = 1
	i := min(int(n.asked.Add(1))-1, len(n.addresses)-1)
	addr := netip.MustParseAddr(n.addresses[i]).As4()
	return append(append(reply, 0xC0, header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4), addr[:]...)
}

func TestANameThatLeadsHereIsNotFollowed(t *testing.T) {
	var reached atomic.Int32
	receiver := httptest.NewUnstartedServer(http.NotFoundHandler())
	receiver.Config.ConnState = func(net.Conn, http.ConnState) { reached.Add(1) }
	receiver.Config.ErrorLog = log.New(io.Discard, "", 0) // it is hung up on
	receiver.StartTLS()
	defer receiver.Close()
	here, err := url.Parse(receiver.URL)
	if err != nil {
		t.Fatal(err)
	}
	dns := &names{addresses: []string{"127.0.0.1"}}
	s := newSender(t, SenderOptions{resolver: dns.resolver(t)})
	w := hookAt("https://avisos.ejemplo.cl:" + here.Port() + "/")
	if err := s.CheckURL(w.URL); err != nil {
		t.Fatalf("the URL alone tells nothing: %v", err)
	}
	for range 2 {
		i := s.Send(t.Context(), w, "a", []byte("{}"))
		if i.Error != "la dirección no es pública" || i.Status != 0 {
			t.Errorf("got %+v", i)
		}
	}
	if dns.asked.Load() == 0 {
		t.Error("the name was not looked up, so nothing was proved")
	}
	if reached.Load() != 0 {
		t.Error("the receiver was reached")
	}
	// The same name with the flag, to show that it would have led there.
	i := newSender(t, SenderOptions{Locales: true, resolver: dns.resolver(t)}).Send(t.Context(), w, "a", []byte("{}"))
	if i.Error != "el certificado no es válido" {
		t.Errorf("with --webhooks-locales: %+v", i)
	}
}

func TestAURLThatIsNoLongerAllowedIsNotCalled(t *testing.T) {
	var reached atomic.Bool
	receiver := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer receiver.Close()
	i := newSender(t, SenderOptions{}).Send(t.Context(), hookAt(receiver.URL), "a", nil)
	if i.IsEntregado() || reached.Load() {
		t.Errorf("got %+v", i)
	}
}
