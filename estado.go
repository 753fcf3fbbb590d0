package tomahora

import (
	"fmt"
	"strings"
)

// Estado is a state a cita can be in. Anulacion never changes once the estado
// exists, since it decides whether citas in it hold their slot.
type Estado struct {
	ID         EstadoID
	Nombre     string
	Color      string // "#rrggbb"
	Reservado  bool   // comes with the product
	Anulacion  bool   // a cita in it is annulled
	UsoInterno bool   // set by the program, never by a caller
	Habilitado bool
}

// Estados with a meaning to the program.
const (
	EstadoAnulado            EstadoID = 1
	EstadoAtendido           EstadoID = 2
	EstadoConfirmado         EstadoID = 3 // by telephone
	EstadoEnSala             EstadoID = 5
	EstadoAtendiendose       EstadoID = 6
	EstadoNoConfirmado       EstadoID = 7
	EstadoNoAsiste           EstadoID = 8
	EstadoAnuladoPorPaciente EstadoID = 10 // in writing
	EstadoConfirmadoPorEmail EstadoID = 11 // by the paciente, in writing
	EstadoAgendaOnline       EstadoID = 13
	EstadoCambioFecha        EstadoID = 14
)

// Confirmado tells whether the paciente of a cita in this estado said that they
// will come.
func (id EstadoID) Confirmado() bool { return id == EstadoConfirmado || id == EstadoConfirmadoPorEmail }

// Recibido tells whether it is settled, for a cita in this estado, if its paciente
// came.
func (id EstadoID) Recibido() bool {
	return id == EstadoAtendido || id == EstadoEnSala || id == EstadoAtendiendose || id == EstadoNoAsiste
}

// canBeSet tells whether a caller may put a cita in this estado.
func (e Estado) canBeSet() bool { return e.Habilitado && !e.UsoInterno }

// canStart tells whether a cita may be created in this estado.
func (e Estado) canStart() bool { return e.canBeSet() && !e.Anulacion }

// PrimerEstadoPropio is the lowest id of an estado that a clinic makes itself
// (contract §2.2).
const PrimerEstadoPropio EstadoID = 28

// ColorPorDefecto is that of a new estado which names none.
const ColorPorDefecto = "#c9ced6"

// IsColor tells whether a text is a colour as estados have it, "#rrggbb".
func IsColor(s string) bool {
	digits, ok := strings.CutPrefix(s, "#")
	return ok && len(digits) == 6 && strings.Trim(digits, "0123456789abcdefABCDEF") == ""
}

// Check judges an estado that a clinic makes: all that is missing
// (parametro_requerido) or unusable (parametro_invalido), in the wire's order.
func (e Estado) Check() error {
	problems := Problems{}.require("nombre", e.Nombre == "")
	if !IsColor(e.Color) {
		problems = problems.with(invalido("color", "debe tener la forma #rrggbb"))
	}
	return problems.orNil()
}

// CheckCambio judges what a stored estado is to become, besides what Check says
// of it: its citas keep or lose their slot as before, and what the program itself
// puts citas in stays enabled.
func (e Estado) CheckCambio(after Estado) error { return faultsOf(e.cambioFaults(after)).orNil() }

func (e Estado) cambioFaults(after Estado) (faults []fault) {
	if e.Anulacion != after.Anulacion {
		faults = append(faults, fault{field: "anulacion", says: fmt.Sprintf("la anulación del estado %d no se puede cambiar una vez creado", e.ID)})
	}
	needed := e.ID == EstadoAnulado || e.ID == EstadoNoConfirmado || e.UsoInterno
	if needed && e.Habilitado && !after.Habilitado {
		faults = append(faults, fault{field: "habilitado", says: fmt.Sprintf("el estado %d lo usa el programa mismo y debe quedar habilitado", e.ID)})
	}
	return faults
}

// EstadosIniciales are the estados of a new clinic (contract §2.2).
func EstadosIniciales() []Estado {
	estados := []Estado{
		{ID: EstadoAnulado, Nombre: "Anulado", Color: "#f5b6a1", Anulacion: true},
		{ID: 2, Nombre: "Atendido", Color: "#e8e8e8"},
		{ID: 3, Nombre: "Confirmado por teléfono", Color: "#87bce4"},
		{ID: 5, Nombre: "En sala de espera", Color: "#f2c66d"},
		{ID: 6, Nombre: "Atendiéndose", Color: "#5fb8a9"},
		{ID: EstadoNoConfirmado, Nombre: "No confirmado", Color: "#c9ced6"},
		{ID: EstadoNoAsiste, Nombre: "No asiste", Color: "#b08968"},
		{ID: 10, Nombre: "Anulado por pcte. via email", Color: "#f5b6a1", Anulacion: true},
		{ID: 11, Nombre: "Confirmado por email", Color: "#87bce4"},
		{ID: 12, Nombre: "Notificado via email", Color: "#b9a5e2"},
		{ID: 13, Nombre: "Agenda Online", Color: "#a8d5ba"},
		{ID: EstadoCambioFecha, Nombre: "Cambio de fecha", Color: "#f5b6a1", Anulacion: true, UsoInterno: true},
		{ID: 18, Nombre: "Notificado por WhatsApp", Color: "#b9a5e2"},
	}
	for i := range estados {
		estados[i].Reservado = true
		estados[i].Habilitado = true
	}
	return estados
}
