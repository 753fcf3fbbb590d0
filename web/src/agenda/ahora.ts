import { el, find } from "../lib/dom";
import { hora, minutos } from "./horas";
import type { Modelo } from "./modelo";

const altoDeHora = 18; // px

/**
 * Ahora draws the line of the present across the grid. It goes by the clock of the sucursal, which the server tells, and
 * not by the computer's.
 */
export class Ahora {
  private readonly texto = el("span", { class: "ahora-hora" });
  private readonly linea = el("div", { class: "ahora", "aria-hidden": "true" }, this.texto);

  constructor(private readonly modelo: Modelo, private readonly alto: number) {
    window.setInterval(() => this.poner(), 20_000);
  }

  /** poner puts the line where it belongs now; desde and hasta are the hours that the grid shows. */
  private desde = 0;
  private hasta = 0;

  poner(limites?: { desde: number; hasta: number }): void {
    if (limites) ({ desde: this.desde, hasta: this.hasta } = limites);
    const { hoja, ahora } = this.modelo;
    const visible = hoja.hoy >= hoja.desde && hoja.hoy <= hoja.hasta && ahora >= this.desde && ahora < this.hasta;
    for (const rotulo of document.querySelectorAll<HTMLElement>("#grilla .ec-sidebar time")) rotulo.classList.toggle("tapada", visible && this.tapa(rotulo.textContent));
    if (!visible) {
      this.linea.remove();
      return;
    }
    this.linea.style.insetBlockStart = `${(ahora - this.desde) * this.alto}px`;
    this.texto.textContent = hora(ahora);
    const cuerpo = find("#grilla .ec-body");
    if (this.linea.parentElement !== cuerpo) cuerpo.append(this.linea);
  }

  /** tapa tells whether the present's own hour lies over one at the side. */
  private tapa(rotulo: string): boolean {
    return rotulo !== "" && Math.abs(minutos(rotulo) - this.modelo.ahora) * this.alto < altoDeHora;
  }
}
