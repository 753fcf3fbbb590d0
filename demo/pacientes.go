package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/tomahora/tomahora"
)

// numPacientes is how many pacientes the demo clinic has.
const numPacientes = 200

// The two pacientes whose atenciones are left for callers to book; no generated
// cita is theirs.
const (
	rutLopez       = 11_111_111
	rutRisopatron  = 16_482_917
	numPresentados = 2
)

func createPacientes(tx tomahora.Tx, today tomahora.Fecha) error {
	for i, p := range pacientes(today) {
		made, err := tx.Pacientes().Create(p, actor)
		if err != nil {
			return err
		}
		if want := tomahora.PacienteID(i + 1); made.ID != want {
			return fmt.Errorf("paciente %d of the demo got id %d: the clinic is not a fresh one", want, made.ID)
		}
	}
	return nil
}

func pacientes(today tomahora.Fecha) []tomahora.Paciente {
	rnd := rand.New(rand.NewPCG(2, numPacientes))
	list := []tomahora.Paciente{
		persona{"Juan", "Lopez", "M", rutLopez}.paciente(1, today, rnd),
		persona{"Fernanda", "Risopatrón", "F", rutRisopatron}.paciente(2, today, rnd),
	}
	for i, rut := range ruts(rnd, numPacientes-numPresentados) {
		list = append(list, randomPersona(rnd, rut).paciente(i+numPresentados+1, today, rnd))
	}
	return list
}

// minRUT and maxRUT are about those of people born in bornFrom and bornTo.
const (
	minRUT, maxRUT      = 5_000_000, 22_000_000
	bornFrom, bornYears = 1945, 61
)

// ruts are n different numbers, in no order.
func ruts(rnd *rand.Rand, n int) []int {
	const step = (maxRUT - minRUT) / numPacientes
	list := make([]int, n)
	for i := range list {
		list[i] = minRUT + i*step + rnd.IntN(step)
		if list[i] == rutLopez || list[i] == rutRisopatron {
			list[i] = minRUT + (i+1)*step - 1
		}
	}
	rnd.Shuffle(n, func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

type persona struct {
	nombre, apellidos, sexo string
	rut                     int
}

func randomPersona(rnd *rand.Rand, rut int) persona {
	p := persona{sexo: "F", rut: rut, apellidos: pick(rnd, apellidos[:]) + " " + pick(rnd, apellidos[:])}
	names := mujeres[:]
	if rnd.IntN(2) == 0 {
		p.sexo, names = "M", hombres[:]
	}
	p.nombre = pick(rnd, names)
	return p
}

func pick[T any](rnd *rand.Rand, list []T) T { return list[rnd.IntN(len(list))] }

// paciente fills in what a clinic knows of a person. Phones and addresses are
// made up; mail goes to a domain that is reserved for examples.
func (p persona) paciente(id int, today tomahora.Fecha, rnd *rand.Rand) tomahora.Paciente {
	born := bornFrom + (p.rut-minRUT)*bornYears/(maxRUT-minRUT)
	return tomahora.Paciente{
		RUT:             tomahora.FormatRUT(p.rut),
		Nombre:          p.nombre,
		Apellidos:       p.apellidos,
		FechaNacimiento: tomahora.Fecha{Year: born, Month: time.Month(1 + rnd.IntN(12)), Day: 1 + rnd.IntN(28)},
		FechaAfiliacion: today.AddDays(-30 - rnd.IntN(1500)),
		Celular:         fmt.Sprintf("+569%08d", 30_000_000+rnd.IntN(69_000_000)),
		Ciudad:          "Santiago",
		Comuna:          pick(rnd, comunas[:]),
		Direccion:       fmt.Sprintf("%s %d", pick(rnd, calles[:]), 100+rnd.IntN(4900)),
		Email:           fmt.Sprintf("paciente%d@example.com", id),
		Sexo:            p.sexo,
		NumeroFicha:     strconv.Itoa(id),
		Habilitado:      true,
	}
}

var mujeres = [...]string{
	"María José", "Camila", "Constanza", "Valentina", "Francisca", "Catalina", "Josefa", "Antonia", "Isidora", "Martina",
	"Carolina", "Claudia", "Patricia", "Verónica", "Ximena", "Paola", "Rosa", "Gladys", "Marisol", "Ana María",
	"Bárbara", "Daniela", "Macarena", "Pamela", "Lorena", "Soledad", "Millaray", "Rayén", "Trinidad", "Consuelo",
}

var hombres = [...]string{
	"José", "Luis", "Matías", "Benjamín", "Vicente", "Martín", "Sebastián", "Diego", "Nicolás", "Felipe",
	"Juan Pablo", "Cristián", "Rodrigo", "Claudio", "Mauricio", "Héctor", "Víctor", "Sergio", "Raúl", "Hernán",
	"Joaquín", "Maximiliano", "Gonzalo", "Álvaro", "Ricardo", "Patricio", "Lautaro", "Nahuel", "Agustín", "Ignacio",
}

var apellidos = [...]string{
	"González", "Muñoz", "Rojas", "Díaz", "Pérez", "Soto", "Contreras", "Silva", "Martínez", "Sepúlveda",
	"Morales", "Rodríguez", "López", "Fuentes", "Hernández", "Torres", "Araya", "Flores", "Espinoza", "Valenzuela",
	"Castillo", "Ramírez", "Reyes", "Gutiérrez", "Castro", "Vargas", "Álvarez", "Vásquez", "Tapia", "Fernández",
	"Sánchez", "Carrasco", "Gómez", "Cortés", "Herrera", "Núñez", "Jara", "Vergara", "Rivera", "Figueroa",
	"Riquelme", "García", "Miranda", "Bravo", "Vera", "Molina", "Vega", "Campos", "Sandoval", "Orellana",
	"Zúñiga", "Olivares", "Alarcón", "Gallardo", "Ortiz", "Garrido", "Salazar", "Guzmán", "Henríquez", "Saavedra",
	"Navarro", "Aguilera", "Parra", "Romero", "Aravena", "Vidal", "Peña", "Cáceres", "Leiva", "Catrileo",
	"Huenchumán", "Undurraga", "O'Ryan", "Ñancupil", "Bustamante", "Poblete", "Venegas", "Yáñez", "Barrientos", "Oyarzún",
}

var comunas = [...]string{
	"Independencia", "Recoleta", "Conchalí", "Santiago", "Ñuñoa", "Providencia", "La Florida", "Puente Alto", "Macul",
	"San Miguel", "La Cisterna", "Peñalolén", "Maipú", "Estación Central", "Quinta Normal", "Las Condes", "San Joaquín",
}

var calles = [...]string{
	"Los Aromos", "Av. Independencia", "Los Carrera", "Manuel Rodríguez", "O'Higgins", "Arturo Prat", "Los Boldos", "El Quillay",
	"Gabriela Mistral", "Pablo Neruda", "Santa Rosa", "Las Araucarias", "El Peumo", "Balmaceda", "Freire", "Maipú",
}
