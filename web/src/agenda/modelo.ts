import { masDias } from "./horas";
import { finDelDia, type Cita, type Dia, type Estado, type Hoja, type Mirada, type Profesional } from "./tipos";

/** What a change of the model was about, for who draws it. */
export type Cambio = "hoja" | "citas" | "filtro";

/** What was told while a sheet was on its way, with the number of its evento; Infinity where that is not known. */
type Dicho = { evento: number; citas: Cita[]; quitadas: number[] };

/**
 * Modelo is the sheet of the agenda that is looked at, kept current: by its own actions at once, by the server's answers,
 * and by the news of what others do. A cita is never replaced by an older version of itself, nor news by an older sheet.
 */
export class Modelo {
  /** The citas of the sheet as they are shown. */
  readonly citas = new Map<number, Cita>();
  readonly ocultos = new Set<number>(); // profesionales whose columns are not shown
  /** How many requests of this page that change citas are under way: what the news tell meanwhile may be their doing. */
  propias = 0;
  private readonly dichas = new Map<number, Cita>(); // as the server told them last, also those that left the sheet since
  private readonly supuestas = new Map<number, Cita[]>(); // as they will be once the server agrees, in the order of the changes
  private entretanto: Dicho[] | undefined; // only while a sheet is on its way
  private readonly oyentes: ((cambio: Cambio, ids: number[]) => void)[] = [];
  private leida = Date.now(); // a clock that goes on while the computer sleeps

  constructor(public hoja: Hoja) {
    this.poner(hoja, []);
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

  /** leer takes in a sheet that is on its way, if it is still wanted when it comes, with the news that are newer than it. */
  async leer(pedida: Promise<Hoja>, vale: () => boolean): Promise<void> {
    const dichos: Dicho[] = this.entretanto = [];
    try {
      const hoja = await pedida;
      this.entretanto = undefined;
      if (!vale()) return;
      this.poner(hoja, dichos.filter(({ evento }) => evento > hoja.evento));
      this.avisar("hoja");
    } finally {
      this.entretanto = undefined;
    }
  }

  private poner(hoja: Hoja, dichos: Dicho[]): void {
    this.hoja = hoja;
    this.leida = Date.now();
    this.dichas.clear();
    this.citas.clear();
    for (const cita of hoja.citas) {
      this.dichas.set(cita.id, cita);
      this.citas.set(cita.id, cita);
    }
    for (const dicho of dichos) this.tomar(dicho);
    for (const id of this.supuestas.keys()) this.ver(id);
  }

  /** guardar takes in citas as they are now, of an evento if they are news, and returns those that were not known. */
  guardar(citas: Cita[], evento = Infinity): Cita[] {
    const nuevas = this.tomar({ evento, citas, quitadas: [] });
    if (nuevas.length > 0) this.avisar("citas", nuevas.map((cita) => cita.id));
    return nuevas;
  }

  /** quitar takes citas away that may not be seen any more. */
  quitar(ids: number[], evento: number): void {
    this.tomar({ evento, citas: [], quitadas: ids });
    if (ids.length > 0) this.avisar("citas", ids);
  }

  private tomar(dicho: Dicho): Cita[] {
    this.entretanto?.push(dicho);
    const nuevas = dicho.citas.filter((cita) => (this.dichas.get(cita.id)?.version ?? 0) < cita.version);
    for (const cita of nuevas) this.dichas.set(cita.id, cita);
    for (const id of dicho.quitadas) this.dichas.delete(id);
    for (const id of [...nuevas.map((cita) => cita.id), ...dicho.quitadas]) this.ver(id);
    return nuevas;
  }

  /** dicha is a cita as the server told it last, whatever is supposed of it. */
  dicha(id: number): Cita | undefined {
    return this.dichas.get(id);
  }

  /**
   * suponer shows a cita as it will be once the server agrees. The returned function ends that, with the cita as the server
   * says it is, if it does.
   */
  suponer(cita: Cita): (dicha?: Cita) => void {
    this.supuestas.set(cita.id, [...this.supuestas.get(cita.id) ?? [], cita]);
    this.ver(cita.id);
    this.avisar("citas", [cita.id]);
    return (dicha) => {
      const otras = (this.supuestas.get(cita.id) ?? []).filter((otra) => otra !== cita);
      if (otras.length > 0) this.supuestas.set(cita.id, otras);
      else this.supuestas.delete(cita.id);
      if (dicha) this.tomar({ evento: Infinity, citas: [dicha], quitadas: [] });
      this.ver(cita.id);
      this.avisar("citas", [cita.id]);
    };
  }

  /** ver shows a cita as it is supposed to be, else as it was told, if it belongs to the sheet. */
  private ver(id: number): void {
    const cita = this.supuestas.get(id)?.at(-1) ?? this.dichas.get(id);
    if (cita && this.muestra(cita)) this.citas.set(id, cita);
    else this.citas.delete(id);
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

  /** repetir has all that shows where one looks say it again. */
  repetir(): void {
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
    return this.minutos % finDelDia;
  }

  /** hoy is the date in the sucursal, which is not the sheet's any more once midnight is past. */
  get hoy(): string {
    return masDias(this.hoja.hoy, Math.floor(this.minutos / finDelDia));
  }

  /** minutos are those since the midnight with which the sheet's today began. */
  private get minutos(): number {
    return this.hoja.minuto + Math.max(0, Math.floor(this.edad / 60_000));
  }

  /** milisegundos since the sheet was read. */
  get edad(): number {
    return Date.now() - this.leida;
  }
}
