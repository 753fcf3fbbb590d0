import { createCalendar, Interaction, ResourceTimeGrid, type Calendar } from "@event-calendar/core";
import { Failure, post } from "../lib/api";
import { el, find, icon } from "../lib/dom";
import { t } from "../lib/words";
import { Ahora } from "./ahora";
import { carril, columnas, conCarril, eventos, limites, porVencer, type Columna, type Evento, type Props } from "./columnas";
import { diaDicho, diasEntre, fechaDe, hora, minutoDe } from "./horas";
import type { Modelo } from "./modelo";
import { Sombra } from "./sombra";
import { finDelDia, sobrecupo, type Cita } from "./tipos";

/** A place that somebody pointed at, or moved something to. */
export type Lugar = { fecha: string; inicio: number; fin: number; id_profesional: number; id_sillon: number };

/** What the grid asks of the page. */
export type Manos = {
  abrir: (cita: Cita) => void;
  /** Open the form of a bloqueo or horario especial. */
  abrirHorario: (camino: string) => void;
  crear: (lugar: Lugar, conDuracion: boolean) => void;
  mover: (cita: Cita, lugar: Lugar) => Promise<boolean>;
};

const altoFranja = 24; // px for a quarter of an hour, which a finger can touch
const px = altoFranja / 15; // for a minute
const diaCorto = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "short" });

/** Grilla draws the sheet as a grid of columns and hours, and turns what the pointer does in it into changes. */
export class Grilla {
  private readonly calendario: Calendar;
  private readonly ahora: Ahora;
  private readonly sombra = new Sombra(px);
  private cols: Columna[];
  private arrastrando = false;
  private pendiente = false;
  private cancelado = false;
  private trazos: Map<string, string>; // what was drawn, by the ids of events
  private horas: { desde: number; hasta: number }; // the minutes of the day between which it shows
  private actual: Calendar.Options; // those hours and the dates, as the library was told
  private frescas = new Set<number>();
  private readonly prueba: Prueba;
  private vencimiento = 0; // when the next reserva runs out

  constructor(private readonly modelo: Modelo, private readonly manos: Manos) {
    this.cols = columnas(modelo);
    const lista = eventos(modelo, this.cols);
    this.trazos = trazosDe(lista);
    this.horas = limites(modelo);
    this.actual = this.vista();
    this.ahora = new Ahora(modelo, px);
    this.prueba = new Prueba();
    this.calendario = createCalendar(find("#grilla"), [ResourceTimeGrid, Interaction], this.opciones(lista));
    modelo.oir(() => this.dibujar());
    addEventListener("keydown", (event) => { if (event.key === "Escape") this.cancelar(event); }, { capture: true });
    addEventListener("pointercancel", (event) => this.cancelar(event), { capture: true });
    this.despues();
  }

  private opciones(lista: Evento[]): Calendar.Options {
    const puede = this.modelo.hoja.puede.agendar;
    return {
      ...this.vista(),
      headerToolbar: { start: "", center: "", end: "" },
      height: "100%",
      locale: document.documentElement.lang,
      firstDay: 1,
      allDaySlot: false,
      slotDuration: "00:15:00",
      slotHeight: altoFranja,
      slotLabelInterval: "01:00:00",
      slotLabelFormat: (date: Date) => hora(minutoDe(date)),
      snapDuration: "00:05:00",
      scrollTime: `${hora(Math.max(0, this.minutoInicial()))}:00`,
      eventTimeFormat: () => "", // citas say their hours themselves
      slotEventOverlap: false,
      dayHeaderFormat: (date: Date) => `${diaCorto.format(date)} ${date.getDate()}`,
      columnWidth: "minmax(var(--columna), 1fr)",
      selectable: puede,
      pointer: puede,
      eventLongPressDelay: 350,
      selectLongPressDelay: 500,
      resources: this.recursos(),
      events: lista,
      resourceLabelContent: ({ resource }) => ({ domNodes: etiqueta(resource as Calendar.Resource) }),
      eventContent: ({ event }) => ({ domNodes: this.contenido(event) }),
      eventClick: ({ event }) => this.abrir(event),
      dateClick: ({ date, resource, jsEvent }) => this.crear(date, undefined, resource, jsEvent as MouseEvent),
      select: ({ start, end, resource, jsEvent }) => this.crear(start, end, resource, jsEvent as MouseEvent),
      eventDragStart: () => this.empezar(),
      eventResizeStart: () => this.empezar(),
      eventDragStop: () => this.terminar(),
      eventResizeStop: () => this.terminar(),
      selectConstraint: ({ start, end, resource }) => this.elegir(start, end, resource),
      dragConstraint: ({ event }) => this.probar(event),
      resizeConstraint: ({ event }) => this.probar(event),
      eventDrop: (info) => void this.soltar(info),
      eventResize: (info) => void this.soltar(info),
    } as Calendar.Options;
  }

