package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/agenda"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/sqlstore"
)

type usuarioCmd struct {
	Create   usuarioCreateCmd   `cmd:"" help:"Create a user of a clinic's web."`
	List     usuarioListCmd     `cmd:"" help:"List the users."`
	Password usuarioPasswordCmd `cmd:"" help:"Set a user's password, which ends their sessions and their waiting after failures."`
	Revoke   usuarioRevokeCmd   `cmd:"" help:"Disable a user, who is out at once."`
	Enable   usuarioEnableCmd   `cmd:"" help:"Let a user in again who was disabled, with the password there was."`
}

// secretInput is where a password comes from.
type secretInput struct {
	Generate bool `help:"Make a password and print it once, also where one could be typed."`
}

// clave asks for a password on a terminal, or reads one line; where there is none
// it makes one.
func (i secretInput) clave(env *environment) (clave string, made bool, err error) {
	if i.Generate {
		return auth.NewPassword(), true, nil
	}
	if !term.IsTerminal(int(env.stdin.Fd())) {
		line, err := bufio.NewReader(env.stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", false, fmt.Errorf("read the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return auth.NewPassword(), true, nil
		}
		return line, false, nil
	}
	first, err := i.ask(env, "Password")
	if err != nil {
		return "", false, err
	}
	again, err := i.ask(env, "Once more")
	if err != nil {
		return "", false, err
	}
	if first != again {
		return "", false, errors.New("the two passwords are not the same")
	}
	return first, false, nil
}

func (secretInput) ask(env *environment, prompt string) (string, error) {
	fmt.Fprintf(env.stderr, "%s: ", prompt)
	typed, err := term.ReadPassword(int(env.stdin.Fd()))
	fmt.Fprintf(env.stderr, "\n")
	return string(typed), err
}

// hashed is a password for a user, judged and hashed; shown is it, where it was
// made here.
func (i secretInput) hashed(env *environment, u tomahora.Usuario) (hash, shown string, err error) {
	clave, made, err := i.clave(env)
	if err != nil {
		return "", "", err
	}
	if err := u.CheckClave(clave); err != nil {
		return "", "", err
	}
	if made {
		shown = clave
	}
	hash, err = auth.NewPasswords(1).Hash(env.ctx, clave)
	return hash, shown, err
}

type usuarioCreateCmd struct {
	database
	output
	secretInput
	Clinica     tomahora.ClinicaID     `required:"" help:"Id of the clinic." placeholder:"N"`
	Email       string                 `required:"" help:"The user's email, with which they log in."`
	Nombre      string                 `required:"" help:"The user's name."`
	Rol         tomahora.Rol           `required:"" help:"What the user may do: administracion (everything), recepcion (all but the set-up), profesional (the own agenda) or lectura (look)." placeholder:"ROL"`
	Profesional tomahora.ProfesionalID `help:"Id of the profesional whose agenda it is; with --rol profesional." placeholder:"N"`
	SinClave    bool                   `name:"no-password" help:"Let the user log in with OIDC only."`
}

func (c usuarioCreateCmd) Run(env *environment) error {
	change := tomahora.CambioUsuario{Email: &c.Email, Nombre: &c.Nombre, Rol: &c.Rol, IDProfesional: &c.Profesional}
	return c.with(env, func(store *sqlstore.Store) error {
		if err := findClinica(env, store, c.Clinica); err != nil {
			return err
		}
		if err := c.judge(env, store, change); err != nil { // before a password is asked for
			return err
		}
		var hash, shown string
		var err error
		if !c.SinClave {
			u := tomahora.Usuario{Email: tomahora.NormalizeEmail(c.Email), Nombre: c.Nombre}
			if hash, shown, err = c.hashed(env, u); err != nil {
				return err
			}
		}
		var u tomahora.Usuario
		err = store.Update(env.ctx, c.Clinica, func(tx tomahora.Tx) (err error) {
			u, err = agenda.CrearUsuario(tx, change, hash, tomahora.Sistema)
			return err
		})
		if err != nil {
			return err
		}
		return c.print(env, struct {
			created
			Clave string `json:"clave,omitempty"`
		}{created{int64(u.ID)}, shown}, saidOf(fmt.Sprintf("user %d of clinica %d is created", u.ID, c.Clinica), shown))
	})
}

func (c usuarioCreateCmd) judge(env *environment, store *sqlstore.Store, change tomahora.CambioUsuario) error {
	return store.View(env.ctx, c.Clinica, func(tx tomahora.Tx) error {
		_, _, err := change.Apply(tomahora.Usuario{}, tx.Config())
		return err
	})
}

// saidOf adds a password that was made to what is said.
func saidOf(what, shown string) string {
	if shown == "" {
		return what
	}
	return what + "; the password, shown this once: " + shown
}

type usuarioListCmd struct {
	database
	output
	Clinica tomahora.ClinicaID `help:"Id of the clinic; without it, all." placeholder:"N"`
}

