package tomahora_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

// messages are the sentences a caller reads, for values as the rules give them.
func messages() map[tomahora.Code]struct {
	args []any
	want string
} {
	return map[tomahora.Code]struct {
		args []any
		want string
	}{
		tomahora.CodeParametroRequerido: {[]any{"fecha"}, "El parámetro fecha es requerido"},
		tomahora.CodeParametroInvalido:  {[]any{"fecha", "no es una fecha"}, "El parámetro fecha no es válido: no es una fecha"},

		tomahora.CodeNoExiste:                 {[]any{"la sucursal", "id_sucursal"}, "No existe la sucursal que indica id_sucursal"},
		tomahora.CodeProfesionalDeshabilitado: {nil, "El profesional está deshabilitado"},
		tomahora.CodeSucursalDeshabilitada:    {nil, "La sucursal está deshabilitada"},
		tomahora.CodeEstadoInvalido:           {nil, "El estado indicado en id_estado no se puede usar"},
		tomahora.CodePacienteDeshabilitado:    {nil, "El paciente está deshabilitado"},
		tomahora.CodeAtencionDeOtroPaciente:   {nil, "La atención indicada en id_atencion es de otro paciente"},
		tomahora.CodeAtencionTipoNoPermitido:  {[]any{"Licencia"}, "La atención indicada en id_atencion es de tipo Licencia y no admite citas"},
		tomahora.CodeAtencionCerrada:          {nil, "La atención indicada en id_atencion está finalizada o bloqueada"},
		tomahora.CodeAtencionConCita:          {nil, "La atención indicada en id_atencion ya tiene una cita"},

		tomahora.CodeFechaPasada:            {nil, "La fecha y hora de la cita ya pasaron"},
		tomahora.CodeDuracionIncompatible:   {[]any{tomahora.Duracion(15)}, "Profesional no tiene horario para la fecha y duración de cita solicitadas: la duración debe ser un múltiplo de 15 minutos"},
		tomahora.CodeSinHorario:             {nil, "Profesional no tiene horario para la fecha y duración de cita solicitadas"},
		tomahora.CodeSillonNoDisponible:     {[]any{box3}, "El sillón 3 no se atiende en ese horario del profesional"},
		tomahora.CodeVideoconsultaRequerida: {nil, "El parámetro videoconsulta es requerido: el horario del profesional admite ambas modalidades"},
		tomahora.CodeModalidadNoDisponible:  {[]any{"presencial"}, "El horario del profesional solo admite la modalidad presencial"},
		tomahora.CodeTopeProfesional:        {nil, "Profesional tiene tope con otra cita"},
		tomahora.CodeTopeSillon:             {nil, "Sillón tiene tope con otra cita"},

		tomahora.CodeNoEncontrado:          {[]any{"la cita"}, "No se encontró la cita"},
		tomahora.CodeNoDisponible:          {nil, "El servicio no está disponible en este momento; intente de nuevo"},
		tomahora.CodePacienteExiste:        {nil, "Ya existe un paciente con el RUT indicado"},
		tomahora.CodeConfiguracionInvalida: {[]any{"el sillón 9 no existe"}, "La configuración no es válida: el sillón 9 no existe"},
		tomahora.CodeSinCambios:            {nil, "La solicitud no indica ningún cambio"},
		tomahora.CodeCitaAnulada:           {[]any{"cambiar de fecha"}, "La cita está anulada y no se puede cambiar de fecha"},
		tomahora.CodePacienteAmbiguo:       {nil, "Más de un paciente tiene ese contacto; búsquelo por su RUT"},
		tomahora.CodeSoloDemo:              {nil, "Solo la clínica de demostración se puede volver a como estaba al principio"},
		tomahora.CodeBloqueoConCitas:       {[]any{2}, "El bloqueo se superpone con citas ya agendadas (2); con forzar=1 se guarda de todos modos"},
		tomahora.CodeEspecialConCitas:      {[]any{2}, "El horario especial deja citas ya agendadas fuera de sus horas (2)"},

		tomahora.CodeNoAutorizado:          {nil, "Token ausente o inválido"},
		tomahora.CodeSinPermiso:            {nil, "El token es de solo lectura"},
		tomahora.CodeMetodoNoPermitido:     {[]any{"PUT"}, "El método PUT no está permitido en esta ruta"},
		tomahora.CodeCuerpoDemasiadoGrande: {[]any{1 << 20}, "El cuerpo de la solicitud supera 1048576 bytes"},
		tomahora.CodeCuerpoInvalido:        {[]any{"JSON incompleto"}, "El cuerpo de la solicitud no se puede leer: JSON incompleto"},
		tomahora.CodeDemasiadasSolicitudes: {nil, "Too Many Attempts"},
		tomahora.CodeErrorInterno:          {nil, "Error interno del servidor"},

		tomahora.CodeFiltroInvalido:    {[]any{"no es JSON válido"}, `El parámetro q no se puede leer: no es JSON válido; se espera JSON con el formato {"columna":{"operador":"valor"}}`},
		tomahora.CodeFiltroNoPermitido: {[]any{"color"}, "No puede buscar por color"},
		tomahora.CodeOrdenNoPermitido:  {[]any{"color"}, "No puede ordenar por color"},
		tomahora.CodeCursorInvalido:    {nil, "El cursor no es válido o es de otra lista"},
	}
}

