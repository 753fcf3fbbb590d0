/** hora spells minutes since midnight as people read them: 545 is "09:05". */
export function hora(minutos: number): string {
  return `${String(Math.floor(minutos / 60)).padStart(2, "0")}:${String(minutos % 60).padStart(2, "0")}`;
}

/** minutos are those since midnight of an hour that hora spelled. */
export function minutos(texto: string): number {
  const [horas = 0, resto = 0] = texto.split(":").map(Number);
  return horas * 60 + resto;
}

/** instante is an hour of a date as the grid takes it; 24:00 is the next day's midnight. */
export function instante(fecha: string, minutos: number): string {
  return minutos >= 1440 ? `${masDias(fecha, 1)}T00:00:00` : `${fecha}T${hora(minutos)}:00`;
}

/** masDias is the date some days later. */
export function masDias(fecha: string, dias: number): string {
  const date = new Date(`${fecha}T12:00:00Z`);
  date.setUTCDate(date.getUTCDate() + dias);
  return date.toISOString().slice(0, 10);
}

/** diasEntre is how many days later the second date is. */
export function diasEntre(desde: string, hasta: string): number {
  return Math.round((Date.parse(hasta) - Date.parse(desde)) / 86_400_000); // dates alone are read as UTC, whose days are all as long
}

/** masMeses is the same day some months later, or the last one of a shorter month. */
export function masMeses(fecha: string, meses: number): string {
  const [year = 0, month = 0, day = 0] = fecha.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + meses, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + meses, Math.min(day, last))).toISOString().slice(0, 10);
}

/** diaDicho spells a date as people say it: "jueves 26 de noviembre". */
export function diaDicho(fecha: string, idioma: string): string {
  return new Intl.DateTimeFormat(idioma, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(fecha));
}

/** lunes is the Monday of a date's week. */
export function lunes(fecha: string): string {
  const day = new Date(`${fecha}T12:00:00Z`).getUTCDay();
  return masDias(fecha, -((day + 6) % 7));
}

/** fechaDe and minutoDe read a Date whose local clock shows the hour of an agenda. */
export function fechaDe(date: Date): string {
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
}

export function minutoDe(date: Date): number {
  return date.getHours() * 60 + date.getMinutes();
}