  private vista(): Calendar.Options {
    const { mirada } = this.modelo;
    const { desde, hasta } = this.horas;
    return {
      view: mirada.vista === "semana" ? "resourceTimeGridWeek" : "resourceTimeGridDay",
      date: mirada.fecha,
      slotMinTime: `${hora(desde)}:00`,
      slotMaxTime: `${hora(hasta)}:00`,
    };
  }

  private recursos(): Calendar.ResourceInput[] {
    return this.cols.map((col) => ({ id: col.id, title: col.nombre, extendedProps: { ...col } }));
  }

  /** dibujar shows the model as it is now, once for all that changes at once; not while something is being dragged. */
  private dibujar(): void {
    if (this.pendiente) return;
    this.pendiente = true;
    if (!this.arrastrando) queueMicrotask(() => this.trazar());
  }

  private trazar(): void {
    if (this.arrastrando) return; // terminar comes back to it
    this.pendiente = false;
    const enfocada = this.citaEn(document.activeElement?.closest("#grilla .ec-event") ?? null);
    const cols = columnas(this.modelo);
    const mismas = cols.map(({ id, nombre }) => id + nombre).join() === this.cols.map(({ id, nombre }) => id + nombre).join();
    this.cols = cols;
    if (!mismas) this.calendario.setOption("resources", this.recursos());
    const misma = this.mirar();
    this.pintar(eventos(this.modelo, cols), mismas && misma);
    this.despues();
    if (enfocada) this.retomar(enfocada.id);
  }

  /** mirar makes the grid show the hours and dates that the model does; true where it did. */
  private mirar(): boolean {
    this.horas = limites(this.modelo);
    const vista = this.vista();
    const otras = (Object.keys(vista) as (keyof Calendar.Options)[]).filter((opcion) => vista[opcion] !== this.actual[opcion]);
    for (const opcion of otras) this.calendario.setOption(opcion, vista[opcion] as never);
    this.actual = vista;
    return otras.length === 0;
  }

  /**
   * pintar draws events: those alone that are not as they were drawn, so that the focus stays where it is and a full day is
   * not drawn again for one cita; all of them where more changed. The library reads all again, as they were given to it, when
   * it shows other dates or columns.
   */
  private pintar(lista: Evento[], mismas: boolean): void {
    const antes = this.trazos;
    this.trazos = trazosDe(lista);
    const otros = lista.filter(({ id }) => antes.get(id) !== this.trazos.get(id));
    const idos = [...antes.keys()].filter((id) => !this.trazos.has(id));
    if (!mismas || 2 * (otros.length + idos.length) > lista.length) {
      this.calendario.setOption("events", lista as never);
      return;
    }
    for (const id of idos) this.calendario.removeEventById(id);
    for (const otro of otros) {
      if (antes.has(otro.id)) this.calendario.updateEvent(otro);
      else this.calendario.addEvent(otro);
    }
  }

