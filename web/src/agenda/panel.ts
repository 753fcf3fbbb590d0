import { Failure, part, postPart } from "../lib/api";
import { el, find, icon } from "../lib/dom";
import { openSheet } from "../lib/sheet";
import { tell } from "../lib/tell";
import { toast } from "../lib/toast";
import { t } from "../lib/words";
import { alLibre, type Acciones, type Cambio } from "./acciones";
import { hora } from "./horas";
import type { Modelo } from "./modelo";
import { sobrecupo, type Cita, type Libre } from "./tipos";

/** What the panel asks of the page. */
export type Pagina = {
  /** Show a cita, wherever it is. */
  mostrar: (cita: Cita) => Promise<void>;
  /** Read the sheet again. */
  releer: () => Promise<void>;
};

/**
 * Panel is the sheet beside the agenda, in which a cita is booked or looked at. What is in it is made by the server, as
 * the same forms are that work without scripts; here they are filled in as one types, and sent without leaving the page.
 */
export class Panel {
  private readonly hoja = find<HTMLDialogElement>("#panel");
  private readonly cuerpo = find<HTMLElement>("#panel-cuerpo");
  private pedido = new AbortController();
  private espera = 0;
  private url = "";

  constructor(private readonly modelo: Modelo, private readonly acciones: Acciones, private readonly pagina: Pagina) {
    this.cuerpo.addEventListener("click", (event) => this.clic(event));
    this.cuerpo.addEventListener("input", (event) => this.escrito(event.target as HTMLInputElement));
    this.cuerpo.addEventListener("change", (event) => this.cambiado(event.target as HTMLInputElement));
    this.cuerpo.addEventListener("submit", (event) => void this.enviado(event));
    this.hoja.addEventListener("keydown", (event) => this.tecla(event));
    this.hoja.addEventListener("close", () => this.pedido.abort());
    modelo.oir((_, ids) => this.alDia(ids));
  }

  get abierto(): boolean {
    return this.hoja.open;
  }

  cerrar(): void {
    this.hoja.close();
  }

  /** abrir shows the part that a path leads to. */
  async abrir(url: string): Promise<void> {
    this.url = url;
    const nuevo = await this.pedir(url);
    if (nuevo) this.poner(nuevo);
  }

  private poner(nuevo: HTMLTemplateElement): void {
    this.cuerpo.replaceChildren(nuevo.content);
    openSheet(this.hoja);
    this.titular();
    this.enfocar();
  }

  agendar(valores: Record<string, string | number>): Promise<void> {
    const query = new URLSearchParams({ id_sucursal: String(this.modelo.mirada.sucursal) });
    for (const [clave, valor] of Object.entries(valores)) if (valor) query.set(clave, String(valor));
    return this.abrir(`/agendar?${query}`);
  }

  /** horario shows a form that blocks hours of the day that is looked at, or opens others. */
  horario(path: string): Promise<void> {
    const { sucursal, fecha, vista, profesional } = this.modelo.mirada;
    const query = new URLSearchParams({ id_sucursal: String(sucursal), fecha });
    if (vista === "semana" && profesional) query.set("id_profesional", String(profesional));
    return this.abrir(`${path}?${query}`);
  }

  private titular(): void {
    find("#panel-titulo").textContent = this.cuerpo.querySelector<HTMLElement>("[data-titulo]")?.dataset["titulo"] ?? "";
  }

  /** enfocar puts the focus on what is wrong, else on what comes next. */
  private enfocar(): void {
    const siguiente = this.cuerpo.querySelector<HTMLElement>('.summary[tabindex], [aria-invalid="true"]') ?? this.cuerpo.querySelector<HTMLElement>("[data-foco]") ?? this.cuerpo.querySelector<HTMLElement>('button, input:not([type="hidden"]), a');
    siguiente?.focus();
    if (siguiente instanceof HTMLInputElement && siguiente.type === "search") siguiente.setSelectionRange(siguiente.value.length, siguiente.value.length);
  }

  /** pedir asks for a part in place of the one that was asked for before; undefined where it is no longer wanted. */
  private async pedir(url: string): Promise<HTMLTemplateElement | undefined> {
    this.pedido.abort();
    this.pedido = new AbortController();
    try {
      return await part(url, this.pedido.signal);
    } catch (error) {
      if (error instanceof Failure) tell(error);
      return undefined;
    }
  }

