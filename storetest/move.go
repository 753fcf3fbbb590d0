package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// Mover is a store that clinics can leave and arrive at. Id 0 keeps the id that
// a clinic has in its file; what arrives bare has neither tokens nor webhooks.
type Mover interface {
	tomahora.Store
	Export(ctx context.Context, id tomahora.ClinicaID, w io.Writer) error
	Import(ctx context.Context, r io.Reader, id tomahora.ClinicaID, bare bool) error
}

// OpenMover is Open for a Mover.
type OpenMover func(t *testing.T, clock func() time.Time) Mover

// RunMoves tests that a clinic moves from one store to another, which may be of
// another engine, and back.
func RunMoves(t *testing.T, from, to OpenMover) {
	tests := map[string]func(*testing.T, OpenMover, OpenMover){
		"a clinic that moves there and back is the same to the byte":    testRoundTrip,
		"it goes on where it was":                                       testMovedGoesOn,
		"an id that is taken is refused, and another one is given":      testMoveUnderAnotherID,
		"webhooks go on where they were, and what waits for them moves": testMoveWebhooks,
		"tokens whose ids are taken get others, wherever they stand":    testMoveTokens,
		"the laws refuse what moves in, unless it is exenta":            testMoveLaws,
		"an exenta cita stays so while it stays where it is":            testMoveExenta,
		"a row that the schema does not allow is refused by its line":   testMoveSchema,
		"a configuration that cannot be used is refused":                testMoveConfig,
		"nothing is left of a move that is interrupted or fails":        testMoveInterrupted,
		"an export is one state, whatever is written meanwhile":         testMoveSnapshot,
		"a clinic that is not there cannot leave, and one can be empty": testMoveNothing,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, from, to)
		})
	}
}

// strange are texts that are easily lost on the way.
func strange() []string {
	return []string{
		"Ñandú \"O'Higgins\" \\ </script> & %s", "tab\tline\nreturn\rbell\a delete\x7f", "\u2028\u2029\ufeff\ufffd\uffff",
		"👩‍⚕️ e\u0301 שלום \u202eabc\u202c 𝔘\U0010ffff", "null", " ", strings.Repeat("larga ñ ", 3_000),
	}
}

// rich makes a clinic with rows in every table and of every kind.
func rich(t *testing.T, s tomahora.Store) tomahora.ClinicaID {
	t.Helper()
	id := Setup(t, s, 2)
	for i, nombre := range []string{"bot", "Ñuñoa 📞"} {
		token, err := s.CreateToken(t.Context(), tomahora.Token{IDClinica: id, Nombre: nombre, Lectura: i == 1}, secretHash(i))
		must(t, err)
		if i == 1 {
			must(t, s.RevokeToken(t.Context(), token))
		}
	}
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		_, err := tx.Usuarios().Create(anita(), "$argon2id$x", actor)
		return errors.Join(err, enrichSetup(tx), enrichPeople(tx), enrichCitas(tx), enrichWebhooks(tx))
	}))
	return id
}

// aged is a rich clinic of which eventos were forgotten already.
func aged(t *testing.T, s tomahora.Store) tomahora.ClinicaID {
	t.Helper()
	id := rich(t, s)
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error { return tx.Eventos().Forget(20) }))
	return id
}

func secretHash(i int) []byte {
	sum := sha256.Sum256([]byte{byte(i)})
	return sum[:]
}