  /** despues does what the grid's own drawing leaves to do. */
  private despues(): void {
    find<HTMLElement>("#agenda").dataset["vista"] = this.modelo.mirada.vista;
    find("#agenda").toggleAttribute("data-densa", this.cols.length > 7);
    find<HTMLElement>("#agenda").dataset["por"] = this.modelo.mirada.por;
    find<HTMLElement>("#sin-columnas").hidden = this.cols.length > 0;
    window.clearTimeout(this.vencimiento);
    const queda = porVencer(this.modelo);
    if (queda !== undefined) this.vencimiento = window.setTimeout(() => this.dibujar(), queda);
    requestAnimationFrame(() => { // the library draws before the next frame, and not at once
      sinTabla(find("#grilla"));
      this.ahora.poner(this.horas);
    });
  }

  /** minutoInicial is what is seen first: the present, else the beginning of work. */
  private minutoInicial(): number {
    const { hoja, ahora } = this.modelo;
    if (hoja.hoy >= hoja.desde && hoja.hoy <= hoja.hasta) return ahora - 60;
    return Math.min(...hoja.dias.flatMap((dia) => dia.segmentos.map(({ inicio }) => inicio)), 9 * 60) - 15;
  }

  /** resaltar shows for two seconds that citas have changed by somebody else's doing. */
  resaltar(ids: number[]): void {
    for (const id of ids) this.frescas.add(id);
    this.marcar();
    window.setTimeout(() => {
      for (const id of ids) this.frescas.delete(id);
      this.marcar();
    }, 2000);
  }

  private marcar(): void {
    requestAnimationFrame(() => {
      for (const nodo of document.querySelectorAll<HTMLElement>("#grilla .cita")) {
        nodo.classList.toggle("cita-fresca", this.frescas.has(Number(nodo.querySelector<HTMLElement>("[data-cita]")?.dataset["cita"])));
      }
    });
  }

  /** enfocar puts the focus on a cita, if it is drawn. */
  enfocar(id: number): void {
    requestAnimationFrame(() => this.nodo(id)?.focus());
  }

  /** retomar gives the focus that nothing has now to a cita, which may have been drawn again; to the grid, if it is gone. */
  retomar(id: number): void {
    requestAnimationFrame(() => {
      if (document.activeElement !== document.body) return;
      (this.nodo(id) ?? find<HTMLElement>("#grilla .ec-main")).focus({ preventScroll: true });
    });
  }

  /** enfocarPrimera puts the focus on the first cita of the first column, in whatever order they were drawn. */
  enfocarPrimera(): void {
    const lugares = [...document.querySelectorAll<HTMLElement>("#grilla .ec-event.cita")].map((nodo) => ({ nodo, lugar: nodo.getBoundingClientRect() }));
    lugares.sort((a, b) => a.lugar.left - b.lugar.left || a.lugar.top - b.lugar.top);
    lugares[0]?.nodo.focus();
  }

  private nodo(id: number): HTMLElement | null {
    return document.querySelector<HTMLElement>(`#grilla [data-cita="${id}"]`)?.closest<HTMLElement>(".ec-event") ?? null;
  }

  /** citaEn is the cita that an element of the grid shows. */
  citaEn(nodo: Element | null): Cita | undefined {
    const id = Number(nodo?.querySelector<HTMLElement>("[data-cita]")?.dataset["cita"]);
    return this.modelo.citas.get(id);
  }

  /** pasear moves the focus to the next cita above, below or beside. */
  pasear(desde: HTMLElement, tecla: string): void {
    const aqui = desde.getBoundingClientRect();
    let mejor: HTMLElement | undefined;
    let cerca = Infinity;
    for (const otro of document.querySelectorAll<HTMLElement>("#grilla .ec-event.cita")) {
      const lejos = distancia(aqui, otro.getBoundingClientRect(), tecla);
      if (otro !== desde && lejos < cerca) [mejor, cerca] = [otro, lejos];
    }
    mejor?.focus();
  }

  private abrir(event: Calendar.Event): void {
    const { cita } = event.extendedProps as Props;
    if (cita) this.manos.abrir(this.modelo.citas.get(cita.id) ?? cita);
  }

