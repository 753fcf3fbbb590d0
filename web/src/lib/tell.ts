import type { Failure } from "./api";
import { toast } from "./toast";
import { t } from "./words";

let last = () => {}; // closes what was told last

/** tell says why something was not done. Whose session ended is led to where one signs in, and back. */
export function tell(failure: Failure): void {
  last();
  if (failure.status === 401) last = toast(t("js.base.ended"), { kind: "error", action: { label: t("js.base.signIn"), link: signIn() } });
  else last = toast(failure.message, { kind: "error" });
}

/** signIn leads to where one signs in and comes back to this page; in another tab where a form is open, to keep what it says. */
export function signIn(): { href: string; target: string } {
  const href = `/entrar?${new URLSearchParams({ volver: location.pathname + location.search })}`;
  return { href, target: document.querySelector("dialog[open] form[method='post']") ? "_blank" : "_self" };
}
