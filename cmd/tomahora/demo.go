package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/demo"
	"github.com/tomahora/tomahora/sandbox"
	"github.com/tomahora/tomahora/sqlstore"
)

type demoCmd struct {
	service
	Listen      string    `default:"127.0.0.1:8080" help:"Address to listen on."`
	Now         time.Time `help:"Freeze the business clock at this time (RFC 3339)." placeholder:"TIME"`
	DB          string    `name:"db" help:"Keep the data here, as sqlite:FILE or postgres://USER@HOST/DATABASE. Default: a file that is thrown away." placeholder:"URL"`
	CORSOrigins []string  `name:"cors-origin" default:"*" help:"Origin whose pages may call the API from a browser, or * for any; repeatable." placeholder:"ORIGIN"`
	Empty       bool      `help:"Leave the generated citas out."`
}

func (c demoCmd) Run(env *environment) (err error) {
	if c.DB == "" {
		dir, err := os.MkdirTemp("", "tomahora-demo-")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
		c.DB = "sqlite:" + filepath.Join(dir, "demo.db")
	}
	m, clock := c.metrics(), sandbox.NewClock(c.clock())
	store, err := database{c.DB}.open(env, storeOptions(sqlstore.Options{Clock: clock.Now}, m))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if err := prepareDemo(env.ctx, store, c.Empty); err != nil {
		return err
	}
	sender := c.sender()
	cfg, err := c.config(env, store, m, sender, c.CORSOrigins, &sandboxed{clock, c.reset(store)}, entrance{})
	if err != nil {
		return err
	}
	defer c.deliver(env, store, sender)()
	return c.listen(env, c.Listen, c.greet(env), cfg)
}

// reset makes the demo clinic as it was at first.
func (c demoCmd) reset(store tomahora.Store) func(context.Context, tomahora.ClinicaID) error {
	return func(ctx context.Context, id tomahora.ClinicaID) error {
		return store.Update(ctx, id, func(tx tomahora.Tx) error { return demo.Reset(tx, c.Empty) })
	}
}

// clock is the business clock before anyone moves it: the real one, or a frozen one.
func (c demoCmd) clock() func() time.Time {
	if c.Now.IsZero() {
		return time.Now
	}
	return func() time.Time { return c.Now }
}

func (c demoCmd) greet(env *environment) func(net.Addr) {
	return func(addr net.Addr) {
		fmt.Fprintf(env.stdout, "The demo clinic is at http://%s/ with these users, whose password is %q:\n", addr, demo.Clave)
		for _, u := range demo.Usuarios() {
			fmt.Fprintf(env.stdout, "  %-20s %s\n", u.Email, u.Rol)
		}
		fmt.Fprintf(env.stdout, "Its patients book at http://%s/reservar/1, best on a phone.\n", addr)
		fmt.Fprintf(env.stdout, "Its API is at http://%s/api/v5 with the token %q. Ctrl-C ends it.\n", addr, demo.Token)
	}
}

// prepareDemo makes the demo clinic where there is none yet. It refuses a
// database with any other clinic, so that nobody's data meets a public token.
func prepareDemo(ctx context.Context, store *sqlstore.Store, empty bool) error {
	clinicas, err := store.Clinicas(ctx)
	if err != nil {
		return err
	}
	for _, k := range clinicas {
		if !k.EsDemo || len(clinicas) > 1 {
			return fmt.Errorf("the database holds clinica %d, which is not the demo's; give demo a database of its own", k.ID)
		}
	}
	var id tomahora.ClinicaID
	if len(clinicas) == 1 {
		id = clinicas[0].ID
	} else if id, err = store.CreateClinica(ctx, demo.Clinica()); err != nil {
		return err
	}
	if err := seedOnce(ctx, store, id, empty); err != nil {
		return err
	}
	if err := hireOnce(ctx, store, id); err != nil {
		return err
	}
	tokens, err := store.Tokens(ctx)
	if err != nil || len(tokens) > 0 {
		return err
	}
	_, err = store.CreateToken(ctx, tomahora.Token{IDClinica: id, Nombre: "demo"}, auth.Hash(demo.Token))
	return err
}

// seedOnce fills the clinic unless that was done before, also where an earlier
// start was cut off between making the clinic and filling it.
func seedOnce(ctx context.Context, store *sqlstore.Store, id tomahora.ClinicaID, empty bool) error {
	return store.Update(ctx, id, func(tx tomahora.Tx) error {
		_, err := tx.Pacientes().Get(1)
		if tomahora.KindOf(err) != tomahora.KindNotFound {
			return err
		}
		return demo.Seed(tx, empty)
	})
}

// hireOnce makes the demo's users, unless there are some.
func hireOnce(ctx context.Context, store *sqlstore.Store, id tomahora.ClinicaID) error {
	return store.Update(ctx, id, func(tx tomahora.Tx) error {
		there, err := tx.Usuarios().List()
		if err != nil || len(there) > 0 {
			return err
		}
		for _, u := range demo.Usuarios() {
			if _, err := tx.Usuarios().Create(u, demo.ClaveHash, tomahora.Sistema); err != nil {
				return err
			}
		}
		return nil
	})
}
