import type { Cita, Dia, Estado, Hoja, Mirada, Profesional } from "./tipos";

/** What a change of the model was about, for who draws it. */
export type Cambio = "hoja" | "citas" | "filtro";

/**
 * Modelo is the sheet of the agenda that is looked at, kept current: by its own actions at once, by the server's answers,
 * and by the news of what others do. A cita is never replaced by an older version of itself.
 */
export class Modelo {
  readonly citas = new Map<number, Cita>();
  readonly ocultos = new Set<number>(); // profesionales whose columns are not shown
  /** How many requests of this page that change citas are under way: what the news tell meanwhile may be their doing. */
  propias = 0;
  private readonly oyentes: ((cambio: Cambio, ids: number[]) => void)[] = [];
  private leida = performance.now();

  constructor(public hoja: Hoja) {
    this.poner(hoja, false);
  }

  get mirada(): Mirada {
    return this.hoja.mirada;
  }

  /** oir calls back after every change. */
  oir(oyente: (cambio: Cambio, ids: number[]) => void): void {
    this.oyentes.push(oyente);
  }

  private avisar(cambio: Cambio, ids: number[] = []): void {
    for (const oyente of this.oyentes) oyente(cambio, ids);
  }

  /** poner replaces the sheet. */
  poner(hoja: Hoja, avisar = true): void {
    this.hoja = hoja;
    this.leida = performance.now();
    this.citas.clear();
    for (const cita of hoja.citas) this.citas.set(cita.id, cita);
    if (avisar) this.avisar("hoja");
  }

  /** guardar takes in citas as they are now, and returns those that are news. */
  guardar(citas: Cita[]): Cita[] {
    const nuevas = citas.filter((cita) => (this.citas.get(cita.id)?.version ?? 0) < cita.version);
    for (const cita of nuevas) {
      if (this.muestra(cita)) this.citas.set(cita.id, cita);
      else this.citas.delete(cita.id);
    }
    if (nuevas.length > 0) this.avisar("citas", nuevas.map((cita) => cita.id));
    return nuevas;
  }

  /** suponer shows a cita as it will be once the server agrees; the returned function takes that back. */
  suponer(cita: Cita): () => void {
    const antes = this.citas.get(cita.id);
    this.citas.set(cita.id, cita);
    this.avisar("citas", [cita.id]);
    return () => {
      if (this.citas.get(cita.id) !== cita) return; // it was replaced since
      if (antes) this.citas.set(cita.id, antes);
      else this.citas.delete(cita.id);
      this.avisar("citas", [cita.id]);
    };
  }

  quitar(ids: number[]): void {
    for (const id of ids) this.citas.delete(id);
    if (ids.length > 0) this.avisar("citas", ids);
  }

  /** muestra tells whether a cita belongs to the sheet. */
  private muestra(cita: Cita): boolean {
    const { mirada, desde, hasta } = this.hoja;
    return cita.id_sucursal === mirada.sucursal && cita.fecha >= desde && cita.fecha <= hasta && (cita.viva || mirada.anuladas) &&
      (mirada.vista === "dia" || (mirada.por === "sillon" ? cita.id_sillon === mirada.sillon : cita.id_profesional === mirada.profesional));
  }

  /** filtrar shows or hides a profesional's column. */
  filtrar(profesional: number, visible: boolean): void {
    if (visible) this.ocultos.delete(profesional);
    else this.ocultos.add(profesional);
    this.avisar("filtro");
  }

  /** soloEste shows one profesional alone, as a phone does. */
  soloEste(profesional: number): void {
    this.ocultos.clear();
    for (const { id } of this.hoja.profesionales) if (id !== profesional) this.ocultos.add(id);
    this.avisar("filtro");
  }

  /** todos shows everybody. */
  todos(): void {
    this.ocultos.clear();
    this.avisar("filtro");
  }

  estado(id: number): Estado {
    return this.hoja.estados.find((estado) => estado.id === id) ?? { id, nombre: "", tipo: "propio", icono: "tag", anulacion: false, elegible: false };
  }

  profesional(id: number): Profesional | undefined {
    return this.hoja.profesionales.find((profesional) => profesional.id === id);
  }

  dia(profesional: number, fecha: string): Dia | undefined {
    return this.hoja.dias.find((dia) => dia.id_profesional === profesional && dia.fecha === fecha);
  }

  /** ahora is the minute of the day in the sucursal; it runs on from when the sheet was read. */
  get ahora(): number {
    return this.hoja.minuto + Math.floor((performance.now() - this.leida) / 60_000);
  }

  /** milisegundos since the sheet was read. */
  get edad(): number {
    return performance.now() - this.leida;
  }
}