func enrichSetup(tx tomahora.Tx) error {
	setup, fecha := tx.Setup(), tomahora.Fecha{Year: 2028, Month: 2, Day: 29}
	jornada := tomahora.Jornada{
		Rango: tomahora.Rango{Inicio: 485, Fin: 1439}, Pausa: tomahora.Rango{Inicio: 780, Fin: 840},
		Sillones: []tomahora.SillonID{3, 1}, Modalidad: tomahora.Ambas,
	}
	_, err1 := setup.CreateEspecial(tomahora.HorarioEspecial{IDProfesional: 1, IDSucursal: 2, Fecha: fecha, Jornada: jornada}, actor)
	jornada = tomahora.Jornada{Modalidad: tomahora.Presencial} // closed
	_, err2 := setup.CreateEspecial(tomahora.HorarioEspecial{IDProfesional: 2, IDSucursal: 2, Fecha: fecha, Jornada: jornada}, actor)
	_, err3 := setup.CreateBloqueo(tomahora.HorarioBloqueado{IDSucursal: 1, Fecha: fecha, Rango: tomahora.Rango{Fin: tomahora.FinDelDia}, Comentario: strange()[0]}, actor)
	_, err4 := setup.CreateBloqueo(tomahora.HorarioBloqueado{IDProfesional: 1, IDSucursal: 1, Fecha: fecha, Rango: tomahora.Rango{Inicio: 1, Fin: 2}}, actor)
	err5 := setup.SavePrestacion(tomahora.Prestacion{ID: 9, Nombre: "Limpieza «ultra»", Codigo: "L-9", IDCategoria: 3, NombreCategoria: "Higiene", Habilitada: true}, actor)
	err6 := setup.SaveEstado(tomahora.Estado{ID: 28, Nombre: "Reagenda 🙃", Color: "#abcdef", Anulacion: true, Habilitado: true}, actor)
	err7 := setup.SaveProfesional(tomahora.Profesional{
		ID: 1 << 40, RUT: "1-9", Nombre: strange()[3], Apellidos: "Díaz", Email: "a@b.cl", IDEspecialidad: 1, Intervalo: 1440, EsRecurso: true,
	}, actor)
	err8 := setup.SaveClinica(tomahora.Clinica{Nombre: strange()[1], Zona: "Pacific/Easter", ExigirAtencion: true, RechazarPasado: true}, actor)
	err9 := setup.DeleteHorario(1, actor) // leaves a hole in the ids
	return errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9)
}

func enrichPeople(tx tomahora.Tx) error {
	for i, text := range strange() {
		p := tomahora.Paciente{
			RUT: fmt.Sprint("X", i), TipoDocumento: 1, Nombre: text, NombreSocial: text, Apellidos: text, Observaciones: text, Direccion: text,
			FechaNacimiento: tomahora.Fecha{Year: 1900 + i, Month: 2, Day: 28}, Email: fmt.Sprintf("p%d@b.cl", i), Sexo: "F", IDGenero: i % 6,
			Habilitado: i%2 == 0,
		}
		p, err := tx.Pacientes().Create(p, "usuario:8")
		if err != nil {
			return err
		}
		p.Comuna = "Ñuñoa"
		if _, err := tx.Pacientes().Save(p, actor, "comuna"); err != nil {
			return err
		}
	}
	return nil
}

// enrichCitas makes citas of every kind. The live one at 540 is on the line that
// laneOf finds.
func enrichCitas(tx tomahora.Tx) error {
	plan, err := tx.Atenciones().Create(tomahora.Atencion{
		Nombre: strange()[0], Tipo: tomahora.TipoPlanTratamiento, Fecha: tomahora.Fecha{Year: 2026, Month: 1, Day: 1},
		IDPaciente: 1, IDProfesional: 1, IDSucursal: 1, Finalizado: true, Bloqueado: true,
	}, tomahora.Sistema)
	if err != nil {
		return err
	}
	_, err1 := insertFor(tx, place(1, 1, 1, 0, 15), plan)
	_, err2 := insertFor(tx, place(1, 1, 2, 15, 30), plan)
	for _, e := range []tomahora.Espacio{
		place(1, 1, 1, 540, 570), place(1, 1, 1, 570, 600), place(2, 2, 3, 1425, 1440),
		place(1, 1, tomahora.Sobrecupo, 540, 570), place(1, 1, tomahora.Sobrecupo, 540, 570),
	} {
		if _, err := insert(tx, e); err != nil {
			return err
		}
	}
	annulled, err := insert(tx, place(1, 1, 1, 600, 630))
	if err != nil {
		return err
	}
	annulled.IDEstado, annulled.Viva, annulled.Comentario = 28, false, strange()[2]
	_, err3 := tx.Citas().Save(annulled, "usuario:8", "id_estado", "comentario")
	again, err := insert(tx, place(1, 1, 1, 600, 630)) // where the annulled one was
	if err != nil {
		return err
	}
	again.IDCitaPrevia, again.Videoconsulta = annulled.ID, true
	_, err4 := tx.Citas().Save(again, actor, "videoconsulta")
	return errors.Join(err1, err2, err3, err4, tx.Setup().SkipCitaIDs(754))
}

