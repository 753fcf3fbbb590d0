const phone = matchMedia("(max-width: 640px)");

/**
 * openSheet shows a side sheet: a <dialog class="sheet">, in the layout's block "sheets". Beside it the page stays
 * usable; on a phone it covers the page. Escape and every [data-close] in it close it, and the focus that was in it goes
 * back to where it was.
 */
export function openSheet(sheet: HTMLDialogElement): void {
  if (sheet.open) return;
  const before = document.activeElement;
  const covered = phone.matches ? cover(sheet) : [];
  const controller = new AbortController();
  const { signal } = controller;
  sheet.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]")) sheet.close();
  }, { signal });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    sheet.close();
  }, { signal });
  sheet.addEventListener("close", () => {
    controller.abort();
    for (const node of covered) node.inert = false;
    const now = document.activeElement;
    if (now !== document.body && !sheet.contains(now)) return;
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    else if (now instanceof HTMLElement && sheet.contains(now)) now.blur(); // or keys would go on to it
  }, { signal });
  sheet.show();
  sheet.querySelector<HTMLElement>("[autofocus]")?.focus();
}

/** cover keeps keyboard and screen reader out of what the sheet covers. Toasts stand above it. */
function cover(sheet: HTMLElement): HTMLElement[] {
  const covered = [...document.body.children].filter((node): node is HTMLElement =>
    node instanceof HTMLElement && !node.contains(sheet) && node.id !== "avisos" && !node.inert);
  for (const node of covered) node.inert = true;
  return covered;
}
