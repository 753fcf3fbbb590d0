package web

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// download reads a list and takes it apart.
func (t ajustesTest) download(path string, comma rune, headers ...string) [][]string {
	t.Helper()
	w := browse(t.T, t.admin, path, headers...)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/csv; charset=utf-8; header=present" || !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename=") {
		t.Fatalf("%s was answered %d, %v", path, w.Code, w.Header())
	}
	body, marked := strings.CutPrefix(w.Body.String(), "\uFEFF")
	if !marked {
		t.Errorf("%s has no mark for Excel", path)
	}
	r := csv.NewReader(strings.NewReader(body))
	r.Comma = comma
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestEveryListCanBeDownloaded(t *testing.T) {
	c := newAjustesTest(t, false)
	for _, link := range readLocales()["es"].listas(tomahora.Periodo{Desde: tomahora.Fecha{Year: 2026, Month: 11, Day: 1}, Hasta: tomahora.Fecha{Year: 2026, Month: 11, Day: 30}}) {
		rows := c.download(link.Path, ';')
		if len(rows) < 2 && !strings.Contains(link.Path, "bloqueos") && !strings.Contains(link.Path, "especiales") {
			t.Errorf("%s has %d rows", link.Path, len(rows))
		}
		for _, title := range rows[0] {
			if title == "" || strings.Contains(title, ".") && !strings.Contains(title, " ") {
				t.Errorf("%s has a column %q", link.Path, title)
			}
		}
	}
}

func TestACellIsNoFormula(t *testing.T) {
	for text, want := range map[string]string{
		"=1+1": "'=1+1", "+56912345678": "'+56912345678", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "\r=1": "'\r=1", "": "", "Ana": "Ana", "a=b": "a=b", "ñ": "ñ",
	} {
		if got := csvCell(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := csvCell(-5); got != "-5" {
		t.Errorf("a number becomes %q", got)
	}
}

func TestALongListComesWhole(t *testing.T) {
	c := newAjustesTest(t, true)
	const more = 2*listaPage + 1
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		for range more {
			if _, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "=HYPERLINK(1)", Apellidos: "Con; punto \"y\" coma", Habilitado: true}, tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := c.download("/listas/pacientes.csv", ';')
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
	}
	if len(seen) != len(rows)-1 || len(rows)-1 <= more {
		t.Errorf("%d rows with %d ids", len(rows)-1, len(seen))
	}
	last := rows[len(rows)-1]
	if last[2] != "'=HYPERLINK(1)" || last[4] != `Con; punto "y" coma` {
		t.Errorf("the last row is %q", last)
	}
}

func TestAListIsInTheVisitorsLanguage(t *testing.T) {
	c := newAjustesTest(t, true)
	rows := c.download("/listas/sillones.csv", ',', "Accept-Language: en")
	if diff := cmp.Diff([][]string{{"ID", "Name", "Exclusive"}, {"1", "Sillon 1", "No"}, {"2", "Sillon 2", "No"}, {"3", "Box 3", "Yes"}}, rows); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

// Who may come in is told to who sets it up, and what lets them in to nobody.
func TestListsOfWhoMayComeIn(t *testing.T) {
	c := newAjustesTest(t, true)
	when := testNow().In(time.FixedZone("", -3*60*60)).Format("2006-01-02 15:04")
	const secret = "s3cr3t"
	err := c.store.Update(t.Context(), c.id, func(tx tomahora.Tx) error {
		if _, err := tx.Usuarios().Create(tomahora.Usuario{Nombre: "=1+1", Email: "a@b.cl", Rol: tomahora.RolProfesional, IDProfesional: 1, Idioma: "es"}, secret, tomahora.Sistema); err != nil {
			return err
		}
		made, err := tx.Tokens().Create(tomahora.Token{Nombre: "@bot", Lectura: true}, auth.Hash(secret), tomahora.Sistema)
		if err != nil {
			return err
		}
		if err := tx.Tokens().Revoke(made.ID, tomahora.Sistema); err != nil {
			return err
		}
		_, err = tx.Webhooks().Create(tomahora.Webhook{
			URL: "https://a.cl/b?clave=" + secret, Entidades: []string{"cita"}, Acciones: []tomahora.Accion{tomahora.Created},
			Token: secret, Secretos: []tomahora.Secreto{{Texto: secret}},
		}, tomahora.Sistema)
		return err
	})
	must(t, err)
	last := map[string][]string{
		"usuarios": {"'=1+1", "a@b.cl", "Profesional", "Javiera Soto", "es", when, "No"},
		"tokens":   {"'@bot", "Solo lee", when, when},
		"webhooks": {"https://a.cl/b?…", "Cita", "creado", when, "No"},
	}
	for name, want := range last {
		path := "/listas/accesos/" + name + ".csv"
		rows := c.download(path, ';')
		if got := rows[len(rows)-1]; !cmp.Equal(got[1:], want) {
			t.Errorf("%s ends in %q, want %q", name, got, want)
		}
		for _, title := range rows[0] {
			if title == "" || strings.Contains(title, ".") {
				t.Errorf("%s has a column %q", name, title)
			}
		}
		if text := browse(t, c.admin, path).Body.String(); strings.Contains(text, secret) {
			t.Errorf("%s tells a secret:\n%s", name, text)
		}
		c.wants(c.get("/ajustes/"+name), `href="`+path+`" download`)
		for _, rol := range []tomahora.Rol{tomahora.RolRecepcion, tomahora.RolProfesional, tomahora.RolLectura} {
			if w := browse(t, newTestWeb(t, userOf(rol), c.store), path); w.Code != http.StatusForbidden {
				t.Errorf("%s was answered %d to %s", path, w.Code, rol)
			}
		}
		if w := browse(t, c.admin, "/listas/"+name+".csv"); w.Code != http.StatusNotFound {
			t.Errorf("%s is among the lists for everybody: %d", name, w.Code)
		}
	}
}

func TestListsOfDates(t *testing.T) {
	c := newAjustesTest(t, false)
	for _, row := range c.download("/listas/citas.csv?desde=2026-11-25&hasta=2026-11-26&sucursal=1", ';')[1:] {
		if row[1] != "2026-11-25" && row[1] != "2026-11-26" || row[5] != "NORTE" {
			t.Errorf("%q is not of the dates and the sucursal", row)
		}
	}
	if w := browse(t, c.admin, "/listas/citas.csv?desde=2026-11-26&hasta=2026-11-25"); w.Code != http.StatusUnprocessableEntity {
		t.Errorf("dates that run backwards were answered %d", w.Code)
	}
	if rows := c.download("/listas/citas.csv?desde=2020-01-01&hasta=2030-12-31", ';'); len(rows) < 100 {
		t.Errorf("ten years have %d rows", len(rows))
	}
}

func TestTablero(t *testing.T) {
	c := newAjustesTest(t, false)
	c.wants(c.get("/tablero"), "Ocupación por profesional y semana", "<title id=\"ocupacion-t\">", "<table>", "Daniel Vergara", "/listas/citas.csv?desde=2026-09-07&amp;hasta=2026-11-29")
	c.wants(c.get("/tablero?desde=2010-01-01&hasta=2010-01-31&sucursal=9"), "No hay datos en esas fechas")
	if w := browse(t, c.admin, "/tablero?desde=2020-01-01&hasta=2026-01-31"); w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "hasta un año") {
		t.Errorf("six years were answered %d", w.Code)
	}
}