  private crear(desde: Date, hasta: Date | undefined, resource: Calendar.Resource | undefined, event: MouseEvent): void {
    const col = this.cols.find(({ id }) => id === resource?.id);
    if (!col || this.cancelado) {
      this.calendario.unselect();
      return;
    }
    const fecha = fechaDe(desde);
    const inicio = minutoDe(desde);
    const fin = hasta ? minutoDe(hasta) || finDelDia : inicio;
    const quien = col.profesional || this.atiende(col.sillon, fecha, inicio);
    const intervalo = this.modelo.profesional(quien)?.intervalo ?? 5;
    const ajustado = this.ajustar(quien, fecha, inicio, intervalo, Math.floor);
    this.calendario.unselect();
    this.manos.crear({
      fecha, inicio: ajustado, fin: ajustado + Math.max(intervalo, Math.ceil((fin - ajustado) / intervalo) * intervalo),
      id_profesional: quien, id_sillon: this.enCarril(col, fecha, event) ? sobrecupo : col.sillon,
    }, hasta !== undefined);
  }

  /** enCarril tells whether what was pointed at is in the lane that a column has for its sobrecupos. */
  private enCarril(col: Columna, fecha: string, { clientX, clientY }: MouseEvent): boolean {
    if (!conCarril(this.modelo, col.profesional, fecha)) return false;
    const dia = document.elementsFromPoint(clientX, clientY).find((nodo) => nodo.matches("#grilla .ec-day"))?.getBoundingClientRect();
    return dia !== undefined && clientX >= dia.right - dia.width * carril / 100;
  }

  /** atiende is who works on a sillón at an hour, if it is one alone. */
  private atiende(sillon: number, fecha: string, minuto: number): number {
    const quienes = this.modelo.hoja.dias.filter((dia) => dia.fecha === fecha && dia.segmentos.some((segmento) =>
      segmento.inicio <= minuto && minuto < segmento.fin && (sillon === sobrecupo || segmento.sillones.includes(sillon))));
    return quienes.length === 1 ? quienes[0]?.id_profesional ?? 0 : 0;
  }

  /** ajustar puts a minute on the steps of the profesional's hours. */
  private ajustar(profesional: number, fecha: string, minuto: number, intervalo: number, redondear = Math.round): number {
    const segmento = this.modelo.dia(profesional, fecha)?.segmentos.find(({ inicio, fin }) => inicio <= minuto && minuto < fin);
    return segmento ? segmento.inicio + redondear((minuto - segmento.inicio) / intervalo) * intervalo : minuto;
  }

  private empezar(): void {
    this.arrastrando = true;
    this.calendario.setOption("pointer", false); // it looks for what lies below at each step, and does nothing with it
    find("#agenda").classList.add("arrastrando");
  }

  private terminar(): void {
    this.arrastrando = false;
    this.calendario.setOption("pointer", true);
    find("#agenda").classList.remove("arrastrando");
    this.prueba.olvidar();
    if (this.pendiente) queueMicrotask(() => this.trazar());
  }

  /** cancelar puts back what is dragged: as the library knows no other way, it is let go and not taken. */
  private cancelar(event: Event): void {
    if (!this.sombra.visible) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.cancelado = true;
    document.body.dispatchEvent(new PointerEvent("pointerup", { bubbles: true, isPrimary: true }));
    this.cancelado = false;
  }

