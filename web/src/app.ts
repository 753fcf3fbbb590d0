// What every page has beyond its HTML: menus that close, a focus on what is wrong, forms that are sent once, and other
// colours without another page.
import { Failure, post } from "./lib/api";
import { toast } from "./lib/toast";

document.addEventListener("click", (event) => closeMenus(event.target as Element));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector<HTMLDetailsElement>("details.menu[open]");
  if (!open) return;
  event.preventDefault(); // Escape closes one thing at a time
  open.open = false;
  open.querySelector("summary")?.focus();
});

/** closeMenus closes the menus that somebody clicked outside of. */
function closeMenus(target: Element): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
}

document.querySelector<HTMLElement>("[data-focus], [aria-invalid='true']")?.focus();

// A second click on a slow network must not send a form twice.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset["sent"]) {
    event.preventDefault();
    return;
  }
  form.dataset["sent"] = "1";
});

// A page that comes back from the browser's memory has nothing under way.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
});

document.querySelector<HTMLFormElement>("form[data-preferences]")?.addEventListener("submit", (event) => {
  const chosen = event.submitter;
  if (!(chosen instanceof HTMLButtonElement) || chosen.name !== "tema") return;
  event.preventDefault();
  paint(chosen.value);
  const buttons = [...(event.currentTarget as HTMLFormElement).querySelectorAll<HTMLButtonElement>("[name='tema']")];
  const next = buttons[(buttons.indexOf(chosen) + 1) % buttons.length];
  for (const button of buttons) button.hidden = button !== next;
  next?.focus();
  post("/preferencias", { tema: chosen.value }).catch((failure: Failure) => toast(failure.message, { kind: "error" }));
});

/** paint shows the page in the colours of a theme: "claro", "oscuro", or "" for the system's. */
function paint(theme: string): void {
  const scheme = { claro: "light", oscuro: "dark" }[theme];
  if (scheme) document.documentElement.dataset["theme"] = scheme;
  else delete document.documentElement.dataset["theme"];
  document.querySelector("meta[name='color-scheme']")?.setAttribute("content", scheme ?? "light dark");
}
