package web

import (
	"net/http"
	"net/url"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
)

// diaPage is a day as a list: for printing, for screen readers, and where there are
// no scripts.
type diaPage struct {
	Fecha, Antes, Despues, Hoy tomahora.Fecha
	Sucursal                   string
	IDSucursal                 string
	Form                       form
	Sucursales                 []option
	Agendas                    []diaAgenda
	Puede                      bool
	Horarios                   []enlace // where hours of the day are changed, for who may
	Anuladas                   bool
	Total                      int
}

// diaAgenda is the day of one profesional.
type diaAgenda struct {
	ID           tomahora.ProfesionalID
	Profesional  string
	Especialidad string
	Horas        []string // of work
	Bloqueos     []tomahora.HorarioBloqueado
	Citas        []diaCita
}

// diaCita is a line of the list.
type diaCita struct {
	citaShown
	Acciones []accion
}

// dia shows a day as a list (GET /dia).
func (s *server) dia(w http.ResponseWriter, r *http.Request) error {
	var page diaPage
	err := s.view(r, func(tx tomahora.Tx) (err error) {
		page, err = s.diaPage(r, tx)
		return err
	})
	if err != nil {
		return s.orFirstSucursal(w, r, err)
	}
	return s.render(w, r, http.StatusOK, "dia", page)
}

func (s *server) diaPage(r *http.Request, tx tomahora.Tx) (diaPage, error) {
	cfg, user := tx.Config(), s.user(r)
	m, q, err := s.readMirada(r, tx)
	if err != nil {
		return diaPage{}, err
	}
	fecha, err := tomahora.ParseFecha(m.Fecha)
	if err != nil {
		return diaPage{}, err
	}
	q.Desde, q.Hasta, q.IDSillon = fecha, fecha, 0
	if user.Rol != tomahora.RolProfesional {
		q.Profesionales = nil
	}
	sheet, err := agenda.VerHoja(tx, q)
	if err != nil {
		return diaPage{}, err
	}
	suc, _ := cfg.Sucursal(m.Sucursal)
	page := diaPage{
		Fecha: fecha, Antes: fecha.AddDays(-1), Despues: fecha.AddDays(1), Hoy: tomahora.FechaOf(tx.Now(), cfg.ZonaDe(m.Sucursal)),
		Sucursal: suc.Nombre, IDSucursal: itoa(m.Sucursal), Puede: user.Puede(tomahora.Agendar), Anuladas: m.Anuladas, Total: len(sheet.Citas),
		Form: form{Values: url.Values{"sucursal": {itoa(m.Sucursal)}, "fecha": {m.Fecha}}},
	}
	if m.Anuladas {
		page.Form.Set("anuladas", "1")
	}
	for _, suc := range cfg.Plan().Sucursales {
		if suc.Habilitada || suc.ID == m.Sucursal {
			page.Sucursales = append(page.Sucursales, option{itoa(suc.ID), suc.Nombre})
		}
	}
	page.addHorarios(s.words(r), user, r.URL.RequestURI())
	page.addAgendas(cfg, sheet)
	return page, nil
}

// addHorarios adds the ways to block hours of the day and to open others, which lead
// back here.
func (page *diaPage) addHorarios(l locale, user tomahora.Usuario, here string) {
	q := url.Values{"id_sucursal": {page.IDSucursal}, "fecha": {page.Fecha.String()}, "volver": {here}}.Encode()
	if user.Puede(tomahora.Bloquear) {
		page.Horarios = append(page.Horarios, enlace{l.t("agenda.key.block"), "/ajustes/bloqueos/nuevo?" + q})
	}
	if user.Puede(tomahora.Configurar) {
		page.Horarios = append(page.Horarios, enlace{l.t("agenda.key.special"), "/ajustes/especiales/nuevo?" + q})
	}
}

// addAgendas adds the profesionales who work that day or have citas.
func (page *diaPage) addAgendas(cfg *tomahora.Config, sheet agenda.Hoja) {
	for _, profID := range sheet.Profesionales {
		prof, _ := cfg.Profesional(profID)
		especialidad, _ := cfg.Especialidad(prof.IDEspecialidad)
		a := diaAgenda{ID: profID, Profesional: prof.NombreCompleto(), Especialidad: especialidad.Nombre}
		for _, d := range sheet.Dias {
			if d.IDProfesional != profID {
				continue
			}
			for _, seg := range d.Segmentos {
				a.Horas = append(a.Horas, clock(seg.Rango.Inicio)+"–"+clock(seg.Rango.Fin))
			}
		}
		for _, b := range sheet.Bloqueos {
			if b.IDProfesional == 0 || b.IDProfesional == profID {
				a.Bloqueos = append(a.Bloqueos, b)
			}
		}
		for _, c := range sheet.Citas {
			if c.Espacio.IDProfesional == profID {
				a.Citas = append(a.Citas, diaCita{showCitaIn(cfg, c), acciones(cfg, c)})
			}
		}
		if len(a.Horas) > 0 || len(a.Citas) > 0 {
			page.Agendas = append(page.Agendas, a)
		}
	}
}