  /** lugarDe is where an event of the grid stands, on the steps of whose hours it is. */
  private lugarDe(event: Calendar.Event, cita: Cita): Lugar {
    const col = this.cols.find(({ id }) => id === String(event.resourceIds[0]));
    const quien = col?.profesional || cita.id_profesional;
    const fecha = fechaDe(event.start);
    const intervalo = this.modelo.profesional(quien)?.intervalo ?? 5;
    const crudo = minutoDe(event.start);
    const inicio = crudo === cita.inicio && fecha === cita.fecha ? crudo : this.ajustar(quien, fecha, crudo, intervalo);
    const largo = Math.round((event.end.getTime() - event.start.getTime()) / 60_000);
    const igual = largo === cita.fin - cita.inicio;
    const duracion = igual ? largo : Math.max(intervalo, Math.round(largo / intervalo) * intervalo);
    const lugar = { fecha, inicio, fin: inicio + duracion, id_profesional: quien, id_sillon: col?.sillon || cita.id_sillon };
    if (col?.profesional && quien !== cita.id_profesional && cita.id_sillon !== sobrecupo) lugar.id_sillon = this.carril(lugar, cita);
    return lugar;
  }

  /** carril is the lane of another profesional that a cita goes to: its own if there is such, else one that is free. */
  private carril(lugar: Lugar, cita: Cita): number {
    const sillones = this.modelo.dia(lugar.id_profesional, lugar.fecha)?.segmentos.find(({ inicio, fin }) => inicio <= lugar.inicio && lugar.inicio < fin)?.sillones ?? [];
    const libre = (sillon: number) => ![...this.modelo.citas.values()].some((otra) => otra.id !== cita.id && otra.viva && otra.id_sillon === sillon &&
      otra.id_profesional === lugar.id_profesional && otra.fecha === lugar.fecha && otra.inicio < lugar.fin && lugar.inicio < otra.fin);
    if (sillones.includes(cita.id_sillon) && libre(cita.id_sillon)) return cita.id_sillon;
    return sillones.find(libre) ?? sillones[0] ?? cita.id_sillon;
  }

  private probar(event: Calendar.Event): boolean {
    const { cita } = event.extendedProps as Props;
    if (!cita) return true;
    const lugar = this.lugarDe(event, cita);
    this.prueba.de(cita, lugar);
    this.sombrear(String(event.resourceIds[0]), lugar, cita.paciente);
    return true;
  }

  /** elegir shows the hours that are pointed out for something new. */
  private elegir(start: Date, end: Date, resource: Calendar.Resource | undefined): boolean {
    this.sombrear(String(resource?.id), { fecha: fechaDe(start), inicio: minutoDe(start), fin: minutoDe(end) || finDelDia }, "");
    return true;
  }

  /** sombrear puts the shadow in the column of a date; a resource has one for each that is shown, from left to right. */
  private sombrear(id: string, { fecha, inicio, fin }: Pick<Lugar, "fecha" | "inicio" | "fin">, nombre: string): void {
    const { desde, hasta } = this.modelo.hoja;
    const dias = diasEntre(desde, hasta) + 1;
    const columna = this.cols.findIndex((col) => col.id === id) * dias + diasEntre(desde, fecha);
    this.sombra.poner({ columna, inicio, fin }, this.horas.desde, nombre);
  }

  private async soltar(info: Calendar.EventDropInfo | Calendar.EventResizeInfo): Promise<void> {
    const { cita: actual } = info.event.extendedProps as Props; // as it was when the drag began
    if (!actual || this.cancelado) {
      info.revert();
      return;
    }
    const lugar = this.lugarDe(info.event, actual);
    this.trazos.set(String(info.event.id), ""); // it is drawn where it was let go, and not where it was
    if (igual(lugar, actual)) this.dibujar();
    else await this.manos.mover(actual, lugar);
  }

  private contenido(event: Calendar.Event): Node[] {
    const { cita, apilada, reserva, fondo, titulo, camino } = event.extendedProps as Props;
    if (fondo) return titulo ? [this.fondo(fondo, titulo, camino)] : [];
    if (reserva) return [el("span", { class: "cita-linea" }, icon("hourglass"), t("js.agenda.held"))];
    return cita ? this.dibujo(cita, apilada) : [];
  }

