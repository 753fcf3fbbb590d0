import { el, find } from "../lib/dom";
import { hora } from "./horas";

/** Where the shadow lies: in which of the grid's columns of a day, from and until which minute of the day. */
export type Sitio = { columna: number; inicio: number; fin: number };

/**
 * Sombra is what moves with the pointer: the hours that something would have there. It is a layer of its own, since to
 * move an event of the grid makes the browser lay out and paint all of a full day again for every step of the pointer.
 */
export class Sombra {
  private readonly horas = el("time");
  private readonly nombre = el("span", { class: "cita-nombre" });
  private readonly caja = el("div", { class: "sombra", "aria-hidden": "true" }, el("span", { class: "cita-linea" }, this.horas, this.nombre));
  private columnas: { x: number; ancho: number }[] = [];

  /** alto is how high a minute is drawn, in px. */
  constructor(private readonly alto: number) {
    for (const fin of ["pointerup", "pointercancel"]) window.addEventListener(fin, () => this.quitar());
  }

  /** visible tells whether something is being dragged, or drawn. */
  get visible(): boolean {
    return this.caja.isConnected;
  }

  /** poner shows the shadow; desde is the first minute that the grid shows. */
  poner({ columna, inicio, fin }: Sitio, desde: number, nombre: string): void {
    if (!this.caja.isConnected) this.abrir();
    const { x, ancho } = this.columnas[columna] ?? { x: 0, ancho: 0 };
    this.caja.style.translate = `${x}px ${(inicio - desde) * this.alto}px`;
    this.caja.style.width = `${ancho}px`;
    this.caja.style.height = `${(fin - inicio) * this.alto}px`;
    const horas = `${hora(inicio)} – ${hora(fin)}`;
    if (this.horas.textContent !== horas) this.horas.textContent = horas;
    if (this.nombre.textContent !== nombre) this.nombre.textContent = nombre;
  }

  /** abrir measures the columns, which stay where they are until the pointer lets go. */
  private abrir(): void {
    this.columnas = [...document.querySelectorAll<HTMLElement>("#grilla .ec-body .ec-day")].map((dia) => (
      { x: dia.offsetLeft, ancho: dia.offsetWidth - 3 })); // a cita leaves the edge of its column free, too
    find("#grilla .ec-body").append(this.caja);
  }

  private quitar(): void {
    this.caja.remove();
  }
}
