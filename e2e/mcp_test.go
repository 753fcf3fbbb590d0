package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// toServer sends every request to a server, which may change, with an
// Authorization.
type toServer struct {
	*server
	authorization string
}

func (to *toServer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", to.authorization)
	r.URL.Host = strings.TrimPrefix(to.url, "http://")
	return http.DefaultTransport.RoundTrip(r)
}

// assistant connects an official client of MCP.
func assistant(t *testing.T, s *server, authorization string) *mcp.ClientSession {
	t.Helper()
	return connect(t, &toServer{s, authorization})
}

func connect(t *testing.T, to *toServer) *mcp.ClientSession {
	t.Helper()
	client := mcp.NewClient(&mcp.Implementation{Name: "e2e", Version: "1"}, nil)
	session, err := client.Connect(t.Context(), &mcp.StreamableClientTransport{
		Endpoint: to.url + "/mcp", HTTPClient: &http.Client{Transport: to}, MaxRetries: -1,
	}, nil)
	must(t, err)
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// use calls a tool that must succeed, and returns the whole answer.
func use(t *testing.T, session *mcp.ClientSession, tool string, arguments map[string]any) answer {
	t.Helper()
	a := call(t, session, tool, arguments)
	if a.status != http.StatusOK {
		t.Fatalf("%s %v: %s", tool, arguments, a.body)
	}
	return a
}

// call calls a tool; the status is 400 where the tool says that it failed.
func call(t *testing.T, session *mcp.ClientSession, tool string, arguments map[string]any) answer {
	t.Helper()
	result, err := session.CallTool(t.Context(), &mcp.CallToolParams{Name: tool, Arguments: arguments})
	must(t, err)
	structured, err := json.Marshal(result.StructuredContent)
	must(t, err)
	var text, data any
	content, ok := result.Content[0].(*mcp.TextContent)
	if !ok || len(result.Content) != 1 {
		t.Fatalf("%s: content %v, want one text", tool, result.Content)
	}
	must(t, json.Unmarshal([]byte(content.Text), &text))
	must(t, json.Unmarshal(structured, &data))
	if !equalJSON(t, text, data) {
		t.Errorf("%s: the text is %s, the data %s", tool, content.Text, structured)
	}
	status := http.StatusOK
	if result.IsError {
		status = http.StatusBadRequest
	}
	return answer{status: status, body: structured}
}

func equalJSON(t *testing.T, a, b any) bool {
	t.Helper()
	x, err := json.Marshal(a)
	must(t, err)
	y, err := json.Marshal(b)
	must(t, err)
	return string(x) == string(y)
}

// arg is a value of an answer, to be sent again.
func arg(t *testing.T, a answer, path string) json.RawMessage {
	t.Helper()
	text := valueAt(t, a, path)
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	must(t, err)
	return quoted
}

// TestAnAssistantBooks walks as an assistant does: who, when, hold, book, confirm,
// move, annul; and the hour is free again.
func TestAnAssistantBooks(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--now", samplesTime)
	for _, scheme := range []string{"Bearer demo", "Token demo"} {
		session := assistant(t, s, scheme)
		paciente := arg(t, use(t, session, "buscar_paciente", map[string]any{"rut": "11.111.111-1"}), "id_paciente")
		search := map[string]any{"especialidad": "odontologia general", "id_sucursal": 1, "desde": "2026-11-25", "limite": 2}
		libres := use(t, session, "buscar_horas", search)
		first := map[string]any{}
		for _, name := range []string{"id_profesional", "id_sucursal", "id_sillon", "fecha", "hora_inicio", "duracion"} {
			first[name] = arg(t, libres, "horas.0."+name)
		}
		held := use(t, session, "reservar_hora", first)
		if after := use(t, session, "buscar_horas", search); valueAt(t, after, "horas.0") == valueAt(t, libres, "horas.0") {
			t.Errorf("%s: the hour that is held is offered: %s", scheme, after.body)
		}
		wish := map[string]any{"id_paciente": paciente, "id_reserva": arg(t, held, "id_reserva")}
		booked := use(t, session, "agendar", wish)
		again := use(t, session, "agendar", wish)
		if valueAt(t, again, "id_cita") != valueAt(t, booked, "id_cita") || valueAt(t, again, "repetida") != "true" {
			t.Errorf("%s: booked %s, and again %s", scheme, booked.body, again.body)
		}
		mine := map[string]any{"id_paciente": paciente, "id_cita": arg(t, booked, "id_cita")}
		list := use(t, session, "citas_del_paciente", map[string]any{"id_paciente": paciente})
		if got := valueAt(t, list, "citas.0.id_cita"); got != valueAt(t, booked, "id_cita") {
			t.Errorf("%s: the citas of the paciente are %s", scheme, list.body)
		}
		if got := valueAt(t, use(t, session, "confirmar", mine), "estado"); got != "Confirmado por teléfono" {
			t.Errorf("%s: confirmed as %s", scheme, got)
		}
		moved := use(t, session, "mover", map[string]any{
			"id_paciente": paciente, "id_cita": arg(t, booked, "id_cita"), "hora_inicio": arg(t, libres, "horas.1.hora_inicio"),
		})
		if valueAt(t, moved, "hora_inicio") != valueAt(t, libres, "horas.1.hora_inicio") || valueAt(t, moved, "id_cita") != valueAt(t, booked, "id_cita") {
			t.Errorf("%s: moved to %s", scheme, moved.body)
		}
		for range 2 { // annulling twice is no harm
			if got := valueAt(t, use(t, session, "anular", mine), "anulada"); got != "true" {
				t.Errorf("%s: anulada %s", scheme, got)
			}
		}
		if after := use(t, session, "buscar_horas", search); valueAt(t, after, "horas") != valueAt(t, libres, "horas") {
			t.Errorf("%s: the first hours are %s, and were %s", scheme, after.body, libres.body)
		}
		if got := string(use(t, session, "citas_del_paciente", map[string]any{"id_paciente": paciente}).body); got != `{"citas":[]}` {
			t.Errorf("%s: the citas of the paciente are %s", scheme, got)
		}
	}
	checkNothingPersonal(t, s)
}

// TestTheToolsOfAnAssistant: their schemas are in Spanish and complete, and who may
// only read gets none that writes.
func TestTheToolsOfAnAssistant(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	s := start(t, "demo", "--empty", "--db", db)
	reader := assistant(t, s, "Bearer "+tomahora(t, "token", "create", "--clinica", "1", "--nombre", "lector", "--lectura", "--db", db))
	all := []string{"agendar", "anular", "buscar_horas", "buscar_paciente", "citas_del_paciente", "confirmar", "mover", "reservar_hora"}
	for session, want := range map[*mcp.ClientSession][]string{
		assistant(t, s, "Bearer demo"): all, reader: {"buscar_horas", "buscar_paciente", "citas_del_paciente"},
	} {
		list, err := session.ListTools(t.Context(), nil)
		must(t, err)
		var names []string
		for _, tool := range list.Tools {
			names = append(names, tool.Name)
			checkSchema(t, tool)
		}
		if slices.Sort(names); !slices.Equal(names, want) {
			t.Errorf("the tools are %v, want %v", names, want)
		}
	}
	if _, err := reader.CallTool(t.Context(), &mcp.CallToolParams{Name: "anular", Arguments: map[string]any{"id_paciente": 1, "id_cita": 754}}); err == nil {
		t.Error("who may only read may annul")
	}
}

// checkSchema: an assistant is told of every argument what it is.
func checkSchema(t *testing.T, tool *mcp.Tool) {
	t.Helper()
	text, err := json.Marshal(tool.InputSchema)
	must(t, err)
	var schema struct {
		Type                 string
		AdditionalProperties any
		Properties           map[string]struct{ Description string }
	}
	must(t, json.Unmarshal(text, &schema))
	if schema.Type != "object" || len(schema.Properties) == 0 || tool.Description == "" || tool.Title == "" {
		t.Errorf("%s: %s", tool.Name, text)
	}
	for name, property := range schema.Properties {
		if property.Description == "" {
			t.Errorf("%s: nothing is said of %s", tool.Name, name)
		}
	}
}

// TestAnAssistantOutlivesItsServer: no session is kept, so that a restart, and any
// other replica, answers who was connected before.
func TestAnAssistantOutlivesItsServer(t *testing.T) {
	t.Parallel()
	db := "sqlite:" + filepath.Join(t.TempDir(), "demo.db")
	to := &toServer{start(t, "demo", "--empty", "--db", db), "Bearer demo"}
	session := connect(t, to)
	use(t, session, "buscar_paciente", map[string]any{"rut": "11111111-1"})
	to.kill()
	to.server = start(t, "demo", "--empty", "--db", db)
	use(t, session, "buscar_paciente", map[string]any{"rut": "11111111-1"})
}

// TestWhoIsNoAssistant: the token is asked for and the limit counted before
// anything of the protocol is.
func TestWhoIsNoAssistant(t *testing.T) {
	t.Parallel()
	s := start(t, "demo", "--empty", "--rate-limit", "2/h")
	const list = `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`
	send := func(headers ...string) answer {
		t.Helper()
		a, err := s.post(t.Context(), http.DefaultClient, "/mcp", list, append(headers, "Accept", "application/json, text/event-stream")...)
		must(t, err)
		return a
	}
	for _, authorization := range []string{"", "Bearer nobody", "Bearer", "Basic demo", "Bearer Token demo"} {
		if a := send("Authorization", authorization); a.status != http.StatusUnauthorized || a.code(t) != "no_autorizado" {
			t.Errorf("%q: got %d %s", authorization, a.status, a.body)
		}
	}
	for range 2 {
		if a := send("Authorization", "Bearer demo"); a.status != http.StatusOK || !strings.Contains(string(a.body), "buscar_horas") {
			t.Errorf("got %d %s", a.status, a.body)
		}
	}
	if a := send("Authorization", "Bearer demo"); a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || a.code(t) != "demasiadas_solicitudes" {
		t.Errorf("beyond the limit: got %d %s", a.status, a.body)
	}
	if a := s.get(t, "/api/v5/sucursales"); a.status != http.StatusTooManyRequests {
		t.Errorf("the API counts for itself: got %d", a.status)
	}
}
