package tomahora_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/tomahora/tomahora"

// goPackage is what the rules need of a line of go list. The imports are those
// of the package itself, not of its tests.
type goPackage struct {
	ImportPath     string
	Dir            string
	GoFiles        []string
	IgnoredGoFiles []string // of other systems and build tags
	Imports        []string
	Deps           []string // Imports and all that they import in turn
}

// rel is the package's place in the module, "." for the root.
func (p goPackage) rel() string { return relative(p.ImportPath) }

// relative spells a package of the module by its folder ("." the root), and
// leaves any other import path as it is.
func relative(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

// importRule says what the packages in Of may not import. Patterns are folders
// of the module ("." is the root) or import paths; one that ends in "/..." also
// means everything below, and "..." means everything.
type importRule struct {
	Of     []string
	Except []string
	Deny   []string
	Allow  []string // exceptions from Deny
	Deep   bool     // the imports of imports count too
	Why    string
}

const stdlib = "stdlib" // matches every package of the standard library

// importRules maps who may import whom (docs/design.md tells it in prose).
func importRules() map[string]importRule {
	return map[string]importRule{
		"the domain imports only the standard library": {
			Of: []string{"."}, Deny: []string{"..."}, Allow: []string{stdlib},
			Why: "every rule is a pure function that any face and store can share",
		},
		"the domain does no I/O": {
			Of: []string{".", "agenda"}, Deny: []string{"database/sql/...", "net/..."}, Deep: true,
			Why: "rules and use cases know neither a database nor a wire",
		},
		"the use cases import only the domain": {
			Of: []string{"agenda"}, Deny: []string{"..."}, Allow: []string{stdlib, "."},
			Why: "a use case works over any Store and behind any face",
		},
		"faces never reach a store": {
			Of: []string{"medilink/...", "sandbox/...", "mcp/...", "web/..."}, Deny: []string{"sqlstore/..."}, Deep: true,
			Why: "a face talks to tomahora.Store, so that every engine serves it",
		},
		"deliveries know neither a store nor a face": {
			Of: []string{"webhook/..."}, Deny: []string{"..."}, Allow: []string{stdlib, "."},
			Why: "what a receiver is told is a face's, and is handed in; any Store keeps what is on its way",
		},
		"a store never reaches faces, use cases or the server": {
			Of: []string{"sqlstore/..."}, Deny: []string{"medilink/...", "mcp/...", "agenda/...", "httpd/...", "sandbox/...", "web/...", "webhook/..."}, Deep: true,
			Why: "a store keeps what it is given and judges nothing",
		},
		"MCP stays in its face": {
			Of: []string{"..."}, Except: []string{"mcp/..."}, Deny: []string{"github.com/modelcontextprotocol/...", "github.com/google/jsonschema-go/..."},
			Why: "the protocol changes often, and nothing else need know it",
		},
		"the face of assistants has no rules of its own": {
			Of: []string{"mcp/..."}, Deny: []string{"..."},
			Allow: []string{stdlib, ".", "agenda", "auth", "medilink", "github.com/modelcontextprotocol/go-sdk/mcp", "github.com/google/jsonschema-go/jsonschema"},
			Why:   "what an assistant may book is what everybody may",
		},
		"the face of people has no rules of its own": {
			Of: []string{"web/..."}, Deny: []string{"..."},
			Allow: []string{stdlib, ".", "agenda", "auth", "golang.org/x/text/language", "golang.org/x/time/rate", "github.com/arran4/golang-ical"},
			Why:   "what the reception may book is what everybody may",
		},
		"faults stay out of the rules": {
			Of: []string{"..."}, Except: []string{"sandbox/...", "cmd/..."}, Deny: []string{"sandbox/..."},
			Why: "a server for real pacientes has no sandbox, and nothing that it does may depend on one",
		},
		"SQL stays in the store": {
			Of: []string{"..."}, Except: []string{"sqlstore/...", "perf/..."},
			Deny: []string{"database/sql/...", "modernc.org/sqlite/...", "github.com/pressly/goose/..."},
			Why:  "there is one place where a query can forget the clinic",
		},
		"PostgreSQL stays in the store": {
			Of: []string{"..."}, Except: []string{"sqlstore/...", "internal/pgtest/...", "perf/..."},
			Deny: []string{"github.com/jackc/pgx/v5/..."},
			Why:  "everything else works over any Store",
		},
		"HTTP stays at the edge": {
			Of: []string{"..."}, Except: []string{
				"medilink/...", "mcp/...", "docsite/...", "httpd/...", "sandbox/...", "webhook/...", "auth/...", "web/...", "internal/obs/...", "internal/oidctest/...", "perf/...", "cmd/...", "e2e/...", "examples/...",
			},
			Deny: []string{"net/http/..."},
			Why:  "status codes and headers are a face's business",
		},
		"metrics stay in one place": {
			Of: []string{"..."}, Except: []string{"internal/obs/..."},
			Deny: []string{"github.com/prometheus/..."},
			Why:  "what is measured is told through small interfaces, and one package names the series",
		},
		"only the program knows the metrics": {
			Of: []string{"..."}, Except: []string{"internal/obs/...", "cmd/..."},
			Deny: []string{"internal/obs/..."},
			Why:  "faces, stores and the server take a hook",
		},
		"only programs draw on a terminal": {
			Of: []string{"..."}, Except: programs(), Deny: []string{"github.com/schollz/progressbar/..."},
			Why: "others tell how far they are, and a program decides whether to show it",
		},
		"test helpers stay in tests": {
			Of: []string{"..."}, Except: []string{"medilink/openapitest/...", "internal/oidctest/..."},
			Deny: []string{"medilink/openapitest/...", "internal/oidctest/...", "github.com/go-jose/...", "github.com/getkin/kin-openapi/...", "github.com/anishathalye/porcupine/...", "github.com/chromedp/..."},
			Why:  "what only tests need does not belong in the program",
		},
		"examples stand alone": {
			Of: []string{"examples/..."}, Deny: []string{"..."}, Allow: []string{stdlib},
			Why: "they are there to be copied",
		},
		"only programs read flags": {
			Of: []string{"..."}, Except: programs(), Deny: []string{"flag"},
			Why: "configuration is passed in, so that two servers fit in one process",
		},
	}
}

// programs are the packages that may touch the process they run in.
func programs() []string { return []string{"cmd/...", "perf/...", "examples/..."} }

// breaches are the imports of p that the rule denies.
func (r importRule) breaches(p goPackage) []string {
	if !matchesAny(r.Of, p.rel()) || matchesAny(r.Except, p.rel()) {
		return nil
	}
	imports := p.Imports
	if r.Deep {
		imports = p.Deps
	}
	var list []string
	for _, imp := range imports {
		if matchesAny(r.Deny, relative(imp)) && !r.allows(imp) {
			list = append(list, imp)
		}
	}
	return list
}

func (r importRule) allows(imp string) bool {
	return matchesAny(r.Allow, relative(imp)) || slices.Contains(r.Allow, stdlib) && isStdlib(imp)
}

// isStdlib goes by the rule that every other import path begins with a host.
func isStdlib(imp string) bool {
	host, _, _ := strings.Cut(imp, "/")
	return !strings.Contains(host, ".")
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "..." {
			return true
		}
		folder, below := strings.CutSuffix(pattern, "/...")
		return name == folder || below && strings.HasPrefix(name, folder+"/")
	})
}

