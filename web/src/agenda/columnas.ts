import type { Calendar } from "@event-calendar/core";
import { t } from "../lib/words";
import { instante, masDias } from "./horas";
import type { Modelo } from "./modelo";
import { cerrados, franjas, type Franja } from "./sillon";
import { finDelDia, sobrecupo, type Cita, type Dia, type Reserva } from "./tipos";

/** Columna is what stands side by side in the grid. */
export type Columna = { id: string; nombre: string; detalle: string; profesional: number; sillon: number };

/** columnas are those of a sheet: profesionales who work or have citas, or the sillones of the sucursal. */
export function columnas(modelo: Modelo): Columna[] {
  const { hoja, mirada, ocultos } = modelo;
  if (mirada.por === "sillon") return sillones(modelo).filter(({ sillon }) => mirada.vista === "dia" || sillon === mirada.sillon);
  const ocupados = new Set([...modelo.citas.values()].map((cita) => cita.id_profesional));
  for (const dia of hoja.dias) ocupados.add(dia.id_profesional);
  return hoja.profesionales
    .filter(({ id }) => (mirada.vista === "semana" ? id === mirada.profesional : ocupados.has(id) && !ocultos.has(id)))
    .map(({ id, nombre, especialidad }) => ({ id: String(id), nombre, detalle: especialidad, profesional: id, sillon: 0 }));
}

/** sillones are those on which somebody works or has citas, and that of a week. */
export function sillones(modelo: Modelo): Columna[] {
  const usados = new Set([...modelo.citas.values()].map((cita) => cita.id_sillon));
  if (modelo.mirada.vista === "semana") usados.add(modelo.mirada.sillon);
  for (const dia of modelo.hoja.dias) for (const segmento of dia.segmentos) for (const id of segmento.sillones) usados.add(id);
  usados.add(sobrecupo);
  return modelo.hoja.sillones.filter(({ id }) => usados.has(id))
    .map(({ id, nombre }) => ({ id: String(id), nombre, detalle: "", profesional: 0, sillon: id }));
}

/** columnaDe is the id of the column in which a cita or reserva stands. */
function columnaDe(modelo: Modelo, lugar: { id_profesional: number; id_sillon: number }): string {
  return String(modelo.mirada.por === "sillon" ? lugar.id_sillon : lugar.id_profesional);
}

/** limites are the hours that the grid shows: all work of its dates and all citas, with some room. */
export function limites(modelo: Modelo): { desde: number; hasta: number } {
  let desde = finDelDia;
  let hasta = 0;
  const rangos = [...modelo.hoja.dias.flatMap((dia) => dia.segmentos), ...modelo.citas.values(), ...modelo.hoja.reservas];
  for (const { inicio, fin } of rangos) {
    desde = Math.min(desde, inicio);
    hasta = Math.max(hasta, fin);
  }
  if (desde >= hasta) return { desde: 8 * 60, hasta: 20 * 60 };
  return { desde: Math.max(0, Math.floor((desde - 15) / 60) * 60), hasta: Math.min(finDelDia, Math.ceil((hasta + 15) / 60) * 60) };
}

/** What an event of the grid is; camino leads to the form of what lies behind, for who may change that. */
export type Props = { cita?: Cita; apilada?: boolean; reserva?: Reserva; fondo?: string; titulo?: string; camino?: string };

export type Evento = Calendar.EventInput & { id: string; classNames: string[]; extendedProps: Props };

/** The share of a column that is kept for sobrecupos on a day that has some, and for franjas, in percent. */
export const carril = 44;

/** eventos is all that the grid draws: what is closed, what is blocked, reservas and citas. */
export function eventos(modelo: Modelo, cols: Columna[]): Evento[] {
  const { desde, hasta } = limites(modelo);
  const list: Evento[] = [];
  for (let fecha = modelo.hoja.desde; fecha <= modelo.hoja.hasta; fecha = masDias(fecha, 1)) {
    for (const col of cols) {
      list.push(...fondos(modelo, col, fecha, desde, hasta));
    }
  }
  return list.concat(ocupaciones(modelo, cols.length));
}

