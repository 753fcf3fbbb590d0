package medilink

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/tomahora/tomahora"
)

// avisoBody is what a webhook's receiver is sent (contract §2.8).
type avisoBody struct {
	Action tomahora.Accion `json:"action"`
	Entity string          `json:"entity"`
	Data   any             `json:"data"`
}

// Aviso is what a receiver is told of an evento, with the thing as it is now. Of
// one that was deleted, or is not shown, only the id is told.
func Aviso(tx tomahora.Tx, e tomahora.Entrega) ([]byte, error) {
	data, err := datos(tx, e.Entidad, e.IDEntidad)
	if tomahora.KindOf(err) == tomahora.KindNotFound {
		data, err = soloID{e.IDEntidad}, nil
	}
	if err != nil {
		return nil, err
	}
	return encoded(avisoBody{e.Accion, e.Entidad, data}), nil
}

type soloID struct {
	ID int64 `json:"id"`
}

// noLinks stands over the links of an embedded body, so that they are not written:
// a receiver asks under the prefix and the address that it knows.
type noLinks = *struct{}

// datos are what a webhook tells of a thing; KindNotFound when there is no such
// thing, or none that is shown.
func datos(tx tomahora.Tx, entidad string, id int64) (any, error) {
	a := &api{Options: Options{BaseURL: func(*http.Request) string { return "" }}}
	r := &http.Request{URL: &url.URL{Path: prefixes()[0]}}
	switch entidad {
	case "cita":
		c, err := tx.Citas().Get(tomahora.CitaID(id))
		return citaDatos(a.cita(r, tx.Config(), c)), err
	case "paciente":
		p, err := tx.Pacientes().Get(tomahora.PacienteID(id))
		return struct {
			*pacienteBody
			Links noLinks `json:"links,omitempty"`
		}{a.paciente(r, tx.Config(), p), nil}, err
	case "atencion":
		at, err := tx.Atenciones().Get(tomahora.AtencionID(id))
		return struct {
			*atencionBody
			Links noLinks `json:"links,omitempty"`
		}{a.atencion(r, tx.Config(), at), nil}, err
	case "reserva":
		v, err := tx.Reservas().Get(tomahora.ReservaID(id))
		return struct {
			*reservaBody
			Links noLinks `json:"links,omitempty"`
		}{a.reserva(r, tx, v), nil}, err
	default:
		return a.datosConfig(r, tx.Config(), entidad, id)
	}
}

// citaAviso is a cita as the vendor's webhooks have it, and after that what is
// ours. There is no comment in it: who needs one asks for the cita.
type citaAviso struct {
	ID                 int64  `json:"id"`
	Fecha              string `json:"fecha"`
	HoraInicio         string `json:"hora_inicio"`
	HoraFin            string `json:"hora_fin"`
	Duracion           int    `json:"duracion"`
	IDSucursal         int64  `json:"id_sucursal"`
	IDProfesional      int64  `json:"id_profesional"`
	IDSillon           int64  `json:"id_sillon"`
	IDEstado           int64  `json:"id_estado"`
	EstadoCita         string `json:"estado_cita"`
	EstadoAnulacion    int    `json:"estado_anulacion"`
	IDPaciente         int64  `json:"id_paciente"`
	NombrePaciente     string `json:"nombre_paciente"`
	NombreProfesional  string `json:"nombre_profesional"`
	NombreSucursal     string `json:"nombre_sucursal"`
	NombreSillon       string `json:"nombre_sillon"`
	IDAtencion         int64  `json:"id_atencion"`
	NombreAtencion     string `json:"nombre_atencion"`
	FechaActualizacion string `json:"fecha_actualizacion"`
	Videoconsulta      int    `json:"videoconsulta"`
	FechaCreacion      string `json:"fecha_creacion"`
	Origen             string `json:"origen"`
	Version            int64  `json:"version"`
	IDCitaAnterior     int64  `json:"id_cita_anterior"`
}

