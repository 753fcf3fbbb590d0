package agenda

import (
	"slices"

	"github.com/tomahora/tomahora"
)

// CrearUsuario makes a usuario who logs in with a password of which this is the
// hash, or "" for another way. The error has everything that is wrong.
func CrearUsuario(tx tomahora.Tx, c tomahora.CambioUsuario, clave string, by tomahora.Actor) (tomahora.Usuario, error) {
	u, _, err := c.Apply(tomahora.Usuario{}, tx.Config())
	if err != nil {
		return tomahora.Usuario{}, err
	}
	return tx.Usuarios().Create(u, clave, by)
}

// CambiarUsuario changes a usuario. One who is disabled is logged out everywhere.
// What would leave the clinic without anybody who may set it up is
// ultimo_administrador.
func CambiarUsuario(tx tomahora.Tx, id tomahora.UsuarioID, c tomahora.CambioUsuario, by tomahora.Actor) (tomahora.Usuario, error) {
	before, err := tx.Usuarios().Get(id)
	if err != nil {
		return tomahora.Usuario{}, err
	}
	after, campos, err := c.Apply(before, tx.Config())
	if err != nil || len(campos) == 0 {
		return after, err
	}
	if before.Puede(tomahora.Configurar) && !after.Puede(tomahora.Configurar) {
		if err := otherAdministrador(tx, id); err != nil {
			return tomahora.Usuario{}, err
		}
	}
	if !after.Habilitado {
		if err := tx.Usuarios().CloseSesiones(id, nil); err != nil {
			return tomahora.Usuario{}, err
		}
	}
	return after, tx.Usuarios().Save(after, by, campos...)
}

// otherAdministrador wants somebody else who may set the clinic up.
func otherAdministrador(tx tomahora.Tx, id tomahora.UsuarioID) error {
	list, err := tx.Usuarios().List()
	if err != nil {
		return err
	}
	if slices.ContainsFunc(list, func(u tomahora.Usuario) bool { return u.ID != id && u.Puede(tomahora.Configurar) }) {
		return nil
	}
	return tomahora.Invalid(tomahora.CodeUltimoAdministrador, "rol")
}

// CambiarClave sets a usuario's password, of which this is the hash, and ends the
// usuario's sesiones but the one with a hash, nil for none.
func CambiarClave(tx tomahora.Tx, id tomahora.UsuarioID, clave string, salvo []byte, by tomahora.Actor) error {
	if err := tx.Usuarios().SaveClave(id, clave, by); err != nil {
		return err
	}
	return tx.Usuarios().CloseSesiones(id, salvo)
}
