import { el, find, icon } from "./dom";
import { t } from "./words";

const lifetime = 6000; // ms; longer where there is something to do

/** An action a toast offers, such as taking back what was done, or a page it leads to. */
export type ToastAction = { label: string } & ({ run: () => void } | { link: { href: string; target: string } });

/** toast tells something at the bottom of the page for a while; an error stays until it is closed. */
export function toast(text: string, options: { kind?: "ok" | "error"; action?: ToastAction } = {}): () => void {
  const { kind = "ok", action } = options;
  const close = () => node.remove();
  const node = el("div", { class: `toast toast-${kind}` },
    kind === "error" ? icon("circle-alert") : null,
    el("span", { class: "toast-text" }, text),
    action ? offered(action, close) : null,
    el("button", { type: "button", "aria-label": t("js.base.close"), on: { click: close } }, icon("x")),
  );
  find("#avisos").append(node);
  if (kind === "ok") leave(node, action ? 2 * lifetime : lifetime);
  return close;
}

function offered(action: ToastAction, close: () => void): HTMLElement {
  if ("link" in action) return el("a", { ...action.link, on: { click: close } }, action.label);
  return el("button", { type: "button", on: { click: () => { close(); action.run(); } } }, action.label);
}

/** leave removes a toast after a time, which does not run while somebody is at it. */
function leave(node: HTMLElement, after: number): void {
  let timer = 0;
  const start = () => { timer = window.setTimeout(() => node.remove(), after); };
  const stop = () => window.clearTimeout(timer);
  for (const event of ["pointerenter", "focusin"]) node.addEventListener(event, stop);
  for (const event of ["pointerleave", "focusout"]) node.addEventListener(event, start);
  start();
}
