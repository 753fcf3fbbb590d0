package webhook

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/tomahora/tomahora"
)

// errAddress refuses to connect to an address that is not everybody's.
var errAddress = errors.New("the address is not a public one")

// reserved are the networks inside the global ranges that are not for everybody,
// as the registries of special addresses have them.
var reserved = prefixes( //nolint:gochecknoglobals // a constant, if slices could be
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

// local are those that a receiver on the same machine or network has.
var local = prefixes( //nolint:gochecknoglobals // a constant, if slices could be
	"10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7",
)

// credentials are those inside of local where clouds give theirs to whoever asks.
var credentials = prefixes( //nolint:gochecknoglobals // a constant, if slices could be
	"100.100.100.200/32", "fd00:ec2::/32", "fd20:ce::254/128",
)

// globalUnicast is all of IPv6 that is given out to the public. What maps, embeds or
// translates IPv4 addresses lies outside of it, or is reserved.
var globalUnicast = netip.MustParsePrefix("2000::/3") //nolint:gochecknoglobals // a constant, if it could be

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

// allows tells whether a receiver may be at an address; locales admits the same
// machine and private networks, but never a link's own services, nor a cloud's.
func allows(addr netip.Addr, locales bool) bool {
	if addr.Zone() != "" {
		return false
	}
	addr = addr.Unmap()
	if locales && isIn(addr, local) {
		return !isIn(addr, credentials)
	}
	if addr.Is6() && !globalUnicast.Contains(addr) {
		return false
	}
	return addr.IsValid() && !isIn(addr, reserved)
}

func isIn(addr netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(addr) {
			return true
		}
	}
	return false
}

// control looks at the address that is about to be connected to, whatever name led
// there and however often that name changes its mind.
func control(locales bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !allows(to.Addr(), locales) {
			return errAddress
		}
		return nil
	}
}

// maxURL is the longest URL that is taken, in bytes.
const maxURL = 2000

// CheckURL reports why a receiver may not be at a URL. What a name stands for is
// only known, and judged, when it is connected to.
func (s *Sender) CheckURL(text string) error {
	if why := checkURL(text, s.locales); why != "" {
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "url", "url", why)
	}
	return nil
}

func checkURL(text string, locales bool) string {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "" || u.Opaque != "" || !isPort(u.Port()) || len(text) > maxURL:
		return "debe ser una URL https completa, de hasta 2000 caracteres"
	case u.User != nil || u.Fragment != "":
		return "no puede tener usuario ni fragmento"
	case u.Scheme != "https" && (u.Scheme != "http" || !locales):
		return "debe empezar con https://"
	case !allowsHost(u.Hostname(), locales):
		return "debe ser una dirección pública"
	default:
		return ""
	}
}

// isPort tells whether a port is one, or absent.
func isPort(port string) bool {
	n, err := strconv.ParseUint(port, 10, 16)
	return port == "" || err == nil && n > 0
}

// allowsHost judges as much of a host as can be seen. One that ends in a number is
// an address, however it is spelled: 127.1, 0x7f000001 and 2130706433 are all the
// same one, and no name.
func allowsHost(host string, locales bool) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if addr, err := netip.ParseAddr(host); err == nil {
		return allows(addr, locales)
	}
	if last := host[strings.LastIndex(host, ".")+1:]; strings.Trim(last, "0123456789") == "" || strings.HasPrefix(last, "0x") {
		return false
	}
	return locales || host != "localhost" && !strings.HasSuffix(host, ".localhost")
}
