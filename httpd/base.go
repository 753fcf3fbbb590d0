package httpd

import (
	"net/http"
	"net/netip"
	"slices"
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
	return isOneOf(from.Addr().Unmap().WithZone(""), proxies)
}

func isOneOf(addr netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) })
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

// Address tells from where a request came: the peer, or behind trusted proxies
// what X-Forwarded-For says, read from its end up to the first address that is not
// itself one of theirs. "" where it cannot be told.
func Address(trusted []netip.Prefix) func(*http.Request) string {
	return func(r *http.Request) string {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil {
			return ""
		}
		addr := peer.Addr().Unmap().WithZone("")
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for isOneOf(addr, trusted) && len(hops) > 0 {
			last, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1]))
			if err != nil {
				break // a proxy that does not say, or says what is none
			}
			addr, hops = last.Unmap().WithZone(""), hops[:len(hops)-1]
		}
		return addr.String()
	}
}