  private clic(event: MouseEvent): void {
    const enlace = (event.target as Element).closest<HTMLAnchorElement>('a[href^="/agendar"], a[href^="/citas/"], a[href^="/ajustes/"]');
    const ir = (event.target as Element).closest<HTMLElement>("[data-ir-a]");
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (ir) {
      const cita = this.modelo.citas.get(Number(ir.dataset["irA"]));
      if (cita) void this.pagina.mostrar(cita);
    }
    if (!enlace) return;
    event.preventDefault();
    void this.abrir(enlace.getAttribute("href") ?? "");
  }

  private escrito(campo: HTMLInputElement): void {
    if (campo.name !== "q") return;
    window.clearTimeout(this.espera);
    this.espera = window.setTimeout(() => void this.recargar(campo, ["resultados"]), 90);
  }

  private cambiado(campo: HTMLInputElement): void {
    const partes = campo.dataset["recargar"];
    if (partes === undefined) return;
    void this.recargar(campo, partes.split(" "));
  }

  /** recargar fills in anew some parts of the form, as they are with what it says now. */
  private async recargar(campo: HTMLInputElement, partes: string[]): Promise<void> {
    const form = campo.form;
    if (!form) return;
    const query = new URLSearchParams();
    for (const [clave, valor] of new FormData(form)) if (valor !== "") query.set(clave, String(valor));
    this.url = `/agendar?${query}`;
    const nuevo = await this.pedir(this.url);
    const foco = document.activeElement;
    for (const nombre of nuevo ? partes : []) {
      const de = nuevo?.content.querySelector(`[data-parte="${nombre}"]`);
      const a = this.cuerpo.querySelector(`[data-parte="${nombre}"]`);
      if (de && a) a.replaceWith(de);
    }
    // The field that has the focus may have been replaced.
    if (nuevo && foco && !foco.isConnected) this.cuerpo.querySelector<HTMLElement>(`[id="${foco.id}"]`)?.focus();
  }

