package agenda_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

type cambioPaciente = tomahora.CambioPaciente

// withRUT is the clinic whose paciente 1 has a RUT, an extranjero the document
// AB123, and paciente 2 one whose digit is wrong, from before digits were
// checked.
func withRUT(t *testing.T) *fakeTx {
	t.Helper()
	tx := newTx(t)
	tx.pacientes[1] = tomahora.Paciente{ID: 1, RUT: "11111111-1", Nombre: "Juan", Apellidos: "Lopez", Telefono: "1", Habilitado: true, Version: 1}
	tx.pacientes[2] = tomahora.Paciente{ID: 2, RUT: "12345678-9", Nombre: "Fernanda", Habilitado: true, Version: 1}
	tx.pacientes[3] = tomahora.Paciente{ID: 3, RUT: "AB123", TipoDocumento: 1, Nombre: "Ana", Apellidos: "Silva", Habilitado: true, Version: 1}
	return tx
}

func TestCrearPaciente(t *testing.T) {
	ana := tomahora.Paciente{
		ID: 4, Nombre: "Ana", Apellidos: "Rojas", Habilitado: true, Version: 1,
		FechaAfiliacion: tomahora.Fecha{Year: 2018, Month: 11, Day: 5},
	}
	tests := []struct {
		name   string
		sent   cambioPaciente // besides nombre and apellidos
		change func(*tomahora.Paciente)
	}{
		{"without any document", cambioPaciente{}, func(*tomahora.Paciente) {}},
		{"with an empty RUT", cambioPaciente{RUT: new("")}, func(*tomahora.Paciente) {}},
		{"with a RUT in any spelling", cambioPaciente{RUT: new(" 60.803.000k")}, func(p *tomahora.Paciente) { p.RUT = "60803000-K" }},
		{
			"with another document, whatever its digits", cambioPaciente{RUT: new(" p-1234567 "), TipoDocumento: new(1)},
			func(p *tomahora.Paciente) { p.RUT, p.TipoDocumento = "P-1234567", 1 },
		},
		{
			"with another document that looks like a RUT", cambioPaciente{RUT: new("12345678"), TipoDocumento: new(1)},
			func(p *tomahora.Paciente) { p.RUT, p.TipoDocumento = "12345678", 1 },
		},
		{"with spaces around the names", cambioPaciente{Nombre: new(" Ana "), Apellidos: new("Rojas ")}, func(*tomahora.Paciente) {}},
		{
			"with everything",
			cambioPaciente{
				NombreSocial: new("Anita"), FechaNacimiento: &viernes, FechaAfiliacion: &siguiente, Telefono: new("2"), Celular: new("9"),
				Ciudad: new("Santiago"), Comuna: new("Ñuñoa"), Direccion: new("Calle 1"), Email: new("a@b.cl"), Sexo: new("f"),
				IDGenero: new(5), NumeroFicha: new("12"), Observaciones: new("x"), Habilitado: new(false),
			},
			func(p *tomahora.Paciente) {
				p.NombreSocial, p.FechaNacimiento, p.FechaAfiliacion, p.Telefono, p.Celular = "Anita", viernes, siguiente, "2", "9"
				p.Ciudad, p.Comuna, p.Direccion, p.Email, p.Sexo = "Santiago", "Ñuñoa", "Calle 1", "a@b.cl", "F"
				p.IDGenero, p.NumeroFicha, p.Observaciones, p.Habilitado = 5, "12", "x", false
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := withRUT(t)
			if tt.sent.Nombre == nil {
				tt.sent.Nombre, tt.sent.Apellidos = new("Ana"), new("Rojas")
			}
			got, err := agenda.CrearPaciente(tx, recepcion, tt.sent)
			if err != nil {
				t.Fatalf("refused: %v", named(err))
			}
			want := ana
			want.Creado = tx.now
			tt.change(&want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the paciente (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCrearPacienteRefuses(t *testing.T) {
	tests := []struct {
		name string
		sent cambioPaciente
		want []string
	}{
		{"one without names", cambioPaciente{}, []string{"nombre: parametro_requerido", "apellidos: parametro_requerido"}},
		{"one whose names are spaces", cambioPaciente{Nombre: new(" "), Apellidos: new("\t")}, []string{"nombre: parametro_requerido", "apellidos: parametro_requerido"}},
		{
			"everything that is wrong, in the wire's order",
			cambioPaciente{
				RUT: new("11.111.111-2"), Sexo: new("X"), IDGenero: new(6), FechaNacimiento: &siguiente,
				Unreadable: tomahora.Problems{
					tomahora.Invalid(tomahora.CodeParametroInvalido, "habilitado", "habilitado", "x"),
					tomahora.Invalid(tomahora.CodeParametroInvalido, "nombre", "nombre", "x"),
				},
			},
			[]string{
				"rut: parametro_invalido", "nombre: parametro_invalido", "apellidos: parametro_requerido",
				"fecha_nacimiento: parametro_invalido", "sexo: parametro_invalido", "id_genero: parametro_invalido", "habilitado: parametro_invalido",
			},
		},
		{"a RUT with a wrong digit", ana(cambioPaciente{RUT: new("12345678-9")}), []string{"rut: parametro_invalido"}},
		{"a RUT with a wrong digit that says it is one", ana(cambioPaciente{RUT: new("12345678-9"), TipoDocumento: new(0)}), []string{"rut: parametro_invalido"}},
		{"a document that is not said to be another", ana(cambioPaciente{RUT: new("P1234567")}), []string{"rut: parametro_invalido"}},
		{"a tipo_documento that is none", ana(cambioPaciente{TipoDocumento: new(2)}), []string{"tipo_documento: parametro_invalido"}},
		{"an id_genero below 0", ana(cambioPaciente{IDGenero: new(-1)}), []string{"id_genero: parametro_invalido"}},
		{"a RUT that another has", ana(cambioPaciente{RUT: new("11.111.111-1")}), []string{"rut: paciente_existe"}},
		{"a document that another has", ana(cambioPaciente{RUT: new("ab123"), TipoDocumento: new(1)}), []string{"rut: paciente_existe"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := withRUT(t)
			_, err := agenda.CrearPaciente(tx, recepcion, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if tx.wrote != nil {
				t.Errorf("wrote %v, want nothing", tx.wrote)
			}
		})
	}
}

func ana(c cambioPaciente) cambioPaciente {
	c.Nombre, c.Apellidos = new("Ana"), new("Rojas")
	return c
}

func TestBornTodayIsNotInTheFuture(t *testing.T) {
	tx := newTx(t, func(p *tomahora.Plan) { p.Clinica.Zona = "America/Santiago" })
	tx.now = tx.now.AddDate(0, 0, 1).Truncate(24 * 60 * 60e9) // midnight in UTC, the evening before in Santiago
	hoy := tomahora.Fecha{Year: 2018, Month: 11, Day: 5}
	got, err := agenda.CrearPaciente(tx, recepcion, ana(cambioPaciente{FechaNacimiento: &hoy}))
	if err != nil || got.FechaAfiliacion != hoy {
		t.Errorf("afiliado on %s (%v), want %s, the clinic's today", got.FechaAfiliacion, err, hoy)
	}
	manana := hoy.AddDays(1)
	if _, err := agenda.CrearPaciente(tx, recepcion, ana(cambioPaciente{FechaNacimiento: &manana})); !tomahora.IsCode(err, tomahora.CodeParametroInvalido) {
		t.Errorf("born tomorrow: got %v", err)
	}
}

func TestModificarPaciente(t *testing.T) {
	tests := []struct {
		name  string
		id    tomahora.PacienteID
		sent  cambioPaciente
		wrote []string
		want  []string
	}{
		{name: "writes only what is sent and differs", id: 1, sent: cambioPaciente{Nombre: new("Juan"), Telefono: new("2"), Email: new("j@l.cl")}, wrote: []string{"paciente 1 telefono email"}},
		{name: "clears with an empty text", id: 1, sent: cambioPaciente{RUT: new(""), Telefono: new("")}, wrote: []string{"paciente 1 rut telefono"}},
		{name: "clears with no date", id: 1, sent: cambioPaciente{FechaNacimiento: &tomahora.Fecha{}}},
		{name: "writes nothing where nothing differs", id: 1, sent: cambioPaciente{RUT: new("11.111.111-1"), Nombre: new("Juan "), Habilitado: new(true)}},
		{name: "does not judge again a RUT that stays", id: 2, sent: cambioPaciente{RUT: new("12.345.678-9"), Email: new("f@r.cl")}, wrote: []string{"paciente 2 email"}},
		{name: "does not ask for names that were never there", id: 2, sent: cambioPaciente{Email: new("f@r.cl")}, wrote: []string{"paciente 2 email"}},
		{name: "keeps the tipo_documento for a new document", id: 3, sent: cambioPaciente{RUT: new("CD456")}, wrote: []string{"paciente 3 rut"}},
		{name: "takes back a RUT that is its own", id: 1, sent: cambioPaciente{RUT: new("111111111"), Sexo: new("m")}, wrote: []string{"paciente 1 sexo"}},
		{name: "refuses nothing at all", id: 1, want: []string{": sin_cambios"}},
		{
			name: "tells what cannot be read", id: 1,
			sent: cambioPaciente{Unreadable: tomahora.Problems{tomahora.Invalid(tomahora.CodeParametroInvalido, "id_genero", "id_genero", "x")}},
			want: []string{"id_genero: parametro_invalido"},
		},
		{name: "refuses to take the names away", id: 1, sent: cambioPaciente{Nombre: new(""), Apellidos: new(" ")}, want: []string{"nombre: parametro_requerido", "apellidos: parametro_requerido"}},
		{name: "refuses a new RUT with a wrong digit", id: 1, sent: cambioPaciente{RUT: new("11111111-2")}, want: []string{"rut: parametro_invalido"}},
		{name: "refuses to call RUT what is none", id: 3, sent: cambioPaciente{TipoDocumento: new(0)}, want: []string{"rut: parametro_invalido"}},
		{name: "refuses a RUT that another has", id: 3, sent: cambioPaciente{RUT: new("11111111-1"), TipoDocumento: new(0)}, want: []string{"rut: paciente_existe"}},
		{name: "finds no one with an unknown id, whatever is sent", id: 99, want: []string{": no_encontrado"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tx := withRUT(t)
			before := maps.Clone(tx.pacientes)
			got, err := agenda.ModificarPaciente(tx, recepcion, tt.id, tt.sent)
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.wrote, tx.wrote); diff != "" {
				t.Errorf("written (-want +got):\n%s", diff)
			}
			if err == nil {
				if diff := cmp.Diff(tx.pacientes[tt.id], got); diff != "" {
					t.Errorf("the answer is not what is kept (-kept +got):\n%s", diff)
				}
			}
			if changed := !maps.Equal(before, tx.pacientes); changed != (tt.wrote != nil) {
				t.Errorf("changed = %v, wrote %v", changed, tt.wrote)
			}
		})
	}
}

func TestAFailingStoreIsNoMissingPaciente(t *testing.T) {
	disk := errors.New("disk gone")
	tx := withRUT(t)
	tx.broken = disk
	if _, err := agenda.CrearPaciente(tx, recepcion, ana(cambioPaciente{RUT: new("12345678-5")})); !errors.Is(err, disk) {
		t.Errorf("got %v, want the store's own error", err)
	}
	if _, err := agenda.CrearAtencion(tx, recepcion, tomahora.Atencion{IDPaciente: 1, IDProfesional: 2}); !errors.Is(err, disk) {
		t.Errorf("got %v, want the store's own error", err)
	}
	bloqueo := tomahora.HorarioBloqueado{IDSucursal: 1, Fecha: viernes, Rango: tomahora.Rango{Inicio: 0, Fin: 60}}
	if _, err := agenda.GuardarBloqueo(tx, recepcion, bloqueo, false); !errors.Is(err, disk) {
		t.Errorf("got %v, want the store's own error", err)
	}
}
