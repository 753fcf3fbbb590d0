/** What an element may be given: on* are listeners, dataset and class what they say, the rest attributes. */
type Props = {
  class?: string;
  data?: Record<string, string>;
  on?: Partial<{ [K in keyof HTMLElementEventMap]: (event: HTMLElementEventMap[K]) => void }>;
  [attribute: string]: unknown;
};

/** el makes an element. Texts become text, so nothing that people wrote is ever read as HTML. */
export function el<K extends keyof HTMLElementTagNameMap>(name: K, props: Props = {}, ...children: (Node | string | null)[]): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  const { class: classes, data, on, ...attributes } = props;
  if (classes) node.className = classes;
  Object.assign(node.dataset, data);
  for (const [event, listener] of Object.entries(on ?? {})) node.addEventListener(event, listener as EventListener);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(key, String(value));
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const svg = "http://www.w3.org/2000/svg";

/** icon draws an icon of src/icons.txt; words must stand beside it, or be the aria-label of what holds it. */
export function icon(name: string, ...classes: string[]): SVGSVGElement {
  const node = document.createElementNS(svg, "svg");
  node.setAttribute("class", ["icon", ...classes].join(" "));
  node.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(svg, "use");
  use.setAttribute("href", `${document.documentElement.dataset["icons"]}#${name}`);
  node.append(use);
  return node;
}

/** find is the element a selector names, which the page must have. */
export function find<T extends Element>(selector: string, within: ParentNode = document): T {
  const node = within.querySelector<T>(selector);
  if (!node) throw new Error(`the page has no ${selector}`);
  return node;
}

/** refill gives an element other children. The focus stays on what has the same data-key, else goes to what is current. */
export function refill(node: Element, ...children: Node[]): void {
  const focused = document.activeElement;
  const key = node.contains(focused) && focused instanceof HTMLElement ? focused.dataset["key"] : undefined;
  node.replaceChildren(...children);
  if (key === undefined) return;
  const same = node.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? node.querySelector<HTMLElement>("[aria-current]");
  same?.focus({ preventScroll: true });
}
