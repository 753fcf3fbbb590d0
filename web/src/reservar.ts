// Self-booking works without this; it formats the RUT, counts down the hour that is held, lets go of it when the page is
// left, and copies the link.
import { copyButton } from "./lib/copy";
import { n, t } from "./lib/words";

const form = document.querySelector<HTMLFormElement>("form.datos");
if (form) {
  formatRut(form);
  countDown();
  letGo(form);
}
const link = document.querySelector<HTMLElement>("#enlace");
link?.parentElement?.after(copyButton(link, t("js.reservar.copiar")));

/** formatRut writes the dots and the hyphen of a RUT while it is typed at its end. */
function formatRut(form: HTMLFormElement): void {
  const rut = form.elements.namedItem("rut") as HTMLInputElement;
  const other = form.elements.namedItem("otro") as HTMLInputElement;
  rut.addEventListener("input", () => {
    if (other.checked || rut.selectionStart !== rut.value.length) return;
    rut.value = spelled(rut.value);
  });
  other.addEventListener("change", () => {
    if (!other.checked) rut.value = spelled(rut.value);
  });
}

/** spelled is "12.345.678-5"; of what cannot be a RUT it is the text itself. */
function spelled(text: string): string {
  const plain = text.replace(/[.\-\s]/g, "").toUpperCase();
  if (!/^[0-9]{1,8}[0-9K]?$/.test(plain) || plain.length < 2) return text;
  return plain.slice(0, -1).replace(/\B(?=(\d{3})+$)/g, ".") + "-" + plain.slice(-1);
}

/** countDown shows how long the hour is held, and says it aloud once a minute. */
function countDown(): void {
  const shown = document.querySelector<HTMLElement>("[data-quedan]");
  const aloud = document.querySelector<HTMLElement>("[data-avisa]");
  if (!shown || !aloud) return;
  const end = performance.now() + Number(shown.dataset["quedan"]) * 1000;
  const timer = setInterval(tick, 1000);
  tick();

  function tick(): void {
    const seconds = Math.max(0, Math.round((end - performance.now()) / 1000));
    if (seconds === 0) {
      clearInterval(timer);
      notHeld();
      return;
    }
    shown!.textContent = t("js.reservar.guardada", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
    if (seconds === 60) aloud!.textContent = n("js.reservar.quedan", 1);
  }

  function notHeld(): void {
    shown!.textContent = t("js.reservar.noGuardada");
    aloud!.textContent = shown!.textContent;
    shown!.parentElement?.classList.add("guardada-no");
  }
}

/** letGo tells the server when the page is left without booking, so that the hour is free for others at once. */
function letGo(form: HTMLFormElement): void {
  const { soltar, reserva } = form.dataset;
  let stays = false;
  addEventListener("submit", () => { stays = true; });
  addEventListener("pagehide", () => {
    if (stays || !soltar || !reserva) return;
    navigator.sendBeacon(soltar, new URLSearchParams({ reserva }));
  });
  // A page out of the browser's memory holds nothing any more, and keeps what was typed.
  addEventListener("pageshow", (event) => {
    stays = false;
    const shown = document.querySelector<HTMLElement>("[data-quedan]");
    if (!event.persisted || !shown) return;
    shown.dataset["quedan"] = "0";
    countDown();
  });
}