func TestImports(t *testing.T) {
	packages := listPackages(t)
	for name, rule := range importRules() {
		t.Run(name, func(t *testing.T) {
			for _, p := range packages {
				for _, imp := range rule.breaches(p) {
					t.Errorf("%s imports %s, but %s", p.rel(), imp, rule.Why)
				}
			}
		})
	}
}

// listPackages asks go list for the module's packages, whether or not they
// compile.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Dir,GoFiles,IgnoredGoFiles,Imports,Deps", "./...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var list []goPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		list = append(list, p)
	}
	if !slices.ContainsFunc(list, func(p goPackage) bool { return p.rel() == "." }) {
		t.Fatalf("go list does not list %s: the test must run in its folder", module)
	}
	return list
}

// processNames are what only programs may name, by import path; a name that
// ends in * stands for all that begin so.
func processNames() map[string][]string {
	return map[string][]string{
		"os":   {"Exit", "Getenv", "LookupEnv"},
		"log":  {"Fatal*"},
		"time": {"Now", "Since", "Until"},
	}
}

func TestOnlyProgramsTouchTheProcess(t *testing.T) {
	for _, p := range listPackages(t) {
		if matchesAny(programs(), p.rel()) {
			continue
		}
		for _, found := range inspectSource(t, p, findProcessNames) {
			t.Errorf("%s: clock, environment and exit belong to cmd/, perf/ and examples/; take a parameter", found)
		}
	}
}

