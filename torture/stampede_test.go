package torture

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// stampeders are how many clients run at once.
const stampeders = 64

// slots are how many citas fit where they run to.
const slots = 10

// stampede is a rush for a day without any break.
type stampede struct {
	profs map[int64][]int64 // with the sucursales where they attend that day
	hours hours
	// wants is what a client asks for in its turn k, of a slot of each hour from
	// the start of the day: clients of the same k are in each other's way.
	wants   func(rnd *rand.Rand, k int) place
	refusal func(codes []string) bool
}

func onlyProfesional(codes []string) bool { return slices.Equal(codes, []string{topeProfesional}) }

func stampedes() map[string]stampede {
	norte := map[int64][]int64{2: {1}}
	day := hours{inicio: 8 * 60, fin: 18 * 60, sillones: []int64{1}, modalidad: presencial}
	return map[string]stampede{
		"identical": {norte, day, func(_ *rand.Rand, k int) place {
			return place{prof: 2, suc: 1, sillon: 1, inicio: 480 + 60*k, fin: 540 + 60*k}
		}, onlyProfesional},
		"overlapping": {norte, day, func(rnd *rand.Rand, k int) place {
			inicio := 480 + 60*k + 15*rnd.IntN(2) // any two of 45 minutes share some of the hour
			return place{prof: 2, suc: 1, sillon: 1, inicio: inicio, fin: inicio + 45}
		}, onlyProfesional},
		"at two sucursales": {map[int64][]int64{1: {1, 2}}, day, func(rnd *rand.Rand, k int) place {
			return place{prof: 1, suc: 1 + rnd.Int64N(2), sillon: 1, inicio: 480 + 60*k, fin: 540 + 60*k}
		}, onlyProfesional},
		"for an exclusive sillón": {
			map[int64][]int64{4: {2}, 6: {2}},
			hours{inicio: 8 * 60, fin: 18 * 60, sillones: []int64{exclusiveSillon}, modalidad: presencial},
			func(rnd *rand.Rand, k int) place {
				return place{prof: 4 + 2*rnd.Int64N(2), suc: 2, sillon: exclusiveSillon, inicio: 480 + 60*k, fin: 540 + 60*k}
			},
			func(codes []string) bool { return slices.Contains(codes, topeSillon) },
		},
	}
}

// TestStampede: of 64 clients who each ask for each of 10 slots, exactly 10 get
// one, and all others hear why not.
func TestStampede(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		pacientes := c.pacientes(t, stampeders)
		date := firstWeek.AddDate(80, 0, 0)
		rounds(t, budget(t, 5, 0), func(seed uint64) {
			all := stampedes()
			for _, name := range slices.Sorted(maps.Keys(all)) {
				date = date.AddDate(0, 0, 1)
				all[name].run(t, name, c, date.Format(time.DateOnly), pacientes, seed)
			}
		})
		c.check(t)
	})
}

func (s stampede) run(t *testing.T, name string, c *cluster, fecha string, pacientes []int64, seed uint64) {
	t.Helper()
	for prof, sucursales := range s.profs {
		for _, suc := range sucursales {
			created(t, c.server(0).call(http.MethodPost, fmt.Sprintf("/profesionales/%d/horariosespeciales", prof), object{
				"id_sucursal": suc, "fecha": fecha, "hora_inicio": hora(s.hours.inicio), "hora_fin": hora(s.hours.fin),
				"sillones": s.hours.sillones, "modalidad": s.hours.modalidad,
			}))
		}
	}
	won := map[int]int{} // by slot
	var mu sync.Mutex
	storm(func(client int) {
		rnd := rand.New(rand.NewPCG(seed, uint64(client)))
		for _, k := range rnd.Perm(slots) {
			p := s.wants(rnd, k)
			p.fecha = fecha
			w := wish{place: p, paciente: pacientes[client], estado: estadoInicial, video: absent}
			a := c.server(client).call(http.MethodPost, "/citas", w.body())
			mu.Lock()
			switch {
			case a.status == http.StatusCreated && !a.replayed():
				won[k]++
			case a.status != http.StatusBadRequest || !s.refusal(a.refusal().codes()):
				t.Errorf("%s: %v got %v", name, w.body(), a)
			}
			mu.Unlock()
		}
	})
	for k := range slots {
		if won[k] != 1 {
			t.Errorf("%s: slot %d was given to %d clients, want 1", name, k, won[k])
		}
	}
	on, err := c.server(1).list(fmt.Sprintf(`{"fecha":{"eq":%q}}`, fecha))
	if err != nil || len(on) != slots || len(conflicts(on)) > 0 {
		t.Errorf("%s: the day has %d citas (%v), want %d; in conflict: %v", name, len(on), err, slots, conflicts(on))
	}
}