  /** fondo is what lies behind in words; for who may change it they open its form. */
  private fondo(clase: string, titulo: string, camino: string | undefined): HTMLElement {
    const dicho = [clase === "especial" ? icon("calendar-clock") : null, titulo];
    if (camino === undefined) return el("span", { class: "fondo-texto", title: titulo }, ...dicho);
    return el("a", {
      class: "fondo-texto", href: camino, title: titulo,
      on: {
        pointerdown: (event) => event.stopPropagation(), // the grid would take it for a click on the hour
        click: (event) => {
          const { ctrlKey, metaKey, shiftKey } = event as MouseEvent;
          if (ctrlKey || metaKey || shiftKey) return;
          event.preventDefault();
          this.manos.abrirHorario(camino);
        },
      },
    }, ...dicho);
  }

  /** dibujo is a cita: its hour and who comes first. Where there is no room for the name beside the hour it is below. */
  private dibujo(cita: Cita, apilada = false): Node[] {
    const estado = this.modelo.estado(cita.id_estado);
    const marcas: (Node | null)[] = [
      cita.id_sillon === sobrecupo ? el("span", { class: "cita-mas", "aria-hidden": "true" }, "+") : null,
      cita.video ? icon("video") : null,
      cita.comentario ? icon("message-square-text", "icon-comentario") : null,
    ];
    const dicho = [estado.nombre, cita.video ? t("js.agenda.video") : "", cita.id_sillon === sobrecupo ? t("js.agenda.overbooked") : ""].filter(Boolean).join(", ");
    const otro = this.modelo.mirada.por === "sillon" ? this.modelo.profesional(cita.id_profesional)?.nombre : cita.atencion;
    const entero = `${hora(cita.inicio)}–${hora(cita.fin)} ${cita.paciente}\n${[otro, dicho].filter(Boolean).join(" · ")}${cita.comentario ? `\n${cita.comentario}` : ""}`;
    return [el("div", { class: "cita-cuerpo", title: entero, data: { cita: String(cita.id) } },
      el("div", { class: "cita-linea" },
        icon(estado.icono), el("time", {}, hora(cita.inicio)),
        el("span", { class: apilada ? "cita-nota" : "cita-nombre" }, apilada ? otro ?? "" : cita.paciente), ...marcas),
      el("div", { class: apilada ? "cita-nombre" : "cita-nota" }, apilada ? cita.paciente : otro ?? ""),
      el("span", { class: "unseen" }, ` ${dicho}, ${t("js.agenda.until", hora(cita.fin))}, ${this.columnaDicha(cita)}`))];
  }

  /** columnaDicha is what the head of a cita's column tells who sees it. */
  private columnaDicha(cita: Cita): string {
    const { vista, por } = this.modelo.mirada;
    if (vista === "semana") return diaDicho(cita.fecha, document.documentElement.lang);
    if (por === "sillon") return this.cols.find(({ sillon }) => sillon === cita.id_sillon)?.nombre ?? "";
    return this.modelo.profesional(cita.id_profesional)?.nombre ?? "";
  }
}

/**
 * sinTabla takes back that the grid says it is a table: its citas lie over the rows and not in them, so that a screen
 * reader would find the table empty. They are a group of buttons, each of which says all there is to know.
 */
function sinTabla(grilla: Element): void {
  const tabla = grilla.firstElementChild;
  tabla?.setAttribute("role", "group");
  tabla?.setAttribute("aria-label", t("js.agenda.citas"));
  for (const nodo of grilla.querySelectorAll('[role="rowgroup"], [role="row"], [role="cell"], [role="columnheader"]')) nodo.removeAttribute("role");
  for (const nodo of grilla.querySelectorAll("[aria-colindex], [aria-colspan]")) {
    nodo.removeAttribute("aria-colindex");
    nodo.removeAttribute("aria-colspan");
  }
  grilla.querySelector(".ec-main")?.setAttribute("tabindex", "0"); // it scrolls, also where nothing in it takes the focus
}

function igual(lugar: Lugar, cita: Cita): boolean {
  return lugar.fecha === cita.fecha && lugar.inicio === cita.inicio && lugar.fin === cita.fin && lugar.id_profesional === cita.id_profesional &&
    lugar.id_sillon === cita.id_sillon;
}

