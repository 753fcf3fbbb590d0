// Command go walks through what a chatbot does, with holds and keys and nothing
// but the standard library: it finds or makes the paciente, offers the first free
// hours of a sucursal, holds one while the paciente decides, books it, confirms
// it, moves it and annuls it. Each write has an Idempotency-Key and is sent again
// under the same one when its answer does not arrive.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What of the answers is needed.
type (
	paciente struct {
		ID                int64
		Nombre, Apellidos string
	}
	sucursal struct {
		ID     int64
		Nombre string
	}
	atiende struct {
		IDProfesional     int64  `json:"id_profesional"`
		NombreProfesional string `json:"nombre_profesional"`
		IDSucursal        int64  `json:"id_sucursal"`
	}
	bloque struct {
		HoraInicio string `json:"hora_inicio"`
		Intervalo  int
		Sillones   []int64
		Modalidad  string
	}
	reserva struct {
		ID         int64
		Fecha      string
		HoraInicio string `json:"hora_inicio"`
		TTL        int
	}
	cita struct {
		ID                int64
		Fecha             string
		HoraInicio        string `json:"hora_inicio"`
		NombreProfesional string `json:"nombre_profesional"`
		EstadoCita        string `json:"estado_cita"`
	}
)

// hora is a free hour, ready to be held or moved to.
type hora struct {
	IDProfesional int64  `json:"id_profesional"`
	IDSucursal    int64  `json:"id_sucursal"`
	IDSillon      int64  `json:"id_sillon"`
	Fecha         string `json:"fecha"`
	HoraInicio    string `json:"hora_inicio"`
	Duracion      int    `json:"duracion"`
	Videoconsulta int    `json:"videoconsulta"`
	TTL           int    `json:"ttl,omitempty"` // of a reserva, in seconds
}

// GET /citas/estados lists them.
const confirmado, anulado = 3, 1