func TestNoInit(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, found := range inspectSource(t, p, findInit) {
			t.Errorf("%s: importing a package must have no side effect", found)
		}
	}
}

// inspectSource runs find over every file of a package that is no test and
// returns what it found as "folder/file.go:line: what".
func inspectSource(t *testing.T, p goPackage, find func(*ast.File) []finding) []string {
	t.Helper()
	var list []string
	for _, name := range slices.Concat(p.GoFiles, p.IgnoredGoFiles) {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("judged as far as it could be read: %v", err)
		}
		if file == nil {
			continue
		}
		for _, f := range find(file) {
			list = append(list, fmt.Sprintf("%s:%d: %s", path.Join(p.rel(), name), fset.Position(f.pos).Line, f.what))
		}
	}
	return list
}

// finding is one place in a file that breaks a rule.
type finding struct {
	pos  token.Pos
	what string
}

// findProcessNames finds the uses of processNames, called or passed on, under
// whatever name their package is imported.
func findProcessNames(file *ast.File) []finding {
	var list []finding
	watched := map[string]string{} // local name → import path
	for _, spec := range file.Imports {
		imp, err := strconv.Unquote(spec.Path.Value)
		if _, ok := processNames()[imp]; err != nil || !ok {
			continue
		}
		name := imp
		if spec.Name != nil {
			name = spec.Name.Name
		}
		if name == "." {
			list = append(list, finding{spec.Pos(), "import . of " + imp})
		}
		watched[name] = imp
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && isProcessName(watched[x.Name], sel.Sel.Name) {
			list = append(list, finding{sel.Pos(), watched[x.Name] + "." + sel.Sel.Name})
		}
		return true
	})
	return list
}

func isProcessName(imp, name string) bool {
	return slices.ContainsFunc(processNames()[imp], func(pattern string) bool {
		prefix, wildcard := strings.CutSuffix(pattern, "*")
		return name == prefix || wildcard && strings.HasPrefix(name, prefix)
	})
}

func findInit(file *ast.File) []finding {
	var list []finding
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			list = append(list, finding{fn.Pos(), "func init"})
		}
	}
	return list
}

// The rules are only worth something if a breach would be seen.