func TestEveryCodeHasItsMessage(t *testing.T) {
	for name, code := range declaredCodes(t) {
		if got := tomahora.Invalid(code, "").Error(); got == string(code) {
			t.Errorf("%s (%s) has no message", name, code)
		}
	}
	for code, m := range messages() {
		if got := tomahora.Invalid(code, "", m.args...).Error(); got != m.want {
			t.Errorf("%s says %q, want %q", code, got, m.want)
		}
	}
}

// declaredCodes reads the constants of type Code from the package's own source.
func declaredCodes(t *testing.T) map[string]tomahora.Code {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source beside the test: %v", err)
	}
	codes := map[string]tomahora.Code{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Code" || len(spec.Values) != 1 {
				return true
			}
			literal, ok := spec.Values[0].(*ast.BasicLit)
			if !ok {
				return true
			}
			text, err := strconv.Unquote(literal.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[spec.Names[0].Name] = tomahora.Code(text)
			return true
		})
	}
	if len(codes) == 0 {
		t.Fatal("found no constant of type Code")
	}
	return codes
}

func TestACodeWithoutMessageSaysItself(t *testing.T) {
	if got := tomahora.Invalid("otra_cosa", "").Error(); got != "otra_cosa" {
		t.Errorf("got %q, want the code", got)
	}
}

func TestErrorConstructors(t *testing.T) {
	cause := errors.New("disk gone")
	tests := []struct {
		name string
		err  *tomahora.Error
		kind tomahora.Kind
		code tomahora.Code
		msg  string
	}{
		{"a bad parameter must change", tomahora.Invalid(tomahora.CodeSinHorario, "hora_inicio"), tomahora.KindInvalid, tomahora.CodeSinHorario, "Profesional no tiene horario para la fecha y duración de cita solicitadas"},
		{"a missing thing is named", tomahora.NotFound("la cita"), tomahora.KindNotFound, tomahora.CodeNoEncontrado, "No se encontró la cita"},
		{"a silent database never shows its cause", tomahora.Unavailable(cause), tomahora.KindUnavailable, tomahora.CodeNoDisponible, "El servicio no está disponible en este momento; intente de nuevo"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err.Kind != tt.kind || tt.err.Code != tt.code || tt.err.Error() != tt.msg {
				t.Errorf("got kind %d, code %s, %q", tt.err.Kind, tt.err.Code, tt.err)
			}
		})
	}
	if !errors.Is(tomahora.Unavailable(cause), cause) {
		t.Error("the cause of Unavailable is lost to errors.Is")
	}
}

func TestProblemsOf(t *testing.T) {
	one := tomahora.Invalid(tomahora.CodeTopeProfesional, "hora_inicio")
	two := tomahora.Invalid(tomahora.CodeTopeSillon, "id_sillon")
	tests := []struct {
		name string
		err  error
		want []tomahora.Code
	}{
		{"nothing wrong is no problem", nil, nil},
		{"an internal error is no problem of the caller", context.Canceled, nil},
		{"one error is one problem", one, []tomahora.Code{tomahora.CodeTopeProfesional}},
		{"one wrapped error is one problem", fmt.Errorf("create cita: %w", one), []tomahora.Code{tomahora.CodeTopeProfesional}},
		{"a stage is all its problems in order", tomahora.Problems{two, one}, []tomahora.Code{tomahora.CodeTopeSillon, tomahora.CodeTopeProfesional}},
		{"a wrapped stage is all its problems", fmt.Errorf("agendar: %w", tomahora.Problems{one, two}), []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon}},
		{"a stage wrapped in an error is found before its parts", fmt.Errorf("a: %w", fmt.Errorf("b: %w", tomahora.Problems{one, two})), []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, codes(tomahora.ProblemsOf(tt.err))); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			for _, code := range []tomahora.Code{tomahora.CodeTopeProfesional, tomahora.CodeTopeSillon, tomahora.CodeSinHorario} {
				want := false
				for _, c := range tt.want {
					want = want || c == code
				}
				if got := tomahora.IsCode(tt.err, code); got != want {
					t.Errorf("IsCode(%s) = %v, want %v", code, got, want)
				}
			}
		})
	}
}

func TestProblemsAreFoundThroughWrapping(t *testing.T) {
	cause := errors.New("UNIQUE constraint")
	first := tomahora.Invalid(tomahora.CodeTopeProfesional, "hora_inicio")
	second := &tomahora.Error{Kind: tomahora.KindInvalid, Code: tomahora.CodeTopeSillon, Err: cause}
	err := fmt.Errorf("agendar: %w", tomahora.Problems{first, second})

	for _, target := range []error{first, second, cause} {
		if !errors.Is(err, target) {
			t.Errorf("errors.Is does not find %v", target)
		}
	}
	if got, ok := errors.AsType[*tomahora.Error](err); !ok || got != first {
		t.Errorf("errors.AsType gives %v, want the first problem", got)
	}
	if got := (tomahora.Problems{first, second}).Error(); got != first.Error() {
		t.Errorf("the message is %q, want that of the first problem", got)
	}
}
