package agenda

import (
	"slices"

	"github.com/tomahora/tomahora"
)

// In turns, the first has each profesional's soonest place, the second each
// one's next, and so on. A place found later, which is of a later date, never
// comes before one of its turn that was found earlier.

// turns tells of places, which are in the order of their dates, in which turn
// each one is, and how many there are in each.
func turns(libres []Libre) (turn, sizes []int) {
	turn = make([]int, len(libres))
	found := map[tomahora.ProfesionalID]int{}
	for i := range libres {
		prof := libres[i].Espacio.IDProfesional
		turn[i] = found[prof]
		found[prof]++
		if turn[i] == len(sizes) {
			sizes = append(sizes, 0)
		}
		sizes[turn[i]]++
	}
	return turn, sizes
}

// inTurns sorts places, which are in the order of their dates, by their turns.
func inTurns(libres []Libre) []Libre {
	turn, sizes := turns(libres)
	next := make([]int, len(sizes)) // where the next place of a turn goes
	for t := 1; t < len(sizes); t++ {
		next[t] = next[t-1] + sizes[t-1]
	}
	sorted := make([]Libre, len(libres))
	for i, l := range libres {
		sorted[next[turn[i]]] = l
		next[turn[i]]++
	}
	return sorted
}

// wantingTurns are those of whom a further place may still be among the first so
// many: it comes after all places of its turn and of the turns before.
func wantingTurns(buscados []buscado, libres []Libre, limite int) []buscado {
	_, sizes := turns(libres)
	found := map[tomahora.ProfesionalID]int{}
	for i := range libres {
		found[libres[i].Espacio.IDProfesional]++
	}
	before := make([]int, len(sizes)) // places up to the end of a turn
	sum := 0
	for t, n := range sizes {
		sum += n
		before[t] = sum
	}
	return slices.DeleteFunc(slices.Clone(buscados), func(p buscado) bool {
		turn := min(found[p.id], len(sizes)-1)
		return before[turn] >= limite
	})
}
