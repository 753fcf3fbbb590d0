package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sqlstore"
)

// ajustesTest is the web of the demo clinic, on Thursday 26 November 2026.
type ajustesTest struct {
	*testing.T
	store tomahora.Store
	id    tomahora.ClinicaID
	admin *Handler
}

func newAjustesTest(t *testing.T, empty bool) ajustesTest {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "a.db"), sqlstore.Options{Clock: testNow})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	id, err := store.CreateClinica(t.Context(), demo.Clinica())
	if err == nil {
		err = store.Update(t.Context(), id, func(tx tomahora.Tx) error { return demo.Seed(tx, empty) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return ajustesTest{t, store, id, newTestWeb(t, userOf(tomahora.RolAdministracion), store)}
}

// of is the same in a part of the test.
func (t ajustesTest) of(part *testing.T) ajustesTest {
	t.T = part
	return t
}

func testNow() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

func (t ajustesTest) config() (cfg *tomahora.Config) {
	t.Helper()
	err := t.store.View(t.Context(), t.id, func(tx tomahora.Tx) error {
		cfg = tx.Config()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// post sends a form and wants an answer with a status; it returns the page.
func (t ajustesTest) post(status int, path string, values url.Values) string {
	t.Helper()
	w := submit(t.T, t.admin, path, values)
	if w.Code != status {
		t.Fatalf("POST %s was answered %d, want %d\n%s", path, w.Code, status, w.Body)
	}
	return w.Body.String()
}

func (t ajustesTest) get(path string) string {
	t.Helper()
	w := browse(t.T, t.admin, path)
	if w.Code != http.StatusOK {
		t.Fatalf("GET %s was answered %d\n%s", path, w.Code, w.Body)
	}
	return w.Body.String()
}

func (t ajustesTest) wants(page string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(page, text) {
			t.Errorf("the page has no %q\n%s", text, page)
		}
	}
}

func TestWhoMaySetUp(t *testing.T) {
	c := newAjustesTest(t, true)
	s := c.admin.server
	for _, rol := range tomahora.Roles() {
		h := newTestWeb(t, userOf(rol), c.store)
		for _, rt := range s.routes() {
			method, path, _ := strings.Cut(rt.pattern, " ")
			if !strings.HasPrefix(path, "/ajustes") && path != "/tablero" && !strings.HasPrefix(path, "/listas/") {
				continue
			}
			ofAll := !strings.HasPrefix(path, "/ajustes") && !strings.HasPrefix(path, "/listas/accesos/")
			want := rol == tomahora.RolAdministracion ||
				rol == tomahora.RolRecepcion && (path == "/ajustes" || strings.HasPrefix(path, "/ajustes/bloqueos") || ofAll) ||
				rol == tomahora.RolLectura && ofAll
			path = strings.NewReplacer("{id}", "nuevo", "{file}", "estados.csv").Replace(path)
			var w *httptest.ResponseRecorder
			switch {
			case method == http.MethodGet:
				w = browse(t, h, path)
			case !want:
				w = submit(t, h, path, url.Values{})
			default:
				continue // what it does is tested elsewhere
			}
			if (w.Code != http.StatusForbidden) != want {
				t.Errorf("%s may use %s %s: %d, want %v", rol, method, path, w.Code, want)
			}
		}
	}
}

func TestTheSetUpShowsWhatOneMayUse(t *testing.T) {
	c := newAjustesTest(t, true)
	c.wants(c.get("/ajustes"), "/ajustes/profesionales", "/ajustes/webhooks")
	w := browse(t, newTestWeb(t, userOf(tomahora.RolRecepcion), c.store), "/ajustes")
	if page := w.Body.String(); !strings.Contains(page, "/ajustes/bloqueos") || strings.Contains(page, "/ajustes/profesionales") {
		t.Errorf("a reception sees\n%s", page)
	}
}

func TestEditACatalogue(t *testing.T) {
	c := newAjustesTest(t, true)
	tests := []struct {
		name, path string
		values     url.Values
		check      func(*tomahora.Config) bool
	}{
		{"a new sucursal", "/ajustes/sucursales/nueva", url.Values{"nombre": {" ORIENTE "}, "comuna": {"Ñuñoa"}, "habilitada": {"1"}}, func(cfg *tomahora.Config) bool {
			return slices.Contains(cfg.Plan().Sucursales, tomahora.Sucursal{ID: 3, Nombre: "ORIENTE", Comuna: "Ñuñoa", Habilitada: true})
		}},
		{"a sucursal, disabled", "/ajustes/sucursales/2", url.Values{"nombre": {"SUR"}}, func(cfg *tomahora.Config) bool {
			v, _ := cfg.Sucursal(2)
			return !v.Habilitada && v.Nombre == "SUR"
		}},
		{"a new sillón", "/ajustes/sillones/nuevo", url.Values{"nombre": {"Box 4"}, "exclusivo": {"1"}}, func(cfg *tomahora.Config) bool {
			v, ok := cfg.Sillon(4)
			return ok && v == tomahora.Sillon{ID: 4, Nombre: "Box 4", Exclusivo: true}
		}},
		{"an especialidad", "/ajustes/especialidades/1", url.Values{"nombre": {"Endodoncia"}, "habilitada": {"1"}}, func(cfg *tomahora.Config) bool {
			v, _ := cfg.Especialidad(1)
			return v.Nombre == "Endodoncia" && v.Habilitada
		}},
		{"a new profesional", "/ajustes/profesionales/nuevo", url.Values{
			"nombre": {"Inés"}, "apellidos": {"Ñíguez"}, "rut": {"12.345.678-5"}, "id_especialidad": {"1"}, "intervalo": {"20"}, "agenda_online": {"1"}, "habilitado": {"1"}, "email": {"ines@x.cl"},
		}, func(cfg *tomahora.Config) bool {
			i := slices.IndexFunc(cfg.Plan().Profesionales, func(p tomahora.Profesional) bool { return p.Nombre == "Inés" })
			return i >= 0 && cmp.Equal(cfg.Plan().Profesionales[i], tomahora.Profesional{
				ID: cfg.Plan().Profesionales[i].ID, Nombre: "Inés", Apellidos: "Ñíguez", RUT: "12345678-5", IDEspecialidad: 1, Intervalo: 20, AgendaOnline: true, Habilitado: true, Email: "ines@x.cl",
			})
		}},
		{"a new estado", "/ajustes/estados/nuevo", url.Values{"nombre": {"Reagendar"}, "color": {"#112233"}, "anulacion": {"1"}}, func(cfg *tomahora.Config) bool {
			last := cfg.Plan().Estados[len(cfg.Plan().Estados)-1]
			return last.Nombre == "Reagendar" && last.Anulacion && last.Color == "#112233" && last.Habilitado
		}},
		{"an estado of the program", "/ajustes/estados/3", url.Values{"nombre": {"Confirmado"}, "color": {"#445566"}}, func(cfg *tomahora.Config) bool {
			v, _ := cfg.Estado(3)
			return v.Nombre == "Confirmado" && !v.Habilitado && v.Reservado
		}},
		{"the clinic", "/ajustes/clinica", url.Values{"nombre": {"Clínica Ñandú"}, "zona": {"America/Punta_Arenas"}, "rechazar_pasado": {"1"}}, func(cfg *tomahora.Config) bool {
			v := cfg.Clinica()
			return v.Nombre == "Clínica Ñandú" && v.Zona == "America/Punta_Arenas" && v.RechazarPasado && !v.ExigirAtencion && v.EsDemo
		}},
		{"a closed day", "/ajustes/especiales/nuevo", url.Values{"id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2026-12-24"}, "cerrado": {"1"}, "hora_inicio": {"09:00"}}, func(cfg *tomahora.Config) bool {
			return slices.ContainsFunc(cfg.Plan().Especiales, func(e tomahora.HorarioEspecial) bool {
				return e.Fecha.String() == "2026-12-24" && e.Jornada.Rango.IsEmpty()
			})
		}},
		{"a shift until midnight", "/ajustes/especiales/nuevo", url.Values{
			"id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2026-12-31"}, "hora_inicio": {"18:00"}, "hora_fin": {"00:00"}, "sillones": {"1", "2"}, "modalidad": {"ambas"},
		}, func(cfg *tomahora.Config) bool {
			return slices.ContainsFunc(cfg.Plan().Especiales, func(e tomahora.HorarioEspecial) bool {
				return e.Fecha.String() == "2026-12-31" && e.Jornada.Rango == tomahora.Rango{Inicio: 18 * 60, Fin: 24 * 60} && len(e.Jornada.Sillones) == 2
			})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := c.of(t)
			c.get(tt.path)
			c.post(http.StatusSeeOther, tt.path, tt.values)
			if !tt.check(c.config()) {
				t.Errorf("kept %+v", c.config().Plan())
			}
		})
	}
}

func TestAFormSaysWhatIsWrongBesideTheField(t *testing.T) {
	c := newAjustesTest(t, true)
	before := c.config().Version()
	tests := []struct {
		name, path string
		values     url.Values
		says       []string
	}{
		{"a sucursal without a name", "/ajustes/sucursales/nueva", url.Values{"nombre": {"  "}}, []string{`id="campo-nombre-error"`, "Falta este dato"}},
		{"a profesional with an intervalo that is no number", "/ajustes/profesionales/1", url.Values{"nombre": {"Ana"}, "intervalo": {"quince"}}, []string{`id="campo-intervalo-error"`, "Escriba un número entero", `value="quince"`}},
		{"an intervalo longer than a day", "/ajustes/profesionales/1", url.Values{"nombre": {"Ana"}, "intervalo": {"2000"}}, []string{"El intervalo va de 1 a 1440 minutos"}},
		{"a zone there is not", "/ajustes/clinica", url.Values{"nombre": {"A"}, "zona": {"Marte"}}, []string{`id="campo-zona-error"`, "Esa zona horaria no existe"}},
		{"an estado the program needs", "/ajustes/estados/7", url.Values{"nombre": {"No confirmado"}, "color": {"#c9ced6"}}, []string{"debe quedar habilitado"}},
		{"hours that cannot be read", "/ajustes/especiales/nuevo", url.Values{"id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2026-12-24"}, "hora_inicio": {"nueve"}, "hora_fin": {"18:00"}, "sillones": {"1"}}, []string{`id="campo-hora_inicio-error"`, "Escriba una hora como 09:30"}},
		{"a bloqueo that ends before it begins", "/ajustes/bloqueos/nuevo", url.Values{"id_sucursal": {"1"}, "id_profesional": {"0"}, "fecha": {"2026-12-24"}, "hasta": {"2026-12-20"}, "todo_el_dia": {"1"}}, []string{`id="campo-hasta-error"`, "Termina antes de empezar"}},
		{"a bloqueo without hours", "/ajustes/bloqueos/nuevo", url.Values{"id_sucursal": {"1"}, "id_profesional": {"0"}, "fecha": {"2026-12-24"}}, []string{"Indique las horas, o marque"}},
		{"a webhook nowhere", "/ajustes/webhooks/nuevo", url.Values{"url": {"http://localhost/"}}, []string{`id="campo-url-error"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := c.of(t)
			c.wants(c.post(http.StatusUnprocessableEntity, tt.path, tt.values), tt.says...)
		})
	}
	if got := c.config().Version(); got != before {
		t.Errorf("something was written: version %d, want %d", got, before)
	}
}

func TestWhatIsNotThere(t *testing.T) {
	c := newAjustesTest(t, true)
	for _, path := range []string{
		"/ajustes/sucursales/99", "/ajustes/sillones/7", "/ajustes/profesionales/0", "/ajustes/profesionales/x", "/ajustes/profesionales/99/horario",
		"/ajustes/profesionales/1/horario?sucursal=9", "/ajustes/especiales/99", "/ajustes/bloqueos/99", "/ajustes/webhooks/1", "/listas/claves.csv", "/listas/citas.xls",
	} {
		if w := browse(t, c.admin, path); w.Code != http.StatusNotFound {
			t.Errorf("GET %s was answered %d, want 404", path, w.Code)
		}
	}
}

// week is a form of weekly rules: each "días inicio fin".
func week(version string, rules ...string) url.Values {
	f := url.Values{"version": {version}}
	for i, rule := range rules {
		n := string(rune('0' + i))
		parts := strings.Fields(rule)
		f.Add("fila", n)
		f["dia."+n] = strings.Split(parts[0], ",")
		f.Set("inicio."+n, parts[1])
		f.Set("fin."+n, parts[2])
		f.Set("sillones."+n, "1")
		f.Set("modalidad."+n, "presencial")
	}
	return f
}

// week is that of profesional 1 at sucursal 1, each rule as "día inicio fin".
func (t ajustesTest) week() (rules []string, version string) {
	t.Helper()
	list := semanaDe(t.config(), 1, 1)
	for _, h := range list {
		rules = append(rules, strings.Join([]string{string(rune('0' + h.Dia)), hhmm(h.Jornada.Rango.Inicio), hhmm(h.Jornada.Rango.Fin)}, " "))
	}
	return rules, versionOf(list)
}

func TestTheWeekOfAProfesional(t *testing.T) {
	const path = "/ajustes/profesionales/1/horario?sucursal=1"
	c := newAjustesTest(t, true)
	_, version := c.week()
	c.wants(c.get(path), `name="version" value="`+version+`"`)

	t.Run("one more row is no change", func(t *testing.T) {
		c := c.of(t)
		f := week(version, "1,2 09:00 13:00")
		f.Set("agregar", "1")
		page := c.post(http.StatusOK, path, f)
		c.wants(page, `name="fila" value="1"`, `name="inicio.1" value="09:00"`)
		if _, now := c.week(); now != version {
			t.Error("the week has changed")
		}
	})
	t.Run("rows are refused in their place", func(t *testing.T) {
		c := c.of(t)
		f := week(version, "1 09:00 13:00", "1,3 12:00 18:00", "5 18:00 09:00")
		f.Del("sillones.2")
		c.wants(c.post(http.StatusUnprocessableEntity, path, f), "Elija al menos un sillón")
		f.Set("sillones.2", "1")
		page := c.post(http.StatusUnprocessableEntity, path, f)
		c.wants(page, `id="campo-inicio.1-error"`, "se superpone con otro horario", `id="campo-inicio.2-error"`, "no forman un rango del día")
		if strings.Contains(page, `id="campo-inicio.0-error"`) {
			t.Error("the first row is found at fault")
		}
		c.wants(page, `"problema":"Revise las horas: se superpone`)
	})
	t.Run("a week is replaced, a rule for each day", func(t *testing.T) {
		c := c.of(t)
		f := week(version, "1,2 09:00 13:00", "6 10:00 00:00", "7 09:00 10:00")
		f.Set("quitar.2", "1")
		f.Set("pausa_inicio.0", "11:00")
		f.Set("pausa_fin.0", "11:15")
		f.Set("desde.1", "2027-01-01")
		c.post(http.StatusSeeOther, path, f)
		rules, _ := c.week()
		if diff := cmp.Diff([]string{"1 09:00 13:00", "2 09:00 13:00", "6 10:00 00:00"}, rules); diff != "" {
			t.Errorf("week (-want +got):\n%s", diff)
		}
		for _, h := range semanaDe(c.config(), 1, 1) {
			if h.Dia == tomahora.Lunes && h.Jornada.Pausa != (tomahora.Rango{Inicio: 660, Fin: 675}) || h.Dia == tomahora.Sabado && h.Desde.String() != "2027-01-01" {
				t.Errorf("kept %+v", h)
			}
		}
	})
	t.Run("what somebody else saved meanwhile is not overwritten unseen", func(t *testing.T) {
		c := c.of(t)
		page := c.post(http.StatusConflict, path, week(version, "4 09:00 13:00"))
		_, now := c.week()
		c.wants(page, "Otra persona cambió este horario", `name="version" value="`+now+`"`)
		c.post(http.StatusSeeOther, path, week(now, "4 09:00 13:00"))
		if rules, _ := c.week(); !slices.Equal(rules, []string{"4 09:00 13:00"}) {
			t.Errorf("kept %v", rules)
		}
	})
}

// demoCita is the first live cita of the demo clinic's sucursal 1 from tomorrow on.
func (c ajustesTest) demoCita() tomahora.Cita {
	c.Helper()
	var citas []tomahora.Cita
	err := c.store.View(c.Context(), c.id, func(tx tomahora.Tx) (err error) {
		citas, err = tx.Citas().List(tomahora.Consulta{
			Filtros: []tomahora.Filtro{
				{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: "2026-11-27"}, {Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(1)},
				{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)},
			},
			Orden: []tomahora.Orden{{Columna: "fecha"}, {Columna: "id"}}, Limite: 1,
		})
		return err
	})
	if err != nil || len(citas) == 0 {
		c.Fatalf("no cita, error %v", err)
	}
	return citas[0]
}

func TestABloqueoOverCitas(t *testing.T) {
	c := newAjustesTest(t, false)
	cita := c.demoCita()
	fecha := cita.Espacio.Fecha
	f := url.Values{"id_sucursal": {"1"}, "id_profesional": {"0"}, "fecha": {fecha.String()}, "hasta": {fecha.AddDays(2).String()}, "todo_el_dia": {"1"}, "comentario": {"Feriado"}}
	before := len(c.config().Plan().Bloqueos)
	page := c.post(http.StatusUnprocessableEntity, "/ajustes/bloqueos/nuevo", f)
	c.wants(page, cita.PacienteCompleto(), `name="forzar"`, "no se guardó nada")
	if n := len(c.config().Plan().Bloqueos); n != before {
		t.Fatalf("%d bloqueos were kept", n-before)
	}
	f.Set("forzar", "1")
	c.post(http.StatusSeeOther, "/ajustes/bloqueos/nuevo", f)
	list := c.config().Plan().Bloqueos[before:]
	if len(list) != 3 || list[2].Fecha != fecha.AddDays(2) || list[0].Rango != (tomahora.Rango{Fin: tomahora.FinDelDia}) || list[0].Comentario != "Feriado" {
		t.Fatalf("kept %+v", list)
	}
	c.wants(c.get("/ajustes/bloqueos"), "Feriado", "Todo el día", "Toda la sucursal")
	c.post(http.StatusSeeOther, "/ajustes/bloqueos/"+itoa(list[0].ID)+"/borrar", nil)
	if _, ok := bloqueoDe(c.config(), int64(list[0].ID)); ok {
		t.Error("the bloqueo is still there")
	}
}

// An especial that leaves citas without hours names them, and is kept once that is
// wanted.
func TestAnEspecialOverCitas(t *testing.T) {
	c := newAjustesTest(t, false)
	cita := c.demoCita()
	prof, fecha := cita.Espacio.IDProfesional, cita.Espacio.Fecha
	f := url.Values{"id_sucursal": {"1"}, "id_profesional": {itoa(prof)}, "fecha": {fecha.String()}, "cerrado": {"1"}}
	page := c.post(http.StatusUnprocessableEntity, "/ajustes/especiales/nuevo", f)
	c.wants(page, cita.PacienteCompleto(), `name="forzar"`, "fuera de esas horas; no se guardó nada", "Guardar el horario de todos modos")
	if list := c.config().Especiales(prof, 1, fecha); len(list) != 0 {
		t.Fatalf("refused, and there is %+v", list)
	}
	f.Set("forzar", "1")
	c.post(http.StatusSeeOther, "/ajustes/especiales/nuevo", f)
	if list := c.config().Especiales(prof, 1, fecha); len(list) != 1 || !list[0].Jornada.Rango.IsEmpty() {
		t.Errorf("kept %+v", list)
	}
}

// fakeSender knows one receiver, which answers.
type fakeSender struct{}

func (fakeSender) Now() time.Time { return testNow() }

func (fakeSender) CheckURL(address string) error {
	if !strings.HasPrefix(address, "https://") {
		return tomahora.Invalid(tomahora.CodeParametroInvalido, "url", "url", "debe empezar con https://")
	}
	return nil
}

func (fakeSender) Probe(context.Context, tomahora.ClinicaID, tomahora.Webhook) tomahora.Intento {
	return tomahora.Intento{Status: 200, Cuerpo: "<b>gracias</b>", Tardo: 5 * time.Millisecond}
}

func TestAWebhookFromNothing(t *testing.T) {
	c := newAjustesTest(t, true)
	secretOf := func(page string) string {
		_, rest, _ := strings.Cut(page, `<code id="secreto">`)
		secret, _, _ := strings.Cut(rest, `<`)
		return secret
	}
	c.wants(c.get("/ajustes/webhooks"), "No hay webhooks")
	made := secretOf(c.post(http.StatusOK, "/ajustes/webhooks/nuevo", url.Values{"url": {"https://otro.cl/aviso"}, "entidades": {"cita", "paciente"}, "acciones": {"created"}}))
	if !strings.HasPrefix(made, "whsec_") {
		t.Fatalf("the secret is %q", made)
	}
	page := c.get("/ajustes/webhooks/1")
	c.wants(page, "https://otro.cl/aviso", "Cita, Paciente", "whk_")
	if strings.Contains(page, "whsec_") || strings.Contains(c.get("/ajustes/webhooks"), "whsec_") {
		t.Error("the secret is shown again")
	}
	rotated := secretOf(c.post(http.StatusOK, "/ajustes/webhooks/1/rotar", nil))
	if !strings.HasPrefix(rotated, "whsec_") || rotated == made {
		t.Errorf("the new secret is %q", rotated)
	}
	c.wants(c.get("/ajustes/webhooks/1"), "El secreto anterior vale hasta")
	c.wants(c.post(http.StatusOK, "/ajustes/webhooks/1/probar", nil), "respondió 200", "&lt;b&gt;gracias&lt;/b&gt;")
	c.post(http.StatusSeeOther, "/ajustes/webhooks/1/editar", url.Values{"url": {"https://otro.cl/otro"}, "entidades": {"cita"}})

	// A delivery that was given up is sent again.
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		err := tx.Webhooks().Enqueue(1, tomahora.Evento{ID: 9, Accion: tomahora.Created, Entidad: "cita", IDEntidad: 4}, testNow())
		if err != nil {
			return err
		}
		list, err := tx.Webhooks().Claim(1, "yo", testNow(), testNow().Add(time.Minute), 1)
		if err != nil || len(list) != 1 {
			return errors.Join(err, errors.New("nothing to claim"))
		}
		e := list[0].After(tomahora.Intento{Error: "respondió 500"}, testNow(), 0)
		e.Estado, e.Terminada, e.Proximo = tomahora.Muerta, testNow(), time.Time{}
		_, err = tx.Webhooks().Settle(e, "yo", testNow())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c.wants(c.get("/ajustes/webhooks/1?estado=muerta"), "Cita 4: creado", "respondió 500", "Reenviar las fallidas")
	c.post(http.StatusSeeOther, "/ajustes/webhooks/1/reenviar", url.Values{"id_evento": {"9"}})
	c.wants(c.get("/ajustes/webhooks/1?estado=pendiente"), "Cita 4: creado")
	c.post(http.StatusSeeOther, "/ajustes/webhooks/1/borrar", nil)
	c.wants(c.get("/ajustes/webhooks"), "No hay webhooks")
}

// A new horario especial begins as what was drawn and what the profesional has else.
func TestANewEspecialBeginsWithWhatWasDrawn(t *testing.T) {
	c := newAjustesTest(t, true)
	c.post(http.StatusSeeOther, "/ajustes/especiales/nuevo", url.Values{
		"id_profesional": {"1"}, "id_sucursal": {"1"}, "fecha": {"2026-11-27"}, "hora_inicio": {"10:00"}, "hora_fin": {"11:00"}, "sillones": {"1"}, "modalidad": {"presencial"},
	})
	for _, tt := range []struct{ name, query, want, told string }{
		{"after the day's hours", "id_profesional=1&fecha=2026-11-26&hora_inicio=20:00&hora_fin=21:30", "1 08:00-21:30 13:00-14:00 [1] presencial", "08:00 – 13:00, 14:00 – 20:00"},
		{"in the break", "id_profesional=1&fecha=2026-11-26&hora_inicio=13:15&hora_fin=14:00", "1 08:00-20:00 13:00-13:15 [1] presencial", "lo reemplaza"},
		{"within the hours", "id_profesional=1&fecha=2026-11-26&hora_inicio=09:00&hora_fin=12:00", "1 09:00-12:00 - [1] presencial", "lo reemplaza"},
		{"with a second gap", "id_profesional=1&fecha=2026-11-26&hora_inicio=21:00&hora_fin=00:00", "1 21:00-00:00 - [1] presencial", "lo reemplaza"},
		{"on a day off", "id_profesional=3&fecha=2026-11-28&hora_inicio=09:00&hora_fin=12:00", "3 09:00-12:00 - [1] videoconsulta", "Reemplaza al horario semanal"},
		{"beside another especial", "id_profesional=1&fecha=2026-11-27&hora_inicio=12:00&hora_fin=13:00", "1 12:00-13:00 - [1] presencial", "ya tiene un horario especial: 10:00 – 11:00"},
		{"in a sillón of nobody", "fecha=2026-11-26&hora_inicio=09:00&hora_fin=12:00&id_sillon=3", " 09:00-12:00 - [3] presencial", "Reemplaza al horario semanal"},
		{"of no hours", "fecha=2026-11-26", " 09:00-18:00 - [1] presencial", "Reemplaza al horario semanal"},
	} {
		q, err := url.ParseQuery("id_sucursal=1&" + tt.query)
		if err != nil {
			t.Fatal(err)
		}
		f := fillEspecial(beginEspecial(c.config(), q, catalogoEspeciales().fresh))
		got := fmt.Sprintf("%s %s-%s %s-%s %s %s", f.Get("id_profesional"), f.Get("hora_inicio"), f.Get("hora_fin"), f.Get("pausa_inicio"), f.Get("pausa_fin"), f["sillones"], f.Get("modalidad"))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		c.wants(c.get("/ajustes/especiales/nuevo?"+q.Encode()), tt.told)
	}
}

// Who may do more has more ways to use hours that were drawn, and each form leads to
// the others.
func TestTheWaysToUseDrawnHours(t *testing.T) {
	c := newAjustesTest(t, true)
	const at = "id_sucursal=1&id_sillon=2&fecha=2026-11-26&hora_inicio=09:15"
	for rol, want := range map[tomahora.Rol]string{
		tomahora.RolAdministracion: "/agendar /ajustes/bloqueos/nuevo /ajustes/especiales/nuevo",
		tomahora.RolRecepcion:      "/agendar /ajustes/bloqueos/nuevo",
		tomahora.RolProfesional:    "",
	} {
		user := userOf(rol)
		user.IDProfesional = 2
		h := newTestWeb(t, user, c.store)
		for _, path := range []string{"/agendar?duracion=30&" + at, "/ajustes/bloqueos/nuevo?hora_fin=09:45&" + at, "/ajustes/especiales/nuevo?hora_fin=09:45&" + at} {
			w := browse(t, h, path, "X-Parte: 1")
			if w.Code == http.StatusForbidden {
				continue
			}
			var ways []string
			_, nav, _ := strings.Cut(w.Body.String(), `<nav class="modos"`)
			nav, _, _ = strings.Cut(nav, "</nav>")
			for _, link := range strings.Split(nav, `<a href="`)[1:] {
				way, query, _ := strings.Cut(link, "?")
				if ways = append(ways, way); !strings.Contains(query, "id_sillon=2") || !strings.Contains(query, "hora_fin=09%3A45") && way != "/agendar" {
					t.Errorf("%s, from %s to %s", rol, path, link)
				}
			}
			if got := strings.Join(ways, " "); got != want {
				t.Errorf("%s, from %s: %q, want %q", rol, path, got, want)
			}
		}
	}
}

// A bloqueo of nobody in particular is not one of the whole sucursal.
func TestABloqueoIsOfSomebody(t *testing.T) {
	c := newAjustesTest(t, true)
	page := c.post(http.StatusUnprocessableEntity, "/ajustes/bloqueos/nuevo", url.Values{"id_sucursal": {"1"}, "id_profesional": {""}, "fecha": {"2026-12-24"}, "todo_el_dia": {"1"}})
	c.wants(page, "Elija al profesional, o toda la sucursal", `id="campo-id_profesional-error"`)
}

// Hours that must be given are not told to be optional, though a browser cannot ask for
// them: a whole day has none.
func TestNeededHoursAreNotOptional(t *testing.T) {
	c := newAjustesTest(t, true)
	for path, optional := range map[string]bool{
		"/ajustes/bloqueos/nuevo hora_inicio": false, "/ajustes/bloqueos/nuevo hora_fin": false, "/ajustes/bloqueos/nuevo comentario": true,
		"/ajustes/especiales/nuevo hora_inicio": false, "/ajustes/especiales/nuevo hora_fin": false, "/ajustes/especiales/nuevo pausa_inicio": true,
	} {
		path, name, _ := strings.Cut(path, " ")
		_, label, _ := strings.Cut(c.get(path), fmt.Sprintf(`<label for="campo-%s">`, name))
		label, rest, _ := strings.Cut(label, "</label>")
		input, _, _ := strings.Cut(rest, "<label")
		if strings.Contains(label, "opcional") != optional || label == "" || strings.Contains(input, " required") {
			t.Errorf("%s: %s is labelled %q, its input %q", path, name, label, input)
		}
	}
}
