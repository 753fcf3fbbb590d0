import { Failure, get } from "../lib/api";
import { find } from "../lib/dom";
import { tell } from "../lib/tell";
import { lunes, masDias } from "./horas";
import type { Modelo } from "./modelo";
import type { Hoja, Mirada } from "./tipos";

/** Where one is on the way to; anotar gives it a place in the browser's history. */
type Destino = { mirada: Mirada; query: string; anotar: boolean };

/** Barra leads from sheet to sheet: its own controls, and the address of the page, which can be kept and sent. */
export class Barra {
  private pedido = new AbortController();
  private destino: Destino | undefined;
  private lectura: Promise<void> | undefined;

  constructor(private readonly modelo: Modelo) {
    const clic = (selector: string, hacer: () => void) => find<HTMLElement>(selector).addEventListener("click", hacer);
    clic("#antes", () => void this.avanzar(-1));
    clic("#despues", () => void this.avanzar(1));
    clic("#hoy", () => void this.hoy());
    for (const boton of document.querySelectorAll<HTMLElement>("[data-vista]:is(button)")) {
      boton.addEventListener("click", () => void this.ir({ vista: boton.dataset["vista"] as Mirada["vista"] }));
    }
    for (const boton of document.querySelectorAll<HTMLElement>("button[data-por]")) {
      boton.addEventListener("click", () => void this.ir({ por: boton.dataset["por"] as Mirada["por"] }));
    }
    const sucursal = find<HTMLSelectElement>("#sucursal");
    sucursal.addEventListener("change", () => void this.ir({ sucursal: Number(sucursal.value), profesional: 0, sillon: 0 }));
    addEventListener("popstate", () => void this.viajar({ mirada: modelo.mirada, query: location.search, anotar: false }));
    modelo.oir((cambio) => { if (cambio === "hoja") this.mostrar(); });
    this.mostrar();
  }

  /** ir looks elsewhere, from where one is or is on the way to. Where that cannot be read it says so. */
  async ir(otra: Partial<Mirada>): Promise<void> {
    const desde = this.destino?.mirada ?? this.modelo.mirada;
    const mirada = { ...desde, ...otra };
    if (otra.vista === "semana" && !otra.profesional) mirada.profesional = desde.profesional || this.primero();
    await this.viajar({ mirada, query: consulta(mirada), anotar: true });
  }

  /** avanzar goes some days or weeks on. */
  avanzar(pasos: number): Promise<void> {
    const { vista, fecha } = this.destino?.mirada ?? this.modelo.mirada;
    return this.ir({ fecha: masDias(fecha || this.modelo.hoy, vista === "semana" ? 7 * pasos : pasos) });
  }

  /** hoy goes to what the server says is today. */
  hoy(): Promise<void> {
    return this.ir({ fecha: "" });
  }

  /** releer reads the sheet again, since it may have changed; that of where one is on the way to, if one is. */
  releer(): Promise<void> {
    const { mirada } = this.modelo;
    return this.leer(this.destino ?? { mirada, query: consulta(mirada), anotar: false });
  }

  private async viajar(destino: Destino): Promise<void> {
    try {
      await this.leer(destino);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      tell(error);
      if (!destino.anotar) history.replaceState(history.state, "", `/${consulta(this.modelo.mirada)}`);
      this.mostrar();
      this.modelo.repetir();
    }
  }

  /** leer reads the sheet of a place; who waits for another waits for this one too. */
  private leer(destino: Destino): Promise<void> {
    this.destino = { ...destino };
    this.pedido.abort();
    this.lectura ??= this.leerTodo();
    return this.lectura;
  }

  /** leerTodo reads until nothing else was asked for meanwhile. */
  private async leerTodo(): Promise<void> {
    try {
      while (this.destino) await this.leerUno(this.destino);
    } finally {
      this.lectura = undefined;
    }
  }

  private async leerUno(destino: Destino): Promise<void> {
    const vale = () => destino === this.destino;
    this.pedido = new AbortController();
    try {
      await this.modelo.leer(get<Hoja>(`/web/agenda${destino.query}`, this.pedido.signal), vale);
    } catch (error) {
      if (!vale()) return;
      this.destino = undefined;
      throw error;
    }
    if (!vale()) return;
    this.destino = undefined;
    if (destino.anotar) this.anotar();
  }

  /** anotar keeps where one looks: in the browser's history, and for the next time. */
  private anotar(): void {
    history.pushState(null, "", `/${consulta(this.modelo.mirada)}`);
    recordar(this.modelo.mirada);
  }

  /** primero is whose week is shown where nobody was chosen: the first whose column is. */
  private primero(): number {
    return this.modelo.hoja.profesionales.find(({ id }) => !this.modelo.ocultos.has(id))?.id ?? 0;
  }

  private mostrar(): void {
    const { hoja, mirada } = this.modelo;
    find("#titulo .titulo-largo").textContent = hoja.titulo;
    find("#titulo .titulo-corto").textContent = hoja.titulo_corto;
    find("#titulo .titulo-de").textContent = hoja.de;
    document.title = `${[hoja.titulo, hoja.de].filter(Boolean).join(", ")} · tomahora`;
    find<HTMLSelectElement>("#sucursal").value = String(mirada.sucursal);
    const enHoy = mirada.vista === "semana" ? lunes(hoja.hoy) === hoja.desde : hoja.hoy === mirada.fecha;
    find("#hoy").toggleAttribute("aria-current", enHoy);
    for (const boton of document.querySelectorAll<HTMLElement>("[data-vista]:is(button)")) boton.ariaPressed = String(boton.dataset["vista"] === mirada.vista);
    for (const boton of document.querySelectorAll<HTMLButtonElement>("button[data-por]")) {
      boton.ariaPressed = String(boton.dataset["por"] === mirada.por);
    }
    find<HTMLAnchorElement>("#lista").href = `/dia?sucursal=${mirada.sucursal}&fecha=${mirada.fecha}`;
  }
}

/** consulta is the address of a place; without a date it is the server's today. */
function consulta(mirada: Mirada): string {
  const query = new URLSearchParams({ sucursal: String(mirada.sucursal), fecha: mirada.fecha, vista: mirada.vista, por: mirada.por });
  if (!mirada.fecha) query.delete("fecha");
  if (mirada.profesional) query.set("profesional", String(mirada.profesional));
  if (mirada.sillon) query.set("sillon", String(mirada.sillon));
  if (mirada.anuladas) query.set("anuladas", "1");
  return `?${query}`;
}

/** recordar keeps how this browser looks at the agenda, for the next time. */
function recordar({ sucursal, vista, por }: Mirada): void {
  document.cookie = `mirada=${sucursal}.${vista}.${por}; path=/; max-age=31536000; samesite=lax`;
}
