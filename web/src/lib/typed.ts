// What people typed into a form that the server makes anew meanwhile.
import { el } from "./dom";

/** Field is what people fill in. */
export type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

/** fields are those that people see. */
export function fields(within: ParentNode): Field[] {
  return [...within.querySelectorAll<Field>('input:not([type="hidden"]), textarea, select')];
}

/** value is what a field says, in a text. */
export function value(field: Field): string {
  return ticks(field) ? String(field.checked) : field.value;
}

/** base is what a field said when whoever types began to. */
export function base(field: Field): string {
  return field.dataset["base"] ?? initial(field);
}

/** changed tells whether something in a form is not as the server said. */
export function changed(within: ParentNode): boolean {
  return fields(within).some((field) => value(field) !== base(field));
}

/** settle takes what a form says for what the server knows. */
export function settle(form: ParentNode): void {
  for (const field of fields(form)) field.dataset["base"] = value(field);
}

/** carry puts into fields of the same names what was typed into old ones since they said what before has. */
export function carry(old: ParentNode, fresh: ParentNode, before: (field: Field) => string): void {
  for (const field of fields(old)) {
    if (value(field) !== before(field)) set(twin(field, fresh), value(field));
  }
}

/** keepBase has fields of the same names know what the old ones said when whoever types began to. */
export function keepBase(old: ParentNode, fresh: ParentNode): void {
  for (const field of fields(old)) {
    const other = twin(field, fresh);
    if (other) other.dataset["base"] = base(field);
  }
}

/**
 * carryForm is carry for a form of something that others change. Where they changed what is in it, it stays of the version
 * that whoever types has seen, unless they know; now says beside a text what it would replace.
 */
export function carryForm(old: HTMLFormElement, fresh: HTMLFormElement, known: boolean, now: (text: string) => string): void {
  let behind = old.dataset["behind"] !== undefined;
  for (const field of fields(old)) {
    const other = twin(field, fresh);
    if (!other) continue;
    const said = initial(other);
    behind ||= said !== base(field);
    if (field instanceof HTMLSelectElement && other instanceof HTMLSelectElement) offer(field, other);
    if (value(field) === base(field)) continue;
    set(other, value(field));
    if (behind && said !== value(field) && other instanceof HTMLTextAreaElement) other.before(el("p", { class: "hint", role: "status" }, now(said)));
  }
  if (known || !behind) return;
  fresh.dataset["behind"] = "";
  const version = fresh.querySelector<HTMLInputElement>('[name="version"]');
  const seen = old.querySelector<HTMLInputElement>('[name="version"]');
  if (version && seen) version.value = seen.value;
}

/** offer gives a list the choices of another, which are those of what else was chosen. */
function offer(old: HTMLSelectElement, fresh: HTMLSelectElement): void {
  const before = fresh.value;
  const marked = initial(fresh);
  fresh.replaceChildren(...[...old.options].map((option) => new Option(option.text, option.value, option.value === marked)));
  fresh.value = before;
  if (fresh.selectedIndex < 0) fresh.value = old.value;
}

function ticks(field: Field): field is HTMLInputElement {
  return field instanceof HTMLInputElement && (field.type === "checkbox" || field.type === "radio");
}

function initial(field: Field): string {
  if (field instanceof HTMLSelectElement) return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
  return ticks(field) ? String(field.defaultChecked) : field.defaultValue;
}

function set(field: Field | undefined, to: string): void {
  if (!field) return;
  if (ticks(field)) field.checked = to === "true";
  else if (!(field instanceof HTMLSelectElement) || [...field.options].some((option) => option.value === to)) field.value = to;
}

/** twin is the field of a name; of several of one name, that of the same choice. */
function twin(field: Field, within: ParentNode): Field | undefined {
  return fields(within).find((other) => other.name === field.name && other.type === field.type && (!ticks(field) || other.value === field.value));
}
