package main

import (
	"fmt"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create a token and print it; it is shown this once."`
	List   tokenListCmd   `cmd:"" help:"List the tokens, without their secrets."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token; it stops working within a second."`
}

type tokenCreateCmd struct {
	database
	output
	Clinica tomahora.ClinicaID `required:"" help:"Id of the clinic." placeholder:"N"`
	Nombre  string             `required:"" help:"What the token is for."`
	Lectura bool               `help:"Read only."`
}

func (c tokenCreateCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		if err := findClinica(env, store, c.Clinica); err != nil {
			return err
		}
		secret, hash := auth.NewSecret()
		id, err := store.CreateToken(env.ctx, tomahora.Token{IDClinica: c.Clinica, Nombre: c.Nombre, Lectura: c.Lectura}, hash)
		if err != nil {
			return err
		}
		return c.print(env, struct {
			created
			Token string `json:"token"`
		}{created{int64(id)}, secret}, secret)
	})
}

type tokenListCmd struct {
	database
	output
}

func (c tokenListCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		tokens, err := store.Tokens(env.ctx)
		if err != nil {
			return err
		}
		type row struct {
			ID        int64      `json:"id"`
			IDClinica int64      `json:"id_clinica"`
			Nombre    string     `json:"nombre"`
			Lectura   bool       `json:"lectura"`
			Creado    time.Time  `json:"creado"`
			Revocado  *time.Time `json:"revocado"`
		}
		rows := make([]row, len(tokens))
		lines := make([]any, len(tokens))
		for i, t := range tokens {
			rows[i] = row{int64(t.ID), int64(t.IDClinica), t.Nombre, t.Lectura, t.Creado, nil}
			permission, state := "read/write", "in force"
			if t.Lectura {
				permission = "read only"
			}
			if !t.Revocado.IsZero() {
				rows[i].Revocado = &t.Revocado
				state = "revoked " + t.Revocado.Format(time.DateTime)
			}
			lines[i] = fmt.Sprintf("%d\tclinica %d\t%s\t%s\t%s", t.ID, t.IDClinica, t.Nombre, permission, state)
		}
		return c.print(env, rows, lines...)
	})
}

type tokenRevokeCmd struct {
	database
	output
	ID tomahora.TokenID `arg:"" help:"Id of the token, from token list."`
}

func (c tokenRevokeCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		err := store.RevokeToken(env.ctx, c.ID)
		if tomahora.KindOf(err) == tomahora.KindNotFound {
			return fmt.Errorf("there is no token %d; `tomahora token list` shows those there are", c.ID)
		}
		if err != nil {
			return err
		}
		return c.print(env, struct {
			Revoked int64 `json:"revoked"`
		}{int64(c.ID)}, fmt.Sprintf("token %d is revoked", c.ID))
	})
}
