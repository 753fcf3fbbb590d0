package agenda

import (
	"cmp"
	"slices"

	"github.com/tomahora/tomahora"
)

// HojaDe asks for what the agenda of a sucursal shows on some dates.
type HojaDe struct {
	IDSucursal    tomahora.SucursalID
	Desde, Hasta  tomahora.Fecha           // both included
	Profesionales []tomahora.ProfesionalID // nil: everybody
	IDSillon      tomahora.SillonID        // only its citas and reservas; 0: all
	Anuladas      bool                     // annulled citas too
}

// Hoja is a sheet of an agenda.
type Hoja struct {
	// Profesionales attend at the sucursal and are habilitados, or have citas in the
	// sheet; by their ids.
	Profesionales []tomahora.ProfesionalID
	Dias          []DiaDeHoja                // on which somebody works or is elsewhere; by profesional and fecha
	Especiales    []tomahora.HorarioEspecial // also of closed days; in the order of Dias
	Bloqueos      []tomahora.HorarioBloqueado
	Citas         []tomahora.Cita // by fecha, hora_inicio and id, with their names
	Reservas      []tomahora.Reserva
	// Evento is the newest when the sheet was read: what follows it is news.
	Evento tomahora.EventoID
}

// DiaDeHoja is a date of a profesional.
type DiaDeHoja struct {
	IDProfesional tomahora.ProfesionalID
	Fecha         tomahora.Fecha
	Segmentos     []tomahora.Segmento
	Fuera         []tomahora.Rango // taken by citas at other sucursales
}

// VerHoja reads a sheet. An unknown sucursal is KindNotFound.
func VerHoja(tx tomahora.Tx, q HojaDe) (Hoja, error) {
	cfg := tx.Config()
	if _, ok := cfg.Sucursal(q.IDSucursal); !ok {
		return Hoja{}, tomahora.NotFound("la sucursal")
	}
	var h Hoja
	var err error
	if h.Evento, err = tx.Eventos().Last(); err != nil {
		return Hoja{}, err
	}
	if h.Citas, err = q.citas(tx); err != nil {
		return Hoja{}, err
	}
	h.Profesionales = q.profesionales(cfg, h.Citas)
	if err := h.addDias(tx, q); err != nil {
		return Hoja{}, err
	}
	for fecha := q.Desde; !q.Hasta.Before(fecha); fecha = fecha.AddDays(1) {
		for _, b := range cfg.Bloqueos(q.IDSucursal, fecha) {
			if b.IDProfesional == 0 || q.wants(b.IDProfesional) {
				h.Bloqueos = append(h.Bloqueos, b)
			}
		}
	}
	reservas, err := tx.Reservas().Vigentes(q.Desde, q.Hasta)
	h.Reservas = slices.DeleteFunc(reservas, func(r tomahora.Reserva) bool {
		e := r.Espacio
		return e.IDSucursal != q.IDSucursal || !q.wants(e.IDProfesional) || q.IDSillon != 0 && e.IDSillon != q.IDSillon
	})
	return h, err
}

func (q HojaDe) wants(prof tomahora.ProfesionalID) bool {
	return q.Profesionales == nil || slices.Contains(q.Profesionales, prof)
}

func (q HojaDe) citas(tx tomahora.Tx) ([]tomahora.Cita, error) {
	filtros := []tomahora.Filtro{
		{Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(q.IDSucursal)},
		{Columna: "fecha", Operador: tomahora.MayorIgual, Valor: q.Desde.String()},
		{Columna: "fecha", Operador: tomahora.MenorIgual, Valor: q.Hasta.String()},
	}
	if q.Desde == q.Hasta {
		filtros = []tomahora.Filtro{filtros[0], {Columna: "fecha", Operador: tomahora.Igual, Valor: q.Desde.String()}}
	}
	if !q.Anuladas {
		filtros = append(filtros, tomahora.Filtro{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)})
	}
	if q.Profesionales != nil {
		ids := make([]int64, len(q.Profesionales))
		for i, id := range q.Profesionales {
			ids[i] = int64(id)
		}
		filtros = append(filtros, tomahora.Filtro{Columna: "id_profesional", Operador: tomahora.Entre, Valor: ids})
	}
	if q.IDSillon != 0 {
		filtros = append(filtros, tomahora.Filtro{Columna: "id_sillon", Operador: tomahora.Igual, Valor: int64(q.IDSillon)})
	}
	citas, err := listCitas(tx, filtros...)
	slices.SortFunc(citas, func(a, b tomahora.Cita) int {
		return cmp.Or(-a.Espacio.Fecha.DaysTo(b.Espacio.Fecha), cmp.Compare(a.Espacio.Rango.Inicio, b.Espacio.Rango.Inicio), cmp.Compare(a.ID, b.ID))
	})
	return citas, err
}

func (q HojaDe) profesionales(cfg *tomahora.Config, citas []tomahora.Cita) []tomahora.ProfesionalID {
	var ids []tomahora.ProfesionalID
	for _, p := range cfg.Plan().Profesionales {
		if p.Habilitado && q.wants(p.ID) && cfg.Atiende(p.ID, q.IDSucursal) {
			ids = append(ids, p.ID)
		}
	}
	for _, c := range citas {
		ids = append(ids, c.Espacio.IDProfesional)
	}
	return sortedIDs(ids)
}

// addDias adds the hours of everybody, which of them are especiales, and when they
// are elsewhere.
func (h *Hoja) addDias(tx tomahora.Tx, q HojaDe) error {
	ocupados, err := tx.Citas().Ocupados(h.Profesionales, q.Desde, q.Hasta)
	if err != nil {
		return err
	}
	type day struct {
		prof  tomahora.ProfesionalID
		fecha tomahora.Fecha
	}
	fuera := map[day][]tomahora.Rango{}
	for _, e := range ocupados {
		if e.IDSucursal != q.IDSucursal {
			fuera[day{e.IDProfesional, e.Fecha}] = append(fuera[day{e.IDProfesional, e.Fecha}], e.Rango)
		}
	}
	for _, prof := range h.Profesionales {
		for fecha := q.Desde; !q.Hasta.Before(fecha); fecha = fecha.AddDays(1) {
			d := DiaDeHoja{prof, fecha, tx.Config().Segmentos(prof, q.IDSucursal, fecha), fuera[day{prof, fecha}]}
			if len(d.Segmentos) > 0 || len(d.Fuera) > 0 {
				h.Dias = append(h.Dias, d)
			}
			h.Especiales = append(h.Especiales, tx.Config().Especiales(prof, q.IDSucursal, fecha)...)
		}
	}
	return nil
}
