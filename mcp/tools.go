package mcp

// tools are all of them.
func tools() ([]tool, error) {
	makers := []func() (tool, error){
		func() (tool, error) {
			return newTool("buscar_paciente", "Buscar a un paciente",
				"Busca a un paciente por uno solo de estos datos, completo y exacto: RUT, e-mail o celular. No lista pacientes: "+
					"si más de uno tiene ese contacto, hay que usar el RUT.", reads, buscarPaciente)
		},
		func() (tool, error) {
			return newTool("buscar_horas", "Buscar horas libres",
				"Las primeras horas libres, con todo lo que hace falta para reservar_hora o agendar, y quiénes atienden. Todos los filtros "+
					"son optativos; se busca desde hoy y por dos semanas si no se dice otra cosa.", reads, buscarHoras)
		},
		func() (tool, error) {
			return newTool("reservar_hora", "Reservar una hora por unos minutos",
				"Guarda una hora libre mientras el paciente decide; nadie más la ve ni la puede tomar. Vence sola. Después se agenda, o se mueve "+
					"una cita, con el id_reserva.", adds, reservarHora)
		},
		func() (tool, error) {
			return newTool("agendar", "Agendar una cita",
				"Agenda una cita para el paciente: con el id_reserva de reservar_hora, o con los datos de una hora de buscar_horas. "+
					"Repetir la misma solicitud dentro de cinco minutos devuelve la misma cita.", adds, agendar)
		},
		func() (tool, error) {
			return newTool("confirmar", "Confirmar una cita", "Deja una cita del paciente como confirmada por él.", changes, confirmar)
		},
		func() (tool, error) {
			return newTool("mover", "Mover una cita",
				"Cambia una cita del paciente a otra hora libre, o a la que guarda un id_reserva, o no cambia nada. Lo que no se dice queda "+
					"como estaba.", changes, mover)
		},
		func() (tool, error) {
			return newTool("anular", "Anular una cita", "Anula una cita del paciente; su hora queda libre en el acto.", destroys, anular)
		},
		func() (tool, error) {
			return newTool("citas_del_paciente", "Ver las citas de un paciente",
				"Las citas vigentes de un paciente desde ahora, la más próxima primero.", reads, citasDelPaciente)
		},
	}
	list := make([]tool, len(makers))
	for i, newOne := range makers {
		t, err := newOne()
		if err != nil {
			return nil, err
		}
		list[i] = t
	}
	return list, nil
}
