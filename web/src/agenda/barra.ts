import { get } from "../lib/api";
import { find } from "../lib/dom";
import { lunes, masDias } from "./horas";
import type { Modelo } from "./modelo";
import type { Hoja, Mirada } from "./tipos";

/** Barra leads from sheet to sheet: its own controls, and the address of the page, which can be kept and sent. */
export class Barra {
  private pedido = new AbortController();

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
    addEventListener("popstate", () => void this.leer(location.search).catch(() => undefined));
    modelo.oir((cambio) => { if (cambio === "hoja") this.mostrar(); });
    this.mostrar();
  }

  /** ir looks elsewhere. */
  async ir(otra: Partial<Mirada>): Promise<void> {
    const mirada = { ...this.modelo.mirada, ...otra };
    if (otra.vista === "semana" && !otra.profesional) mirada.profesional = this.modelo.mirada.profesional || this.primero();
    const query = consulta(mirada);
    if (await this.leer(query)) history.pushState(null, "", `/${query}`);
    recordar(this.modelo.mirada);
  }

  /** avanzar goes some days or weeks on. */
  avanzar(pasos: number): Promise<void> {
    const { vista, fecha } = this.modelo.mirada;
    return this.ir({ fecha: masDias(fecha, vista === "semana" ? 7 * pasos : pasos) });
  }

  hoy(): Promise<void> {
    return this.ir({ fecha: this.modelo.hoja.hoy });
  }

  /** releer reads the sheet again, since it may have changed. */
  async releer(): Promise<void> {
    await this.leer(consulta(this.modelo.mirada));
  }

  /** primero is whose week is shown where nobody was chosen: the first whose column is. */
  private primero(): number {
    return this.modelo.hoja.profesionales.find(({ id }) => !this.modelo.ocultos.has(id))?.id ?? 0;
  }

  /** leer reads the sheet of a query; false where another was asked for meanwhile. */
  private async leer(query: string): Promise<boolean> {
    this.pedido.abort();
    const { signal } = this.pedido = new AbortController();
    try {
      const hoja = await get<Hoja>(`/web/agenda${query}`, signal);
      if (!signal.aborted) this.modelo.poner(hoja);
      return !signal.aborted;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
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

function consulta(mirada: Mirada): string {
  const query = new URLSearchParams({ sucursal: String(mirada.sucursal), fecha: mirada.fecha, vista: mirada.vista, por: mirada.por });
  if (mirada.profesional) query.set("profesional", String(mirada.profesional));
  if (mirada.sillon) query.set("sillon", String(mirada.sillon));
  if (mirada.anuladas) query.set("anuladas", "1");
  return `?${query}`;
}

/** recordar keeps how this browser looks at the agenda, for the next time. */
function recordar({ sucursal, vista, por }: Mirada): void {
  document.cookie = `mirada=${sucursal}.${vista}.${por}; path=/; max-age=31536000; samesite=lax`;
}