// enrichWebhooks makes a webhook with deliveries in every estado, a plain one, and
// one that was deleted.
func enrichWebhooks(tx tomahora.Tx) error {
	hooks := tx.Webhooks()
	w := told()
	w.Entidades, w.Acciones = []string{"cita", "reserva"}, []tomahora.Accion{tomahora.Created}
	w, err1 := hooks.Create(w.Rotated("whsec_bnVldm8=", Now), actor)
	_, err2 := hooks.Create(told(), actor)
	gone, err3 := hooks.Create(told(), actor)
	err4 := hooks.Delete(gone.ID, actor)
	for id := range tomahora.EventoID(4) {
		e := tomahora.Evento{ID: id + 1, Accion: tomahora.Created, Entidad: "cita", IDEntidad: int64(id)/3 + 1}
		if err := hooks.Enqueue(w.ID, e, Now); err != nil {
			return err
		}
	}
	list, err5 := hooks.Claim(w.ID, "alguien", Now, Now.Add(time.Minute), 1)
	if len(list) != 1 {
		return errors.Join(err1, err2, err3, err4, err5, errors.New("nothing is due"))
	}
	_, err6 := hooks.Settle(list[0].After(tomahora.Intento{Status: 204}, Now, 0), "alguien", Now)
	return errors.Join(err1, err2, err3, err4, err5, err6)
}

func export(t *testing.T, s Mover, id tomahora.ClinicaID) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, s.Export(t.Context(), id, &b))
	return b.Bytes()
}

func bring(t *testing.T, s Mover, file []byte, id tomahora.ClinicaID) error {
	t.Helper()
	return s.Import(t.Context(), bytes.NewReader(file), id, false)
}

func wantFile(t *testing.T, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("the clinic has changed (-want +got):\n%s", cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")))
	}
}

func testRoundTrip(t *testing.T, from, to OpenMover) {
	a, b, c := from(t, frozen), to(t, frozen), from(t, frozen)
	id := aged(t, a)
	there := export(t, a, id)
	for table := range strings.FieldsSeq(`clinicas tokens sucursales sillones especialidades profesionales prestaciones estados
		horarios horarios_especiales horarios_bloqueados pacientes atenciones citas eventos webhooks entregas`) {
		if !bytes.Contains(there, []byte("\n{\""+table+"\":{")) {
			t.Errorf("the rich clinic has nothing in %s, so the test shows nothing of it", table)
		}
	}
	must(t, bring(t, b, there, 0))
	back := export(t, b, id)
	wantFile(t, back, there)
	must(t, bring(t, c, back, 0))
	wantFile(t, export(t, c, id), there)

	var want, got tomahora.Plan
	must(t, a.View(t.Context(), id, func(tx tomahora.Tx) error { want = tx.Config().Plan(); return nil }))
	must(t, b.View(t.Context(), id, func(tx tomahora.Tx) error { got = tx.Config().Plan(); return nil }))
	diff(t, got, want)
}