/** etiqueta is the head of a column. */
function etiqueta(resource: Calendar.Resource): Node[] {
  const { nombre, detalle, profesional } = resource.extendedProps as Partial<Columna>;
  if (nombre === undefined) return []; // the library's own, where there is no column
  return [
    el("span", { class: "columna-nombre", title: nombre },
      profesional ? el("span", { class: `punto punto-${profesional % 8}`, "aria-hidden": "true" }) : null, el("span", { class: "corta" }, nombre)),
    el("span", { class: "columna-detalle" }, detalle ?? ""),
  ];
}

/** trazosDe is what is drawn of events, by their ids. */
function trazosDe(lista: Evento[]): Map<string, string> {
  return new Map(lista.map((evento) => [evento.id, JSON.stringify(evento)]));
}

/** distancia is how far a cita is in the direction of an arrow key; Infinity where it is in another. */
function distancia(a: DOMRect, b: DOMRect, tecla: string): number {
  const dx = b.left + b.width / 2 - (a.left + a.width / 2);
  const dy = b.top + b.height / 2 - (a.top + a.height / 2);
  const [avance, desvio] = tecla === "ArrowDown" ? [dy, dx] : tecla === "ArrowUp" ? [-dy, dx] : tecla === "ArrowRight" ? [dx, dy] : [-dx, dy];
  const minimo = tecla === "ArrowLeft" || tecla === "ArrowRight" ? a.width / 2 : 2;
  return avance < minimo ? Infinity : avance + 4 * Math.abs(desvio);
}

/** Prueba asks the server of the places that something is dragged over, and shows the rule of one that is refused. */
class Prueba {
  private readonly letrero = find<HTMLElement>("#letrero");
  private ultima = "";
  private turno = 0;
  private espera = 0;

  constructor() {
    document.addEventListener("pointermove", (event) => {
      this.letrero.style.translate = `${Math.min(event.clientX + 16, innerWidth - 300)}px ${event.clientY + 18}px`;
    }, { passive: true });
  }

  de(cita: Cita, lugar: Lugar): void {
    const clave = JSON.stringify(lugar);
    if (clave === this.ultima) return;
    this.ultima = clave;
    const turno = ++this.turno;
    if (igual(lugar, cita)) {
      this.mostrar("");
      return;
    }
    window.clearTimeout(this.espera);
    this.espera = window.setTimeout(() => void this.preguntar(cita, lugar, turno), 60);
  }

  private async preguntar(cita: Cita, lugar: Lugar, turno: number): Promise<void> {
    let regla = "";
    try {
      await post(`/web/citas/${cita.id}/probar`, cambioA(cita, lugar));
    } catch (error) {
      if (error instanceof Failure && error.status === 422) regla = error.message;
    }
    if (turno === this.turno) this.mostrar(regla);
  }

  olvidar(): void {
    this.turno++;
    window.clearTimeout(this.espera);
    this.ultima = "";
    this.mostrar("");
  }

  private mostrar(regla: string): void {
    this.letrero.textContent = regla;
    this.letrero.hidden = regla === "";
    find("#agenda").classList.toggle("no-se-puede", regla !== "");
  }
}

/** cambioA is what has to change of a cita for it to stand somewhere else. */
export function cambioA(cita: Cita, lugar: Lugar): Record<string, string | number> {
  const cambio: Record<string, string | number> = {};
  if (lugar.fecha !== cita.fecha) cambio["fecha"] = lugar.fecha;
  if (lugar.inicio !== cita.inicio) cambio["hora_inicio"] = hora(lugar.inicio);
  if (lugar.fin - lugar.inicio !== cita.fin - cita.inicio) cambio["duracion"] = lugar.fin - lugar.inicio;
  if (lugar.id_profesional !== cita.id_profesional) cambio["id_profesional"] = lugar.id_profesional;
  if (lugar.id_sillon !== cita.id_sillon) cambio["id_sillon"] = lugar.id_sillon;
  return cambio;
}

