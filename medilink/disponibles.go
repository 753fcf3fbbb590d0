package medilink

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
)

const (
	// maxIDsDisponibles is how many profesionales may be asked for at once.
	maxIDsDisponibles = 100
	// maxDiasDisponibles is the longest range, two dates two weeks apart.
	maxDiasDisponibles = 15
)

// horaDisponible is a free block; its length is the profesional's intervalo.
// What is ours follows after intervalo.
type horaDisponible struct {
	HoraInicio string             `json:"hora_inicio"`
	HoraFin    string             `json:"hora_fin"`
	Intervalo  int                `json:"intervalo"` // minutes
	Sillones   []int64            `json:"sillones"`  // the lanes that are free
	Modalidad  tomahora.Modalidad `json:"modalidad"`
}

// getDisponibles is GET /horariosdisponibles (contract §2.3 b).
func (a *api) getDisponibles(w http.ResponseWriter, r *http.Request, p auth.Principal) error {
	b, err := readBusqueda(w, r)
	if err != nil {
		return err
	}
	var data objeto
	err = a.Store.View(r.Context(), p.IDClinica, func(tx tomahora.Tx) error {
		if err := checkBusqueda(tx.Config(), b); err != nil {
			return err
		}
		libres, err := agenda.Libres(tx, b)
		data = disponibles(tx.Config(), b, libres)
		return err
	})
	if err != nil {
		return err
	}
	writeJSON(w, http.StatusOK, envelope{data})
	return nil
}

// readBusqueda reads what is asked from the query and, as some clients send it,
// from the body of the GET, which wins.
func readBusqueda(w http.ResponseWriter, r *http.Request) (agenda.Busqueda, error) {
	body, err := readFields(w, r)
	if err != nil {
		return agenda.Busqueda{}, err
	}
	f := queryFields(r)
	maps.Copy(f, body)
	p := params{fields: f}
	idsNames := []string{"ids_profesional", "ids_dentista"}
	ids := p.ids(idsNames...)
	b := agenda.Busqueda{
		Sucursales: []tomahora.SucursalID{tomahora.SucursalID(p.id("id_sucursal"))},
		Desde:      p.fecha("fecha_inicio"),
		Hasta:      p.fecha("fecha_fin"),
	}
	for _, id := range ids {
		b.Profesionales = append(b.Profesionales, tomahora.ProfesionalID(id))
	}
	p.require(idsNames...)
	p.requireAll("id_sucursal", "fecha_inicio", "fecha_fin")
	if err := p.err(); err != nil {
		return agenda.Busqueda{}, err
	}
	if len(ids) > maxIDsDisponibles {
		return agenda.Busqueda{}, tomahora.Invalid(tomahora.CodeParametroInvalido, idsNames[0], idsNames[0],
			fmt.Sprintf("no debe tener más de %d profesionales", maxIDsDisponibles))
	}
	return b, checkRango(b.Desde, b.Hasta, maxDiasDisponibles)
}

// checkBusqueda refuses what the clinic does not have; the vendor answers 404.
func checkBusqueda(cfg *tomahora.Config, b agenda.Busqueda) error {
	for _, id := range b.Profesionales {
		if _, ok := cfg.Profesional(id); !ok {
			return tomahora.NotFound("el profesional")
		}
	}
	for _, id := range b.Sucursales {
		if _, ok := cfg.Sucursal(id); !ok {
			return tomahora.NotFound("la sucursal")
		}
	}
	return nil
}

// disponibles groups free blocks by profesional, in the order they were asked
// for, and fecha. Who does not attend at the sucursal has no key; a date without
// a free block has an empty list.
func disponibles(cfg *tomahora.Config, b agenda.Busqueda, libres []agenda.Libre) objeto {
	type dia struct {
		profesional tomahora.ProfesionalID
		fecha       tomahora.Fecha
	}
	horas := map[dia][]horaDisponible{}
	for _, l := range libres {
		key := dia{l.Espacio.IDProfesional, l.Espacio.Fecha}
		horas[key] = append(horas[key], horaDisponible{
			HoraInicio: l.Espacio.Rango.Inicio.String(),
			HoraFin:    l.Espacio.Rango.Fin.String(),
			Intervalo:  int(l.Espacio.Rango.Duracion()),
			Sillones:   int64s(l.Sillones),
			Modalidad:  l.Modalidad,
		})
	}
	data := objeto{}
	for _, prof := range b.Profesionales {
		if !cfg.Atiende(prof, b.Sucursales[0]) {
			continue
		}
		fechas := objeto{}
		for f := b.Desde; !b.Hasta.Before(f); f = f.AddDays(1) {
			blocks := horas[dia{prof, f}]
			if blocks == nil {
				blocks = []horaDisponible{}
			}
			fechas = append(fechas, miembro{f.String(), blocks})
		}
		data = append(data, miembro{strconv.FormatInt(int64(prof), 10), fechas})
	}
	return data
}

// int64s are ids as the wire shows them; never nil, which would be null.
func int64s[ID ~int64](ids []ID) []int64 {
	list := make([]int64, len(ids))
	for i, id := range ids {
		list[i] = int64(id)
	}
	return list
}
