package main

import (
	"fmt"
	"os"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/clinicfile"
	"github.com/tomahora/tomahora/sqlstore"
)

type clinicaCmd struct {
	Create clinicaCreateCmd `cmd:"" help:"Create a clinic and print its id."`
	List   clinicaListCmd   `cmd:"" help:"List the clinics."`
	Apply  clinicaApplyCmd  `cmd:"" help:"Make a clinic's set-up what a clinic file says; applying it again changes nothing."`
}

type clinicaCreateCmd struct {
	database
	output
	Nombre string `required:"" help:"Name of the clinic."`
	Zona   string `default:"America/Santiago" help:"IANA time zone."`
}

func (c clinicaCreateCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		id, err := store.CreateClinica(env.ctx, tomahora.Clinica{Nombre: c.Nombre, Zona: c.Zona})
		if err != nil {
			return err
		}
		return c.print(env, created{int64(id)}, int64(id))
	})
}

// created is what a create command prints with --json.
type created struct {
	ID int64 `json:"id"`
}

type clinicaListCmd struct {
	database
	output
}

func (c clinicaListCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		clinicas, err := store.Clinicas(env.ctx)
		if err != nil {
			return err
		}
		type row struct {
			ID     int64  `json:"id"`
			Nombre string `json:"nombre"`
			Zona   string `json:"zona"`
		}
		rows := make([]row, len(clinicas))
		lines := make([]any, len(clinicas))
		for i, k := range clinicas {
			rows[i] = row{int64(k.ID), k.Nombre, k.Zona}
			lines[i] = fmt.Sprintf("%d\t%s\t%s", k.ID, k.Nombre, k.Zona)
		}
		return c.print(env, rows, lines...)
	})
}

type clinicaApplyCmd struct {
	database
	output
	File    string             `arg:"" help:"Clinic file (YAML)."`
	Clinica tomahora.ClinicaID `required:"" help:"Id of the clinic." placeholder:"N"`
}

func (c clinicaApplyCmd) Run(env *environment) error {
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	file, err := clinicfile.Parse(c.File, data)
	if err != nil {
		return err
	}
	return c.with(env, func(store *sqlstore.Store) error {
		if err := findClinica(env, store, c.Clinica); err != nil {
			return err
		}
		var done agenda.Resumen
		err := store.Update(env.ctx, c.Clinica, func(tx tomahora.Tx) (err error) {
			done, err = agenda.Configurar(tx, tomahora.Sistema, file.Cambio)
			return err
		})
		if err != nil {
			return file.Locate(err)
		}
		return c.print(env, struct {
			Created  int `json:"created"`
			Modified int `json:"modified"`
			Deleted  int `json:"deleted"`
		}{done.Creados, done.Modificados, done.Borrados},
			fmt.Sprintf("%d created, %d modified, %d deleted", done.Creados, done.Modificados, done.Borrados))
	})
}