// storm lets all clients begin at once, and waits for them.
func storm(client func(n int)) {
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for n := range stampeders {
		wg.Go(func() {
			<-begin
			client(n)
		})
	}
	close(begin)
	wg.Wait()
}

// onlyOne lets all clients send a request, and wants one of them granted and
// every other refused with the code.
func onlyOne(t *testing.T, c *cluster, path, code string, body func(client int) object) int64 {
	t.Helper()
	var mu sync.Mutex
	var ids []int64
	storm(func(client int) {
		a := c.server(client).call(http.MethodPost, path, body(client))
		mu.Lock()
		defer mu.Unlock()
		switch {
		case a.status == http.StatusCreated && !a.replayed():
			made, err := data[struct{ ID int64 }](a)
			if err != nil {
				t.Errorf("got %v: %v", a, err)
			}
			ids = append(ids, made.ID)
		case a.status != http.StatusBadRequest || !slices.Equal(a.refusal().codes(), []string{code}):
			t.Errorf("%s: got %v, want 400 %s", path, a, code)
		}
	})
	if len(ids) != 1 {
		t.Fatalf("%s: %d clients were served, want 1", path, len(ids))
	}
	return ids[0]
}

// TestOneCitaOfAnAtencion: 64 clients book different hours with the same atención.
func TestOneCitaOfAnAtencion(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		paciente := c.pacientes(t, 1)[0]
		at := created(t, c.server(0).call(http.MethodPost, "/atenciones", object{"id_paciente": paciente, "id_profesional": 2, "id_sucursal": 1}))
		id := onlyOne(t, c, "/citas", atencionConCita, func(client int) object {
			inicio := 480 + 15*(client%20)
			p := place{2, 1, 1, firstWeek.AddDate(0, 0, client/20).Format(time.DateOnly), inicio, inicio + 15}
			return wish{place: p, paciente: paciente, atencion: at, estado: estadoInicial, video: 0}.body()
		})
		on, err := c.server(1).list(fmt.Sprintf(`{"id_paciente":{"eq":%d}}`, paciente))
		if err != nil || len(on) != 1 || on[0].ID != id {
			t.Errorf("the paciente has the citas %v (%v), want %d", on, err, id)
		}
	})
}

// TestOneCitaOfManySendings: 64 times the same request, as of a client that is
// out of patience, is one cita, and every sending hears of it.
func TestOneCitaOfManySendings(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		p := place{1, 1, 1, firstWeek.Format(time.DateOnly), 540, 570}
		body := wish{place: p, paciente: c.pacientes(t, 1)[0], estado: estadoInicial, video: absent}.body()
		var mu sync.Mutex
		ids, originals := map[int64]bool{}, 0
		storm(func(client int) {
			a := c.server(client).call(http.MethodPost, "/citas", body)
			got, err := data[cita](a)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || a.status != http.StatusCreated {
				t.Errorf("got %v, want 201", a)
			}
			ids[got.ID] = true
			if !a.replayed() {
				originals++
			}
		})
		if len(ids) != 1 || originals != 1 {
			t.Errorf("got the citas %v, %d of them new, want one", slices.Collect(maps.Keys(ids)), originals)
		}
	})
}

// TestOnePacienteOfARUT: 64 clients register the same person.
func TestOnePacienteOfARUT(t *testing.T) {
	onEvery(t, func(t *testing.T, b backend) {
		c := b.open(t)
		const rut = "30.686.957-4"
		onlyOne(t, c, "/pacientes", "paciente_existe", func(int) object {
			return object{"nombre": "Paciente", "apellidos": "De Prueba", "rut": rut}
		})
	})
}
