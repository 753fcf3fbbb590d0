const phone = matchMedia("(max-width: 640px)");

/**
 * openSheet shows a side sheet: a <dialog class="sheet"> beside the page, which stays usable; on a phone it covers
 * the page. Escape and every [data-close] in it close it, and the focus goes back to where it was.
 */
export function openSheet(sheet: HTMLDialogElement): void {
  if (sheet.open) return;
  const before = document.activeElement;
  const controller = new AbortController();
  const { signal } = controller;
  sheet.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]")) sheet.close();
  }, { signal });
  sheet.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    sheet.close();
  }, { signal });
  sheet.addEventListener("close", () => {
    controller.abort();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
  }, { signal });
  if (phone.matches) sheet.showModal();
  else sheet.show();
  sheet.querySelector<HTMLElement>("[autofocus]")?.focus();
}