func testMovedGoesOn(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	id := rich(t, a)
	must(t, bring(t, b, export(t, a, id), 0))
	token, err := b.TokenByHash(t.Context(), secretHash(0))
	must(t, err)
	diff(t, token, tomahora.Token{ID: token.ID, IDClinica: id, Nombre: "bot", Creado: Now})
	_, err = b.TokenByHash(t.Context(), secretHash(1)) // it was revoked
	wantNotFound(t, err)

	for _, s := range []Mover{a, b} {
		err := s.Update(t.Context(), id, func(tx tomahora.Tx) error {
			_, err := insert(tx, place(1, 1, 1, 545, 560))
			return err
		})
		wantCode(t, err, tomahora.CodeTopeProfesional)
		var next tomahora.Cita
		must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
			next, err = insert(tx, place(1, 1, 2, 540, 570))
			return err
		}))
		diff(t, next.ID, tomahora.CitaID(754))
		var found []tomahora.Paciente
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
			found, err = tx.Pacientes().List(tomahora.Consulta{
				Filtros: []tomahora.Filtro{{Columna: "nombre", Operador: tomahora.Contiene, Valor: "nandu"}},
				Orden:   []tomahora.Orden{{Columna: "id"}}, Limite: 9,
			})
			return err
		}))
		if len(found) != 1 || found[0].Nombre != strange()[0] {
			t.Errorf("a search without accents found %v", found)
		}
	}
	wantFile(t, export(t, b, id), export(t, a, id))
}

func testMoveUnderAnotherID(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	id := rich(t, a)
	file := export(t, a, id)
	other := Setup(t, b, 1)
	diff(t, other, id) // both count from 1
	before := export(t, b, other)
	if err := bring(t, b, file, 0); err == nil || !strings.Contains(err.Error(), "--clinica") {
		t.Errorf("got %v for an id that is taken, want what to do", err)
	}
	must(t, bring(t, b, file, 40))
	wantFile(t, export(t, b, other), before)
	moved := export(t, b, 40)
	head := []byte(fmt.Sprintf(`"id_clinica":%d,`, id))
	wantFile(t, body(t, moved), body(t, file))
	if bytes.Contains(moved, head) {
		t.Error("the clinic kept its id")
	}
	next, err := b.CreateClinica(t.Context(), Plan().Clinica)
	must(t, err)
	if next == other || next == 40 {
		t.Errorf("the next clinic got id %d, which was taken", next)
	}
}

// body is a file without its head and its end.
func body(t *testing.T, file []byte) []byte {
	t.Helper()
	lines := split(t, file)
	return []byte(strings.Join(lines[1:len(lines)-1], "\n"))
}

func split(t *testing.T, file []byte) []string {
	t.Helper()
	text, whole := strings.CutSuffix(string(file), "\n")
	if !whole {
		t.Fatal("the file does not end with a line feed")
	}
	return strings.Split(text, "\n")
}

func testMoveTokens(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	id := aged(t, a)
	file := export(t, a, id)
	other := Setup(t, b, 1)
	_, err := b.CreateToken(t.Context(), tomahora.Token{IDClinica: other, Nombre: "otro"}, secretHash(9))
	must(t, err)
	must(t, bring(t, b, file, 40))
	token, err := b.TokenByHash(t.Context(), secretHash(0))
	must(t, err)
	if token.IDClinica != 40 || token.ID == 1 {
		t.Fatalf("got %+v, want a token of clinica 40 that is not number 1", token)
	}
	moved := string(export(t, b, 40))
	if strings.Contains(moved, `"token:1"`) || !strings.Contains(moved, fmt.Sprintf(`"origen":"token:%d"`, token.ID)) ||
		!strings.Contains(moved, fmt.Sprintf(`"actor":"token:%d"`, token.ID)) {
		t.Error("what the token did is not all under its new number")
	}
	if err := bring(t, b, file, 41); err == nil || !strings.Contains(err.Error(), "--without-tokens") {
		t.Errorf("got %v for a token that is here, want what to do", err)
	}
	must(t, b.Import(t.Context(), bytes.NewReader(file), 41, true))
	if strings.Contains(string(export(t, b, 41)), `{"tokens":`) {
		t.Error("tokens came along although they were not to")
	}
	found, err := b.UsuariosByEmail(t.Context(), anita().Email)
	must(t, err)
	if len(found) != 2 || !found[0].Habilitado || found[0].Clave == "" || found[1].Habilitado || found[1].Clave != "" {
		t.Errorf("got %+v, want the usuario of clinica 40, and that of 41 disabled", found)
	}
	must(t, b.View(t.Context(), 41, func(tx tomahora.Tx) error {
		list, err := tx.Eventos().Historial("sucursal", 1, 10)
		diff(t, spell(list), []string{"token:1 modified sucursal 1 []"})
		return err
	}))
}

