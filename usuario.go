package tomahora

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// UsuarioID identifies a usuario of a clinic.
type UsuarioID int64

// Actor is the usuario as who made a change.
func (id UsuarioID) Actor() Actor { return Actor("usuario:" + strconv.FormatInt(int64(id), 10)) }

// Usuario is a person who works in a clinic's web. Who works in two clinics is a
// usuario of each, under the same email.
type Usuario struct {
	ID            UsuarioID
	IDClinica     ClinicaID
	Email         string // as NormalizeEmail spells it, one usuario of the clinic each
	Nombre        string
	Rol           Rol
	IDProfesional ProfesionalID // whose agenda it is; 0 unless Rol is RolProfesional
	Idioma        string        // "es" or "en"
	Habilitado    bool
	Creado        time.Time
}

// Credencial is a usuario with what tells whether somebody is that.
type Credencial struct {
	Usuario
	Clave string // hash of the password as a PHC string; "" lets nobody in with one
}

// Actor is the usuario as who made a change.
func (u Usuario) Actor() Actor { return u.ID.Actor() }

// Rol is what a usuario is in the clinic.
type Rol string

// The roles.
const (
	RolAdministracion Rol = "administracion" // everything
	RolRecepcion      Rol = "recepcion"      // everything but the set-up
	RolProfesional    Rol = "profesional"    // the own agenda
	RolLectura        Rol = "lectura"        // looks, and changes nothing
)

// Roles are all roles, who may do most first.
func Roles() []Rol { return []Rol{RolAdministracion, RolRecepcion, RolProfesional, RolLectura} }

// Permiso is a kind of thing that a usuario may do or not.
type Permiso string

// The permisos.
const (
	VerAgenda       Permiso = "ver_agenda"       // citas, hours, bloqueos
	VerPacientes    Permiso = "ver_pacientes"    // look pacientes up
	VerTablero      Permiso = "ver_tablero"      // figures and lists of the whole clinic
	Agendar         Permiso = "agendar"          // make, change, move and annul citas
	EditarPacientes Permiso = "editar_pacientes" // make and change pacientes
	Bloquear        Permiso = "bloquear"         // make and delete bloqueos
	Configurar      Permiso = "configurar"       // the set-up, usuarios, tokens and webhooks
)

// permisos are what each role may do.
func permisos(r Rol) []Permiso {
	switch r {
	case RolAdministracion:
		return []Permiso{VerAgenda, VerPacientes, VerTablero, Agendar, EditarPacientes, Bloquear, Configurar}
	case RolRecepcion:
		return []Permiso{VerAgenda, VerPacientes, VerTablero, Agendar, EditarPacientes, Bloquear}
	case RolProfesional:
		return []Permiso{VerAgenda, VerPacientes, Agendar, EditarPacientes}
	case RolLectura:
		return []Permiso{VerAgenda, VerPacientes, VerTablero}
	}
	return nil
}

// Puede tells whether the usuario may do a kind of thing at all. Where it is done
// to a profesional's agenda, PuedeEn tells more.
func (u Usuario) Puede(p Permiso) bool {
	return u.Habilitado && slices.Contains(permisos(u.Rol), p)
}

// PuedeEn tells whether the usuario may do it in the agenda of a profesional: a
// profesional only in the own one.
func (u Usuario) PuedeEn(p Permiso, prof ProfesionalID) bool {
	return u.Puede(p) && (u.Rol != RolProfesional || u.IDProfesional == prof)
}

// The limits of usuarios.
const (
	MaxEmail = 254 // bytes
	MinClave = 10  // characters of a password
	MaxClave = 200 // and bytes at most, since each costs time to hash
)

// NormalizeEmail spells an email as it is kept and looked up.
func NormalizeEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// CambioUsuario is what is to be set in a usuario; nil leaves it as it is. The
// password goes its own way.
type CambioUsuario struct {
	Email         *string
	Nombre        *string
	Rol           *Rol
	IDProfesional *ProfesionalID // of no meaning, and kept as 0, unless the role is profesional
	Idioma        *string
	Habilitado    *bool
}

