package medilink

import (
	"net/http"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
)

// listaCitas are the citas of a clinic (contract §2.1, «GET /citas»).
func (a *api) listaCitas(r *http.Request) lista[tomahora.Cita] {
	return lista[tomahora.Cita]{
		tabla: tabla{
			columnas: []columna{
				{nombre: "id", tipo: colEntero, uso: buscar | ordenar},
				{nombre: "fecha", tipo: colFecha, uso: buscar | ordenar},
				{nombre: "hora_inicio", tipo: colEntero, uso: ordenar, tras: unDia()},
				{nombre: "hora", tipo: colEntero, uso: ordenar, tras: unDia(), de: "hora_inicio"},
				{nombre: "fecha_actualizacion", tipo: colInstante, uso: buscar | ordenar},
				{nombre: "id_estado", tipo: colEntero, uso: buscar},
				{nombre: "estado", tipo: colTexto, uso: buscar, resolve: estadosNamed},
				{nombre: "estado_anulacion", tipo: colFlag, uso: buscar},
				{nombre: "id_sucursal", tipo: colEntero, uso: buscar},
				{nombre: "id_profesional", tipo: colEntero, uso: buscar},
				{nombre: "id_sillon", tipo: colEntero, uso: buscar},
				{nombre: "id_paciente", tipo: colEntero, uso: buscar},
				{nombre: "rut", tipo: colRUT, uso: buscar},
			},
			orden: masNueva(),
		},
		rows:  func(tx tomahora.Tx, q tomahora.Consulta) ([]tomahora.Cita, error) { return tx.Citas().List(q) },
		valor: citaValue,
		body:  func(cfg *tomahora.Config, c tomahora.Cita) any { return a.cita(r, cfg, c) },
	}
}

// unDia are the columns that leave few citas to be put in the order of their hours.
func unDia() []string { return []string{"fecha", "id_paciente", "rut", "id"} }

// citaValue is a cita's value of a column it can be sorted by.
func citaValue(c tomahora.Cita, columna string) any {
	switch columna {
	case "fecha":
		return c.Espacio.Fecha.String()
	case "hora_inicio":
		return int64(c.Espacio.Rango.Inicio)
	case "fecha_actualizacion":
		return c.EstadoDesde
	default:
		return int64(c.ID)
	}
}

// estadosNamed turns a condition on the name of an estado into one on its id.
func estadosNamed(cfg *tomahora.Config, f tomahora.Filtro) tomahora.Filtro {
	estados := cfg.Plan().Estados
	named := tomahora.Select(estados, tomahora.Consulta{Filtros: []tomahora.Filtro{f}, Limite: len(estados)}, estadoValue)
	ids := make([]int64, len(named))
	for i, e := range named {
		ids[i] = int64(e.ID)
	}
	return tomahora.Filtro{Columna: "id_estado", Operador: tomahora.Entre, Valor: ids}
}

// listCitas is GET /citas (contract §2.1).
func (a *api) listCitas(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	return serveList(a, w, r, p, a.listaCitas(r))
}

// listCitasOfPaciente is GET /pacientes/{id}/citas (contract §2.1).
func (a *api) listCitasOfPaciente(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, a.listaCitas(r).of("id_paciente", id, pacienteExists))
}

// listCitasOfProfesional is GET /profesionales/{id}/citas (contract §2.1).
func (a *api) listCitasOfProfesional(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, a.listaCitas(r).of("id_profesional", id, profesionalExists))
}

// listCitasOfSucursal is GET /sucursales/{id}/citas (contract §2.1).
func (a *api) listCitasOfSucursal(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	return serveList(a, w, r, p, a.listaCitas(r).of("id_sucursal", id, sucursalExists))
}

// pacienteExists finds the parent of a list.
func pacienteExists(id int64) func(tomahora.Tx) error {
	return func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Get(tomahora.PacienteID(id))
		return err
	}
}

func profesionalExists(id int64) func(tomahora.Tx) error {
	return func(tx tomahora.Tx) error {
		if _, ok := tx.Config().Profesional(tomahora.ProfesionalID(id)); !ok {
			return tomahora.NotFound("el profesional")
		}
		return nil
	}
}

func sucursalExists(id int64) func(tomahora.Tx) error {
	return func(tx tomahora.Tx) error {
		if _, ok := tx.Config().Sucursal(tomahora.SucursalID(id)); !ok {
			return tomahora.NotFound("la sucursal")
		}
		return nil
	}
}

func atencionExists(id int64) func(tomahora.Tx) error {
	return func(tx tomahora.Tx) error {
		_, err := tx.Atenciones().Get(tomahora.AtencionID(id))
		return err
	}
}
