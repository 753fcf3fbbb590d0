package medilink

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the clinic's zone must not depend on the machine

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/medilink/openapitest"
)

// now is the seed's moment of booking, 2018-11-05 17:09:01 in Chile.
func now() time.Time { return time.Date(2018, 11, 5, 20, 9, 1, 0, time.UTC) }

// fakeStore is one clinic in memory: just enough for the face's own tests. It
// runs every closure twice, as a store may.
type fakeStore struct {
	tomahora.Store
	fakeData
	mu     sync.Mutex
	err    error
	failed error // of reads alone
	writes int
}

// fakeData is what a transaction that fails leaves as it was.
type fakeData struct {
	cfg        *tomahora.Config
	citas      []tomahora.Cita
	pacientes  []tomahora.Paciente
	atenciones []tomahora.Atencion
	respuestas []fakeRespuesta
}

func (d fakeData) clone() fakeData {
	return fakeData{d.cfg, slices.Clone(d.citas), slices.Clone(d.pacientes), slices.Clone(d.atenciones), slices.Clone(d.respuestas)}
}

func newFakeStore(t testing.TB) *fakeStore {
	t.Helper()
	cfg, err := tomahora.NewConfig(1, tomahora.Plan{
		Clinica:    tomahora.Clinica{ID: 1, Nombre: "Demo", Zona: "America/Santiago"},
		Sucursales: []tomahora.Sucursal{{ID: 1, Nombre: "NORTE", Habilitada: true}},
		Sillones:   []tomahora.Sillon{{ID: 1, Nombre: "Sillon 1"}},
		Profesionales: []tomahora.Profesional{
			{ID: 2, Nombre: "Daniel", Apellidos: "Vergara", Intervalo: 15, Habilitado: true},
		},
		Estados: tomahora.EstadosIniciales(),
		Horarios: []tomahora.Horario{{ID: 1, IDProfesional: 2, IDSucursal: 1, Dia: tomahora.Viernes, Jornada: tomahora.Jornada{
			Rango: tomahora.Rango{Inicio: 8 * 60, Fin: 20 * 60}, Sillones: []tomahora.SillonID{1}, Modalidad: tomahora.Ambas,
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &fakeStore{fakeData: fakeData{
		cfg: cfg,
		pacientes: []tomahora.Paciente{
			{
				ID: 2, Version: 1, Creado: time.Date(2018, 1, 2, 13, 0, 0, 0, time.UTC), RUT: "11111111-1", Nombre: "Fernanda", Apellidos: "Risopatrón", Sexo: "F", Habilitado: true,
				Observaciones: "<b> & más", FechaAfiliacion: tomahora.Fecha{Year: 2018, Month: 1, Day: 2},
			},
			{ID: 5, Nombre: "Ñandú", Version: 1},
		},
		atenciones: []tomahora.Atencion{
			{
				ID: 2, Nombre: "Exodoncia", Tipo: tomahora.TipoConsulta, Fecha: tomahora.Fecha{Year: 2018, Month: 11, Day: 1},
				IDPaciente: 2, IDProfesional: 2, IDSucursal: 1, NombrePaciente: "Fernanda Risopatrón",
			},
			{
				ID: 3, Nombre: "Reposo", Tipo: "Otro", Fecha: tomahora.Fecha{Year: 2018, Month: 11, Day: 2},
				IDPaciente: 2, IDProfesional: 2, IDSucursal: 1, NombrePaciente: "Fernanda Risopatrón", Finalizado: true,
			},
		},
	}}
}

func (s *fakeStore) TokenByHash(_ context.Context, hash []byte) (tomahora.Token, error) {
	switch {
	case bytes.Equal(hash, auth.Hash("demo")):
		return tomahora.Token{ID: 3, IDClinica: 1}, nil
	case bytes.Equal(hash, auth.Hash("lector")):
		return tomahora.Token{ID: 4, IDClinica: 1, Lectura: true}, nil
	default:
		return tomahora.Token{}, tomahora.NotFound("el token")
	}
}

func (s *fakeStore) View(_ context.Context, _ tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := cmp.Or(s.err, s.failed); err != nil {
		return err
	}
	_ = fn(&fakeTx{s: s})
	return fn(&fakeTx{s: s})
}

func (s *fakeStore) Update(_ context.Context, _ tomahora.ClinicaID, fn func(tomahora.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	before := s.clone()
	_ = fn(&fakeTx{s: s})
	s.fakeData = before.clone()
	s.writes++
	err := fn(&fakeTx{s: s})
	if err != nil {
		s.fakeData = before
	}
	return err
}

type fakeTx struct {
	tomahora.Tx
	s *fakeStore
}

func (tx *fakeTx) Now() time.Time                  { return now() }
func (tx *fakeTx) Config() *tomahora.Config        { return tx.s.cfg }
func (tx *fakeTx) Citas() tomahora.Citas           { return fakeCitas{s: tx.s} }
func (tx *fakeTx) Pacientes() tomahora.Pacientes   { return fakePacientes{s: tx.s} }
func (tx *fakeTx) Atenciones() tomahora.Atenciones { return fakeAtenciones{s: tx.s} }
func (tx *fakeTx) Reservas() tomahora.Reservas     { return fakeReservas{} }
func (tx *fakeTx) Respuestas() tomahora.Respuestas { return fakeRespuestas{s: tx.s} }
func (tx *fakeTx) Setup() tomahora.Setup           { return fakeSetup{s: tx.s} }

// fakeReservas are none; a real store has them.
type fakeReservas struct{ tomahora.Reservas }

func (fakeReservas) Vigentes(tomahora.Fecha, tomahora.Fecha) ([]tomahora.Reserva, error) {
	return nil, nil
}

type fakeRespuestas struct{ s *fakeStore }

func (f fakeRespuestas) Find(k tomahora.Clave) (tomahora.Respuesta, string, error) {
	for _, kept := range f.s.respuestas {
		huella := kept.clave.Huella
		if kept.clave.Huella = k.Huella; kept.clave == k {
			return kept.respuesta, huella, nil
		}
	}
	return tomahora.Respuesta{}, "", tomahora.NotFound("la respuesta")
}

func (f fakeRespuestas) Keep(k tomahora.Clave, r tomahora.Respuesta) error {
	f.s.respuestas = append(f.s.respuestas, fakeRespuesta{k, r})
	return nil
}

type fakeRespuesta struct {
	clave     tomahora.Clave
	respuesta tomahora.Respuesta
}

type fakeCitas struct {
	tomahora.Citas
	s *fakeStore
}

func (c fakeCitas) Get(id tomahora.CitaID) (tomahora.Cita, error) {
	for _, cita := range c.s.citas {
		if cita.ID == id {
			return cita, nil
		}
	}
	return tomahora.Cita{}, tomahora.NotFound("la cita")
}

func (c fakeCitas) Facts(s tomahora.Solicitud, _ bool, but tomahora.CitaID) (f tomahora.Facts, err error) {
	if paciente, err := (fakePacientes{s: c.s}).Get(s.IDPaciente); err == nil {
		f.Paciente = &paciente
	}
	if atencion, err := (fakeAtenciones{s: c.s}).Get(s.IDAtencion); err == nil {
		f.Atencion = &atencion
	}
	for _, cita := range c.s.citas {
		if f.Topes.Profesional == 0 && cita.Viva && cita.ID != but && cita.Espacio.TopeProfesional(s.Espacio()) {
			f.Topes.Profesional = cita.ID
		}
	}
	return f, nil
}

func (c fakeCitas) Create(cita tomahora.Cita) (tomahora.Cita, error) {
	cita.ID = tomahora.CitaID(754 + len(c.s.citas))
	cita.Creada, cita.Cambiada, cita.EstadoDesde, cita.Version = now(), now(), now(), 1
	cita.NombrePaciente, cita.ApellidosPaciente, cita.NombreAtencion = "Fernanda", "Risopatrón", "Exodoncia"
	c.s.citas = append(c.s.citas, cita)
	return cita, nil
}

func (c fakeCitas) Save(cita tomahora.Cita, _ tomahora.Actor, _ ...string) (tomahora.Cita, error) {
	i := slices.IndexFunc(c.s.citas, func(o tomahora.Cita) bool { return o.ID == cita.ID })
	if cita.IDEstado != c.s.citas[i].IDEstado {
		cita.EstadoDesde = now()
	}
	cita.Cambiada, cita.Version = now(), cita.Version+1
	c.s.citas[i] = cita
	return cita, nil
}

func (c fakeCitas) List(q tomahora.Consulta) ([]tomahora.Cita, error) {
	return tomahora.Select(c.s.citas, q, func(cita tomahora.Cita, name string) any {
		estado, _ := c.s.cfg.Estado(cita.IDEstado)
		paciente, _ := fakePacientes{s: c.s}.Get(cita.IDPaciente)
		switch name {
		case "rut":
			return paciente.RUT
		case "id_estado":
			return int64(cita.IDEstado)
		case "estado_anulacion":
			return int64(bit(estado.Anulacion))
		case "id_sucursal":
			return int64(cita.Espacio.IDSucursal)
		case "id_profesional":
			return int64(cita.Espacio.IDProfesional)
		case "id_sillon":
			return int64(cita.Espacio.IDSillon)
		case "id_paciente":
			return int64(cita.IDPaciente)
		case "id_atencion":
			return int64(cita.IDAtencion)
		case "id", "fecha", "hora_inicio", "fecha_actualizacion":
			return citaValue(cita, name)
		default:
			panic("no such column: " + name)
		}
	}), nil
}

type fakePacientes struct {
	tomahora.Pacientes
	s *fakeStore
}

func (f fakePacientes) Get(id tomahora.PacienteID) (tomahora.Paciente, error) {
	return f.find(func(p tomahora.Paciente) bool { return p.ID == id })
}

func (f fakePacientes) ByRUT(rut string) (tomahora.Paciente, error) {
	return f.find(func(p tomahora.Paciente) bool { return p.RUT == rut })
}

func (f fakePacientes) find(is func(tomahora.Paciente) bool) (tomahora.Paciente, error) {
	if i := slices.IndexFunc(f.s.pacientes, is); i >= 0 {
		return f.s.pacientes[i], nil
	}
	return tomahora.Paciente{}, tomahora.NotFound("el paciente")
}

func (f fakePacientes) Create(p tomahora.Paciente, _ tomahora.Actor) (tomahora.Paciente, error) {
	p.ID, p.Version, p.Creado = tomahora.PacienteID(201+len(f.s.pacientes)), 1, now()
	f.s.pacientes = append(f.s.pacientes, p)
	return p, nil
}

func (f fakePacientes) Save(p tomahora.Paciente, _ tomahora.Actor, _ ...string) (tomahora.Paciente, error) {
	f.s.pacientes[slices.IndexFunc(f.s.pacientes, func(o tomahora.Paciente) bool { return o.ID == p.ID })] = p
	return p, nil
}

func (f fakePacientes) List(q tomahora.Consulta) ([]tomahora.Paciente, error) {
	return tomahora.Select(f.s.pacientes, q, func(p tomahora.Paciente, name string) any {
		switch name {
		case "rut":
			return p.RUT
		case "email":
			return p.Email
		case "numero_ficha":
			return p.NumeroFicha
		case "sexo":
			return p.Sexo
		case "habilitado":
			return int64(bit(p.Habilitado))
		case "celular":
			return p.Celular
		case "telefono":
			return p.Telefono
		case "id", "nombre", "apellidos", "fecha_nacimiento", "fecha_afiliacion":
			return pacienteValue(p, name)
		default:
			panic("no such column: " + name)
		}
	}), nil
}

type fakeAtenciones struct {
	tomahora.Atenciones
	s *fakeStore
}

func (f fakeAtenciones) Get(id tomahora.AtencionID) (tomahora.Atencion, error) {
	if i := slices.IndexFunc(f.s.atenciones, func(a tomahora.Atencion) bool { return a.ID == id }); i >= 0 {
		return f.s.atenciones[i], nil
	}
	return tomahora.Atencion{}, tomahora.NotFound("la atención")
}

func (f fakeAtenciones) FirstOpen(pac tomahora.PacienteID, prof tomahora.ProfesionalID, suc tomahora.SucursalID) (tomahora.Atencion, error) {
	i := slices.IndexFunc(f.s.atenciones, func(a tomahora.Atencion) bool {
		return a.IDPaciente == pac && a.IDProfesional == prof && a.IDSucursal == suc && !a.Finalizado
	})
	if i < 0 {
		return tomahora.Atencion{}, tomahora.NotFound("la atención")
	}
	return f.s.atenciones[i], nil
}

func (f fakeAtenciones) Create(a tomahora.Atencion, _ tomahora.Actor) (tomahora.Atencion, error) {
	a.ID = tomahora.AtencionID(6 + len(f.s.atenciones))
	f.s.atenciones = append(f.s.atenciones, a)
	return a, nil
}

func (f fakeAtenciones) List(q tomahora.Consulta) ([]tomahora.Atencion, error) {
	return tomahora.Select(f.s.atenciones, q, func(a tomahora.Atencion, name string) any {
		switch name {
		case "nombre":
			return a.Nombre
		case "nombre_tipo":
			return string(a.Tipo)
		case "id_paciente":
			return int64(a.IDPaciente)
		case "id_profesional":
			return int64(a.IDProfesional)
		case "id_sucursal":
			return int64(a.IDSucursal)
		case "finalizado":
			return int64(bit(a.Finalizado))
		case "bloqueado":
			return int64(bit(a.Bloqueado))
		case "id", "fecha":
			return atencionValue(a, name)
		default:
			panic("no such column: " + name)
		}
	}), nil
}

type fakeSetup struct {
	tomahora.Setup
	s *fakeStore
}

func (f fakeSetup) SaveEstado(e tomahora.Estado, _ tomahora.Actor) error {
	plan := f.s.cfg.Plan()
	plan.Estados = append(slices.Clone(plan.Estados), e)
	cfg, err := tomahora.NewConfig(f.s.cfg.Version()+1, plan)
	if err == nil {
		f.s.cfg = cfg
	}
	return err
}

// face is the API over a fakeStore, with the log it writes.
type face struct {
	http.Handler
	store *fakeStore
	log   *bytes.Buffer
	t     *testing.T // nil in benchmarks and fuzzers, which have no time to check
}

func newFace(t testing.TB, change ...func(*Options)) face {
	t.Helper()
	store, log := newFakeStore(t), &bytes.Buffer{}
	o := Options{
		Store:     store,
		Auth:      auth.New(store, time.Now),
		BaseURL:   func(*http.Request) string { return "http://api.medilink2.healthatom.com" },
		RequestID: func(context.Context) string { return "REQ1" },
		Logger:    slog.New(slog.NewTextHandler(log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	test, _ := t.(*testing.T)
	return face{New(o), store, log, test}
}

// header is one header of a request.
type header struct{ name, value string }

// send makes a request with the demo token unless a header says otherwise.
func (f face) send(method, target, body string, headers ...header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Authorization", "Token demo")
	for _, h := range headers {
		r.Header.Set(h.name, h.value)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if f.t != nil && method != http.MethodOptions && w.Code != http.StatusInternalServerError {
		openapitest.Check(f.t, r, []byte(body), w.Code, w.Header(), w.Body.Bytes())
	}
	return w
}

// errorOf reads an error envelope and checks its shape.
func errorOf(t *testing.T, w *httptest.ResponseRecorder) errorDetail {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/json; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	dec := json.NewDecoder(w.Body)
	dec.DisallowUnknownFields()
	var body errorBody
	if err := dec.Decode(&body); err != nil {
		t.Fatalf("not the error envelope: %v", err)
	}
	if body.Error.Errors == nil || body.Error.Message == "" || body.Error.RequestID != "REQ1" {
		t.Errorf("envelope is not whole: %+v", body)
	}
	return body.Error
}
