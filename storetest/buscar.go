package storetest

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/tomahora/tomahora"
)

// palabras are the words by which a paciente is found.
func palabras(p tomahora.Paciente) []string {
	apart := func(r rune) bool { return strings.ContainsRune(" -'’‘´`.,;:_/\\%\"()&+*", r) }
	names := tomahora.Fold(p.Nombre + " " + p.Apellidos + " " + p.NombreSocial)
	words := strings.FieldsFunc(names, apart)
	words = append(words, strings.FieldsFunc(strings.NewReplacer("'", "", "’", "", "‘", "", "´", "", "`", "").Replace(names), apart)...)
	words = append(words, strings.ToLower(strings.NewReplacer("-", "", ".", "").Replace(p.RUT)))
	for _, phone := range []string{p.Celular, p.Telefono} {
		digits := strings.NewReplacer(" ", "", "+", "", "-", "", "(", "", ")", "").Replace(phone)
		words = append(words, digits, digits[max(0, len(digits)-9):], digits[max(0, len(digits)-8):])
	}
	return words
}

func buscar(t *testing.T, s tomahora.Store, id tomahora.ClinicaID, typed string, limite int) (found []tomahora.Paciente) {
	t.Helper()
	must(t, s.View(t.Context(), id, func(tx tomahora.Tx) (err error) {
		found, err = tx.Pacientes().Buscar(tomahora.Terminos(typed), limite)
		return err
	}))
	return found
}

func byApellidos(a, b tomahora.Paciente) int {
	return cmp.Or(
		cmp.Compare(tomahora.Fold(a.Apellidos), tomahora.Fold(b.Apellidos)),
		cmp.Compare(tomahora.Fold(a.Nombre), tomahora.Fold(b.Nombre)),
		cmp.Compare(a.ID, b.ID),
	)
}

func buscados() []tomahora.Paciente {
	return []tomahora.Paciente{
		{Nombre: "María José", Apellidos: "Núñez Pérez", RUT: "12345678-5", Celular: "+56 9 8765 4321", Habilitado: true},
		{Nombre: "José", Apellidos: "Pérez O'Higgins", RUT: "7654321-K", Telefono: "(2) 2345-6789", Habilitado: true},
		{Nombre: "Josefa", Apellidos: "Soto-Aguilar", Celular: "+56 9 8765 0000"},
		{Nombre: "Ana", Apellidos: "Rojas", NombreSocial: "Álex", TipoDocumento: 1, RUT: "AB-123.4", Habilitado: true},
		{Nombre: "100%", Apellidos: `_ a\b`, Habilitado: true},
		{Nombre: "Conan", Apellidos: "O'Ryan"},
		{Nombre: "Luz", Apellidos: "Pérez-D’Angelo", NombreSocial: "Lu` Ta´t"},
		{Nombre: "", Apellidos: ""},
	}
}

func testBuscar(t *testing.T, open Open) {
	s := open(t, frozen)
	id, other := Setup(t, s, 0), Setup(t, s, 0)
	all := buscados()
	for _, clinica := range []tomahora.ClinicaID{id, other} {
		must(t, s.Update(t.Context(), clinica, func(tx tomahora.Tx) error {
			for i := range all {
				p := all[i]
				p.ID = 0
				made, err := tx.Pacientes().Create(p, actor)
				if err != nil {
					return err
				}
				all[i] = made
			}
			return nil
		}))
	}
	want := map[string]int{
		"jose": 3, "JOSÉ": 3, "jose per": 2, "perez jose": 2, "josef": 1, "nunez": 1, "ose": 0, "aguilar soto": 1, "higgins": 1,
		"12.345.678-5": 1, "12345": 1, "345678": 0, "7654321-k": 1, "7.654.321-K": 1, "ab1234": 1, "AB-123.4": 1, "alex": 1, "rojas": 1,
		"+56 9 8765": 2, "9 8765 4321": 1, "8765 43": 1, "98765": 2, "22345": 1, "2345 6789": 1, "jose 9 8765": 2, "100": 1, "b": 1, "%": 0, "": 0,
		"oryan": 1, "conan ory": 1, "o'ry": 1, "o’ryan": 1, "ry": 1, "o r": 1, "ohiggins": 1, "dangelo perez": 1, "d'angelo": 1, "angel": 1, "tat": 1, "lu t": 1,
	}
	for typed, n := range want {
		var should []tomahora.Paciente
		for _, p := range all {
			if terminos := tomahora.Terminos(typed); len(terminos) > 0 && isFoundBy(p, terminos) {
				should = append(should, p)
			}
		}
		slices.SortFunc(should, byApellidos)
		if len(should) != n {
			t.Errorf("%q: %d pacientes are to be found, and the suite finds %d", typed, n, len(should))
		}
		diff(t, buscar(t, s, id, typed, 10), should)
		diff(t, buscar(t, s, other, typed, 10), should)
	}
}

func isFoundBy(p tomahora.Paciente, terminos []string) bool {
	return !slices.ContainsFunc(terminos, func(termino string) bool {
		return !slices.ContainsFunc(palabras(p), func(word string) bool { return strings.HasPrefix(word, termino) })
	})
}

func testBuscarChanged(t *testing.T, open Open) {
	s := open(t, frozen)
	id := Setup(t, s, 0)
	var p tomahora.Paciente
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		p, err = tx.Pacientes().Create(tomahora.Paciente{Nombre: "Ana", Apellidos: "Rojas", Habilitado: true}, actor)
		return err
	}))
	p.Apellidos, p.Celular = "Soto", "987654321"
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) (err error) {
		p, err = tx.Pacientes().Save(p, actor, "apellidos", "celular")
		return err
	}))
	for typed, want := range map[string][]tomahora.Paciente{"rojas": nil, "ana soto": {p}, "87654": {p}} {
		diff(t, buscar(t, s, id, typed, 10), want)
	}
	var many []tomahora.Paciente
	must(t, s.Update(t.Context(), id, func(tx tomahora.Tx) error {
		for range 5 {
			made, err := tx.Pacientes().Create(tomahora.Paciente{Nombre: "Pedro", Apellidos: "Soto", Habilitado: true}, actor)
			if err != nil {
				return err
			}
			many = append(many, made)
		}
		return nil
	}))
	diff(t, buscar(t, s, id, "soto", 3), many[2:])
}
