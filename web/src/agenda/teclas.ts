import { find } from "../lib/dom";
import type { Acciones } from "./acciones";
import type { Barra } from "./barra";
import type { Grilla } from "./grilla";
import type { Panel } from "./panel";
import type { Cita, Hoja } from "./tipos";
import { t } from "../lib/words";

/** What the keys work on. */
export type Mesa = { barra: Barra; grilla: Grilla; panel: Panel; acciones: Acciones; puede: Hoja["puede"] };

/** teclas lets everything be done from the keyboard; ? shows how. */
export function teclas(mesa: Mesa): void {
  const ayuda = find<HTMLDialogElement>("#teclas");
  find("#ver-teclas").addEventListener("click", () => ayuda.showModal());
  document.addEventListener("keydown", (event) => {
    const donde = event.target as HTMLElement;
    if (event.defaultPrevented || event.altKey || ayuda.open || donde.closest("input, textarea, select, [contenteditable]")) return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === "z" && !event.shiftKey && mesa.puede.agendar) hacer(event, () => mesa.acciones.deshacer());
      return;
    }
    const cita = mesa.grilla.citaEn(donde.closest("#grilla .ec-event"));
    if (cita && deCita(mesa, event, cita, donde)) return;
    general(mesa, event, ayuda);
  });
}

function hacer(event: KeyboardEvent, que: () => unknown): true {
  event.preventDefault();
  que();
  return true;
}

/** deCita are the keys of the cita that has the focus. */
function deCita(mesa: Mesa, event: KeyboardEvent, cita: Cita, donde: HTMLElement): boolean {
  if (event.key.startsWith("Arrow")) return hacer(event, () => mesa.grilla.pasear(donde, event.key));
  if (!mesa.puede.agendar || !cita.viva) return false;
  const poner = (estado: number, hecho: string) => hacer(event, () => void mesa.acciones.cambiar(cita, { id_estado: estado }, t(hecho, cita.paciente)));
  switch (event.key) {
    case "c": return poner(3, "js.agenda.confirmed");
    case "l": return poner(5, "js.agenda.arrived");
    case "a": return poner(6, "js.agenda.started");
    case "f": return poner(2, "js.agenda.finished");
    case "x": return poner(8, "js.agenda.absent");
    case "m": return hacer(event, () => void mesa.panel.abrir(`/citas/${cita.id}?mover=1`));
    case "Delete": return hacer(event, () => void mesa.panel.abrir(`/citas/${cita.id}?anular=1`));
    default: return false;
  }
}

function general(mesa: Mesa, event: KeyboardEvent, ayuda: HTMLDialogElement): void {
  const { barra, panel } = mesa;
  const teclas: Record<string, () => unknown> = {
    "?": () => ayuda.showModal(),
    "t": () => barra.hoy(),
    "ArrowLeft": () => barra.avanzar(-1),
    "ArrowRight": () => barra.avanzar(1),
    "d": () => barra.ir({ vista: "dia" }),
    "s": () => barra.ir({ vista: "semana" }),
    "p": () => barra.ir({ por: "profesional" }),
    "r": () => barra.ir({ por: "sillon" }),
    "g": () => mesa.grilla.enfocarPrimera(),
  };
  if (mesa.puede.bloquear) teclas["b"] = () => panel.horario("/ajustes/bloqueos/nuevo");
  if (mesa.puede.configurar) teclas["e"] = () => panel.horario("/ajustes/especiales/nuevo");
  if (mesa.puede.agendar) {
    teclas["/"] = () => panel.agendar({});
    teclas["n"] = () => panel.agendar({});
    teclas["u"] = () => mesa.acciones.deshacer();
  }
  const que = teclas[event.key];
  if (!que || (panel.abierto && event.key.startsWith("Arrow"))) return;
  hacer(event, que);
}
