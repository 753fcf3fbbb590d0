const phone = matchMedia("(max-width: 640px)");
let left: Promise<void> = Promise.resolve(); // the address of the last sheet that covered the page is gone

/**
 * openSheet shows a side sheet: a <dialog class="sheet">, in the layout's block "sheets". Beside it the page stays
 * usable; on a phone it covers the page, and Back closes it. Escape and every [data-close] in it close it, and the
 * focus that was in it goes back to where it was.
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
  if (phone.matches) closeByBack(sheet);
  sheet.show();
  sheet.querySelector<HTMLElement>("[autofocus]")?.focus();
}

/** closeSheet closes a sheet, and waits until the address of the page may be changed. */
export async function closeSheet(sheet: HTMLDialogElement): Promise<void> {
  if (sheet.open) {
    const closed = new Promise((done) => sheet.addEventListener("close", done, { once: true }));
    sheet.close();
    await closed;
  }
  await left;
}

/** closeByBack gives a sheet that looks like a page a place in the history, which goes with it. */
function closeByBack(sheet: HTMLDialogElement): void {
  const mine = (state: unknown) => (state as { sheet?: string } | null)?.sheet === sheet.id;
  let gone = () => {};
  const back = (event: PopStateEvent) => {
    if (mine(event.state)) return; // from what was looked at while the sheet was open
    event.stopImmediatePropagation();
    removeEventListener("popstate", back, { capture: true });
    sheet.close();
    gone();
  };
  sheet.addEventListener("close", () => {
    if (!mine(history.state)) {
      removeEventListener("popstate", back, { capture: true });
      return;
    }
    left = new Promise((done) => { gone = done; });
    history.back();
  }, { once: true });
  void left.then(() => {
    if (!sheet.open) return;
    history.pushState({ sheet: sheet.id }, "");
    addEventListener("popstate", back, { capture: true });
  });
}

/** cover keeps keyboard and screen reader out of what the sheet covers. Toasts stand above it. */
function cover(sheet: HTMLElement): HTMLElement[] {
  const covered = [...document.body.children].filter((node): node is HTMLElement =>
    node instanceof HTMLElement && !node.contains(sheet) && node.id !== "avisos" && !node.inert);
  for (const node of covered) node.inert = true;
  return covered;
}
