package medilink

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

const (
	// maxDiasGrilla is the longest range of a grid, in days.
	maxDiasGrilla = 31
	// diasGrilla is how many days a grid shows when nobody says until when.
	diasGrilla = 7
)

// grillaBody is the grid of a profesional's agenda (contract §2.3 a).
type grillaBody struct {
	Fechas objeto `json:"fechas"`
}

type horasBody struct {
	Horas objeto `json:"horas"`
}

type sillonesBody struct {
	Sillones objeto `json:"sillones"`
}

// citaCasilla is a block of a cita in the grid, in the order of the vendor's
// example.
type citaCasilla struct {
	Tipo              string `json:"tipo"`
	IDCita            int64  `json:"id_cita"`
	IDPaciente        int64  `json:"id_paciente"`
	NombrePaciente    string `json:"nombre_paciente"`
	ApellidosPaciente string `json:"apellidos_paciente"`
	Comentario        string `json:"comentario"`
	bloqueCasilla
}

// bloqueoCasilla is a block of a bloqueo in the grid.
type bloqueoCasilla struct {
	Tipo       string `json:"tipo"`
	Comentario string `json:"comentario"`
	bloqueCasilla
}

// bloqueCasilla says which block of how many this is: "1/2".
type bloqueCasilla struct {
	Bloque        string `json:"bloque"`
	DuracionTotal int    `json:"duracion_total"` // minutes
	Inicio        string `json:"inicio"`
	Fin           string `json:"fin"`
}

// getGrilla is GET /sucursales/{id}/profesionales/{id_profesional}/agendas
// (contract §2.3 a).
func (a *api) getGrilla(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	idSucursal, err := pathID(r)
	if err != nil {
		return err
	}
	idProfesional, err := pathIDOf(r, "id_profesional")
	if err != nil {
		return err
	}
	q, err := queryParams(r)
	if err != nil {
		return err
	}
	prof, suc := tomahora.ProfesionalID(idProfesional), tomahora.SucursalID(idSucursal)
	detalles := q.bit("mostrar_detalles", "mostar_detalles") // the second is how the vendor's table spells it
	desde, hasta := q.fecha("fecha_inicio"), q.fecha("fecha_fin")
	if err := q.err(); err != nil {
		return err
	}
	var grillas []agenda.Grilla
	var profesional tomahora.Profesional
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) (err error) {
		cfg := tx.Config()
		profesional, _ = cfg.Profesional(prof)
		desde, hasta, err := rangoDeGrilla(desde, hasta, tomahora.FechaOf(tx.Now(), cfg.ZonaDe(suc)))
		if err != nil {
			return err
		}
		grillas, err = agenda.Grillas(tx, prof, suc, desde, hasta)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{grilla(r, grillas, profesional.Intervalo, detalles != nil && *detalles)})
	return nil
}

// rangoDeGrilla fills in what was not asked and judges the range.
func rangoDeGrilla(desde, hasta, hoy tomahora.Fecha) (tomahora.Fecha, tomahora.Fecha, error) {
	if desde.IsZero() {
		desde = hoy
	}
	if hasta.IsZero() {
		hasta = desde.AddDays(diasGrilla - 1)
	}
	return desde, hasta, checkRango(desde, hasta, maxDiasGrilla)
}

// checkRango refuses a range of dates that runs backwards or has more than the
// given number of days.
func checkRango(desde, hasta tomahora.Fecha, dias int) error {
	const field = "fecha_fin"
	switch {
	case hasta.Before(desde):
		return tomahora.Invalid(tomahora.CodeParametroInvalido, field, field, "no debe ser anterior a fecha_inicio")
	case desde.AddDays(dias - 1).Before(hasta):
		return tomahora.Invalid(tomahora.CodeParametroInvalido, field, field,
			fmt.Sprintf("el rango no debe tener más de %d días, contados ambos extremos", dias))
	default:
		return nil
	}
}

// grilla is a grid as the wire shows it; a day on which nobody works is an empty
// array, as the vendor's is. Without detalles it says nothing of anybody.
func grilla(r *http.Request, dias []agenda.Grilla, intervalo tomahora.Duracion, detalles bool) grillaBody {
	sobrecupo := "Sobrecupo"
	if isDentalink(r) {
		sobrecupo = strconv.Itoa(int(tomahora.Sobrecupo)) // Dentalink's key
	}
	fechas := objeto{}
	for _, dia := range dias {
		var valor any = []any{}
		if len(dia.Casillas) > 0 {
			horas := objeto{}
			for _, c := range dia.Casillas {
				sillones := append(carriles(c, intervalo, detalles), miembro{sobrecupo, c.Sobrecupo})
				horas = append(horas, miembro{horaMinuto(c.Rango.Inicio), sillonesBody{sillones}})
			}
			valor = horasBody{horas}
		}
		fechas = append(fechas, miembro{dia.Fecha.String(), valor})
	}
	return grillaBody{fechas}
}

// carriles are the lanes of a step of the grid.
func carriles(c agenda.Casilla, intervalo tomahora.Duracion, detalles bool) objeto {
	o := objeto{}
	for _, carril := range c.Carriles {
		var valor any = carril.Libre
		switch {
		case !detalles:
		case carril.Cita != nil:
			valor = citaEnCasilla(*carril.Cita, c.Rango.Inicio, intervalo)
		case carril.Bloqueo != nil:
			valor = bloqueoCasilla{
				Tipo: "Bloqueo", Comentario: carril.Bloqueo.Comentario,
				bloqueCasilla: bloqueDe(carril.Bloqueo.Rango, c.Rango.Inicio, intervalo),
			}
		}
		o = append(o, miembro{strconv.FormatInt(int64(carril.IDSillon), 10), valor})
	}
	return o
}

func citaEnCasilla(c tomahora.Cita, at tomahora.Hora, intervalo tomahora.Duracion) citaCasilla {
	return citaCasilla{
		Tipo:              "Cita",
		IDCita:            int64(c.ID),
		IDPaciente:        int64(c.IDPaciente),
		NombrePaciente:    c.NombrePaciente,
		ApellidosPaciente: c.ApellidosPaciente,
		Comentario:        c.Comentario,
		bloqueCasilla:     bloqueDe(c.Espacio.Rango, at, intervalo),
	}
}

// bloqueDe counts the blocks of a range in steps of the intervalo from its start.
// What was written under another intervalo or grid is counted as far as it goes.
func bloqueDe(rango tomahora.Rango, at tomahora.Hora, intervalo tomahora.Duracion) bloqueCasilla {
	step := max(1, int(intervalo))
	total := max(1, (int(rango.Duracion())+step-1)/step)
	n := min(total, max(0, int(at-rango.Inicio))/step+1)
	return bloqueCasilla{
		Bloque:        strconv.Itoa(n) + "/" + strconv.Itoa(total),
		DuracionTotal: int(rango.Duracion()),
		Inicio:        rango.Inicio.String(),
		Fin:           rango.Fin.String(),
	}
}

// horaMinuto is "HH:MM", as the grid names its hours.
func horaMinuto(h tomahora.Hora) string { return h.String()[:len("HH:MM")] }
