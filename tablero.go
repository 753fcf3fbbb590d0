package tomahora

import "math/bits"

// Periodo is a stretch of dates, both included, at one sucursal, or at all of them
// where IDSucursal is 0.
type Periodo struct {
	Desde, Hasta Fecha
	IDSucursal   SucursalID
}

// CitasDeSemana counts the citas of a profesional in one week by estado, the
// annulled ones too.
type CitasDeSemana struct {
	Semana        Fecha // its lunes
	IDProfesional ProfesionalID
	IDEstado      EstadoID
	Citas         int
}

// CitasDeOrigen counts the citas that were booked by one, so many days ahead. A
// cita that another date took the place of does not count.
type CitasDeOrigen struct {
	Origen Actor
	Dias   int // from the civil date on which it was made to its fecha; may be negative
	Citas  int
}

// Lunes is the first day of the week that a date is in.
func (f Fecha) Lunes() Fecha { return f.AddDays(int(Lunes - f.Dia())) }

// Ocupacion is how much of the hours of work is taken, in minutes.
type Ocupacion struct {
	Ofrecidos int // that a cita could take: hours of work, without bloqueos
	Ocupados  int // of those
}

// Plus adds two.
func (o Ocupacion) Plus(p Ocupacion) Ocupacion {
	return Ocupacion{o.Ofrecidos + p.Ofrecidos, o.Ocupados + p.Ocupados}
}

// Ocupacion tells how much of the date is taken by the citas that Occupy was told
// of. A minute counts once, on however many sillones it is taken: it is the
// profesional's time.
func (d *Disponibilidad) Ocupacion() Ocupacion {
	var work, taken minutos
	for _, s := range d.segmentos {
		work.add(s.Rango)
	}
	for i := range d.carriles {
		for w, busy := range d.carriles[i].ocupado {
			taken[w] |= busy
		}
	}
	var o Ocupacion
	for w := range work {
		offered := work[w] &^ d.bloqueada[w]
		o.Ofrecidos += bits.OnesCount64(offered)
		o.Ocupados += bits.OnesCount64(offered & taken[w])
	}
	return o
}
