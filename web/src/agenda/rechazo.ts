import { el, icon } from "../lib/dom";
import { t } from "../lib/words";
import type { Libre } from "./tipos";

let abierto: (() => void) | undefined;

/**
 * mostrarRechazo says why something was refused, and offers what is free instead. It takes the focus, since who moved
 * something waits for an answer; Escape gives it back.
 */
export function mostrarRechazo(texto: string, libres: Libre[], elegir: (libre: Libre) => void): void {
  cerrarRechazo();
  const antes = document.activeElement;
  const cerrar = () => {
    abierto = undefined;
    tarjeta.remove();
    if (antes instanceof HTMLElement && antes.isConnected) antes.focus();
  };
  const botones = libres.map((libre) => el("button", { class: "button rechazo-libre", type: "button", on: { click: () => { cerrar(); elegir(libre); } } },
    el("strong", {}, libre.hora), el("span", {}, libre.dia), el("span", { class: "muted" }, libre.profesional)));
  const tarjeta = el("section", { class: "rechazo", role: "alertdialog", "aria-labelledby": "rechazo-texto", tabindex: -1 },
    el("div", { class: "rechazo-cabeza" },
      icon("circle-alert"),
      el("p", { id: "rechazo-texto" }, texto),
      el("button", { class: "button button-quiet button-icon", type: "button", "aria-label": t("js.base.close"), on: { click: cerrar } }, icon("x"))),
    botones.length > 0 ? el("p", { class: "rechazo-ayuda muted" }, t("js.agenda.nearest")) : null,
    botones.length > 0 ? el("div", { class: "rechazo-libres" }, ...botones) : null);
  tarjeta.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    cerrar();
  });
  document.body.append(tarjeta);
  abierto = cerrar;
  (botones[0] ?? tarjeta).focus();
}

export function cerrarRechazo(): void {
  abierto?.();
}
