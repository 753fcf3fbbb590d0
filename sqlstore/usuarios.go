package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/tomahora/tomahora"
)

type usuarios struct{ *tx }

func (u usuarios) List() ([]tomahora.Usuario, error) {
	return collect(u.tx, "usuario_list", []any{u.id}, scanUsuario)
}

func (u usuarios) Get(id tomahora.UsuarioID) (tomahora.Usuario, error) {
	return one(u.tx, "usuario_get", []any{u.id, id}, "el usuario", scanUsuario)
}

func scanUsuario(scan scanner) (u tomahora.Usuario, err error) {
	err = scan(usuarioColumns(&u)...)
	return u, err
}

func usuarioColumns(u *tomahora.Usuario) []any {
	return []any{&u.ID, &u.IDClinica, &u.Email, &u.Nombre, &u.Rol, &u.IDProfesional, &u.Idioma, &u.Habilitado, instant(&u.Creado)}
}

func (u usuarios) Create(v tomahora.Usuario, clave string, by tomahora.Actor) (tomahora.Usuario, error) {
	if err := u.queryRow("usuario_next", []any{u.id}, &v.ID); err != nil {
		return tomahora.Usuario{}, err
	}
	v.IDClinica, v.Creado = u.id, u.now
	_, err := u.exec("usuario_create", u.id, v.ID, v.Email, v.Nombre, string(v.Rol), v.IDProfesional, v.Idioma, clave, v.Habilitado, micros(v.Creado))
	if err != nil {
		return tomahora.Usuario{}, err
	}
	u.record(by, created, "usuario", int64(v.ID))
	u.reconfigured()
	return v, nil
}

func (u usuarios) Save(v tomahora.Usuario, by tomahora.Actor, campos ...string) error {
	n, err := u.exec("usuario_save", v.Email, v.Nombre, string(v.Rol), v.IDProfesional, v.Idioma, v.Habilitado, u.id, v.ID)
	return u.changed(n, err, v.ID, by, campos...)
}

// changed tells of a usuario that was written.
func (u usuarios) changed(n int64, err error, id tomahora.UsuarioID, by tomahora.Actor, campos ...string) error {
	if err != nil {
		return err
	}
	if n == 0 {
		return tomahora.NotFound("el usuario")
	}
	u.record(by, modified, "usuario", int64(id), campos...)
	u.reconfigured()
	return nil
}

func (u usuarios) Clave(id tomahora.UsuarioID) (clave string, err error) {
	return one(u.tx, "usuario_clave", []any{u.id, id}, "el usuario", func(scan scanner) (clave string, err error) {
		err = scan(&clave)
		return clave, err
	})
}

func (u usuarios) SaveClave(id tomahora.UsuarioID, clave string, by tomahora.Actor) error {
	n, err := u.exec("usuario_save_clave", clave, u.id, id)
	return u.changed(n, err, id, by, "clave")
}

func (u usuarios) CloseSesiones(id tomahora.UsuarioID, salvo []byte) error {
	if salvo == nil {
		salvo = []byte{}
	}
	return u.post("sesion_close", u.id, id, salvo)
}

// UsuariosByEmail finds the usuarios of all clinics with an email.
func (s *Store) UsuariosByEmail(ctx context.Context, email string) ([]tomahora.Credencial, error) {
	var list []tomahora.Credencial
	err := s.read(ctx, func(t *tx) (err error) {
		list, err = collect(t, "usuario_by_email", []any{email}, func(scan scanner) (c tomahora.Credencial, err error) {
			err = scan(append(usuarioColumns(&c.Usuario), &c.Clave)...)
			return c, err
		})
		return err
	})
	return list, err
}

// SesionByHash finds a sesión that has not run out.
func (s *Store) SesionByHash(ctx context.Context, hash []byte, now time.Time) (tomahora.Sesion, error) {
	var found tomahora.Sesion
	err := s.read(ctx, func(t *tx) (err error) {
		found, err = one(t, "sesion_by_hash", []any{hash, micros(now)}, "la sesión", func(scan scanner) (v tomahora.Sesion, err error) {
			err = scan(&v.Hash, &v.IDClinica, &v.IDUsuario, &v.Datos, instant(&v.Vence))
			return v, err
		})
		return err
	})
	return found, err
}

