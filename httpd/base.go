package httpd

import (
	"net/http"
	"net/netip"
	"strings"
)

// BaseURL tells under which public scheme and host a request came, without a
// slash at its end: publicURL when there is one, else what the request says.
// X-Forwarded-Proto and X-Forwarded-Host count only from the trusted proxies,
// and of several values the last, which is the one the proxy itself wrote.
func BaseURL(publicURL string, trusted []netip.Prefix) func(*http.Request) string {
	if fixed := strings.TrimRight(publicURL, "/"); fixed != "" {
		return func(*http.Request) string { return fixed }
	}
	return func(r *http.Request) string {
		scheme, host := "http", r.Host
		if r.TLS != nil {
			scheme = "https"
		}
		if len(trusted) > 0 && comesFrom(r, trusted) {
			if s := strings.ToLower(lastOf(r.Header, "X-Forwarded-Proto")); s == "http" || s == "https" {
				scheme = s
			}
			if h := lastOf(r.Header, "X-Forwarded-Host"); isHost(h) {
				host = h
			}
		}
		if !isHost(host) {
			host = "localhost" // HTTP/1.0 need not say
		}
		return scheme + "://" + host
	}
}

func comesFrom(r *http.Request, proxies []netip.Prefix) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr := from.Addr().Unmap().WithZone("")
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

func lastOf(h http.Header, name string) string {
	values := h.Values(name)
	if len(values) == 0 {
		return ""
	}
	last := values[len(values)-1]
	return strings.TrimSpace(last[strings.LastIndexByte(last, ',')+1:])
}

// isHost tells whether s has nothing but what a host and port are made of.
func isHost(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]"
	return s != "" && strings.Trim(s, allowed) == ""
}