// entregasOf are all deliveries of a webhook.
func entregasOf(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, w tomahora.WebhookID) (list []tomahora.Entrega) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
		list, err = tx.Webhooks().Entregas(w, tomahora.Consulta{Orden: []tomahora.Orden{{Columna: "id"}}, Limite: 9})
		return err
	}))
	return list
}

func testMoveWebhooks(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	id := rich(t, a)
	file := export(t, a, id)
	must(t, bring(t, b, file, 0))
	list := func(s tomahora.Store) (list []tomahora.Webhook) {
		must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) { list, err = tx.Webhooks().List(); return err }))
		return list
	}
	diff(t, list(b), list(a))
	diff(t, entregasOf(t, b, id, 1), entregasOf(t, a, id, 1))
	diff(t, porEntregar(t, b, id, Now), porEntregar(t, a, id, Now))
	diff(t, porEntregar(t, b, id, Now), "repartir enviar repartir")
	must(t, b.Update(t.Context(), id, func(tx tomahora.Tx) error {
		w, err := tx.Webhooks().Create(told(), actor)
		diff(t, w.ID, tomahora.WebhookID(4)) // that of a deleted one is not given again
		return err
	}))

	c := to(t, frozen)
	must(t, c.Import(t.Context(), bytes.NewReader(file), 0, true))
	diff(t, porEntregar(t, c, id, Now), "")
	diff(t, len(list(c)), 0)
}

// edited is a file with its lines changed, and closed again as a whole one.
func edited(t *testing.T, file []byte, edit func(lines []string) []string) []byte {
	t.Helper()
	lines := split(t, file)
	rows := edit(lines[1 : len(lines)-1])
	counts := map[string]int64{}
	for _, line := range rows {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, `{"`), `"`)
		counts[name]++
	}
	var head map[string]any
	must(t, json.Unmarshal([]byte(lines[0]), &head))
	head["rows"] = counts
	first, err := json.Marshal(head)
	must(t, err)
	text := string(first) + "\n" + strings.Join(rows, "\n") + "\n"
	sum := sha256.Sum256([]byte(text))
	end, err := json.Marshal(map[string]any{"end": map[string]any{"rows": counts, "sha256": hex.EncodeToString(sum[:])}})
	must(t, err)
	return []byte(text + string(end) + "\n")
}

// change replaces a part of the only row that has all of the parts; it returns
// the number of its line in the file.
func change(t *testing.T, lines []string, parts []string, old, replacement string) int {
	t.Helper()
	found := -1
	for i, line := range lines {
		if slices.ContainsFunc(parts, func(part string) bool { return !strings.Contains(line, part) }) {
			continue
		}
		if found >= 0 {
			t.Fatalf("%q is in more than one line", parts)
		}
		found = i
	}
	if found < 0 || strings.Count(lines[found], old) != 1 {
		t.Fatalf("no line has %q and then %q once", parts, old)
	}
	lines[found] = strings.Replace(lines[found], old, replacement, 1)
	return found + 2
}