func citaDatos(c *citaBody) citaAviso {
	return citaAviso{
		c.ID, c.Fecha, c.HoraInicio, c.HoraFin, c.Duracion, c.IDSucursal, c.IDProfesional, c.IDSillon, c.IDEstado, c.EstadoCita, c.EstadoAnulacion,
		c.IDPaciente, c.NombrePaciente, c.NombreProfesional, c.NombreSucursal, c.NombreSillon, c.IDAtencion, c.NombreTratamiento,
		c.FechaActualizacion, c.Videoconsulta, c.FechaCreacion, c.Origen, c.Version, c.IDCitaAnterior,
	}
}

// datosConfig is datos of what the configuration holds.
func (a *api) datosConfig(r *http.Request, cfg *tomahora.Config, entidad string, id int64) (any, error) {
	gone := tomahora.NotFound("lo que se informa")
	plan := cfg.Plan()
	switch entidad {
	case "profesional":
		p, ok := cfg.Profesional(tomahora.ProfesionalID(id))
		if !ok {
			return nil, gone
		}
		body, _ := a.profesional(r)(cfg, p).(profesionalBody)
		return struct {
			profesionalBody
			Links noLinks `json:"links,omitempty"`
		}{body, nil}, nil
	case "horario":
		i := slices.IndexFunc(plan.Horarios, func(h tomahora.Horario) bool { return int64(h.ID) == id })
		if i < 0 {
			return nil, gone
		}
		h := plan.Horarios[i]
		return horarioAviso{id, int64(h.IDProfesional), int64(h.IDSucursal), dia(h)}, nil
	case "horario_especial":
		i := slices.IndexFunc(plan.Especiales, func(e tomahora.HorarioEspecial) bool { return int64(e.ID) == id })
		if i < 0 {
			return nil, gone
		}
		return struct {
			especialBody
			Links noLinks `json:"links,omitempty"`
		}{especial(r, cfg, plan.Especiales[i]), nil}, nil
	case "horario_bloqueado":
		b, err := findBloqueo(cfg, tomahora.HorarioID(id))
		return struct {
			bloqueoBody
			Links noLinks `json:"links,omitempty"`
		}{bloqueo(r, cfg, b), nil}, err
	default:
		return a.datosCatalogo(r, cfg, entidad, id)
	}
}

// horarioAviso is one weekly rule.
type horarioAviso struct {
	ID            int64 `json:"id"`
	IDProfesional int64 `json:"id_profesional"`
	IDSucursal    int64 `json:"id_sucursal"`
	diaBody
}

// datosCatalogo is datos of the catalogues.
func (a *api) datosCatalogo(r *http.Request, cfg *tomahora.Config, entidad string, id int64) (any, error) {
	switch entidad {
	case "estado":
		if e, ok := cfg.Estado(tomahora.EstadoID(id)); ok {
			return struct {
				*estadoBody
				Links noLinks `json:"links,omitempty"`
			}{a.estado(r, e), nil}, nil
		}
	case "sucursal":
		if s, ok := cfg.Sucursal(tomahora.SucursalID(id)); ok {
			body, _ := a.sucursal(r)(cfg, s).(sucursalBody)
			return struct {
				sucursalBody
				Links noLinks `json:"links,omitempty"`
			}{body, nil}, nil
		}
	case "sillon":
		if s, ok := cfg.Sillon(tomahora.SillonID(id)); ok {
			return struct {
				soloID
				Nombre string `json:"nombre"`
			}{soloID{id}, s.Nombre}, nil
		}
	case "especialidad":
		if e, ok := cfg.Especialidad(tomahora.EspecialidadID(id)); ok {
			return especialidad(cfg, e), nil
		}
	case "prestacion":
		if p, ok := byID(cfg.Plan().Prestaciones, id, func(p tomahora.Prestacion) int64 { return int64(p.ID) }); ok {
			body, _ := a.prestacion(r)(cfg, p).(prestacionBody)
			return struct {
				prestacionBody
				Links noLinks `json:"links,omitempty"`
			}{body, nil}, nil
		}
	}
	return nil, tomahora.NotFound("lo que se informa")
}
