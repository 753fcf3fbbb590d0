package agenda

import "github.com/tomahora/tomahora"

// GuardarBloqueo writes a bloqueo, a new one when its ID is 0, and returns it as
// it is kept. An unknown ID is KindNotFound; what is wrong with it comes back as
// problems with the wire's names.
//
// Over live citas it is bloqueo_con_citas, with their ids in the problem's Citas,
// unless forzar. A sobrecupo may lie over a bloqueo, and a bloqueo that stays
// where it is is not judged again.
func GuardarBloqueo(tx tomahora.Tx, by tomahora.Actor, b tomahora.HorarioBloqueado, forzar bool) (tomahora.HorarioBloqueado, error) {
	cfg := tx.Config()
	before, err := stored(cfg.Plan().Bloqueos, b.ID, func(b tomahora.HorarioBloqueado) tomahora.HorarioID { return b.ID }, "el horario bloqueado")
	if err != nil {
		return tomahora.HorarioBloqueado{}, err
	}
	if err := cfg.CheckBloqueo(b); err != nil {
		return tomahora.HorarioBloqueado{}, err
	}
	before.Comentario = b.Comentario
	if !forzar && before != b {
		if err := checkFree(tx, b); err != nil {
			return tomahora.HorarioBloqueado{}, err
		}
	}
	if b.ID != 0 {
		return b, tx.Setup().SaveBloqueo(b, by)
	}
	b.ID, err = tx.Setup().CreateBloqueo(b, by)
	return b, err
}

// checkFree refuses a bloqueo over live citas.
func checkFree(tx tomahora.Tx, b tomahora.HorarioBloqueado) error {
	citas, err := liveCitas(tx, b.IDSucursal, b.Fecha)
	if err != nil {
		return err
	}
	var inTheWay []tomahora.CitaID
	for _, c := range citas {
		if b.Displaces(c) {
			inTheWay = append(inTheWay, c.ID)
		}
	}
	return conCitas(tomahora.CodeBloqueoConCitas, inTheWay)
}

// liveCitas are those of a sucursal on a date.
func liveCitas(tx tomahora.Tx, suc tomahora.SucursalID, fecha tomahora.Fecha) ([]tomahora.Cita, error) {
	return listCitas(tx,
		tomahora.Filtro{Columna: "id_sucursal", Operador: tomahora.Igual, Valor: int64(suc)},
		tomahora.Filtro{Columna: "fecha", Operador: tomahora.Igual, Valor: fecha.String()},
		tomahora.Filtro{Columna: "estado_anulacion", Operador: tomahora.Igual, Valor: int64(0)})
}

// conCitas is the problem of hours for which there are citas, nil without any.
func conCitas(code tomahora.Code, citas []tomahora.CitaID) error {
	if citas == nil {
		return nil
	}
	problem := tomahora.Invalid(code, "hora_inicio", len(citas))
	problem.Citas = citas
	return problem
}
