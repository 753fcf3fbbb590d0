// Package openapi holds the description of the vendor's API as tomahora serves
// it: an OpenAPI 3.1 document, written by hand in openapi.yaml.
package openapi

import (
	_ "embed" // for openapi.yaml
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed openapi.yaml
var source []byte

// JSON is the document in JSON, its members in the order of the file. Its paths
// are those below a server, such as /citas below /api/v5.
func JSON() ([]byte, error) {
	document, err := yaml.YAMLToJSON(source)
	if err != nil {
		return nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	return document, nil
}