  private tecla(event: KeyboardEvent): void {
    const donde = event.target as HTMLElement;
    const opciones = [...this.cuerpo.querySelectorAll<HTMLElement>("[data-opcion]")].filter((opcion) => opcion.offsetParent !== null);
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.preventDefault();
      this.cuerpo.querySelector<HTMLButtonElement>("[data-principal]")?.click();
    } else if (donde instanceof HTMLInputElement && donde.name === "q" && event.key === "Enter") {
      event.preventDefault();
      void this.elegirPrimero(donde);
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (donde.matches("[data-opcion]") || donde.matches('[name="q"]'))) {
      event.preventDefault();
      const lista = donde.matches("[data-opcion]") ? opciones.filter((otra) => otra.dataset["opcion"] === donde.dataset["opcion"]) : opciones.filter((otra) => otra.dataset["opcion"] === "paciente");
      const en = lista.indexOf(donde) + (event.key === "ArrowDown" ? 1 : -1);
      if (en < 0) this.cuerpo.querySelector<HTMLElement>('[name="q"]')?.focus();
      else lista[Math.min(en, lista.length - 1)]?.focus();
    }
  }

  /** elegirPrimero takes the first paciente that was found, once what was typed last was looked for. */
  private async elegirPrimero(campo: HTMLInputElement): Promise<void> {
    window.clearTimeout(this.espera);
    await this.recargar(campo, ["resultados"]);
    this.cuerpo.querySelector<HTMLElement>('[data-opcion="paciente"]')?.click();
  }

  private async enviado(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    event.preventDefault();
    const boton = event.submitter as HTMLButtonElement | null;
    if (boton?.hasAttribute("formmethod")) return; // it looks things up, which happens as one types
    const valores = new FormData(form, boton);
    if (boton) boton.disabled = true;
    try {
      if (form.dataset["cita"]) await this.cambiar(Number(form.dataset["cita"]), valores, boton);
      else if (form.matches('[action^="/ajustes/"]')) await this.guardarHorario(form, valores);
      else await this.guardar(form, valores);
    } finally {
      if (boton) boton.disabled = false;
    }
  }

  /** guardar books what the form says. */
  private async guardar(form: HTMLFormElement, valores: FormData): Promise<void> {
    try {
      const cita = await this.acciones.agendar(valores);
      this.cerrar();
      await this.pagina.mostrar(cita);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.rechazado(form, error);
    }
  }

  /** guardarHorario makes, changes or deletes a bloqueo or horario especial; its form comes back where that is refused. */
  private async guardarHorario(form: HTMLFormElement, valores: FormData): Promise<void> {
    try {
      const respuesta = await postPart(form.getAttribute("action") ?? "", valores);
      if (respuesta instanceof HTMLTemplateElement) {
        this.poner(respuesta);
        return;
      }
      this.acciones.olvidar();
      this.cerrar();
      toast(respuesta);
      await this.pagina.releer();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      tell(error);
    }
  }

  /** rechazado shows what is wrong beside its fields, and what is free instead. */
  private rechazado(form: HTMLFormElement, error: Failure): void {
    for (const viejo of this.cuerpo.querySelectorAll(".problem-nuevo")) viejo.remove();
    for (const [nombre, texto] of Object.entries(error.fields)) {
      const campo = form.querySelector<HTMLElement>(`#campo-${nombre}`);
      campo?.before(el("p", { class: "problem problem-nuevo", id: `campo-${nombre}-error` }, icon("circle-alert"), texto));
      campo?.setAttribute("aria-invalid", "true");
    }
    const libres = (error.body as { alternativas?: Libre[] | null } | undefined)?.alternativas ?? [];
    const aviso = find<HTMLElement>('[data-parte="problema"]', this.cuerpo);
    aviso.replaceChildren(el("div", { class: "summary", role: "alert", tabindex: -1 }, el("p", {}, icon("circle-alert"), ` ${error.message}`)),
      ...libres.map((libre) => el("button", { class: "button opcion-libre", type: "button", data: { opcion: "libre" }, on: { click: () => this.tomar(form, libre) } },
        el("strong", {}, libre.hora), ` ${libre.dia} · ${libre.profesional}`)));
    (aviso.querySelector<HTMLElement>("button") ?? aviso.querySelector<HTMLElement>(".summary"))?.focus();
  }

  /** tomar books at another hour what was refused at its own. */
  private tomar(form: HTMLFormElement, libre: Libre): void {
    const valores = new FormData(form);
    for (const [clave, valor] of Object.entries(alLibre(libre))) valores.set(clave, String(valor));
    valores.delete("sobrecupo");
    void this.guardar(form, valores);
  }

  private async cambiar(id: number, valores: FormData, boton: HTMLButtonElement | null): Promise<void> {
    const cita = this.modelo.citas.get(id);
    const cambio: Cambio = Object.fromEntries([...valores].filter(([clave]) => clave !== "version" && clave !== "volver").map(([clave, valor]) => [clave, String(valor)]));
    for (const clave of ["id_estado", "duracion", "id_profesional", "id_sucursal", "id_sillon"] as const) {
      if (cambio[clave] !== undefined) cambio[clave] = Number(cambio[clave]);
    }
    const hecho = boton?.dataset["hecho"] ?? t("js.agenda.saved");
    if (!cita) { // of another day: its own page changes it
      boton?.form?.submit();
      return;
    }
    if (await this.acciones.cambiar(cita, cambio, hecho)) {
      const despues = this.modelo.citas.get(id);
      if (despues && (despues.fecha !== cita.fecha || despues.inicio !== cita.inicio)) await this.pagina.mostrar(despues);
      if (this.abierto) await this.abrir(`/citas/${id}`);
    }
  }

  /** alDia reads the cita that is shown again when it changed. */
  private alDia(ids: number[]): void {
    const id = Number(/^\/citas\/(\d+)/.exec(this.url)?.[1]);
    const sucio = this.cuerpo.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select");
    if (!this.abierto || !ids.includes(id) || sucio || this.modelo.propias > 0) return;
    void this.abrir(this.url);
  }
}

/** lugarEnPedido is a place as the form that books has it. */
export function lugarEnPedido(lugar: { fecha: string; inicio: number; fin: number; id_profesional: number; id_sillon: number }, conDuracion: boolean): Record<string, string | number> {
  const valores: Record<string, string | number> = { fecha: lugar.fecha, hora_inicio: hora(lugar.inicio), id_profesional: lugar.id_profesional };
  if (lugar.id_sillon === sobrecupo) valores["sobrecupo"] = 1;
  else if (lugar.id_sillon) valores["id_sillon"] = lugar.id_sillon;
  if (conDuracion) valores["duracion"] = lugar.fin - lugar.inicio;
  return valores;
}