// wantRefused tries to bring a file in, and wants it refused for a line, with
// nothing left of it.
func wantRefused(t *testing.T, s Mover, file []byte, line int, says ...string) {
	t.Helper()
	err := bring(t, s, file, 0)
	if err == nil {
		t.Fatal("the file was accepted")
	}
	if line > 0 {
		says = append(says, fmt.Sprintf("line %d:", line))
	}
	for _, part := range says {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got %q, want it to say %q", err, part)
		}
	}
	wantNoClinics(t, s)
}

func wantNoClinics(t *testing.T, s Mover) {
	t.Helper()
	clinicas, err := s.Clinicas(t.Context())
	must(t, err)
	tokens, err := s.Tokens(t.Context())
	must(t, err)
	if len(clinicas)+len(tokens) > 0 {
		t.Fatalf("clinicas %v and tokens %v were left", clinicas, tokens)
	}
}

// at540 is in the cita of profesional 1 on sillón 1 at 540.
func at540() []string { return []string{`{"citas":`, `"id_sillon":1,`, `"inicio":540,`} }

func testMoveLaws(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	file := export(t, a, rich(t, a))
	tests := map[string]struct {
		law string
		// edit breaks the law and returns the line that does
		edit func(lines []string) int
	}{
		"the same lane": {"tope_profesional", func(lines []string) int {
			return change(t, lines, []string{`{"citas":`, `"inicio":570,`}, `"inicio":570,`, `"inicio":569,`)
		}},
		"another sucursal": {"tope_profesional", func(lines []string) int {
			return change(t, lines, []string{`{"citas":`, `"id_profesional":2,`}, `"id_profesional":2,"id_sucursal":2,"id_sillon":3,"fecha":"2026-11-30","inicio":1425,"fin":1440`,
				`"id_profesional":1,"id_sucursal":2,"id_sillon":3,"fecha":"2026-11-30","inicio":550,"fin":555`)
		}},
		"an exclusive sillón": {"tope_sillon", func(lines []string) int {
			change(t, lines, at540(), `"id_sillon":1,`, `"id_sillon":3,`)
			change(t, lines, []string{`{"citas":`, `"id_sillon":3,`, `"inicio":540,`}, `"exclusiva":0`, `"exclusiva":1`)
			return change(t, lines, []string{`{"citas":`, `"id_profesional":2,`}, `"id_sucursal":2,"id_sillon":3,"fecha":"2026-11-30","inicio":1425,"fin":1440`,
				`"id_sucursal":1,"id_sillon":3,"fecha":"2026-11-30","inicio":550,"fin":555`)
		}},
		"two live citas of an atención": {"atencion_con_cita", func(lines []string) int {
			return change(t, lines, []string{`{"citas":`, `"inicio":15,`}, `"atencion_multiple":1`, `"atencion_multiple":0`) +
				0*change(t, lines, []string{`{"citas":`, `"inicio":0,`}, `"atencion_multiple":1`, `"atencion_multiple":0`)
		}},
		"two pacientes with one RUT": {"paciente_existe", func(lines []string) int {
			return change(t, lines, []string{`{"pacientes":`, `"rut":"X3"`}, `"rut":"X3"`, `"rut":"X2"`)
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			line := 0
			broken := edited(t, file, func(lines []string) []string { line = test.edit(lines); return lines })
			wantRefused(t, b, broken, line, test.law)
		})
	}
	exempt := edited(t, file, func(lines []string) []string {
		change(t, lines, []string{`{"citas":`, `"inicio":570,`}, `"inicio":570,`, `"inicio":569,`)
		change(t, lines, []string{`{"citas":`, `"inicio":569,`}, `"exenta":0`, `"exenta":1`)
		return lines
	})
	must(t, bring(t, b, exempt, 0))
	wantFile(t, body(t, export(t, b, 1)), body(t, exempt))
}

