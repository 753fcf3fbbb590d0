package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestLocalesHaveTheSameKeys(t *testing.T) {
	all := readLocales()
	for lang, l := range all {
		for key, text := range l {
			if text == "" {
				t.Errorf("%s: %s has no words", lang, key)
			}
			for other, o := range all {
				if o[key] == "" {
					t.Errorf("%s has %s, %s has not", lang, key, other)
				}
			}
			for other, o := range all {
				if strings.HasPrefix(key, "error.") {
					continue // the domain's arguments are Spanish
				}
				if diff := cmp.Diff(holes(text), holes(o[key])); diff != "" {
					t.Errorf("%s takes other arguments in %s than in %s: %s", key, lang, other, diff)
				}
			}
		}
	}
}

// Every problem the domain knows is told in both languages.
func TestProblemsHaveWords(t *testing.T) {
	source, err := os.ReadFile("../error.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(` Code = "([a-z_]+)"`).FindAllSubmatch(source, -1)
	if len(codes) < 40 {
		t.Fatalf("found %d codes", len(codes))
	}
	for _, code := range codes {
		if key := "error." + string(code[1]); readLocales()[defaultLang][key] == "" {
			t.Errorf("%s has no words", key)
		}
	}
}

// holes are the places of the arguments, each once.
func holes(text string) []string {
	found := regexp.MustCompile(`\{\d\}`).FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

var update = flag.Bool("update", false, "sort the catalogues")

// Sorted files are easy to read beside each other, and to merge.
func TestLocalesAreSorted(t *testing.T) {
	for lang, l := range readLocales() {
		name := filepath.Join("locale", lang+".json")
		want := sorted(t, l)
		if *update {
			if err := os.WriteFile(name, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is not sorted, which -update does (-want +got):\n%s", name, diff)
		}
	}
}

// sorted is a catalogue as its file is written: by key, one a line.
func sorted(t *testing.T, l locale) []byte {
	t.Helper()
	var file bytes.Buffer
	encoder := json.NewEncoder(&file)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(l); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// made are the beginnings of the keys that are put together when they are used.
func made() []string {
	return []string{"accion.", "ajustes.webhooks.entrega", "cita.history.", "date.", "entidad.", "error.", "fallo.", "horario.modalidad.", "js.agenda.kind.", "js.horario.mode.", "listas.", "lugar.", "reservar.error.", "reservar.fuera.", "rol."}
}

func TestKeysAreUsedAndExist(t *testing.T) {
	source := sources(t)
	words := readLocales()[defaultLang]
	for key := range words {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		ours := slices.ContainsFunc(made(), func(prefix string) bool { return strings.HasPrefix(key, prefix) })
		title := strings.HasSuffix(key, ".title") && templateExists(strings.TrimSuffix(key, ".title"))
		if !ours && !title && !strings.Contains(source, `"`+base+`"`) {
			t.Errorf("nothing uses %s", key)
		}
	}
	for _, used := range regexp.MustCompile(`\b(t|n)[ (]"([a-z][A-Za-z]*(?:\.[A-Za-z0-9_]+)+)"`).FindAllStringSubmatch(source, -1) {
		key := used[2]
		if used[1] == "n" {
			key += ".other"
		}
		if words[key] == "" {
			t.Errorf("%s is used and has no words", key)
		}
	}
}

func templateExists(name string) bool {
	_, err := fs.Stat(templateFiles, "tmpl/"+name+".html")
	return err == nil
}

// sources is all that may use a key: code, templates and scripts.
func sources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, pattern := range []string{"*.go", "tmpl/*.html", "src/*.ts", "src/*/*.ts"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(content)
		}
	}
	return all.String()
}

// An icon that is not in the sprite would silently not be drawn.
func TestIconsAreInTheSprite(t *testing.T) {
	list, err := os.ReadFile("src/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	names := strings.Fields(string(list))
	if !slices.IsSorted(names) {
		t.Error("src/icons.txt is not sorted")
	}
	source := sources(t)
	for _, used := range regexp.MustCompile(`(?:template "icon"|icon\(|Icon:|empty) ?"([a-z0-9-]+)"`).FindAllStringSubmatch(source, -1) {
		if !slices.Contains(names, used[1]) {
			t.Errorf("the icon %s is not in src/icons.txt", used[1])
		}
	}
	for _, name := range names {
		if !strings.Contains(source, `"`+name+`"`) {
			t.Errorf("nothing uses the icon %s", name)
		}
	}
}

func TestChooseLocale(t *testing.T) {
	tests := []struct{ name, user, cookie, accept, want string }{
		{"nothing said", "", "", "", "es"},
		{"a browser in English", "", "", "en-US,en;q=0.9,es;q=0.8", "en"},
		{"a browser in Chile", "", "", "es-CL,es;q=0.9,en;q=0.8", "es"},
		{"a language that is not ours", "", "", "fr-FR,fr;q=0.9", "es"},
		{"a language that is not ours before one that is", "", "", "fr, en;q=0.5", "en"},
		{"the browser's setting here", "", "en", "es-CL", "en"},
		{"the user's setting", "es", "en", "en", "es"},
		{"an invention", "xx", "../en", "%%%", "es"},
	}
	all := readLocales()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := all.choose(tt.user, tt.cookie, tt.accept); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	l := readLocales()["es"]
	fecha := tomahora.Fecha{Year: 2026, Month: 11, Day: 26}
	tests := []struct{ name, got, want string }{
		{"a long date", l.longDate(fecha), "jueves 26 de noviembre"},
		{"a short date", l.shortDate(fecha), "jue 26 nov"},
		{"a long date in English", readLocales()["en"].longDate(fecha), "Thursday 26 November"},
		{"one", locale{"x.one": "{0} cita", "x.other": "{0} citas de {1}"}.n("x", 1), "1 cita"},
		{"several", locale{"x.one": "{0} cita", "x.other": "{0} citas de {1}"}.n("x", 2, "Ana"), "2 citas de Ana"},
		{"a key without words", l.t("no.existe"), "no.existe"},
		{"an error of a field", l.problem(tomahora.Invalid(tomahora.CodeParametroRequerido, "rut", "rut")), "Falta este dato"},
		{"an error without words here", l.problem(tomahora.Invalid("nueva", "")), "nueva"},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}