func (c usuarioListCmd) Run(env *environment) error {
	type row struct {
		ID            int64     `json:"id"`
		IDClinica     int64     `json:"id_clinica"`
		Email         string    `json:"email"`
		Nombre        string    `json:"nombre"`
		Rol           string    `json:"rol"`
		IDProfesional int64     `json:"id_profesional"`
		Habilitado    bool      `json:"habilitado"`
		Creado        time.Time `json:"creado"`
	}
	return c.with(env, func(store *sqlstore.Store) error {
		list, err := c.list(env, store)
		if err != nil {
			return err
		}
		rows := make([]row, len(list))
		lines := make([]any, len(list))
		for i, u := range list {
			rows[i] = row{int64(u.ID), int64(u.IDClinica), u.Email, u.Nombre, string(u.Rol), int64(u.IDProfesional), u.Habilitado, u.Creado}
			state := "enabled"
			if !u.Habilitado {
				state = "disabled"
			}
			lines[i] = fmt.Sprintf("%d\tclinica %d\t%s\t%s\t%s\t%s", u.ID, u.IDClinica, u.Email, u.Nombre, u.Rol, state)
		}
		return c.print(env, rows, lines...)
	})
}

func (c usuarioListCmd) list(env *environment, store *sqlstore.Store) (list []tomahora.Usuario, err error) {
	clinicas := []tomahora.Clinica{{ID: c.Clinica}}
	if c.Clinica != 0 {
		err = findClinica(env, store, c.Clinica)
	} else {
		clinicas, err = store.Clinicas(env.ctx)
	}
	if err != nil {
		return nil, err
	}
	for _, k := range clinicas {
		err := store.View(env.ctx, k.ID, func(tx tomahora.Tx) error {
			some, err := tx.Usuarios().List()
			list = append(list, some...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// whichUsuario names a user by what people know.
type whichUsuario struct {
	Email   string             `arg:"" help:"The user's email."`
	Clinica tomahora.ClinicaID `help:"Id of the clinic, where the email has a user in several." placeholder:"N"`
}

func (w whichUsuario) find(env *environment, store *sqlstore.Store) (tomahora.Usuario, error) {
	found, err := store.UsuariosByEmail(env.ctx, tomahora.NormalizeEmail(w.Email))
	if err != nil {
		return tomahora.Usuario{}, err
	}
	var list []tomahora.Usuario
	for _, c := range found {
		if w.Clinica == 0 || w.Clinica == c.IDClinica {
			list = append(list, c.Usuario)
		}
	}
	switch len(list) {
	case 1:
		return list[0], nil
	case 0:
		return tomahora.Usuario{}, fmt.Errorf("there is no user %s; `tomahora usuario list` shows those there are", w.Email)
	default:
		return tomahora.Usuario{}, fmt.Errorf("%s is a user of %d clinics; name one with --clinica", w.Email, len(list))
	}
}

type usuarioPasswordCmd struct {
	database
	output
	secretInput
	whichUsuario
}

func (c usuarioPasswordCmd) Run(env *environment) error {
	return c.with(env, func(store *sqlstore.Store) error {
		u, err := c.find(env, store)
		if err != nil {
			return err
		}
		hash, shown, err := c.hashed(env, u)
		if err != nil {
			return err
		}
		err = store.Update(env.ctx, u.IDClinica, func(tx tomahora.Tx) error {
			return agenda.CambiarClave(tx, u.ID, hash, nil, tomahora.Sistema)
		})
		if err != nil {
			return err
		}
		return c.print(env, struct {
			ID    int64  `json:"id"`
			Clave string `json:"clave,omitempty"`
		}{int64(u.ID), shown}, saidOf("the password of "+u.Email+" is set", shown))
	})
}

// usuarioSwitch lets a user in or not.
type usuarioSwitch struct {
	database
	output
	whichUsuario
}

// set answers with a JSON object of the user's id under key, or with what they are
// now.
func (s usuarioSwitch) set(env *environment, habilitado bool, key, now string) error {
	return s.with(env, func(store *sqlstore.Store) error {
		u, err := s.find(env, store)
		if err != nil {
			return err
		}
		err = store.Update(env.ctx, u.IDClinica, func(tx tomahora.Tx) error {
			_, err := agenda.CambiarUsuario(tx, u.ID, tomahora.CambioUsuario{Habilitado: &habilitado}, tomahora.Sistema)
			return err
		})
		if err != nil {
			return err
		}
		return s.print(env, map[string]int64{key: int64(u.ID)}, u.Email+" is "+now)
	})
}

type usuarioRevokeCmd struct{ usuarioSwitch }

func (c usuarioRevokeCmd) Run(env *environment) error {
	return c.set(env, false, "revoked", "disabled")
}

type usuarioEnableCmd struct{ usuarioSwitch }

func (c usuarioEnableCmd) Run(env *environment) error { return c.set(env, true, "enabled", "enabled") }
