import { Failure } from "../lib/api";
import { el, find } from "../lib/dom";
import { signIn } from "../lib/tell";
import { t } from "../lib/words";
import type { Cita } from "./tipos";

/** What the server tells as it happens. */
type Noticias = { evento: number; citas: Cita[]; quitadas: number[]; hoja: boolean };

/** What is done with it. */
export type Oyente = {
  /** The number of the last evento that the sheet knows of. */
  desde: () => number;
  /** What became of citas, up to an evento. */
  citas: (citas: Cita[], quitadas: number[], evento: number) => void;
  /** Read the whole sheet again. */
  releer: () => Promise<void>;
};

/**
 * seguir follows the news of the agenda. The browser comes back by itself when the connection is lost, and the page says
 * so meanwhile. A page that nobody looks at gives its connection up, since a browser has few of them for one server.
 */
export function seguir(oyente: Oyente): void {
  let fuente: EventSource | undefined;
  let desde = 0;
  let perdida = 0;

  const abrir = () => {
    if (fuente || document.hidden) return;
    desde = Math.max(desde, oyente.desde());
    fuente = new EventSource(`/web/vivo?desde=${desde}`);
    fuente.addEventListener("hola", () => conectado(true));
    fuente.addEventListener("agenda", (event) => {
      const noticias = JSON.parse((event as MessageEvent<string>).data) as Noticias;
      desde = noticias.evento;
      oyente.citas(noticias.citas, noticias.quitadas, noticias.evento);
      if (noticias.hoja) void oyente.releer().catch(() => undefined);
    });
    fuente.onerror = () => {
      conectado(false);
      if (fuente?.readyState !== EventSource.CLOSED) return;
      cerrar();
      perdida = window.setTimeout(volver, 2000);
    };
  };
  const cerrar = () => {
    fuente?.close();
    fuente = undefined;
    window.clearTimeout(perdida);
  };
  /** volver finds out why the server sends the page away: it may have nobody signed in any more. */
  const volver = () => void oyente.releer().then(abrir, (error: unknown) => {
    if (error instanceof Failure && error.status === 401) terminada();
    else perdida = window.setTimeout(volver, 3000);
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) cerrar();
    else abrir();
  });
  // A page that is kept for going back must not hold a connection.
  addEventListener("pagehide", cerrar);
  addEventListener("pageshow", abrir);
  addEventListener("offline", () => conectado(false));
  addEventListener("online", () => {
    cerrar();
    abrir();
  });
  abrir();
}

/** terminada says that nobody is signed in any more, and leads to where one is again. */
function terminada(): void {
  const enlace = el("a", { ...signIn(), on: { click: () => Object.assign(enlace, signIn()) } }, t("js.base.signIn"));
  find("#conexion-texto").replaceChildren(`${t("js.base.ended")} `, enlace);
  find<HTMLElement>("#conexion").hidden = false;
}

/** conectado shows whether what is seen is current. */
function conectado(si: boolean): void {
  const aviso = find<HTMLElement>("#conexion");
  if (aviso.hidden === si) return;
  aviso.hidden = si;
  find("#conexion-texto").textContent = si ? "" : t("js.agenda.lost");
}