func TestImportRulesSeeABreach(t *testing.T) {
	tests := []struct {
		rule    string
		folder  string
		imports []string
		want    []string
	}{
		{"the domain imports only the standard library", "", []string{"time", "iter", "golang.org/x/time/rate", module + "/agenda"}, []string{"golang.org/x/time/rate", module + "/agenda"}},
		{"the domain imports only the standard library", "agenda", []string{module}, nil},
		{"the domain does no I/O", "", []string{"fmt", "net", "net/http", "database/sql"}, []string{"net", "net/http", "database/sql"}},
		{"the use cases import only the domain", "agenda", []string{"errors", module, module + "/sqlstore"}, []string{module + "/sqlstore"}},
		{"faces never reach a store", "medilink", []string{module + "/agenda", module + "/sqlstore"}, []string{module + "/sqlstore"}},
		{"faces never reach a store", "cmd/tomahora", []string{module + "/sqlstore"}, nil},
		{"deliveries know neither a store nor a face", "webhook", []string{"net/http", module, module + "/medilink", module + "/sqlstore"}, []string{module + "/medilink", module + "/sqlstore"}},
		{"a store never reaches faces, use cases or the server", "sqlstore", []string{module, module + "/httpd", module + "/medilink"}, []string{module + "/httpd", module + "/medilink"}},
		{"MCP stays in its face", "agenda", []string{"github.com/modelcontextprotocol/go-sdk/mcp"}, []string{"github.com/modelcontextprotocol/go-sdk/mcp"}},
		{"the face of assistants has no rules of its own", "mcp", []string{module + "/agenda", module + "/sqlstore"}, []string{module + "/sqlstore"}},
		{"the face of people has no rules of its own", "web", []string{"net/http", module, module + "/agenda", module + "/auth", module + "/medilink"}, []string{module + "/medilink"}},
		{"faults stay out of the rules", "medilink", []string{module + "/sandbox"}, []string{module + "/sandbox"}},
		{"SQL stays in the store", "demo", []string{"database/sql", "modernc.org/sqlite/lib", "github.com/pressly/goose/v3"}, []string{"database/sql", "modernc.org/sqlite/lib", "github.com/pressly/goose/v3"}},
		{"SQL stays in the store", "sqlstore", []string{"database/sql"}, nil},
		{"SQL stays in the store", "sqlstores", []string{"database/sql"}, []string{"database/sql"}},
		{"PostgreSQL stays in the store", "cmd/tomahora", []string{"github.com/jackc/pgx/v5/pgxpool"}, []string{"github.com/jackc/pgx/v5/pgxpool"}},
		{"PostgreSQL stays in the store", "internal/pgtest", []string{"github.com/jackc/pgx/v5"}, nil},
		{"HTTP stays at the edge", "demo", []string{"net/http/httptest", "net/url"}, []string{"net/http/httptest"}},
		{"HTTP stays at the edge", "perf/bench", []string{"net/http"}, nil},
		{"metrics stay in one place", "sqlstore", []string{"github.com/prometheus/client_golang/prometheus"}, []string{"github.com/prometheus/client_golang/prometheus"}},
		{"metrics stay in one place", "internal/obs", []string{"github.com/prometheus/client_golang/prometheus"}, nil},
		{"only the program knows the metrics", "httpd", []string{module + "/internal/obs"}, []string{module + "/internal/obs"}},
		{"only the program knows the metrics", "cmd/tomahora", []string{module + "/internal/obs"}, nil},
		{"only programs draw on a terminal", "sqlstore", []string{"github.com/schollz/progressbar/v3"}, []string{"github.com/schollz/progressbar/v3"}},
		{"only programs draw on a terminal", "cmd/tomahora", []string{"github.com/schollz/progressbar/v3"}, nil},
		{"test helpers stay in tests", "docsite", []string{"github.com/getkin/kin-openapi/openapi3", module + "/medilink/openapi"}, []string{"github.com/getkin/kin-openapi/openapi3"}},
		{"test helpers stay in tests", "torture", []string{"github.com/anishathalye/porcupine"}, []string{"github.com/anishathalye/porcupine"}},
		{"test helpers stay in tests", "web", []string{"github.com/chromedp/cdproto/cdp"}, []string{"github.com/chromedp/cdproto/cdp"}},
		{"test helpers stay in tests", "cmd/tomahora", []string{module + "/medilink/openapitest"}, []string{module + "/medilink/openapitest"}},
		{"examples stand alone", "examples/go", []string{"net/http", module}, []string{module}},
		{"only programs read flags", "httpd", []string{"flag"}, []string{"flag"}},
		{"only programs read flags", "cmd/tomahora", []string{"flag"}, nil},
	}
	for _, tt := range tests {
		rule, ok := importRules()[tt.rule]
		if !ok {
			t.Fatalf("no rule %q", tt.rule)
		}
		p := goPackage{ImportPath: path.Join(module, tt.folder), Imports: tt.imports, Deps: tt.imports}
		if diff := cmp.Diff(tt.want, rule.breaches(p)); diff != "" {
			t.Errorf("%s, in %s (-want +got):\n%s", tt.rule, p.rel(), diff)
		}
	}
}

func TestSourceRulesSeeABreach(t *testing.T) {
	tests := []struct {
		name, source string
		want         []string
	}{
		{"a call of the clock", `import "time"; var x = time.Now()`, []string{"time.Now"}},
		{"the clock handed on", `import "time"; var x = time.Now`, []string{"time.Now"}},
		{"the clock under another name", `import reloj "time"; var x = reloj.Since`, []string{"time.Since"}},
		{"the clock without a name", `import . "time"; var x = Now()`, []string{"import . of time"}},
		{"every way of log.Fatal", `import "log"; func f() { log.Fatalf(""); log.Fatal(); log.Println() }`, []string{"log.Fatalf", "log.Fatal"}},
		{"environment and exit", `import "os"; func f() { os.Exit(1); os.Getenv("A"); os.LookupEnv("B"); os.Open("c") }`, []string{"os.Exit", "os.Getenv", "os.LookupEnv"}},
		{"a field of the same name is none", `import "time"; func f(c struct{ Now func() time.Time }) { c.Now() }`, nil},
		{"another package of the same name is none", `import time "example.com/time"; var x = time.Now()`, nil},
		{"an init", `func init() {}`, []string{"func init"}},
		{"a method called init is none", `type T int; func (T) init() {}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, err := parser.ParseFile(token.NewFileSet(), "x.go", "package x; "+tt.source, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range slices.Concat(findProcessNames(file), findInit(file)) {
				got = append(got, f.what)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
		})
	}
}