/** fondos are what lies behind the citas of a column on a date. */
function fondos(modelo: Modelo, col: Columna, fecha: string, desde: number, hasta: number): Evento[] {
  const list: Evento[] = [];
  const poner = (clase: string, inicio: number, fin: number, titulo = "") => {
    if (fin > inicio) list.push(fondo(col.id, clase, fecha, inicio, fin, titulo));
  };
  const trabajo = horasDe(modelo, col, fecha);
  let libre = desde;
  trabajo.forEach(([inicio, fin], i) => {
    poner(i > 0 ? "pausa" : "cerrado", libre, inicio);
    libre = Math.max(libre, fin);
  });
  poner("cerrado", libre, hasta);
  for (const b of modelo.hoja.bloqueos) {
    const suyo = b.id_profesional === 0 || b.id_profesional === col.profesional;
    if (b.fecha !== fecha || !suyo) continue;
    list.push(abrible(modelo, b.id, fondo(col.id, "bloqueo", fecha, b.inicio, b.fin, b.comentario || t("js.agenda.blocked"))));
  }
  for (const e of modelo.hoja.especiales) {
    if (e.fecha !== fecha || e.id_profesional !== col.profesional) continue;
    const cerrado = e.inicio === e.fin;
    const inicio = cerrado ? desde + 15 : e.inicio;
    const hecho = abrible(modelo, e.id, fondo(col.id, "especial", fecha, inicio, cerrado ? inicio + 15 : e.fin, t(cerrado ? "js.agenda.specialClosed" : "js.agenda.special")));
    list.push(inicio < desde + 15 ? { ...hecho, classNames: [...hecho.classNames, "fondo-al-tope"] } : hecho);
  }
  for (const [inicio, fin] of cerrados(modelo, col.sillon, fecha)) poner("bloqueo", inicio, fin);
  for (const f of puestas(modelo, col.sillon, fecha)) {
    const hecho = abrible(modelo, f.id, fondo(col.id, f.clase, fecha, f.inicio, f.fin, f.texto));
    list.push({ ...hecho, classNames: [...hecho.classNames, "fondo-franja"], styles: [`inset-inline-start: ${f.izquierda}%`, `inline-size: ${f.ancho}%`] });
  }
  for (const [inicio, fin] of modelo.dia(col.profesional, fecha)?.fuera ?? []) poner("fuera", inicio, fin, t("js.agenda.elsewhere"));
  for (const [inicio, fin] of conCarril(modelo, col.profesional, fecha) ? trabajo : []) {
    list.push({ ...fondo(col.id, "carril", fecha, inicio, fin, ""), styles: [`inset-inline-start: ${100 - carril}%`, `inline-size: ${carril}%`] });
  }
  return list;
}

/** abrible leads from what lies behind to its form, where the user may change it. */
function abrible(modelo: Modelo, id: number, evento: Evento): Evento {
  const { puede } = modelo.hoja;
  const { fondo } = evento.extendedProps;
  const camino = fondo === "bloqueo" ? puede.bloquear && `/ajustes/bloqueos/${id}` : puede.configurar && `/ajustes/especiales/${id}`;
  return { ...evento, id: `${evento.id}-${id}`, extendedProps: { ...evento.extendedProps, ...(camino ? { camino } : {}) } };
}

/** puestas are the franjas of a sillón in their places: side by side where several are of the same hours. */
function puestas(modelo: Modelo, sillon: number, fecha: string): Franja[] {
  const list = franjas(modelo, sillon, fecha);
  const ancho = anchoDe(list);
  ladoALado(list, 100 - ancho, () => ancho);
  return list;
}

/** anchoDe is the share of a column that its franjas have, in percent: more where more than two are of the same hours. */
function anchoDe(list: Franja[]): number {
  const juntas = Math.max(0, ...list.map(({ inicio }) => list.filter((otra) => otra.inicio <= inicio && inicio < otra.fin).length));
  return Math.max(carril, Math.min(juntas, 4) * (carril / 2));
}

function fondo(col: string, clase: string, fecha: string, inicio: number, fin: number, titulo: string): Evento {
  return {
    id: `${clase}-${col}-${fecha}-${inicio}`, resourceIds: [col], display: "background", start: instante(fecha, inicio), end: instante(fecha, fin),
    classNames: ["fondo", `fondo-${clase}`], extendedProps: { fondo: clase, titulo },
  };
}

/** horasDe are the ranges of work in a column, joined where they touch. */
function horasDe(modelo: Modelo, col: Columna, fecha: string): [number, number][] {
  const dias: Dia[] = modelo.hoja.dias.filter((dia) => dia.fecha === fecha && (col.sillon !== 0 || dia.id_profesional === col.profesional));
  const rangos = dias.flatMap((dia) => dia.segmentos)
    .filter((segmento) => col.sillon === 0 || col.sillon === sobrecupo || segmento.sillones.includes(col.sillon))
    .map(({ inicio, fin }): [number, number] => [inicio, fin])
    .sort((a, b) => a[0] - b[0]);
  const juntos: [number, number][] = [];
  for (const [inicio, fin] of rangos) {
    const ultimo = juntos.at(-1);
    if (ultimo && inicio <= ultimo[1]) ultimo[1] = Math.max(ultimo[1], fin);
    else juntos.push([inicio, fin]);
  }
  return juntos;
}

/** conCarril tells whether the column of a profesional has a lane for sobrecupos on a date. */
export function conCarril(modelo: Modelo, profesional: number, fecha: string): boolean {
  if (modelo.mirada.por === "sillon") return false;
  for (const cita of modelo.citas.values()) {
    if (cita.id_sillon === sobrecupo && cita.id_profesional === profesional && cita.fecha === fecha) return true;
  }
  return false;
}

/** Puesto is a cita or reserva with its place across its column, in percent. */
type Puesto = { columna: string; fecha: string; inicio: number; fin: number; sobre: boolean; cita?: Cita; reserva?: Reserva; izquierda: number; ancho: number };

/** Of so many columns there is room in each for an hour and a name on one line. */
const holgadas = 7;

