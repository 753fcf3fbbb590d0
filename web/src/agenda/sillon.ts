import { t } from "../lib/words";
import type { Modelo } from "./modelo";
import { sobrecupo, type Bloqueo } from "./tipos";

/**
 * Franja is what a sillón's column tells of one profesional's day beside the others: a bloqueo in the hours in which she
 * works there, or where a horario especial begins.
 */
export type Franja = {
  clase: "bloqueo" | "especial"; id: number; inicio: number; fin: number; texto: string;
  izquierda: number; ancho: number; // across the column, in percent
};

type Turno = { quien: number; inicio: number; fin: number };

/** How many minutes high the mark of a horario especial is. */
const altoMarca = 15;

/** franjas are those of a sillón on a date. In the lane of sobrecupos there are none: those may lie over a bloqueo. */
export function franjas(modelo: Modelo, sillon: number, fecha: string): Franja[] {
  const { bloqueos, especiales } = modelo.hoja;
  const turnos = turnosDe(modelo, sillon, fecha);
  const de = (quien: number, texto: string) => t("js.agenda.of", modelo.profesional(quien)?.nombre ?? "", texto);
  const lado = { izquierda: 0, ancho: 0 };
  const list: Franja[] = [];
  for (const b of bloqueos) {
    const texto = de(b.id_profesional, b.comentario || t("js.agenda.blocked"));
    for (const { quien, inicio, fin } of b.fecha === fecha ? turnos : []) {
      if (quien !== b.id_profesional || fin <= b.inicio || b.fin <= inicio) continue;
      list.push({ clase: "bloqueo", id: b.id, inicio: Math.max(inicio, b.inicio), fin: Math.min(fin, b.fin), texto, ...lado });
    }
  }
  for (const e of especiales) {
    if (e.fecha !== fecha || !turnos.some(({ quien, inicio }) => quien === e.id_profesional && inicio === e.inicio)) continue;
    list.push({ clase: "especial", id: e.id, inicio: e.inicio, fin: e.inicio + altoMarca, texto: de(e.id_profesional, t("js.agenda.special")), ...lado });
  }
  return list;
}

/** cerrados are the hours of a sillón in which each who works there has a bloqueo. */
export function cerrados(modelo: Modelo, sillon: number, fecha: string): [number, number][] {
  const turnos = turnosDe(modelo, sillon, fecha);
  const bloqueos = modelo.hoja.bloqueos.filter((bloqueo) => bloqueo.fecha === fecha);
  const cortes = [...turnos, ...bloqueos].flatMap(({ inicio, fin }) => [inicio, fin]).sort((a, b) => a - b);
  const list: [number, number][] = [];
  cortes.forEach((inicio, i) => {
    const fin = cortes[i + 1] ?? inicio;
    const ahi = turnos.filter((turno) => turno.inicio < fin && inicio < turno.fin);
    if (fin === inicio || ahi.length === 0 || !ahi.every(({ quien }) => bloqueado(quien, inicio, fin, bloqueos))) return;
    const ultimo = list.at(-1);
    if (ultimo?.[1] === inicio) ultimo[1] = fin;
    else list.push([inicio, fin]);
  });
  return list;
}

/** turnosDe are who works on a sillón on a date, and when; nobody on that of the sobrecupos. */
function turnosDe(modelo: Modelo, sillon: number, fecha: string): Turno[] {
  if (sillon === 0 || sillon === sobrecupo) return [];
  return modelo.hoja.dias.filter((dia) => dia.fecha === fecha).flatMap((dia) => dia.segmentos.filter(({ sillones }) => sillones.includes(sillon))
    .map(({ inicio, fin }) => ({ quien: dia.id_profesional, inicio, fin })));
}

function bloqueado(quien: number, inicio: number, fin: number, bloqueos: Bloqueo[]): boolean {
  return bloqueos.some((bloqueo) => (bloqueo.id_profesional === 0 || bloqueo.id_profesional === quien) && bloqueo.inicio <= inicio && fin <= bloqueo.fin);
}
