/** The words of the page's language that its scripts use: the keys js.base.* and those of the screen. */
const words: Record<string, string> = JSON.parse(document.getElementById("palabras")?.textContent ?? "{}");

/** t is the words of a key, with {0}, {1}… replaced by the arguments; the key itself where there are none. */
export function t(key: string, ...args: (string | number)[]): string {
  const text = words[key] ?? key;
  return text.replace(/\{(\d+)\}/g, (hole, i) => String(args[Number(i)] ?? hole));
}

/** n is the words for a number of things: those of key.one or key.other, where {0} is the number. */
export function n(key: string, count: number, ...args: (string | number)[]): string {
  return t(`${key}.${count === 1 ? "one" : "other"}`, count, ...args);
}