// CreateSesion keeps a sesión.
func (s *Store) CreateSesion(ctx context.Context, v tomahora.Sesion, now time.Time) error {
	return s.writing.do(ctx, 0, func(t *tx) error {
		if err := t.post("sesion_forget", micros(now)); err != nil {
			return err
		}
		return t.post("sesion_create", v.Hash, v.IDClinica, v.IDUsuario, v.Datos, micros(v.Vence))
	})
}

// ExtendSesion lets a sesión run out at another time.
func (s *Store) ExtendSesion(ctx context.Context, hash []byte, vence time.Time) error {
	return s.writing.do(ctx, 0, func(t *tx) error { return t.post("sesion_extend", micros(vence), hash) })
}

// DeleteSesion ends a sesión.
func (s *Store) DeleteSesion(ctx context.Context, hash []byte) error {
	return s.writing.do(ctx, 0, func(t *tx) error { return t.post("sesion_delete", hash) })
}

// Frenar counts an attempt to log in. What holds is looked for first, so that
// whoever is refused writes nothing.
func (s *Store) Frenar(ctx context.Context, now time.Time, frenos ...tomahora.Freno) (hasta time.Time, err error) {
	err = s.writing.do(ctx, 0, func(t *tx) error {
		hasta = time.Time{}
		for _, f := range frenos {
			held, err := t.freno(f)
			if err != nil {
				return err
			}
			if held.After(now) && held.After(hasta) {
				hasta = held
			}
		}
		if !hasta.IsZero() {
			return nil
		}
		if err := t.post("freno_forget", micros(now.Add(-tomahora.OlvidoFreno))); err != nil {
			return err
		}
		for _, f := range frenos {
			var fallos int
			if err := t.execRow("freno_count", []any{f.Hash, micros(now), f.Olvido.Microseconds()}, &fallos); err != nil {
				return err
			}
			if wait := f.Espera(fallos); wait > 0 {
				if err := t.post("freno_hold", micros(now.Add(wait)), f.Hash); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return hasta, err
}

// freno is until when a freno holds, the zero time for one that never did.
func (t *tx) freno(f tomahora.Freno) (held time.Time, err error) {
	err = t.queryRow("freno_get", []any{f.Hash}, instant(&held))
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return held, err
}

// Soltar takes back an attempt.
func (s *Store) Soltar(ctx context.Context, frenos ...tomahora.Freno) error {
	return s.writing.do(ctx, 0, func(t *tx) error {
		for _, f := range frenos {
			query := "freno_release"
			if f.Perdona {
				query = "freno_delete"
			}
			if err := t.post(query, f.Hash); err != nil {
				return err
			}
		}
		return nil
	})
}

type tokens struct{ *tx }

func (k tokens) List() ([]tomahora.Token, error) {
	return collect(k.tx, "token_of_clinica", []any{k.id}, scanToken)
}

func (k tokens) Create(v tomahora.Token, hash []byte, by tomahora.Actor) (tomahora.Token, error) {
	v.IDClinica, v.Creado, v.Revocado = k.id, k.now, time.Time{}
	err := k.createToken(&v, hash)
	k.record(by, created, "token", int64(v.ID))
	return v, err
}

func (k tokens) Revoke(id tomahora.TokenID, by tomahora.Actor) error {
	n, err := k.exec("token_revoke_of_clinica", micros(k.now), k.id, id)
	if err == nil && n == 0 {
		return tomahora.NotFound("el token")
	}
	k.record(by, deleted, "token", int64(id))
	return err
}

// createToken keeps a token of the clinic, and gives it its id.
func (t *tx) createToken(v *tomahora.Token, hash []byte) error {
	if err := t.queryRow("token_next", nil, &v.ID); err != nil {
		return err
	}
	_, err := t.exec("token_create", v.ID, v.IDClinica, v.Nombre, hash, v.Lectura, micros(t.now))
	t.reconfigured()
	return err
}