var usuarioFields = []string{"email", "nombre", "rol", "id_profesional", "idioma", "habilitado"}

// Apply is a usuario as the change leaves it, with the wire names of what really
// changed. The error has everything that is wrong with it beside the
// configuration. A usuario without an id is a new one, which is enabled and reads
// Spanish unless the change says otherwise.
func (c CambioUsuario) Apply(before Usuario, cfg *Config) (after Usuario, campos []string, err error) {
	after = before
	if before.ID == 0 {
		after.Habilitado, after.Idioma = true, "es"
	}
	if c.Email != nil {
		c.Email = new(NormalizeEmail(*c.Email))
	}
	if c.Nombre != nil {
		c.Nombre = new(strings.TrimSpace(*c.Nombre))
	}
	campos = assign(campos, "email", &after.Email, c.Email)
	campos = assign(campos, "nombre", &after.Nombre, c.Nombre)
	campos = assign(campos, "rol", &after.Rol, c.Rol)
	if after.Rol != RolProfesional {
		c.IDProfesional = new(ProfesionalID(0))
	}
	campos = assign(campos, "id_profesional", &after.IDProfesional, c.IDProfesional)
	campos = assign(campos, "idioma", &after.Idioma, c.Idioma)
	campos = assign(campos, "habilitado", &after.Habilitado, c.Habilitado)
	return after, campos, after.check(cfg)
}

func (u Usuario) check(cfg *Config) error {
	problems := Problems{}.
		require("email", u.Email == "").
		require("nombre", u.Nombre == "").
		require("rol", u.Rol == "").
		require("id_profesional", u.Rol == RolProfesional && u.IDProfesional == 0)
	if u.Email != "" && !isEmail(u.Email) {
		problems = problems.with(invalido("email", "no es una dirección de correo"))
	}
	if u.Rol != "" && !slices.Contains(Roles(), u.Rol) {
		problems = problems.with(invalido("rol", "debe ser administracion, recepcion, profesional o lectura"))
	}
	if _, ok := cfg.Profesional(u.IDProfesional); u.IDProfesional != 0 && !ok {
		problems = problems.with(NoExiste("el profesional "+strconv.FormatInt(int64(u.IDProfesional), 10), "id_profesional"))
	}
	if !slices.Contains([]string{"es", "en"}, u.Idioma) {
		problems = problems.with(invalido("idioma", "debe ser es o en"))
	}
	return problems.inOrder(usuarioFields).orNil()
}

// isEmail tells whether mail might reach an address in lower case. Whether it does
// only sending it would tell.
func isEmail(s string) bool {
	local, domain, _ := strings.Cut(s, "@")
	odd := func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`@,;:<>()[]"\`, r)
	}
	return local != "" && len(s) <= MaxEmail && !strings.ContainsFunc(local, odd) && !strings.ContainsFunc(domain, odd) &&
		domain != "" && !slices.Contains(strings.Split(domain, "."), "")
}

// CheckClave judges a password that somebody chooses: long enough, and not her
// own name or email over again.
func (u Usuario) CheckClave(clave string) error {
	lower := strings.ToLower(clave)
	local, _, _ := strings.Cut(u.Email, "@")
	switch first, _ := utf8.DecodeRuneInString(clave); {
	case clave == "":
		return Invalid(CodeParametroRequerido, "clave", "clave")
	case !utf8.ValidString(clave) || len(clave) > MaxClave:
		return invalido("clave", "tiene más de "+strconv.Itoa(MaxClave)+" caracteres")
	case utf8.RuneCountInString(clave) < MinClave:
		return invalido("clave", "debe tener al menos "+strconv.Itoa(MinClave)+" caracteres")
	case strings.Trim(clave, string(first)) == "":
		return invalido("clave", "repite un solo carácter")
	case lower == u.Email || lower == local || lower == strings.ToLower(u.Nombre):
		return invalido("clave", "es su propio nombre o correo")
	}
	return nil
}
