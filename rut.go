package tomahora

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// NormalizeRUT spells a RUT as it is stored, "12345678-5": without dots, spaces
// or leading zeros, with the hyphen and an upper-case K. Of what has not the
// shape of a RUT it returns the text trimmed, in upper case. It does not judge
// the check digit.
func NormalizeRUT(s string) string {
	plain := strings.ToUpper(strings.TrimSpace(s))
	digits := strings.NewReplacer(".", "", "-", "", " ", "").Replace(plain)
	body, dv := digits[:max(0, len(digits)-1)], digits[max(0, len(digits)-1):]
	number, err := strconv.ParseUint(body, 10, 32)
	if err != nil || strings.Trim(dv, "0123456789K") != "" {
		return plain
	}
	return fmt.Sprintf("%d-%s", number, dv)
}

// ParseRUT reads a RUT in any spelling and checks its digit modulo 11; it
// returns it as it is stored.
func ParseRUT(s string) (string, error) {
	rut := NormalizeRUT(s)
	body, _, _ := strings.Cut(rut, "-")
	number, err := strconv.Atoi(body)
	if err != nil || number == 0 || FormatRUT(number) != rut {
		return "", errors.New("not a RUT with its check digit")
	}
	return rut, nil
}

// FormatRUT is a RUT as it is stored, without dots and with its check digit:
// 11111111 gives "11111111-1". The check digit is modulo 11 with the weights 2
// to 7 from the right.
func FormatRUT(number int) string {
	sum, weight := 0, 2
	for n := number; n > 0; n /= 10 {
		sum += n % 10 * weight
		if weight++; weight > 7 {
			weight = 2
		}
	}
	const checkDigits = "0K987654321"
	return strconv.Itoa(number) + "-" + string(checkDigits[sum%11])
}
