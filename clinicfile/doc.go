// Package clinicfile reads the YAML file that describes a clinic.
//
// A file says how things are to be; applying it again changes nothing. What it
// leaves out, a whole section or one key of an entry, is left untouched; an
// empty text ("") clears. Entries with an id are created or updated, never
// deleted: to take one out of use, set habilitado (habilitada) to false. The
// lists horarios, horarios_especiales and bloqueos have no ids: where one is
// present, it becomes exactly the list of the clinic, and [] clears it. A key
// that is not listed here is an error, so that a slip of the pen is not lost.
//
//	clinica:
//	  nombre: Clínica Demo
//	  zona: America/Santiago       # IANA time zone
//	  exigir_atencion: false       # a booking must name its atención
//	  rechazar_pasado: false       # no citas in the past
//
//	reserva_online:                # pacientes who book for themselves at /reservar/N
//	  activa: true                 # default false
//	  horizonte: 60                # days from today that may be booked
//	  aviso: 120                   # minutes before it begins, from when on an hour is not offered
//	  modalidad: ambas             # presencial, videoconsulta, ambas (default)
//	  origenes: [https://www.clinica.cl]   # of the pages that may show it in a frame
//
//	sucursales:
//	  - id: 1
//	    nombre: NORTE
//	    # telefono, ciudad, comuna, direccion, zona (default the clínica's),
//	    # habilitada (default true)
//
//	sillones:                      # 7 is the sobrecupo: always there, never listed
//	  - id: 3
//	    nombre: Box 3
//	    exclusivo: true            # one physical chair, shared by all (default false)
//
//	especialidades:
//	  - id: 1
//	    nombre: Odontología General
//	    # habilitada (default true)
//
//	profesionales:
//	  - id: 2
//	    nombre: Daniel
//	    apellidos: Vergara
//	    especialidad: 1
//	    intervalo: 15              # minutes; durations are multiples of it
//	    # rut, celular, telefono, ciudad, comuna, direccion, email,
//	    # agenda_online, es_recurso (default false), habilitado (default true)
//
//	prestaciones:                  # a catalogue; bookings do not name one
//	  - id: 1
//	    nombre: Limpieza dental
//	    codigo: D1110
//	    id_categoria: 1
//	    nombre_categoria: Prevención
//	    # habilitada (default true)
//
//	estados:                       # own ones; ids from 28 keep clear of the vendor's
//	  - id: 28
//	    nombre: Reagendar
//	    color: "#ffcc00"           # default #c9ced6
//	    anulacion: true            # frees the slot; fixed once created (default false)
//	    # habilitado (default true)
//
//	horarios:                      # weekly rules
//	  - profesional: 2
//	    sucursal: 1
//	    dias: [lunes, martes, 3]   # names, or 1=lunes … 7=domingo; or a single one
//	    inicio: 08:00
//	    fin: 20:00                 # up to 24:00
//	    pausa: 13:00-14:00         # optional
//	    sillones: [1, 2]           # default [1]
//	    modalidad: ambas           # presencial (default), videoconsulta, ambas
//	    desde: 2026-03-01          # optional bounds, both inclusive
//	    hasta: 2026-12-31
//
//	horarios_especiales:           # replace the weekly rules of one date
//	  - profesional: 2
//	    sucursal: 1
//	    fecha: 2026-12-24
//	    inicio: 09:00              # pausa, sillones and modalidad as in horarios
//	    fin: 12:00
//	  - {profesional: 2, sucursal: 1, fecha: 2026-12-31, cerrado: true}
//
//	bloqueos:
//	  - profesional: 2             # left out: the whole sucursal
//	    sucursal: 1
//	    fecha: 2026-05-21
//	    inicio: 00:00
//	    fin: 24:00
//	    comentario: Feriado
//
// Anchors and aliases may be used; merge keys and tags may not.
package clinicfile
