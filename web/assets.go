package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/tomahora/tomahora"
)

//go:embed all:dist
var distFiles embed.FS

const assetPath = "/estatico/"

// assets are the built scripts, styles and icons. There are none where the
// program was built without them.
type assets struct {
	manifest map[string]string // "app.css" → the file's name with its hash
	files    map[string]assetFile
}

// assetFile is a file as it is, and as gzip and Brotli make it, if they did.
type assetFile struct {
	contentType       string
	plain, gzip, brot []byte
}

// readAssets reads what was built from its folder.
func readAssets(dist fs.FS) *assets {
	a := &assets{manifest: map[string]string{}, files: map[string]assetFile{}}
	source, err := fs.ReadFile(dist, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return a
	}
	if err == nil {
		err = json.Unmarshal(source, &a.manifest)
	}
	if err != nil {
		panic(fmt.Errorf("manifest of the built pages: %w", err))
	}
	entries, err := fs.ReadDir(dist, ".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		if typ := assetType(e.Name()); typ != "" {
			a.files[e.Name()] = assetFile{typ, optional(dist, e.Name()), optional(dist, e.Name()+".gz"), optional(dist, e.Name()+".br")}
		}
	}
	return a
}

// built is the folder of what was built.
func built() fs.FS {
	dist, err := fs.Sub(distFiles, "dist")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return dist
}

// optional is a file of the folder, nil where there is none.
func optional(dist fs.FS, name string) []byte {
	content, err := fs.ReadFile(dist, name)
	if err != nil {
		return nil
	}
	return content
}

func assetType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return ""
	}
}

// url is where the browser finds an asset, "" where it was not built.
func (a *assets) url(name string) string {
	file, ok := a.manifest[name]
	if !ok {
		return ""
	}
	return assetPath + file
}

// asset serves a file that never changes: its name tells its content.
func (s *server) asset(w http.ResponseWriter, r *http.Request) error {
	file, ok := s.assets.files[r.PathValue("file")]
	if !ok {
		return tomahora.NotFound("el archivo")
	}
	h, body := w.Header(), file.plain
	switch {
	case file.brot != nil && accepts(r, "br"):
		h.Set("Content-Encoding", "br")
		body = file.brot
	case file.gzip != nil && accepts(r, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = file.gzip
	}
	h.Set("Content-Type", file.contentType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	// What is left to fail is the connection, and then nobody listens.
	_, _ = w.Write(body)
	return nil
}

// accepts tells whether a browser takes a coding. It names what it takes; one
// that it gives a weight is left out, since the weight might be 0.
func accepts(r *http.Request, coding string) bool {
	list := strings.Join(r.Header.Values("Accept-Encoding"), ",")
	return slices.ContainsFunc(strings.Split(list, ","), func(s string) bool {
		return strings.EqualFold(strings.TrimSpace(s), coding)
	})
}
