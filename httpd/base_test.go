package httpd_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/tomahora/tomahora/httpd"
)

func TestAddress(t *testing.T) {
	inner := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	tests := map[string]struct {
		trusted []netip.Prefix
		peer    string
		header  []string
		want    string
	}{
		"nobody is trusted":           {nil, "10.0.0.1:99", []string{"203.0.113.7"}, "10.0.0.1"},
		"a stranger says so":          {inner, "198.51.100.2:99", []string{"203.0.113.7"}, "198.51.100.2"},
		"a proxy says so":             {inner, "10.0.0.1:99", []string{"203.0.113.7"}, "203.0.113.7"},
		"two proxies do":              {inner, "10.0.0.1:99", []string{"203.0.113.7, 10.0.0.2"}, "203.0.113.7"},
		"what a client made up":       {inner, "10.0.0.1:99", []string{"1.2.3.4, 203.0.113.7"}, "203.0.113.7"},
		"in headers of their own":     {inner, "10.0.0.1:99", []string{"1.2.3.4", "203.0.113.7"}, "203.0.113.7"},
		"a proxy that does not say":   {inner, "10.0.0.1:99", nil, "10.0.0.1"},
		"a proxy that says nonsense":  {inner, "10.0.0.1:99", []string{"unknown"}, "10.0.0.1"},
		"all of them are proxies":     {inner, "10.0.0.1:99", []string{"10.0.0.3,10.0.0.2"}, "10.0.0.3"},
		"an IPv4 address in IPv6":     {inner, "[::ffff:10.0.0.1]:99", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"an IPv6 address with a zone": {inner, "[fe80::1%eth0]:99", nil, "fe80::1"},
		"no address":                  {inner, "@", []string{"203.0.113.7"}, ""},
	}
	for name, tt := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.header
		if got := httpd.Address(tt.trusted)(r); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
