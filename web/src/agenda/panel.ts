import { Failure, part, postPart } from "../lib/api";
import { el, find, icon } from "../lib/dom";
import { closeSheet, openSheet } from "../lib/sheet";
import { tell } from "../lib/tell";
import { toast } from "../lib/toast";
import { carry, carryForm, changed, type Field, fields, keepBase, settle, value } from "../lib/typed";
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
  /** Take the focus back where nothing has it; cita is that which was looked at, if any. */
  retomar: (cita: number) => void;
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
  private deDentro = false; // what is asked for was asked from the open panel
  private tocado = false; // something was typed
  private ocupado = false; // a change of the cita that is shown is under way
  private readonly enviando = new WeakSet<HTMLFormElement>();

  constructor(private readonly modelo: Modelo, private readonly acciones: Acciones, private readonly pagina: Pagina) {
    this.cuerpo.addEventListener("click", (event) => this.clic(event));
    this.cuerpo.addEventListener("input", (event) => this.escrito(event.target as HTMLInputElement));
    this.cuerpo.addEventListener("change", (event) => this.cambiado(event.target as HTMLInputElement));
    this.cuerpo.addEventListener("submit", (event) => void this.enviado(event));
    this.hoja.addEventListener("keydown", (event) => this.tecla(event));
    this.hoja.addEventListener("close", () => {
      if (this.deDentro) this.pedido.abort(); // and not what was asked for since
      this.pagina.retomar(this.actual()?.id ?? 0);
      this.apartar();
    });
    modelo.oir((_, ids) => this.alDia(ids));
  }

  get abierto(): boolean {
    return this.hoja.open;
  }

  /** abrir shows the part that a path leads to. */
  async abrir(url: string): Promise<void> {
    const nuevo = await this.pedir(url);
    if (!nuevo) return;
    this.apartar();
    this.poner(nuevo);
  }

  /** terminar closes the panel when what it says is done. */
  private terminar(): Promise<void> {
    this.cuerpo.replaceChildren();
    return closeSheet(this.hoja);
  }

  /** apartar offers to go on with what was typed where the panel is closed over it, or shows something else. */
  private apartar(): void {
    const pendiente = this.tocado && (this.cuerpo.querySelector('form[action="/agendar"]') !== null || changed(this.cuerpo));
    this.tocado = false;
    if (!pendiente) return;
    const nodos = [...this.cuerpo.childNodes];
    const seguir = () => {
      this.pedido.abort();
      this.apartar();
      this.cuerpo.replaceChildren(...nodos);
      this.tocado = true;
      this.mostrar();
    };
    toast(t("js.agenda.leftTyped"), { action: { label: t("js.agenda.goOn"), run: seguir } });
  }

  private poner(nuevo: HTMLTemplateElement): void {
    this.cuerpo.replaceChildren(nuevo.content);
    this.mostrar();
  }

  private mostrar(): void {
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
    const { sucursal, fecha, vista, por, profesional } = this.modelo.mirada;
    const query = new URLSearchParams({ id_sucursal: String(sucursal), fecha });
    if (vista === "semana" && por === "profesional" && profesional) query.set("id_profesional", String(profesional));
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

  /** pedir asks for a part in place of the one that was asked for before; undefined where that fails, or it is no longer wanted. */
  private async pedir(url: string, callado = false): Promise<HTMLTemplateElement | undefined> {
    window.clearTimeout(this.espera);
    this.pedido.abort();
    this.pedido = new AbortController();
    this.deDentro = this.abierto;
    try {
      return await part(url, this.pedido.signal);
    } catch (error) {
      if (error instanceof Failure && !callado) tell(error);
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
    if (campo.name !== "q") {
      this.tocado = true;
      return;
    }
    window.clearTimeout(this.espera);
    this.espera = window.setTimeout(() => void this.recargar(campo, ["resultados"]), 90);
  }

  private cambiado(campo: HTMLInputElement): void {
    const partes = campo.dataset["recargar"];
    if (partes === undefined) return;
    void this.recargar(campo, partes.split(" "));
  }

  /** recargar fills in anew some parts of the form, as they are with what it says now; false where that was not to be. */
  private async recargar(campo: HTMLInputElement, partes: string[]): Promise<boolean> {
    const form = campo.form;
    if (!form) return false;
    const antes = foto(form);
    const nuevo = await this.pedir(`${form.getAttribute("action")}?${consulta(form)}`);
    if (!nuevo) return false;
    const foco = document.activeElement;
    for (const nombre of partes) {
      const de = nuevo.content.querySelector(`[data-parte="${nombre}"]`);
      const a = this.cuerpo.querySelector(`[data-parte="${nombre}"]`);
      if (!de || !a) continue;
      keepBase(a, de);
      carry(a, de, antes);
      a.replaceWith(de);
    }
    // The field that has the focus may have been replaced.
    if (foco && !foco.isConnected) this.cuerpo.querySelector<HTMLElement>(`[id="${foco.id}"]`)?.focus();
    return true;
  }

  /** seguir shows the form as it goes on from what it says now, with what a button of it changes. */
  private async seguir(form: HTMLFormElement, boton: HTMLElement): Promise<void> {
    const antes = foto(form);
    const nuevo = await this.pedir(`${form.getAttribute("action")}?${consulta(form, boton)}`);
    if (!nuevo) return;
    carry(form, nuevo.content, antes);
    const donde = document.activeElement;
    this.poner(nuevo);
    if (donde instanceof HTMLElement && !donde.isConnected && donde.matches('input:not([type="search"]), textarea, select')) this.cuerpo.querySelector<HTMLElement>(`[id="${donde.id}"]`)?.focus();
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
    if (await this.recargar(campo, ["resultados"])) this.cuerpo.querySelector<HTMLElement>('[data-opcion="paciente"]')?.click();
  }

  private async enviado(event: SubmitEvent): Promise<void> {
    const form = event.target as HTMLFormElement;
    if (form.method !== "post") return;
    event.preventDefault();
    const boton = event.submitter as HTMLButtonElement | null;
    if (boton?.hasAttribute("formmethod")) {
      // Others look things up, which happens as one types.
      if (boton.name === "con") await this.seguir(form, boton);
      return;
    }
    if (this.enviando.has(form)) return;
    const valores = new FormData(form, boton);
    this.enviando.add(form);
    if (boton) boton.disabled = true;
    try {
      if (form.matches('[action^="/citas/"]')) await this.cambiar(form, valores, boton);
      else if (form.matches('[action^="/ajustes/"]')) await this.guardarHorario(form, valores);
      else await this.guardar(form, valores);
    } finally {
      this.enviando.delete(form);
      if (boton) boton.disabled = false;
    }
  }

  /** guardar books what the form says. */
  private async guardar(form: HTMLFormElement, valores: FormData): Promise<void> {
    try {
      const cita = await this.acciones.agendar(valores);
      await this.terminar();
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
      this.acciones.hecho(respuesta);
      await this.terminar();
      await this.pagina.releer();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      tell(error);
    }
  }

  /** rechazado shows what is wrong beside its fields, and what is free instead. */
  private rechazado(form: HTMLFormElement, error: Failure): void {
    for (const viejo of this.cuerpo.querySelectorAll(".problem-nuevo")) viejo.remove();
    for (const campo of this.cuerpo.querySelectorAll(".field-wrong")) campo.classList.remove("field-wrong");
    for (const [nombre, texto] of Object.entries(error.fields)) {
      const campo = form.querySelector<HTMLElement>(`#campo-${nombre}`);
      campo?.before(el("p", { class: "problem problem-nuevo", id: `campo-${nombre}-error` }, icon("circle-alert"), texto));
      campo?.closest(".field, .pedido")?.classList.add("field-wrong");
      if (campo?.matches("input, select, textarea")) campo.ariaInvalid = "true";
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

  /** cambiar changes the cita that is shown as a form of it says, and shows it as it is then. */
  private async cambiar(form: HTMLFormElement, valores: FormData, boton: HTMLButtonElement | null): Promise<void> {
    const antes = this.actual();
    if (!antes) return;
    const cambio: Cambio = Object.fromEntries([...valores].filter(([clave]) => clave !== "version").map(([clave, valor]) => [clave, String(valor)]));
    for (const clave of ["id_estado", "duracion", "id_profesional", "id_sucursal", "id_sillon"] as const) {
      if (cambio[clave] !== undefined) cambio[clave] = Number(cambio[clave]);
    }
    this.ocupado = true;
    try {
      const hecho = boton?.dataset["hecho"] ?? t("js.agenda.saved");
      const bien = await this.acciones.cambiar(this.modelo.citas.get(antes.id) ?? antes, cambio, hecho, Number(valores.get("version")) || antes.version);
      if (bien) {
        settle(form);
        form.closest("details")?.removeAttribute("open");
        const despues = this.modelo.citas.get(antes.id);
        if (despues && (despues.fecha !== antes.fecha || despues.inicio !== antes.inicio)) await this.pagina.mostrar(despues);
      }
      if (this.abierto && form.isConnected) await this.actualizar(antes, true, bien);
    } finally {
      this.ocupado = false;
    }
  }

  /** actual is the cita that is shown, as it was when the panel was made. */
  private actual(): Cita | undefined {
    const datos = this.cuerpo.querySelector<HTMLElement>("[data-actual]")?.dataset["actual"];
    return datos === undefined ? undefined : (JSON.parse(datos) as Cita);
  }

  /**
   * actualizar shows the cita as it is now, with what was typed meanwhile and not sent. Whoever types knows what somebody
   * else changed where that was told; siguiente puts the focus on what comes next.
   */
  private async actualizar(antes: Cita, sabido: boolean, siguiente: boolean): Promise<void> {
    const nuevo = await this.pedir(`/citas/${antes.id}`, true);
    if (!nuevo || this.actual()?.id !== antes.id) return;
    const ahora = JSON.parse(find<HTMLElement>("[data-actual]", nuevo.content).dataset["actual"] ?? "") as Cita;
    if (ahora.version === antes.version && !(sabido && this.cuerpo.querySelector("[data-behind]"))) return;
    for (const form of this.cuerpo.querySelectorAll<HTMLFormElement>("form[data-parte]")) {
      const otro = nuevo.content.querySelector<HTMLFormElement>(`form[data-parte="${form.dataset["parte"]}"]`);
      if (otro && changed(form)) carryForm(form, otro, sabido, (texto) => t("js.agenda.nowSays", texto));
    }
    for (const abierto of this.cuerpo.querySelectorAll("details[open]")) nuevo.content.querySelector(`details.${abierto.className}`)?.setAttribute("open", "");
    const donde = this.cuerpo.contains(document.activeElement) ? document.activeElement : null;
    this.cuerpo.replaceChildren(nuevo.content);
    this.titular();
    if (siguiente) this.enfocar();
    else if (donde) (this.mismo(donde) ?? this.cuerpo.querySelector<HTMLElement>("[data-foco]"))?.focus();
  }

  /** mismo is what stands now where an element did. */
  private mismo(antes: Element): HTMLElement | null {
    if (antes.id) return this.cuerpo.querySelector(`[id="${antes.id}"]`);
    const parte = antes.closest("form[data-parte]")?.getAttribute("data-parte");
    if (antes instanceof HTMLButtonElement) return this.cuerpo.querySelector(`[data-parte="${parte}"] button[value="${antes.value}"]`);
    return this.cuerpo.querySelector(`details.${antes.closest("details")?.className} > summary`);
  }

  /** alDia reads the cita that is shown again when it changed; not under who is typing, nor before the panel's own change is done. */
  private alDia(ids: number[]): void {
    if (!this.abierto || this.ocupado) return;
    const antes = this.actual();
    const escribe = this.cuerpo.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select");
    if (!antes || !ids.includes(antes.id) || escribe || this.modelo.citas.get(antes.id)?.version === antes.version) return;
    void this.actualizar(antes, false, false);
  }
}

/** foto is what the fields of a form say now, for later; others say what they say then. */
function foto(form: HTMLFormElement): (campo: Field) => string {
  const dicho = new Map(fields(form).map((campo) => [campo, value(campo)]));
  return (campo) => dicho.get(campo) ?? value(campo);
}

/** consulta is what a form says, with the button that was pressed, as the server is asked for the form as it is then. */
function consulta(form: HTMLFormElement, boton: HTMLElement | null = null): URLSearchParams {
  return new URLSearchParams([...new FormData(form, boton)].map(([clave, valor]): [string, string] => [clave, String(valor)]).filter(([clave, valor]) => valor !== "" && clave !== "version"));
}

/** lugarEnPedido is a place as the form that books has it. */
export function lugarEnPedido(lugar: { fecha: string; inicio: number; fin: number; id_profesional: number; id_sillon: number }, conDuracion: boolean): Record<string, string | number> {
  const valores: Record<string, string | number> = { fecha: lugar.fecha, hora_inicio: hora(lugar.inicio), id_profesional: lugar.id_profesional };
  if (lugar.id_sillon === sobrecupo) valores["sobrecupo"] = 1;
  else if (lugar.id_sillon) valores["id_sillon"] = lugar.id_sillon;
  if (conDuracion) valores["duracion"] = lugar.fin - lugar.inicio;
  return valores;
}