func testMoveExenta(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	file := edited(t, export(t, a, rich(t, a)), func(lines []string) []string {
		change(t, lines, []string{`{"citas":`, `"inicio":570,`}, `"inicio":570,`, `"inicio":569,`)
		change(t, lines, []string{`{"citas":`, `"inicio":569,`}, `"exenta":0`, `"exenta":1`)
		return lines
	})
	must(t, bring(t, b, file, 0))
	var exenta tomahora.Cita
	must(t, b.View(t.Context(), 1, func(tx tomahora.Tx) error {
		day := place(1, 1, 1, 569, 600)
		list, err := tx.Citas().Agenda([]tomahora.ProfesionalID{1}, day.Fecha, day.Fecha)
		must(t, err)
		i := slices.IndexFunc(list, func(c tomahora.Cita) bool { return c.Espacio == day })
		if i < 0 {
			t.Fatalf("no cita at %+v in %+v", day, list)
		}
		exenta = list[i]
		return nil
	}))
	_, err := save(t, b, 1, exenta.ID, func(c *tomahora.Cita) { c.IDEstado, c.Comentario = 3, "confirmada" })
	must(t, err)
	_, err = save(t, b, 1, exenta.ID, func(c *tomahora.Cita) { c.Espacio.Rango.Inicio-- })
	wantCode(t, err, tomahora.CodeTopeProfesional)
	_, err = save(t, b, 1, exenta.ID, func(c *tomahora.Cita) { c.IDEstado, c.Viva = tomahora.EstadoAnulado, false })
	must(t, err)
	_, err = save(t, b, 1, exenta.ID, func(c *tomahora.Cita) { c.IDEstado, c.Viva = tomahora.EstadoNoConfirmado, true })
	wantCode(t, err, tomahora.CodeTopeProfesional)
}

func testMoveSchema(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	file := export(t, a, rich(t, a))
	tests := map[string]struct {
		where            []string
		old, replacement string
	}{
		"a flag that is none":               {at540(), `"videoconsulta":0`, `"videoconsulta":2`},
		"a day that is none":                {at540(), `"2026-11-30"`, `"2026-11-31"`},
		"a fecha of another shape":          {at540(), `"2026-11-30"`, `"2026-11-3"`},
		"no range":                          {at540(), `"fin":570`, `"fin":540`},
		"after midnight":                    {at540(), `"fin":570`, `"fin":1441`},
		"before midnight":                   {at540(), `"inicio":540`, `"inicio":-1`},
		"a sobrecupo under the laws":        {at540(), `"id_sillon":1,`, `"id_sillon":7,`},
		"an unknown profesional":            {at540(), `"id_profesional":1,`, `"id_profesional":99,`},
		"an unknown sucursal":               {at540(), `"id_sucursal":1,`, `"id_sucursal":99,`},
		"an unknown paciente":               {at540(), `"id_paciente":1,`, `"id_paciente":9999,`},
		"an unknown estado":                 {at540(), `"id_estado":7,`, `"id_estado":99,`},
		"a live cita that says it is not":   {at540(), `"viva":1`, `"viva":0`},
		"an annulled cita that says it is":  {[]string{`{"citas":`, `"id_estado":28,`}, `"viva":0`, `"viva":1`},
		"the sobrecupo as a real sillón":    {[]string{`{"sillones":{"id":2,`}, `"id":2,`, `"id":7,`},
		"an action that is none":            {[]string{`{"eventos":{"id":3,`}, `"accion":"`, `"accion":"un`},
		"a modality that is none":           {[]string{`{"horarios":{"id":3,`}, `"presencial"`, `"a distancia"`},
		"a weekday that is none":            {[]string{`{"horarios":{"id":3,`}, `"dia":`, `"dia":9`},
		"an id that is given twice":         {[]string{`{"eventos":{"id":3,`}, `"id":3,`, `"id":2,`},
		"an id that is none":                {[]string{`{"eventos":{"id":1,`}, `"id":1,`, `"id":0,`},
		"a date of birth that is none":      {[]string{`{"pacientes":`, `"rut":"X1"`}, `"1901-02-28"`, `"1901-02-29"`},
		"a hash of another length":          {[]string{`{"tokens":{"id":1,`}, hex.EncodeToString(secretHash(0)), "00ff"},
		"a horario of an unknown sucursal":  {[]string{`{"horarios":{"id":3,`}, `"id_sucursal":1`, `"id_sucursal":9`},
		"a webhook that is ahead":           {[]string{`{"webhooks":{"id":1,`}, `"hasta":`, `"hasta":9`},
		"a webhook with broken secrets":     {[]string{`{"webhooks":{"id":1,`}, `"0:whsec_`, `"whsec_`},
		"an entrega of no webhook":          {[]string{`{"entregas":{"id_webhook":1,"id_evento":2,`}, `"id_webhook":1`, `"id_webhook":9`},
		"an entrega in no estado":           {[]string{`{"entregas":{"id_webhook":1,"id_evento":2,`}, `"pendiente"`, `"perdida"`},
		"an atención of an unknown patient": {[]string{`{"atenciones":{"id":1,`}, `"id_paciente":1`, `"id_paciente":900`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			line := 0
			broken := edited(t, file, func(lines []string) []string {
				line = change(t, lines, test.where, test.old, test.replacement)
				return lines
			})
			wantRefused(t, b, broken, line)
		})
	}
}

