import { el, find, icon } from "./lib/dom";
import { t } from "./lib/words";

// What is shown once is copied at a touch, where scripts run.
const secret = find<HTMLElement>("#secreto");
const said = el("span", { class: "copied", role: "status" });
const button = el("button", { class: "button", type: "button", on: { click: copy } }, icon("copy"), t("js.secreto.copy"));
secret.after(el("div", { class: "copy" }, button, said));

async function copy(): Promise<void> {
  said.textContent = ""; // so that it is announced the second time too
  const copied = await toClipboard(secret.textContent);
  said.textContent = t(copied ? "js.secreto.copied" : "js.secreto.select");
}

/** toClipboard tells whether it could; in clear text, other than from this machine, browsers let nobody. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(secret);
    return false;
  }
}
