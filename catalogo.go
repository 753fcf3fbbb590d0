package tomahora

import "fmt"

// The Check methods of this file judge one entry of a catalogue that a clinic
// edits, by the rules of a whole Plan: everything it lacks (parametro_requerido),
// else everything wrong with it (no_existe, parametro_invalido). The fields are
// the wire's.

// Check judges the settings of a clinic.
func (c Clinica) Check() error {
	if missing := (Problems{}).require("nombre", c.Nombre == "").require("zona", c.Zona == ""); len(missing) > 0 {
		return missing
	}
	return faultsOf(zonaFaults(c.Zona)).orNil()
}

// Check judges a sucursal; without a Zona it has the clínica's.
func (s Sucursal) Check() error {
	if missing := (Problems{}).require("nombre", s.Nombre == ""); len(missing) > 0 {
		return missing
	}
	if s.Zona == "" {
		return nil
	}
	return faultsOf(zonaFaults(s.Zona)).orNil()
}

// Check judges a sillón.
func (s Sillon) Check() error {
	if missing := (Problems{}).require("nombre", s.Nombre == ""); len(missing) > 0 {
		return missing
	}
	return faultsOf(s.faults()).orNil()
}

// Check judges an especialidad.
func (e Especialidad) Check() error { return Problems{}.require("nombre", e.Nombre == "").orNil() }

// CheckProfesional judges a profesional beside the especialidades that there are.
// A surname alone is a name.
func (c *Config) CheckProfesional(p Profesional) error {
	missing := Problems{}.require("nombre", p.NombreCompleto() == "").require("intervalo", p.Intervalo == 0)
	if len(missing) > 0 {
		return missing
	}
	return faultsOf(c.profesionalFaults(p)).orNil()
}

func zonaFault(name string) fault {
	return fault{field: "zona", says: fmt.Sprintf("la zona horaria %q no existe", name)}
}

func zonaFaults(name string) []fault {
	if _, err := loadZona(name); err != nil {
		return []fault{zonaFault(name)}
	}
	return nil
}

func (s Sillon) faults() []fault {
	if s.ID != Sobrecupo {
		return nil
	}
	return []fault{{field: "id", says: fmt.Sprintf("el sillón %d es el sobrecupo y no puede ser un sillón real", Sobrecupo)}}
}

func (c *Config) profesionalFaults(p Profesional) (faults []fault) {
	if p.Intervalo <= 0 || p.Intervalo > Duracion(FinDelDia) {
		faults = append(faults, fault{field: "intervalo", says: "el intervalo debe estar entre 1 y 1440 minutos"})
	}
	if _, ok := c.especialidades[p.IDEspecialidad]; !ok && p.IDEspecialidad != 0 {
		faults = append(faults, unknown("la especialidad", "id_especialidad", p.IDEspecialidad))
	}
	return faults
}
