package medilink

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

// setETag tells the version of what is shown; 0 is none.
func setETag(h http.Header, version int64) {
	if version > 0 {
		h.Set("ETag", strconv.Quote(strconv.FormatInt(version, 10)))
	}
}

// ifMatch is a condition on the version of what a request changes.
type ifMatch struct {
	versions []int64
	any      bool // no condition, or "*"
}

// readIfMatch reads the If-Match of a request. A tag that is none of ours matches
// nothing.
func readIfMatch(r *http.Request) ifMatch {
	values := r.Header.Values("If-Match")
	if len(values) == 0 {
		return ifMatch{any: true}
	}
	var m ifMatch
	for tag := range strings.SplitSeq(strings.Join(values, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" {
			m.any = true
		}
		if v, err := strconv.ParseInt(strings.Trim(tag, `"`), 10, 64); err == nil {
			m.versions = append(m.versions, v)
		}
	}
	return m
}

// check refuses a change of another version than the client has seen.
func (m ifMatch) check(version int64) error {
	if m.any {
		return nil
	}
	for _, v := range m.versions {
		if v == version {
			return nil
		}
	}
	return &tomahora.Error{Kind: tomahora.KindStale, Code: tomahora.CodeVersionDistinta, Field: "If-Match", Args: []any{version}}
}
