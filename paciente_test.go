package tomahora_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestFormatRUT(t *testing.T) {
	tests := []struct {
		name   string
		number int
		want   string
	}{
		{"equal digits", 11111111, "11111111-1"},
		{"ascending digits", 12345678, "12345678-5"},
		{"a remainder of one is a K", 60803000, "60803000-K"},
		{"the smallest number with a K", 6, "6-K"},
		{"no remainder is a 0", 14, "14-0"},
		{"one digit", 1, "1-9"},
		{"seven digits", 7654321, "7654321-6"},
		{"a company", 97030000, "97030000-7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tomahora.FormatRUT(tt.number); got != tt.want {
				t.Errorf("FormatRUT(%d) = %q, want %q", tt.number, got, tt.want)
			}
		})
	}
}

func TestNombreCompleto(t *testing.T) {
	tests := []struct {
		name, nombre, apellidos, want string
	}{
		{"both stand with a space between", "Fernanda", "Risopatrón", "Fernanda Risopatrón"},
		{"nombre alone has no space behind it", "Fernanda", "", "Fernanda"},
		{"apellidos alone have no space before them", "", "Risopatrón", "Risopatrón"},
		{"nothing is nothing", "", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			paciente := tomahora.Paciente{Nombre: tt.nombre, Apellidos: tt.apellidos}
			if got := paciente.NombreCompleto(); got != tt.want {
				t.Errorf("of a paciente it is %q, want %q", got, tt.want)
			}
			profesional := tomahora.Profesional{Nombre: tt.nombre, Apellidos: tt.apellidos}
			if got := profesional.NombreCompleto(); got != tt.want {
				t.Errorf("of a profesional it is %q, want %q", got, tt.want)
			}
		})
	}
}

func TestCambioPacienteWritesWhatDiffers(t *testing.T) {
	hoy, nacimiento := fecha(lunes), fecha(viernes)
	all := tomahora.CambioPaciente{
		RUT: new("12.345.678-5"), Nombre: new(" Ana "), NombreSocial: new("Anita"), Apellidos: new("Rojas"),
		FechaNacimiento: &nacimiento, FechaAfiliacion: &hoy, Telefono: new("2"), Celular: new("9"), Ciudad: new("Santiago"),
		Comuna: new("Ñuñoa"), Direccion: new("Calle 1"), Email: new("a@b.cl"), Sexo: new("f"), IDGenero: new(5),
		NumeroFicha: new("12"), Observaciones: new("x"), Habilitado: new(true),
	}
	want := tomahora.Paciente{
		RUT: "12345678-5", Nombre: "Ana", NombreSocial: "Anita", Apellidos: "Rojas", FechaNacimiento: nacimiento, FechaAfiliacion: hoy,
		Telefono: "2", Celular: "9", Ciudad: "Santiago", Comuna: "Ñuñoa", Direccion: "Calle 1", Email: "a@b.cl", Sexo: "F", IDGenero: 5,
		NumeroFicha: "12", Observaciones: "x", Habilitado: true,
	}
	got, campos, err := all.Apply(tomahora.Paciente{}, hoy)
	if err != nil {
		t.Fatalf("refused: %v", named(err))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a new paciente (-want +got):\n%s", diff)
	}
	names := []string{
		"rut", "nombre", "nombre_social", "apellidos", "fecha_nacimiento", "fecha_afiliacion", "telefono", "celular", "ciudad",
		"comuna", "direccion", "email", "sexo", "id_genero", "numero_ficha", "observaciones", "habilitado",
	}
	if diff := cmp.Diff(names, campos); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
	got.ID = 4
	if again, campos, err := all.Apply(got, hoy); again != got || campos != nil || err != nil {
		t.Errorf("the second time it changes %v (%v)", campos, err)
	}
}

func TestCambioPacienteTellsAllThatIsWrong(t *testing.T) {
	manana := fecha(lunes).AddDays(1)
	tests := []struct {
		name   string
		before tomahora.Paciente
		sent   tomahora.CambioPaciente
		want   []string
	}{
		{
			"a new paciente, in the wire's order", tomahora.Paciente{},
			tomahora.CambioPaciente{
				RUT: new("12345678-9"), FechaNacimiento: &manana, Sexo: new("otro"), IDGenero: new(6),
				Unreadable: tomahora.Problems{tomahora.Invalid(tomahora.CodeParametroInvalido, "telefono", "telefono", "x")},
			},
			[]string{
				"rut: parametro_invalido", "nombre: parametro_requerido", "apellidos: parametro_requerido",
				"fecha_nacimiento: parametro_invalido", "telefono: parametro_invalido", "sexo: parametro_invalido", "id_genero: parametro_invalido",
			},
		},
		{"a document of no tipo", tomahora.Paciente{ID: 1}, tomahora.CambioPaciente{RUT: new("12345678-9"), TipoDocumento: new(2)}, []string{"tipo_documento: parametro_invalido"}},
		{"a document called RUT", tomahora.Paciente{ID: 1, RUT: "AB1", TipoDocumento: 1}, tomahora.CambioPaciente{TipoDocumento: new(0)}, []string{"rut: parametro_invalido"}},
		{"a document that stays", tomahora.Paciente{ID: 1, RUT: "AB1"}, tomahora.CambioPaciente{RUT: new("ab1")}, nil},
		{"names taken away", tomahora.Paciente{ID: 1, Nombre: "A", Apellidos: "B"}, tomahora.CambioPaciente{Nombre: new(" ")}, []string{"nombre: parametro_requerido"}},
		{"names that were never there", tomahora.Paciente{ID: 1}, tomahora.CambioPaciente{Telefono: new("2")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, _, err := tt.sent.Apply(tt.before, fecha(lunes))
			if diff := cmp.Diff(tt.want, named(err)); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCambioPacienteMustHoldSomething(t *testing.T) {
	unreadable := tomahora.Problems{tomahora.Invalid(tomahora.CodeParametroInvalido, "sexo", "sexo", "x")}
	for name, tt := range map[string]struct {
		sent tomahora.CambioPaciente
		want []string
	}{
		"nothing":               {tomahora.CambioPaciente{}, []string{": sin_cambios"}},
		"an empty text":         {tomahora.CambioPaciente{Email: new("")}, nil},
		"something unreadable":  {tomahora.CambioPaciente{Unreadable: unreadable}, nil},
		"a habilitado of false": {tomahora.CambioPaciente{Habilitado: new(false)}, nil},
	} {
		if diff := cmp.Diff(tt.want, named(tt.sent.CheckSent())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
