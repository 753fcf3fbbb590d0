import { el, find, icon, refill } from "../lib/dom";
import { t } from "../lib/words";
import type { Barra } from "./barra";
import { sillones } from "./columnas";
import { lunes, masDias, masMeses } from "./horas";
import type { Modelo } from "./modelo";

const idioma = document.documentElement.lang;
const mesLargo = new Intl.DateTimeFormat(idioma, { month: "long", timeZone: "UTC" });
const diaLargo = new Intl.DateTimeFormat(idioma, { dateStyle: "full", timeZone: "UTC" });
const diaCorto = new Intl.DateTimeFormat(idioma, { weekday: "narrow", timeZone: "UTC" });

function utc(fecha: string): Date {
  return new Date(`${fecha}T12:00:00Z`);
}

/** Riel is what stands beside the grid: a month, the profesionales, what the colours mean. */
export class Riel {
  private mes: string;

  constructor(private readonly modelo: Modelo, private readonly barra: Barra) {
    this.mes = primeroDe(modelo.mirada.fecha);
    find("#mes-antes").addEventListener("click", () => this.pasar(-1));
    find("#mes-despues").addEventListener("click", () => this.pasar(1));
    const anuladas = find<HTMLInputElement>("#anuladas");
    anuladas.addEventListener("change", () => void barra.ir({ anuladas: anuladas.checked }));
    const quien = find<HTMLSelectElement>("#quien");
    quien.addEventListener("change", () => this.elegir(Number(quien.value)));
    modelo.oir((cambio) => {
      if (cambio === "citas") return;
      if (cambio === "hoja") this.mes = primeroDe(modelo.mirada.fecha);
      this.dibujar();
    });
    this.dibujar();
  }

  private pasar(meses: number): void {
    this.mes = masMeses(this.mes, meses);
    this.dibujarMes();
  }

  private dibujar(): void {
    this.dibujarMes();
    const deSillon = this.modelo.mirada.vista === "semana" && this.modelo.mirada.por === "sillon";
    find("#de-quien").textContent = t(deSillon ? "js.agenda.sillones" : "js.agenda.profesionales");
    if (deSillon) this.dibujarSillones();
    else this.dibujarProfesionales();
    find<HTMLInputElement>("#anuladas").checked = this.modelo.mirada.anuladas;
  }

  private dibujarMes(): void {
    find("#mes-nombre").textContent = `${mesLargo.format(utc(this.mes))} ${this.mes.slice(0, 4)}`;
    const { hoja, mirada } = this.modelo;
    const inicio = lunes(this.mes);
    const filas: HTMLElement[] = [el("tr", {}, ...[0, 1, 2, 3, 4, 5, 6].map((n) => el("th", { scope: "col" }, diaCorto.format(utc(masDias(inicio, n))))))];
    for (let semana = 0; semana < 6; semana++) {
      const dias = [0, 1, 2, 3, 4, 5, 6].map((n) => masDias(inicio, 7 * semana + n));
      if (semana > 3 && primeroDe(dias[0] ?? "") !== this.mes) break;
      filas.push(el("tr", {}, ...dias.map((fecha) => el("td", {}, this.dia(fecha, hoja.hoy, mirada.fecha)))));
    }
    refill(find("#mes"), ...filas);
  }

  private dia(fecha: string, hoy: string, elegida: string): HTMLElement {
    const clases = ["mes-dia", primeroDe(fecha) === this.mes ? "" : "mes-otro", fecha === hoy ? "mes-hoy" : ""].filter(Boolean).join(" ");
    return el("button", {
      class: clases, type: "button", data: { key: fecha }, "aria-label": diaLargo.format(utc(fecha)), "aria-current": fecha === elegida ? "date" : undefined,
      on: { click: () => void this.barra.ir({ fecha }) },
    }, String(Number(fecha.slice(8))));
  }

  private dibujarProfesionales(): void {
    const { hoja, mirada, ocultos } = this.modelo;
    const trabajan = new Set([...hoja.dias.map((dia) => dia.id_profesional), ...hoja.citas.map((cita) => cita.id_profesional)]);
    const semana = mirada.vista === "semana";
    const ausente = (id: number) => !semana && !trabajan.has(id);
    const campo = (id: number): HTMLInputElement => el("input", {
      type: semana ? "radio" : "checkbox", name: "profesional-visible", value: id, data: { key: String(id) },
      checked: semana ? mirada.profesional === id : !ocultos.has(id), disabled: mirada.por === "sillon",
      on: { change: (event) => this.marcado(id, (event.target as HTMLInputElement).checked) },
    });
    refill(find("#profesionales"), ...hoja.profesionales.map(({ id, nombre, especialidad }) => el("li", {},
      el("label", { class: `check riel-profesional${ausente(id) ? " riel-ausente" : ""}` }, campo(id),
        el("span", { class: `punto punto-${id % 8}`, "aria-hidden": "true" }),
        el("span", { class: "riel-nombre" }, nombre, el("small", {}, ausente(id) ? t("js.agenda.notWorking") : especialidad))))));
    const quien = find<HTMLSelectElement>("#quien");
    quien.replaceChildren(...hoja.profesionales.map(({ id, nombre }) => el("option", { value: id }, nombre)));
    const visible = semana ? mirada.profesional : hoja.profesionales.find(({ id }) => !ocultos.has(id))?.id;
    quien.value = String(visible ?? "");
  }

  /** dibujarSillones lets the sillón of a week be chosen. */
  private dibujarSillones(): void {
    const { mirada } = this.modelo;
    const list = sillones(this.modelo);
    find("#profesionales").replaceChildren(...list.map(({ sillon, nombre }) => el("li", {},
      el("label", { class: "check riel-profesional" },
        el("input", { type: "radio", name: "sillon-visible", value: sillon, checked: sillon === mirada.sillon, on: { change: () => this.elegir(sillon) } }),
        el("span", { class: "riel-nombre" }, nombre)))));
    const quien = find<HTMLSelectElement>("#quien");
    quien.replaceChildren(...list.map(({ sillon, nombre }) => el("option", { value: sillon }, nombre)));
    quien.value = String(mirada.sillon);
  }

  private marcado(id: number, si: boolean): void {
    if (this.modelo.mirada.vista === "semana") void this.barra.ir({ profesional: id });
    else this.modelo.filtrar(id, si);
  }

  /** elegir shows the week of one profesional or sillón, or on a phone the day of one profesional. */
  private elegir(id: number): void {
    const { vista, por } = this.modelo.mirada;
    if (vista === "semana") void this.barra.ir(por === "sillon" ? { sillon: id } : { profesional: id });
    else this.modelo.soloEste(id);
  }
}

function primeroDe(fecha: string): string {
  return `${fecha.slice(0, 8)}01`;
}

/** leyenda draws the estados with their icons once. */
export function leyenda(modelo: Modelo): void {
  const vistos = new Set<string>();
  const items = modelo.hoja.estados.filter(({ tipo }) => tipo !== "propio" && !vistos.has(tipo) && vistos.add(tipo));
  find("#leyenda").replaceChildren(...items.map(({ tipo, icono }) => el("li", { class: `estado-${tipo}` }, icon(icono), t(`js.agenda.kind.${tipo}`))));
}
