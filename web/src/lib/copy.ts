import { el, icon } from "./dom";
import { t } from "./words";

/** copyButton is a button that copies what an element shows, and says what came of it, aloud too. */
export function copyButton(shown: HTMLElement, label: string): HTMLElement {
  const said = el("span", { class: "copied", role: "status" });
  const copy = async (): Promise<void> => {
    said.textContent = ""; // so that it is announced the second time too
    const copied = await toClipboard(shown);
    said.textContent = t(copied ? "js.base.copied" : "js.base.select");
  };
  return el("div", { class: "copy" }, el("button", { class: "button", type: "button", on: { click: () => void copy() } }, icon("copy"), label), said);
}

/**
 * toClipboard tells whether it could; in clear text, other than from this machine, browsers let nobody, and some people
 * let no page. It is selected then, to be copied otherwise.
 */
async function toClipboard(shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(shown.textContent);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
