/** What the server says of the agenda. Hours are minutes since midnight in the zone of the sucursal, fechas YYYY-MM-DD. */

export type Vista = "dia" | "semana";
export type Por = "profesional" | "sillon";

/** Where in the agenda somebody looks. */
export type Mirada = { sucursal: number; fecha: string; vista: Vista; por: Por; profesional: number; sillon: number; anuladas: boolean };

export type Nombrado = { id: number; nombre: string };
export type Profesional = Nombrado & { especialidad: string; id_especialidad: number; intervalo: number };
export type Estado = Nombrado & { tipo: string; icono: string; anulacion: boolean; elegible: boolean };
export type Segmento = { inicio: number; fin: number; sillones: number[]; modalidad: "presencial" | "videoconsulta" | "ambas" };
export type Dia = { id_profesional: number; fecha: string; segmentos: Segmento[]; fuera?: [number, number][] };
export type Bloqueo = { id: number; id_profesional: number; fecha: string; inicio: number; fin: number; comentario: string };
/** inicio is fin where the day is closed. */
export type Especial = { id: number; id_profesional: number; fecha: string; inicio: number; fin: number; sillones: number[] };
export type Reserva = { id: number; id_profesional: number; id_sillon: number; fecha: string; inicio: number; fin: number; queda: number };

export type Cita = {
  id: number;
  id_profesional: number;
  id_sucursal: number;
  id_sillon: number;
  fecha: string;
  inicio: number;
  fin: number;
  id_paciente: number;
  paciente: string;
  atencion: string;
  id_estado: number;
  video?: boolean;
  comentario?: string;
  viva: boolean;
  version: number;
};

export type Hoja = {
  mirada: Mirada;
  titulo: string;
  titulo_corto: string;
  de: string;
  evento: number;
  hoy: string;
  minuto: number;
  desde: string;
  hasta: string;
  sucursales: Nombrado[];
  sillones: Nombrado[];
  profesionales: Profesional[];
  estados: Estado[];
  dias: Dia[];
  especiales: Especial[];
  bloqueos: Bloqueo[];
  citas: Cita[];
  reservas: Reserva[];
  puede: { agendar: boolean; editar_pacientes: boolean; bloquear: boolean; configurar: boolean };
};

/** A free place that is offered instead of one that was refused. */
export type Libre = {
  id_profesional: number;
  profesional: string;
  id_sucursal: number;
  id_sillon: number;
  fecha: string;
  dia: string;
  inicio: number;
  hora: string;
  video: boolean;
};

/** The lane of overbookings, which conflict with nothing. */
export const sobrecupo = 7;
export const finDelDia = 24 * 60;