func testMoveConfig(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	file := edited(t, export(t, a, rich(t, a)), func(lines []string) []string {
		change(t, lines, []string{`{"clinicas":`}, `"Pacific/Easter"`, `"Chile/Atlantis"`)
		return lines
	})
	wantRefused(t, b, file, 0, "Chile/Atlantis")
}

// breaking is a file that does something in its middle.
type breaking struct {
	io.Reader
	half func() error
}

func (b *breaking) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		return n, b.half()
	}
	return n, err
}

func testMoveInterrupted(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	file := export(t, a, rich(t, a))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	half := file[:len(file)-len(file)/8]
	err := b.Import(ctx, &breaking{bytes.NewReader(half), func() error { cancel(); select {} }}, 0, false)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want context.Canceled", err)
	}
	wantNoClinics(t, b)
	boom := errors.New("boom")
	err = b.Import(t.Context(), &breaking{bytes.NewReader(half), func() error { return boom }}, 0, false)
	if !errors.Is(err, boom) {
		t.Fatalf("got %v, want the reader's own error", err)
	}
	wantNoClinics(t, b)
	wantRefused(t, b, half, 0, "cut")
	must(t, bring(t, b, file, 0))
	wantFile(t, export(t, b, 1), file)
}

func testMoveSnapshot(t *testing.T, from, to OpenMover) {
	a := from(t, frozen)
	id := rich(t, a)
	var wg sync.WaitGroup
	for prof := range 2 {
		wg.Go(func() {
			for i := range 90 {
				must(t, a.Update(t.Context(), id, func(tx tomahora.Tx) error {
					e := place(tomahora.ProfesionalID(1+prof), 1, 1, tomahora.Hora(15*i), tomahora.Hora(15*i+15))
					e.Fecha = e.Fecha.AddDays(1)
					_, err := insert(tx, e)
					return err
				}))
			}
		})
	}
	for range 3 {
		must(t, bring(t, to(t, frozen), export(t, a, id), 0))
	}
	wg.Wait()
}

func testMoveNothing(t *testing.T, from, to OpenMover) {
	a, b := from(t, frozen), to(t, frozen)
	wantNotFound(t, a.Export(t.Context(), 1, io.Discard))
	id, err := a.CreateClinica(t.Context(), tomahora.Clinica{Nombre: "Vacía", Zona: "America/Santiago"})
	must(t, err)
	file := export(t, a, id)
	must(t, bring(t, b, file, 0))
	wantFile(t, export(t, b, id), file)
}