func main() {
	url := flag.String("url", "http://127.0.0.1:8080/api/v5", "base URL")
	token := flag.String("token", "demo", "access token")
	rut := flag.String("rut", "12345678-5", "RUT of the paciente")
	fallas := flag.String("fallas", "", "how, in a sandbox, the first attempts to book fail: 429,corte-despues")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := walk(ctx, newAPI(*url, *token, strings.FieldsFunc(*fallas, func(c rune) bool { return c == ',' })), *rut)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func walk(ctx context.Context, api *api, rut string) error {
	quien, err := pacienteByRUT(ctx, api, rut)
	if err != nil {
		return err
	}
	fmt.Printf("Paciente: %d, %s %s.\n", quien.ID, quien.Nombre, quien.Apellidos)
	horas, profesional, err := offer(ctx, api)
	if err != nil {
		return err
	}
	tomada, err := book(ctx, api, quien, &horas)
	if err != nil {
		return err
	}
	if err := listFuturas(ctx, api, quien); err != nil {
		return err
	}
	if err := setEstado(ctx, api, &tomada, "Confirmada", confirmado); err != nil {
		return err
	}
	err = firstFree(&horas, func(h hora) error {
		return api.call(ctx, "PUT", fmt.Sprintf("/citas/%d", tomada.ID), h, &tomada)
	})
	if err != nil {
		return err
	}
	show("Movida", tomada)
	if err := setEstado(ctx, api, &tomada, "Anulada", anulado); err != nil {
		return err
	}
	libres, err := horasLibres(ctx, api, profesional)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(libres, func(h hora) bool { return h.Fecha == tomada.Fecha && h.HoraInicio == tomada.HoraInicio }) {
		return errors.New("la hora anulada no se vuelve a ofrecer")
	}
	fmt.Println("La hora está libre otra vez.")
	return nil
}

func pacienteByRUT(ctx context.Context, api *api, rut string) (paciente, error) {
	var found []paciente
	if err := api.read(ctx, "/pacientes", &found, "q", q{"rut": {"eq": rut}}.String()); err != nil {
		return paciente{}, err
	}
	if len(found) > 0 {
		return found[0], nil
	}
	var made paciente
	err := api.call(ctx, "POST", "/pacientes", map[string]string{"rut": rut, "nombre": "Ana", "apellidos": "Rojas", "celular": "+56911111111"}, &made)
	return made, err
}

// offer shows who attends at the first sucursal, and finds the free hours of the
// first of them.
func offer(ctx context.Context, api *api) ([]hora, atiende, error) {
	var sucursales []sucursal
	if err := api.read(ctx, "/sucursales", &sucursales, "q", q{"habilitada": {"eq": 1}}.String()); err != nil || len(sucursales) == 0 {
		return nil, atiende{}, cmpErr(err, "la clínica no tiene sucursales")
	}
	var profesionales []atiende
	err := api.read(ctx, "/horarios", &profesionales, "q", q{"id_sucursal": {"eq": sucursales[0].ID}}.String())
	if err != nil || len(profesionales) == 0 {
		return nil, atiende{}, cmpErr(err, "en la sucursal no atiende nadie")
	}
	var nombres, primeras []string
	for _, p := range profesionales {
		nombres = append(nombres, p.NombreProfesional)
	}
	fmt.Printf("En %s atienden: %s.\n", sucursales[0].Nombre, strings.Join(nombres, ", "))
	horas, err := horasLibres(ctx, api, profesionales[0])
	for _, h := range horas[:min(3, len(horas))] {
		primeras = append(primeras, h.Fecha+" "+h.HoraInicio[:5])
	}
	fmt.Printf("Primeras horas: %s.\n", strings.Join(primeras, ", "))
	return horas, profesionales[0], err
}

// cmpErr is err, else one that says why.
func cmpErr(err error, why string) error {
	if err != nil {
		return err
	}
	return errors.New(why)
}

// horasLibres are the free hours of the next two weeks.
func horasLibres(ctx context.Context, api *api, p atiende) ([]hora, error) {
	tomorrow := time.Now().AddDate(0, 0, 1)
	var libres map[string]map[string][]bloque
	err := api.read(ctx, "/horariosdisponibles", &libres,
		"ids_profesional[]", text(p.IDProfesional), "id_sucursal", text(p.IDSucursal),
		"fecha_inicio", tomorrow.Format(time.DateOnly), "fecha_fin", tomorrow.AddDate(0, 0, 13).Format(time.DateOnly))
	if err != nil {
		return nil, err
	}
	var horas []hora
	for fecha, bloques := range libres[text(p.IDProfesional)] {
		for _, b := range bloques {
			h := hora{p.IDProfesional, p.IDSucursal, b.Sillones[0], fecha, b.HoraInicio, b.Intervalo, 0, 0}
			if b.Modalidad == "videoconsulta" {
				h.Videoconsulta = 1
			}
			horas = append(horas, h)
		}
	}
	slices.SortFunc(horas, func(a, b hora) int { return strings.Compare(a.Fecha+a.HoraInicio, b.Fecha+b.HoraInicio) })
	return horas, nil
}

func text(id int64) string { return strconv.FormatInt(id, 10) }

// book holds the first hour that nobody else wins, and books it.
func book(ctx context.Context, api *api, quien paciente, horas *[]hora) (cita, error) {
	var r reserva
	err := firstFree(horas, func(h hora) error {
		h.TTL = 120
		return api.call(ctx, "POST", "/reservas", h, &r)
	})
	if err != nil {
		return cita{}, err
	}
	fmt.Printf("Reservada: %s a las %s, por %d segundos.\n", r.Fecha, r.HoraInicio[:5], r.TTL)
	var c cita
	err = api.call(ctx, "POST", "/citas", map[string]int64{"id_reserva": r.ID, "id_paciente": quien.ID}, &c)
	if err == nil {
		show("Agendada", c)
	}
	return c, err
}

// firstFree does something with the first hour that nobody else wins, and takes it
// off the list.
func firstFree(horas *[]hora, do func(hora) error) error {
	for len(*horas) > 0 {
		h := (*horas)[0]
		*horas = (*horas)[1:]
		err := do(h)
		if refused := (*apiError)(nil); errors.As(err, &refused) && refused.isTaken() {
			continue
		}
		return err
	}
	return errors.New("no quedan horas libres")
}

func listFuturas(ctx context.Context, api *api, quien paciente) error {
	var futuras []cita
	err := api.read(ctx, fmt.Sprintf("/pacientes/%d/citas", quien.ID), &futuras,
		"q", q{"fecha": {"gte": time.Now().Format(time.DateOnly)}, "estado_anulacion": {"eq": 0}}.String())
	var ids []string
	for _, c := range futuras {
		ids = append(ids, text(c.ID))
	}
	fmt.Printf("Citas futuras: %s.\n", strings.Join(ids, ", "))
	return err
}

func setEstado(ctx context.Context, api *api, c *cita, que string, estado int) error {
	err := api.call(ctx, "PUT", fmt.Sprintf("/citas/%d", c.ID), map[string]int{"id_estado": estado}, c)
	if err == nil {
		show(que, *c)
	}
	return err
}

func show(que string, c cita) {
	fmt.Printf("%s: cita %d, %s a las %s, %s, %s.\n", que, c.ID, c.Fecha, c.HoraInicio[:5], c.NombreProfesional, c.EstadoCita)
}
