package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// TestChatbot runs the example against a demo, twice: the second time the
// paciente is there already. Without Python it fails, since it proves nothing.
func TestChatbot(t *testing.T) {
	t.Parallel()
	s := start(t, "demo")
	for _, paciente := range []string{"se creó", "ya está registrado"} {
		cmd := exec.CommandContext(t.Context(), "python3", "../examples/chatbot/chatbot.py", "--url", s.url+"/api/v5")
		cmd.Env = append(cmd.Environ(), "PYTHONIOENCODING=utf-8")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		for _, step := range []string{
			paciente, "Profesional 2: Daniel Vergara", "Agendada: cita ", "Confirmada: cita ", "Movida: cita ", "Cambiada de fecha: cita ",
			"La anterior: cita ", "Anulada: cita ", "La hora está libre otra vez.",
		} {
			if !strings.Contains(string(out), step) {
				t.Errorf("the walk does not say %q:\n%s", step, out)
			}
		}
	}
}
