package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestChatbot runs the example against a demo, twice: the second time the
// paciente is there already.
func TestChatbot(t *testing.T) {
	t.Parallel()
	needs(t, "python3")
	s := start(t, "demo")
	for _, paciente := range []string{"se creó", "ya está registrado"} {
		out := runExample(t, "", nil, "python3", "../examples/chatbot/chatbot.py", "--url", s.url+"/api/v5")
		for _, step := range []string{
			paciente, "Profesional 2: Daniel Vergara", "Agendada: cita ", "Confirmada: cita ", "Movida: cita ", "Cambiada de fecha: cita ",
			"La anterior: cita ", "Anulada: cita ", "La hora está libre otra vez.",
		} {
			if !strings.Contains(out, step) {
				t.Errorf("the walk does not say %q:\n%s", step, out)
			}
		}
	}
}

// walk runs one of the example programs against a server; faults are those that
// its first attempts to book meet.
type walk func(t *testing.T, s *server, faults ...string) string

// TestExamplesWalk runs each program of the kit against a demo of its own: with
// faults at every attempt to book but the last, and again with none, when the
// paciente is there already. Where a language is missing it fails, since it proves
// nothing.
func TestExamplesWalk(t *testing.T) {
	t.Parallel()
	walks := map[string]walk{"curl": walkCurl, "python": walkPython, "typescript": walkTypeScript(t), "go": walkGo}
	for name, walk := range walks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, "demo")
			out := walk(t, s, "429", "html", "corte", "corte-despues")
			checkWalk(t, out, "754")
			if n := strings.Count(out, "se repite con la misma clave"); n != 4 || !strings.Contains(out, "POST /citas: 429; se repite con la misma clave en 1 s.") {
				t.Errorf("it was sent again %d times, want 4, the first after a second:\n%s", n, out)
			}
			if !strings.Contains(out, "Ya estaba hecho: es la respuesta de antes.") {
				t.Errorf("the answer was no earlier one:\n%s", out)
			}
			if a := s.get(t, "/api/v5/citas/755"); a.status != 404 {
				t.Errorf("there is a second cita: %d %s", a.status, a.body)
			}
			again := walk(t, s)
			checkWalk(t, again, "755")
			if strings.Contains(again, "se repite") {
				t.Errorf("it was sent again for nothing:\n%s", again)
			}
			if a := s.get(t, "/api/v5/pacientes/202"); a.status != 404 {
				t.Errorf("there is a second paciente: %d %s", a.status, a.body)
			}
		})
	}
}

// checkWalk looks for the steps, in their order, all with one paciente and cita.
func checkWalk(t *testing.T, out, cita string) {
	t.Helper()
	const when = `\d{4}-\d\d-\d\d a las \d\d:\d\d`
	pattern := `(?s)^Paciente: 201.*\nEn NORTE atienden: Javiera Soto, Daniel Vergara, Marcela Araya\.\nPrimeras horas: .*\n` +
		`Reservada: ` + when + `, por 120 segundos\.\n.*Agendada: cita CITA, ` + when + `, Javiera Soto, No confirmado\.\nCitas futuras: CITA\.\n` +
		`Confirmada: cita CITA, ` + when + `, Javiera Soto, Confirmado por teléfono\.\nMovida: cita CITA, ` + when + `, .*\n` +
		`Anulada: cita CITA, ` + when + `, Javiera Soto, Anulado\.\nLa hora está libre otra vez\.\n$`
	if !regexp.MustCompile(strings.ReplaceAll(pattern, "CITA", cita)).MatchString(out) {
		t.Errorf("not the walk with cita %s:\n%s", cita, out)
	}
}

// needs fails a test for want of a program.
func needs(t *testing.T, programs ...string) {
	t.Helper()
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			t.Fatalf("the examples are run by this test, and there is no %s: install it (the README lists what the tests need)", program)
		}
	}
}

// runExample runs a program to its end and returns what it printed.
func runExample(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(append(cmd.Environ(), "PYTHONIOENCODING=utf-8"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func walkCurl(t *testing.T, s *server, faults ...string) string {
	t.Helper()
	needs(t, "sh", "curl", "jq")
	return runExample(t, "", []string{"URL=" + s.url + "/api/v5", "FALLAS=" + strings.Join(faults, " ")}, "sh", "../examples/curl/recorrido.sh")
}

func walkPython(t *testing.T, s *server, faults ...string) string {
	t.Helper()
	needs(t, "python3")
	return runExample(t, "", nil, "python3", "../examples/python/recorrido.py", "--url", s.url+"/api/v5", "--fallas", strings.Join(faults, ","))
}

// walkTypeScript compiles the program once, in a folder of its own: npm writes
// beside what it installs.
func walkTypeScript(t *testing.T) walk {
	t.Helper()
	dir := t.TempDir()
	installed := false
	return func(t *testing.T, s *server, faults ...string) string {
		t.Helper()
		if !installed {
			needs(t, "node", "npm")
			for _, file := range []string{"package.json", "package-lock.json", "tsconfig.json", "recorrido.ts"} {
				text, err := os.ReadFile(filepath.Join("../examples/typescript", file))
				must(t, err)
				must(t, os.WriteFile(filepath.Join(dir, file), text, 0o600))
			}
			runExample(t, dir, nil, "npm", "ci", "--no-audit", "--no-fund")
			runExample(t, dir, nil, "npm", "run", "--silent", "build")
			installed = true
		}
		return runExample(t, dir, nil, "node", "recorrido.js", "--url", s.url+"/api/v5", "--fallas", strings.Join(faults, ","))
	}
}

func walkGo(t *testing.T, s *server, faults ...string) string {
	t.Helper()
	return runExample(t, "", nil, "go", "run", "../examples/go", "-url", s.url+"/api/v5", "-fallas", strings.Join(faults, ","))
}
