/** Rule is a horario of one day, as the fields of the form have it. */
export type Rule = {
  dia: number;
  inicio: string;
  fin: string;
  pausa_inicio: string;
  pausa_fin: string;
  sillones: number[];
  modalidad: string;
  desde: string;
  hasta: string;
  problema?: string;
};

/** Week is what the page is given to draw. */
export type Week = { intervalo: number; dias: string[]; sillones: { id: number; nombre: string }[]; reglas: Rule[] };

/** minutes is an hour "HH:MM" in minutes since midnight, 0 for none. */
export function minutes(hour: string): number {
  const [h, m] = hour.split(":").map(Number);
  return (h ?? 0) * 60 + (m ?? 0);
}

/** clock is minutes since midnight as "HH:MM". */
export function clock(minute: number): string {
  const two = (x: number) => String(x).padStart(2, "0");
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** overlaps tells whether two rules would work the same minutes of some day. The server judges it for good. */
export function overlaps(a: Rule, b: Rule): boolean {
  const apart = (a.hasta && b.desde && a.hasta < b.desde) || (b.hasta && a.desde && b.hasta < a.desde);
  const last = (r: Rule) => minutes(r.fin) || 24 * 60;
  return a.dia === b.dia && !apart && minutes(a.inicio) < last(b) && minutes(b.inicio) < last(a);
}
