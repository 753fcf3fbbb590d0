// A profesional's week as a grid: blocks are drawn, moved and lengthened with the pointer or the keyboard, and what a
// block says besides its hours is edited at the side. The form below, which works without this, is what is sent.
import { el, find, icon } from "./lib/dom";
import { openSheet } from "./lib/sheet";
import { t, n } from "./lib/words";
import { clock, minutes, overlaps, type Rule, type Week } from "./horario/rule";

const step = 15; // minutes that the pointer snaps to
const usual = { from: 8 * 60, to: 20 * 60 }; // shown even where nobody works
const whole = 24 * 60;

const root = document.querySelector<HTMLElement>("#semana");
if (root) start(root);

function start(root: HTMLElement): void {
  const week = JSON.parse(find("#semana-datos").textContent ?? "") as Week;
  const form = find<HTMLFormElement>("#horario");
  const sheet = find<HTMLDialogElement>("#regla");
  const state = find<HTMLElement>("[data-estado]", form);
  const rules: Rule[] = week.reglas;
  let changed = document.querySelector(".summary") !== null;
  let from = usual.from;
  let to = usual.to;

  const columns = week.dias.map((name, i) => column(name, i + 1));
  const gutter = el("div", { class: "week-gutter", "aria-hidden": "true" });
  root.append(
    el("p", { class: "hint", id: "semana-ayuda" }, t(matchMedia("(pointer: coarse)").matches ? "js.horario.helpTouch" : "js.horario.help")),
    el("div", { class: "week-scroll", tabindex: "0", role: "region", "aria-label": t("js.horario.edit") }, el("div", { class: "week-grid" }, gutter, ...columns.map((c) => c.node))),
  );
  find<HTMLElement>("[data-filas]", form).remove();
  root.hidden = false;
  draw();

  form.addEventListener("submit", () => {
    changed = false;
    rules.forEach((rule, i) => form.append(...fields(rule, i)));
  });
  form.querySelector("[data-descartar]")?.addEventListener("click", () => { changed = false; });
  addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });

  /** column is a day with its head and the place where its blocks stand. */
  function column(name: string, day: number): { node: HTMLElement; body: HTMLElement } {
    const body = el("div", { class: "week-body", data: { dia: String(day) } });
    const add = el("button", { type: "button", class: "button button-quiet button-icon", "aria-label": t("js.horario.add", name), on: { click: () => addTo(day) } }, icon("plus"));
    let touched = false;
    body.addEventListener("pointerdown", (event) => {
      touched = event.pointerType === "touch";
      if (event.target === body && event.button === 0 && !touched) drawNew(event, body, day);
    });
    // A finger that moves scrolls, so it draws by a tap.
    body.addEventListener("click", (event) => {
      if (event.target !== body || !touched) return;
      const begun = Math.min(at(event, body, Math.floor), whole - step);
      const next = rules.filter((r) => r.dia === day).map((r) => minutes(r.inicio)).filter((m) => m > begun);
      addRule(fresh(day, begun, Math.min(whole, begun + 4 * 60, ...next)));
    });
    return { node: el("div", { class: "week-day" }, el("div", { class: "week-head" }, el("span", {}, name), add), body), body };
  }

  /** draw puts every block where its hours are. */
  function draw(focus?: Rule): void {
    from = Math.min(usual.from, ...rules.map((r) => Math.floor(minutes(r.inicio) / 60) * 60));
    to = Math.max(usual.to, ...rules.map((r) => Math.ceil(end(r) / 60) * 60));
    root.style.setProperty("--horas", String((to - from) / 60));
    gutter.replaceChildren(el("div", { class: "week-head" }), ...hours());
    columns.forEach(({ body }, i) => body.replaceChildren(...rules.filter((r) => r.dia === i + 1).map((r) => block(r))));
    if (focus) columns[focus.dia - 1]?.body.querySelector<HTMLElement>(`[data-regla="${rules.indexOf(focus)}"]`)?.focus();
    tell();
  }

  function hours(): HTMLElement[] {
    const list: HTMLElement[] = [];
    for (let h = from; h < to; h += 60) list.push(el("div", { class: "week-hour" }, clock(h)));
    return list;
  }

  function end(rule: Rule): number {
    return minutes(rule.fin) || whole;
  }

  /** wrongWith is what the server has said of a rule, or can be seen here already. */
  function wrongWith(rule: Rule): string {
    return rule.problema || (rules.some((o) => o !== rule && overlaps(rule, o)) ? t("js.horario.overlap") : "");
  }

  /** block is one rule as a button that holds its edges. */
  function block(rule: Rule): HTMLElement {
    const clash = wrongWith(rule);
    const name = t("js.horario.block", week.dias[rule.dia - 1] ?? "", rule.inicio, rule.fin);
    const lanes = rule.sillones.map((id) => week.sillones.find((s) => s.id === id)?.nombre ?? String(id)).join(", ");
    const span = [rule.desde && t("js.horario.since", shortDate(rule.desde)), rule.hasta && t("js.horario.until", shortDate(rule.hasta))].filter(Boolean).join(" ");
    const node = el("button", {
      type: "button", class: `week-block${clash ? " week-wrong" : ""}${span ? " week-dated" : ""}`, "aria-describedby": "semana-ayuda", title: clash || false,
      data: { regla: String(rules.indexOf(rule)) },
      on: { click: () => editRule(rule), keydown: (event) => press(event, rule) },
    },
      el("span", { class: "unseen" }, `${name}. ${clash}`),
      el("span", { class: "week-hours", "aria-hidden": "true" }, `${rule.inicio} – ${rule.fin}`),
      el("span", { class: "week-lanes" }, lanes),
      rule.modalidad === "presencial" ? null : el("span", { class: "week-mode" }, t(`js.horario.mode.${rule.modalidad}`)),
      span ? el("span", { class: "week-mode" }, span) : null,
      el("span", { class: "week-edge week-edge-top" }), el("span", { class: "week-edge week-edge-end" }),
    );
    node.style.setProperty("--inicio", String(minutes(rule.inicio) - from));
    node.style.setProperty("--largo", String(Math.max(step, end(rule) - minutes(rule.inicio))));
    if (rule.pausa_inicio && rule.pausa_fin) node.append(pause(rule));
    node.addEventListener("pointerdown", (event) => { if (event.button === 0) drag(event, node, rule); });
    return node;
  }

  function pause(rule: Rule): HTMLElement {
    const node = el("span", { class: "week-pause" }, el("span", { class: "unseen" }, t("js.horario.breakFrom")), `${rule.pausa_inicio} – ${rule.pausa_fin}`);
    node.style.setProperty("--inicio", String(minutes(rule.pausa_inicio) - minutes(rule.inicio)));
    node.style.setProperty("--largo", String(minutes(rule.pausa_fin) - minutes(rule.pausa_inicio)));
    return node;
  }

  function shortDate(date: string): string {
    const [year, month, day] = date.split("-");
    return `${day}/${month}/${year}`;
  }

  /** tell says how much there is, and whether it was saved. */
  function tell(): void {
    const worked = rules.reduce((sum, r) => sum + end(r) - minutes(r.inicio) - Math.max(0, minutes(r.pausa_fin) - minutes(r.pausa_inicio)), 0);
    const total = n("js.horario.summary", rules.length, (worked / 60).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 }));
    state.textContent = changed ? `${total} · ${t("js.horario.changed")}` : total;
    state.classList.toggle("week-changed", changed);
  }

  function touch(rule: Rule): void {
    delete rule.problema;
    changed = true;
  }

  /** at is the minute of a day under the pointer, snapped. */
  function at(event: MouseEvent, body: HTMLElement, round: (x: number) => number): number {
    const box = body.getBoundingClientRect();
    const minute = from + ((event.clientY - box.top) / box.height) * (to - from);
    return Math.max(0, Math.min(whole, round(minute / step) * step));
  }

  /** follow calls back while the pointer is down, and at last when it is up or taken away. */
  function follow(event: PointerEvent, node: HTMLElement, move: (e: PointerEvent) => void, done: (e: PointerEvent) => void): void {
    node.setPointerCapture(event.pointerId);
    const controller = new AbortController();
    const { signal } = controller;
    const stop = (e: PointerEvent) => { controller.abort(); done(e); };
    node.addEventListener("pointermove", move, { signal });
    node.addEventListener("pointerup", stop, { signal });
    node.addEventListener("pointercancel", stop, { signal });
  }

  function fresh(day: number, inicio: number, fin: number): Rule {
    const first = rules.at(-1)?.sillones ?? week.sillones.slice(0, 1).map((s) => s.id);
    return { dia: day, inicio: clock(inicio), fin: clock(fin), pausa_inicio: "", pausa_fin: "", sillones: [...first], modalidad: "presencial", desde: "", hasta: "" };
  }

  /** drawNew makes a block from where the pointer went down to where it is. */
  function drawNew(event: PointerEvent, body: HTMLElement, day: number): void {
    const begun = Math.min(at(event, body, Math.floor), whole - step);
    const ghost = el("div", { class: "week-ghost" });
    body.append(ghost);
    let range: [number, number] = [begun, begun + step];
    const show = () => {
      ghost.textContent = `${clock(range[0])} – ${clock(range[1])}`;
      ghost.style.setProperty("--inicio", String(range[0] - from));
      ghost.style.setProperty("--largo", String(range[1] - range[0]));
    };
    show();
    follow(event, body, (e) => {
      const now = at(e, body, Math.round);
      range = now > begun ? [begun, Math.max(now, begun + step)] : [now, begun + step];
      show();
    }, (e) => {
      ghost.remove();
      if (e.type === "pointerup" && range[1] - range[0] > step) addRule(fresh(day, ...range));
    });
  }

  function addRule(rule: Rule): void {
    rules.push(rule);
    touch(rule);
    draw(rule);
  }

  /** addTo puts a block into the first room of a day, for who draws with the keyboard. */
  function addTo(day: number): void {
    const last = Math.max(9 * 60, ...rules.filter((r) => r.dia === day).map(end));
    const begun = Math.min(last, whole - 60);
    const rule = fresh(day, begun, Math.min(whole, begun === 9 * 60 ? 18 * 60 : begun + 4 * 60));
    addRule(rule);
    editRule(rule);
  }

  /** drag moves a block to other hours or another day, or one of its edges. */
  function drag(event: PointerEvent, node: HTMLElement, rule: Rule): void {
    const edge = (event.target as Element).closest(".week-edge");
    if (event.pointerType === "touch" && !edge) return;
    const body = node.parentElement as HTMLElement;
    const began = at(event, body, Math.round);
    const before = { ...rule };
    const long = end(rule) - minutes(rule.inicio);
    let moved = false;
    follow(event, node, (e) => {
      const by = at(e, body, Math.round) - began;
      if (edge?.classList.contains("week-edge-top")) rule.inicio = clock(clamp(minutes(before.inicio) + by, 0, end(rule) - step));
      else if (edge) rule.fin = clock(clamp(end(before) + by, minutes(rule.inicio) + step, whole));
      else shift(rule, before, clamp(minutes(before.inicio) + by, 0, whole - long) - minutes(before.inicio), dayUnder(e) ?? before.dia);
      moved = moved || rule.inicio !== before.inicio || rule.fin !== before.fin || rule.dia !== before.dia;
      if (moved) place(node, rule);
    }, () => {
      if (!moved) return;
      node.addEventListener("click", (e) => e.stopImmediatePropagation(), { capture: true, once: true });
      window.setTimeout(() => { touch(rule); draw(rule); });
    });
  }

  /** place shows a block where it is dragged to. It stays in its day meanwhile: an element that moves loses the pointer. */
  function place(node: HTMLElement, rule: Rule): void {
    const home = node.parentElement?.getBoundingClientRect().left ?? 0;
    const away = columns[rule.dia - 1]?.body.getBoundingClientRect().left ?? home;
    node.style.translate = `${away - home}px`;
    node.style.setProperty("--inicio", String(minutes(rule.inicio) - from));
    node.style.setProperty("--largo", String(end(rule) - minutes(rule.inicio)));
    find(".week-hours", node).textContent = `${rule.inicio} – ${rule.fin}`;
  }

  function shift(rule: Rule, before: Rule, by: number, day: number): void {
    const moved = (hour: string) => (hour ? clock(minutes(hour) + by) : "");
    Object.assign(rule, {
      dia: day, inicio: moved(before.inicio), fin: clock(end(before) + by), pausa_inicio: moved(before.pausa_inicio), pausa_fin: moved(before.pausa_fin),
    });
  }

  function dayUnder(event: PointerEvent): number | undefined {
    const i = columns.findIndex(({ body }) => {
      const box = body.getBoundingClientRect();
      return event.clientX >= box.left && event.clientX < box.right;
    });
    return i < 0 ? undefined : i + 1;
  }

  function clamp(x: number, least: number, most: number): number {
    return Math.max(least, Math.min(most, x));
  }

  /** press is what the keyboard does to a block. */
  function press(event: KeyboardEvent, rule: Rule): void {
    const by = { ArrowUp: -step, ArrowDown: step }[event.key];
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const long = end(rule) - minutes(rule.inicio);
    if (by !== undefined && event.shiftKey) rule.fin = clock(clamp(end(rule) + by, minutes(rule.inicio) + step, whole));
    else if (by !== undefined) shift(rule, { ...rule }, clamp(minutes(rule.inicio) + by, 0, whole - long) - minutes(rule.inicio), rule.dia);
    else if (sideways !== undefined) rule.dia = clamp(rule.dia + sideways, 1, 7);
    else if (event.key === "Delete" || event.key === "Backspace") { remove(rule); event.preventDefault(); return; }
    else return;
    event.preventDefault();
    touch(rule);
    draw(rule);
  }

  function remove(rule: Rule): void {
    rules.splice(rules.indexOf(rule), 1);
    changed = true;
    draw();
    find<HTMLElement>("button", columns[rule.dia - 1]?.node).focus();
  }

  /** editRule shows all that a block says at the side; what is changed there is drawn at once. */
  function editRule(rule: Rule): void {
    const input = (label: string, type: string, value: string, set: (v: string) => void, more = {}) =>
      el("label", { class: "field" }, el("span", { class: "field-name" }, label), el("input", { type, value, ...more, on: { change: (e) => { set((e.target as HTMLInputElement).value); touch(rule); draw(); } } }));
    const select = (label: string, value: string, options: [string, string][], set: (v: string) => void) =>
      el("label", { class: "field" }, el("span", { class: "field-name" }, label), el("select", { on: { change: (e) => { set((e.target as HTMLSelectElement).value); touch(rule); draw(); } } },
        ...options.map(([v, words]) => el("option", { value: v, selected: v === value }, words))));
    const check = (label: string, checked: boolean, set: (on: boolean) => void) =>
      el("label", { class: "check" }, el("input", { type: "checkbox", checked, on: { change: (e) => { set((e.target as HTMLInputElement).checked); touch(rule); draw(); } } }), el("span", {}, label));

    const wrong = wrongWith(rule);
    const breaks = el("div", { class: "fields", hidden: !rule.pausa_inicio },
      input(t("js.horario.breakFrom"), "time", rule.pausa_inicio, (v) => { rule.pausa_inicio = v; }),
      input(t("js.horario.breakTo"), "time", rule.pausa_fin, (v) => { rule.pausa_fin = v; }));
    const setBreak = (on: boolean) => {
      breaks.hidden = !on;
      [rule.pausa_inicio, rule.pausa_fin] = on ? noon(rule) : ["", ""];
      breaks.querySelectorAll("input").forEach((node, i) => { node.value = i === 0 ? rule.pausa_inicio : rule.pausa_fin; });
    };
    const copies = week.dias.map((name, i) => el("button", {
      type: "button", class: "button day-copy", disabled: i + 1 === rule.dia, title: name,
      on: { click: (e) => { addCopy(rule, i + 1); (e.currentTarget as HTMLButtonElement).disabled = true; } },
    }, name.slice(0, 3)));

    sheet.setAttribute("aria-labelledby", "regla-titulo");
    sheet.replaceChildren(
      el("div", { class: "sheet-head" },
        el("h2", {}, t("js.horario.edit")),
        el("button", { type: "button", class: "button button-quiet button-icon", "aria-label": t("js.base.close"), "data-close": true }, icon("x"))),
      el("div", { class: "sheet-body" },
        wrong ? el("p", { class: "problem" }, icon("circle-alert"), wrong) : null,
        select(t("js.horario.day"), String(rule.dia), week.dias.map((name, i) => [String(i + 1), name]), (v) => { rule.dia = Number(v); }),
        el("div", { class: "fields" },
          input(t("js.horario.from"), "time", rule.inicio, (v) => { rule.inicio = v; }, { autofocus: true, required: true }),
          input(t("js.horario.to"), "time", rule.fin === "24:00" ? "00:00" : rule.fin, (v) => { rule.fin = v; }, { required: true })),
        el("div", { class: "field" }, check(t("js.horario.withBreak"), Boolean(rule.pausa_inicio), setBreak)),
        breaks,
        el("fieldset", { class: "choices" }, el("legend", {}, t("js.horario.sillones")), el("div", { class: "choices-list" },
          ...week.sillones.map((s) => check(s.nombre, rule.sillones.includes(s.id), (on) => {
            rule.sillones = on ? [...rule.sillones, s.id] : rule.sillones.filter((id) => id !== s.id);
          })))),
        select(t("js.horario.mode"), rule.modalidad, ["presencial", "videoconsulta", "ambas"].map((m) => [m, t(`js.horario.mode.${m}`)]), (v) => { rule.modalidad = v; }),
        el("fieldset", { class: "choices" }, el("legend", {}, t("js.horario.inForce")), el("p", { class: "hint" }, t("js.horario.inForceHint")), el("div", { class: "fields" },
          input(t("js.horario.from"), "date", rule.desde, (v) => { rule.desde = v; }),
          input(t("js.horario.to"), "date", rule.hasta, (v) => { rule.hasta = v; }))),
        el("fieldset", { class: "choices" }, el("legend", {}, t("js.horario.copy")), el("div", { class: "row" }, ...copies))),
      el("div", { class: "sheet-foot" },
        el("button", { type: "button", class: "button button-primary", "data-close": true }, t("js.horario.close")),
        el("button", { type: "button", class: "button button-quiet button-danger", on: { click: () => { sheet.close(); remove(rule); } } }, t("js.horario.delete"))),
    );
    openSheet(sheet);
  }

  function addCopy(rule: Rule, day: number): void {
    const copy = { ...rule, dia: day, sillones: [...rule.sillones] };
    rules.push(copy);
    touch(copy);
    draw();
  }

  /** noon is a break of an hour in the middle of a block. */
  function noon(rule: Rule): [string, string] {
    const middle = Math.round((minutes(rule.inicio) + end(rule)) / 2 / 30) * 30;
    const begun = Math.max(minutes(rule.inicio), middle - 30);
    return [clock(begun), clock(Math.min(end(rule), begun + 60))];
  }

  /** fields are a rule as the form sends it. */
  function fields(rule: Rule, i: number): HTMLInputElement[] {
    const hidden = (name: string, value: string | number) => el("input", { type: "hidden", name, value });
    return [
      hidden("fila", i), hidden(`dia.${i}`, rule.dia), hidden(`inicio.${i}`, rule.inicio), hidden(`fin.${i}`, rule.fin),
      hidden(`pausa_inicio.${i}`, rule.pausa_inicio), hidden(`pausa_fin.${i}`, rule.pausa_fin), hidden(`modalidad.${i}`, rule.modalidad),
      hidden(`desde.${i}`, rule.desde), hidden(`hasta.${i}`, rule.hasta), ...rule.sillones.map((id) => hidden(`sillones.${i}`, id)),
    ];
  }
}
