// Self-booking works without this; it formats the RUT, counts down the hour that is held, lets go of it when the page is
// left and takes it again when somebody comes back, and copies the link.
import { post } from "./lib/api";
import { copyButton } from "./lib/copy";
import { n, t } from "./lib/words";

const form = document.querySelector<HTMLFormElement>("form.datos");
if (form) {
  formatRut(form);
  hold(form);
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

/** hold keeps the hour while the page is looked at, and lets go of it when it is left without booking, so that others have it at once. */
function hold(form: HTMLFormElement): void {
  const { soltar, retomar } = form.dataset;
  const reserva = form.elements.namedItem("reserva") as HTMLInputElement | null;
  const countDown = counter();
  if (!reserva || !soltar || !retomar) return;
  let taking: Promise<void> | undefined;
  let stays = false;
  if (tookJustNow()) countDown(Number(document.querySelector<HTMLElement>("[data-quedan]")?.dataset["quedan"] ?? 0));
  else takeAgain();

  addEventListener("submit", () => { stays = true; });
  form.addEventListener("submit", (event) => {
    if (!taking) return;
    event.preventDefault(); // under which name the hour is held will be known then
    void taking.then(() => form.submit());
  });
  addEventListener("pagehide", () => {
    if (!stays) navigator.sendBeacon(soltar, new URLSearchParams({ reserva: reserva.value }));
  });
  // A page out of the browser's memory keeps what was typed; what was sent from it may be booked.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if (stays) countDown(0);
    else takeAgain();
    stays = false;
  });

  function takeAgain(): void {
    const chosen = [...new FormData(form)].filter(([name]) => ["con", "modo", "hora", "reserva"].includes(name));
    taking = post<{ reserva: string; segundos: number }>(retomar!, Object.fromEntries(chosen) as Record<string, string>).then((held) => {
      if (held.reserva) renamed(reserva!, held.reserva);
      countDown(held.segundos);
    }, () => countDown(0)).finally(() => { taking = undefined; });
  }
}

/** tookJustNow tells whether the page is the answer to choosing the hour, which its address says no more afterwards. */
function tookJustNow(): boolean {
  const address = new URL(location.href);
  if (!address.searchParams.has("recien")) return false;
  address.searchParams.delete("recien");
  history.replaceState(history.state, "", address);
  return true;
}

/** renamed puts the new name of the reserva wherever the page has the old one. */
function renamed(field: HTMLInputElement, reserva: string): void {
  field.value = reserva;
  const inAddress = (href: string): string | undefined => {
    const address = new URL(href);
    if (!address.searchParams.has("reserva")) return undefined;
    address.searchParams.set("reserva", reserva);
    return address.href;
  };
  for (const link of document.querySelectorAll<HTMLAnchorElement>("main a[href]")) link.href = inAddress(link.href) ?? link.href;
  history.replaceState(history.state, "", inAddress(location.href) ?? location.href);
}

/** counter shows how long the hour is held, and says it aloud once a minute. */
function counter(): (seconds: number) => void {
  const shown = document.querySelector<HTMLElement>("[data-quedan]");
  const aloud = document.querySelector<HTMLElement>("[data-avisa]");
  let timer = 0;
  return (seconds) => {
    clearInterval(timer);
    const end = performance.now() + seconds * 1000;
    timer = window.setInterval(tick, 1000);
    tick();

    function tick(): void {
      const left = Math.max(0, Math.round((end - performance.now()) / 1000));
      tell(left);
      if (left === 0) clearInterval(timer);
    }
  };

  function tell(left: number): void {
    if (!shown || !aloud) return;
    shown.parentElement?.classList.toggle("guardada-no", left === 0);
    shown.textContent = left === 0
      ? t("js.reservar.noGuardada")
      : t("js.reservar.guardada", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`);
    if (left === 60) aloud.textContent = n("js.reservar.quedan", 1);
    if (left === 0) aloud.textContent = shown.textContent;
  }
}