function ocupaciones(modelo: Modelo, cuantas: number): Evento[] {
  const puestos: Puesto[] = [];
  const poner = (lugar: Cita | Reserva, que: { cita: Cita } | { reserva: Reserva }) => puestos.push({
    columna: columnaDe(modelo, lugar), fecha: lugar.fecha, inicio: lugar.inicio, fin: lugar.fin,
    sobre: lugar.id_sillon === sobrecupo && conCarril(modelo, lugar.id_profesional, lugar.fecha), izquierda: 0, ancho: 100, ...que,
  });
  for (const cita of modelo.citas.values()) poner(cita, { cita });
  for (const reserva of modelo.hoja.reservas) if (reserva.queda > modelo.edad) poner(reserva, { reserva });
  repartir(modelo, puestos);
  const densa = cuantas > holgadas;
  return puestos.map((puesto) => evento(modelo, puesto, densa));
}

/** porVencer is in how many milliseconds the next reserva that is drawn runs out; undefined where none is. */
export function porVencer(modelo: Modelo): number | undefined {
  const quedan = modelo.hoja.reservas.map(({ queda }) => queda - modelo.edad).filter((queda) => queda > 0);
  return quedan.length > 0 ? Math.min(...quedan) : undefined;
}

/** repartir puts what overlaps side by side, sobrecupos in their own lane at the right; a sillón's franjas stand there, too. */
function repartir(modelo: Modelo, puestos: Puesto[]): void {
  const grupos = new Map<string, Puesto[]>();
  for (const p of puestos) {
    const clave = `${p.columna} ${p.fecha} ${p.sobre}`;
    grupos.set(clave, [...(grupos.get(clave) ?? []), p]);
  }
  for (const grupo of grupos.values()) {
    const primero = grupo[0];
    if (!primero) continue;
    const sobres = primero.sobre ? [] : grupos.get(`${primero.columna} ${primero.fecha} true`) ?? [];
    const bandas = modelo.mirada.por === "sillon" ? franjas(modelo, Number(primero.columna), primero.fecha) : [];
    // Beside the lane there is room for the others' names, but where it is used.
    const junto = (inicio: number, fin: number) => [...sobres, ...bandas].some((sobre) => sobre.inicio < fin && inicio < sobre.fin);
    const lado = anchoDe(bandas);
    ladoALado(grupo, primero.sobre ? 100 - carril : 0, (inicio, fin) => (primero.sobre ? carril : junto(inicio, fin) ? 100 - lado : 100));
  }
}

/** ladoALado shares the width that a range of hours has among those that overlap in it, each cluster on its own. */
function ladoALado(grupo: Pick<Puesto, "inicio" | "fin" | "izquierda" | "ancho">[], desde: number, anchoDe: (inicio: number, fin: number) => number): void {
  grupo.sort((a, b) => a.inicio - b.inicio || b.fin - a.fin);
  let racimo: typeof grupo = [];
  let filas: number[] = []; // where each row of the cluster is free again
  let hasta = 0;
  const cerrar = () => {
    const ancho = anchoDe(racimo[0]?.inicio ?? 0, hasta);
    for (const p of racimo) {
      p.ancho = ancho / filas.length;
      p.izquierda = desde + p.izquierda * p.ancho;
    }
    racimo = [];
    filas = [];
  };
  for (const p of grupo) {
    if (p.inicio >= hasta) cerrar();
    let fila = filas.findIndex((libre) => libre <= p.inicio);
    if (fila < 0) fila = filas.length;
    filas[fila] = p.fin;
    p.izquierda = fila;
    racimo.push(p);
    hasta = Math.max(hasta, p.fin);
  }
  cerrar();
}

function evento(modelo: Modelo, p: Puesto, densa: boolean): Evento {
  const comun = {
    resourceIds: [p.columna], start: instante(p.fecha, p.inicio), end: instante(p.fecha, p.fin),
    styles: [`inset-inline-start: ${p.izquierda}%`, `inline-size: calc(${p.ancho}% - 3px)`, "z-index: 1"],
  };
  if (p.reserva) {
    return { ...comun, id: `r${p.reserva.id}`, startEditable: false, durationEditable: false, classNames: ["reserva"], extendedProps: { reserva: p.reserva } };
  }
  const cita = p.cita as Cita;
  const estado = modelo.estado(cita.id_estado);
  const minutos = p.fin - p.inicio;
  const classNames = ["cita", `estado-${estado.tipo}`, minutos < 25 ? "cita-corta" : minutos < 40 ? "cita-media" : "cita-larga"];
  if (!cita.viva) classNames.push("cita-anulada");
  if (p.sobre) classNames.push("cita-sobrecupo");
  const angosta = p.ancho <= (densa || modelo.mirada.vista === "semana" ? 100 - carril : 50);
  if (angosta) classNames.push("cita-angosta");
  const apilada = (densa || angosta) && minutos >= 25;
  if (apilada) classNames.push("cita-apilada");
  const movible = modelo.hoja.puede.agendar && cita.viva;
  return { ...comun, id: `c${cita.id}`, startEditable: movible, durationEditable: movible, classNames, extendedProps: { cita, apilada } };
}
