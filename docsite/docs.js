// What the page can do beyond being read: try a call, find an operation, change
// between light and dark. The token stays in this tab.
"use strict";

const byId = (id) => document.getElementById(id);
const token = byId("token");
const server = byId("server");
const filter = byId("filter");

function remember(element, key) {
  element.value = sessionStorage.getItem(key) ?? element.value;
  element.addEventListener("change", () => sessionStorage.setItem(key, element.value));
}

function start() {
  document.querySelector(".session").hidden = false;
  filter.hidden = false;
  for (const form of document.querySelectorAll("form.try")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    const type = form.elements[":type"];
    type?.addEventListener("change", () => {
      form.elements[":body"].value = type.selectedOptions[0].dataset.example;
    });
  }
  remember(token, "token");
  remember(server, "server");
  if (matchMedia("(max-width: 860px)").matches) document.querySelector(".menu").open = false;
  filter.addEventListener("input", narrow);
  document.addEventListener("keydown", shortcut);
  byId("theme").addEventListener("click", changeTheme);
  applyTheme(sessionStorage.getItem("theme"));
  addEventListener("hashchange", reveal);
  reveal();
}

// reveal opens what the address points to.
function reveal() {
  const target = byId(decodeURIComponent(location.hash.slice(1)));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.scrollIntoView();
  }
  for (const link of document.querySelectorAll(".rail li a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function narrow() {
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(filter.value).split(/\s+/).filter(Boolean);
  let any = false;
  for (const section of document.querySelectorAll(".rail section")) {
    let shown = false;
    for (const item of section.querySelectorAll("li")) {
      const text = fold(`${item.textContent} ${item.firstElementChild.title}`);
      item.hidden = !words.every((word) => text.includes(word));
      shown ||= !item.hidden;
    }
    section.hidden = words.length > 0 && !shown;
    any ||= shown;
  }
  byId("none").hidden = any;
}

function shortcut(event) {
  if (event.key === "/" && !event.target.closest("input, select, textarea")) {
    event.preventDefault();
    filter.focus();
  }
}

function applyTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function changeTheme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const theme = dark ? "light" : "dark";
  sessionStorage.setItem("theme", theme);
  applyTheme(theme);
}

// request reads a form as a call.
function request(form) {
  const { method, path, base } = form.closest(".op").dataset;
  let target = (base || server.value) + path;
  const query = [];
  for (const input of form.querySelectorAll("input[data-in]")) {
    if (input.dataset.in === "path") {
      target = target.replace(`{${input.name}}`, encodeURIComponent(input.value));
    } else if (input.value !== "") {
      for (const value of valuesOf(input)) query.push(`${input.name}=${encodeURIComponent(value)}`);
    }
  }
  if (query.length > 0) target += `?${query.join("&")}`;
  const headers = {};
  if (token.value !== "") headers.Authorization = `Token ${token.value}`;
  const type = form.elements[":type"]?.value;
  let body;
  if (type) {
    headers["Content-Type"] = type;
    body = form.elements[":body"].value;
    if (type !== "application/json") body = body.split("\n").filter(Boolean).join("&");
  }
  return { method, target, headers, body };
}

// valuesOf are the values of an input; of one named x[], those of a list.
function valuesOf(input) {
  if (!input.name.endsWith("[]")) return [input.value];
  return input.value.replace(/[[\]]/g, "").split(",").map((value) => value.trim());
}

async function send(form) {
  const { method, target, headers, body } = request(form);
  const note = form.querySelector(".note");
  const button = form.querySelector("button");
  note.textContent = "Enviando…";
  button.disabled = true;
  try {
    const began = performance.now();
    const answer = await fetch(target.slice(1), { method, headers, body, cache: "no-store" });
    const streams = answer.headers.get("Content-Type")?.startsWith("text/event-stream");
    const text = streams ? await beginning(answer) : await answer.text();
    show(form, answer, text, performance.now() - began, curl(method, target, headers, body));
    note.textContent = "";
  } catch (error) {
    note.textContent = `No se pudo enviar: ${error.message}`;
  } finally {
    button.disabled = false;
  }
}

// beginning is what arrives of a stream within ten seconds.
async function beginning(answer) {
  const reader = answer.body.getReader();
  setTimeout(() => reader.cancel(), 10_000);
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
}

function show(form, answer, text, took, command) {
  const box = form.querySelector(".answer");
  const status = box.querySelector(".status");
  status.textContent = `${answer.status} ${answer.statusText}`;
  status.classList.toggle("good", answer.ok);
  box.querySelector(".took").textContent = `${Math.round(took)} ms`;
  box.querySelector(".curl code").textContent = command;
  box.querySelector(".headers code").textContent = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  box.querySelector(".body").hidden = text === "";
  box.querySelector(".body code").textContent = pretty(text);
  box.hidden = false;
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// curl is the same call for a terminal; the token is left to its reader.
function curl(method, target, headers, body) {
  const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;
  const parts = [`curl -X ${method} ${quote(new URL(target.slice(1), location.href).href)}`];
  for (const [name, value] of Object.entries(headers)) {
    parts.push(name === "Authorization" ? `-H "Authorization: Token $TOKEN"` : `-H ${quote(`${name}: ${value}`)}`);
  }
  if (body !== undefined) parts.push(`--data ${quote(body)}`);
  return parts.join(" \\\n  ");
}

start();
