// Package demo makes the demo clinic: the one of clinica.yaml, with generated
// pacientes and citas around today. The same day always gives the same clinic.
package demo

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/clinicfile"
)

// Token is the secret with which the demo clinic's API is called. It is known to
// everyone, which is why it must open nothing but a demo clinic.
const Token = "demo"

// Clave is the password of every one of Usuarios, and as public as Token.
const Clave = "demo"

// ClaveHash is Clave as it is kept, made once: making it takes as long as all else
// that the demo does before it answers.
const ClaveHash = "$argon2id$v=19$m=19456,t=2,p=1$TFcYO8eBvvDFVfOlJJ8HGQ$dqblHjxZXatLEztPlNM68kGh9ITW90qIOAnOo+zDMjk"

// Usuarios are who logs in to the demo clinic's web.
func Usuarios() []tomahora.Usuario {
	of := func(email, nombre string, rol tomahora.Rol, prof tomahora.ProfesionalID) tomahora.Usuario {
		return tomahora.Usuario{Email: email, Nombre: nombre, Rol: rol, IDProfesional: prof, Idioma: "es", Habilitado: true}
	}
	return []tomahora.Usuario{
		of("recepcion@demo.cl", "Recepción Demo", tomahora.RolRecepcion, 0),
		of("admin@demo.cl", "Administración Demo", tomahora.RolAdministracion, 0),
		of("profesional@demo.cl", "Profesional Demo", tomahora.RolProfesional, 1),
	}
}

// FirstCitaID is the id of the first cita booked on the demo clinic, that of the
// vendor's own example (seed).
const FirstCitaID tomahora.CitaID = 754

// actor is who generated citas come from.
const actor = tomahora.Sistema

//go:embed clinica.yaml
var clinicaYAML []byte

// Clinica is the demo clinic to be created in a store, before Seed fills it. Its
// name and zone are those of clinica.yaml.
func Clinica() tomahora.Clinica {
	return tomahora.Clinica{Nombre: "Clínica Demo", Zona: "America/Santiago", EsDemo: true}
}

// Seed fills a clinic that was just created: its configuration, pacientes 1 to
// 200, atenciones 1 to 5 and, unless empty is asked for, about three weeks of
// citas. The next cita's id is FirstCitaID in any case.
func Seed(tx tomahora.Tx, empty bool) error {
	today := tomahora.FechaOf(tx.Now(), tx.Config().Zona())
	if err := configure(tx, today); err != nil {
		return err
	}
	if err := createPacientes(tx, today); err != nil {
		return err
	}
	if err := createAtenciones(tx, today); err != nil {
		return err
	}
	if !empty {
		if err := createCitas(tx, today); err != nil {
			return err
		}
	}
	return tx.Setup().SkipCitaIDs(FirstCitaID)
}

// Reset makes a demo clinic as it was at first, whatever was done to it since, with
// citas around what is today by now.
func Reset(tx tomahora.Tx, empty bool) error {
	if err := tx.Setup().Reset(actor); err != nil {
		return err
	}
	if err := tx.Setup().SaveClinica(Clinica(), actor); err != nil {
		return err
	}
	return Seed(tx, empty)
}

func configure(tx tomahora.Tx, today tomahora.Fecha) error {
	file, err := clinicfile.Parse("clinica.yaml", clinicaYAML)
	if err != nil {
		return err
	}
	file.Cambio.Especiales = miercolesDeFuentes(today)
	_, err = agenda.Configurar(tx, actor, file.Cambio)
	return file.Locate(err)
}

// miercolesDeFuentes are the days of profesional 4, who has no weekly rule: the
// first Wednesday of each month, from two months ago to a year from now.
func miercolesDeFuentes(today tomahora.Fecha) []tomahora.HorarioEspecial {
	var days []tomahora.HorarioEspecial
	for month := -2; month <= 12; month++ {
		first := time.Date(today.Year, today.Month+time.Month(month), 1, 0, 0, 0, 0, time.UTC)
		days = append(days, tomahora.HorarioEspecial{
			IDProfesional: 4,
			IDSucursal:    2,
			Fecha:         firstOnOrAfter(tomahora.FechaOf(first, time.UTC), tomahora.Miercoles),
			Jornada: tomahora.Jornada{
				Rango:     tomahora.Rango{Inicio: 9 * 60, Fin: 13 * 60},
				Sillones:  []tomahora.SillonID{3},
				Modalidad: tomahora.Presencial,
			},
		})
	}
	return days
}

func firstOnOrAfter(f tomahora.Fecha, dia tomahora.Dia) tomahora.Fecha {
	return f.AddDays((int(dia) - int(f.Dia()) + 7) % 7)
}

// createAtenciones makes one atención of every sort a booking can name, all of
// profesional 2 at NORTE.
func createAtenciones(tx tomahora.Tx, today tomahora.Fecha) error {
	atenciones := []tomahora.Atencion{
		{IDPaciente: 1, Nombre: "Consulta", Tipo: tomahora.TipoConsulta},
		{IDPaciente: 2, Nombre: "Exodoncia", Tipo: tomahora.TipoConsulta},
		{IDPaciente: 2, Nombre: "Licencia médica", Tipo: tomahora.TipoLicencia},
		{IDPaciente: 2, Nombre: "Interconsulta", Tipo: tomahora.TipoInterconsulta},
		{IDPaciente: 2, Nombre: "Ortodoncia", Tipo: tomahora.TipoPlanTratamiento},
	}
	for i, a := range atenciones {
		a.Fecha, a.IDProfesional, a.IDSucursal = today, 2, 1
		made, err := tx.Atenciones().Create(a, actor)
		if err != nil {
			return err
		}
		if want := tomahora.AtencionID(i + 1); made.ID != want {
			return fmt.Errorf("atención %d of the demo got id %d: the clinic is not a fresh one", want, made.ID)
		}
	}
	return nil
}
