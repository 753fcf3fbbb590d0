import { t } from "./words";

/** What the server says of a request it refused. */
type Refusal = { code: string; message: string; fields?: Record<string, string>; request_id: string };

/** Failure is a request that was refused (status is the server's) or never answered (0); its message is for people. */
export class Failure extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly fields: Record<string, string> = {}, readonly body?: unknown) {
    super(message);
  }
}

/** get asks for JSON. */
export function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return ask<T>(path, signal ? { signal } : {});
}

/** post sends a form, as a page without scripts would, and reads the JSON of the answer. */
export function post<T>(path: string, values: Record<string, string | number> | FormData = {}): Promise<T> {
  const pairs = values instanceof FormData ? [...values].map(([key, value]) => [key, String(value)]) : Object.entries(values).map(([key, value]) => [key, String(value)]);
  return ask<T>(path, { method: "POST", body: new URLSearchParams(pairs) });
}

async function ask<T>(path: string, init: RequestInit): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, { ...init, headers: { Accept: "application/json" } });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(0, "sin_conexion", t("js.base.offline"));
  }
  const body = answer.status === 204 ? undefined : await answer.json().catch(() => undefined);
  if (!answer.ok) throw refused(answer.status, body);
  return body as T;
}

function refused(status: number, body: unknown): Failure {
  const error = (body as { error?: Refusal } | undefined)?.error;
  return new Failure(status, error?.code ?? "", error?.message ?? t("js.base.failed"), error?.fields, body);
}

/** part asks for the part of a screen that a page shows within itself. */
export async function part(path: string, signal?: AbortSignal): Promise<HTMLTemplateElement> {
  const answer = await askPart(path, signal ? { signal } : {});
  if (!answer.ok) throw new Failure(answer.status, "", t("js.base.failed"));
  return parsed(answer);
}

/** Hecho is what a toast says of a form that took effect, and the path that takes it back if nothing is posted to it. */
export type Hecho = { hecho: string; deshacer?: string };

/** postPart sends the form of a part, and returns what was done, or the part with what is wrong in it. */
export async function postPart(path: string, values: FormData): Promise<Hecho | HTMLTemplateElement> {
  const pairs = [...values].map(([key, value]) => [key, String(value)]);
  const answer = await askPart(path, { method: "POST", body: new URLSearchParams(pairs) });
  if (answer.ok) return (await answer.json()) as Hecho;
  if (answer.status !== 422) throw new Failure(answer.status, "", t("js.base.failed"));
  return parsed(answer);
}

async function askPart(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(path, { ...init, headers: { Accept: "text/html", "X-Parte": "1" } }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Failure(0, "sin_conexion", t("js.base.offline"));
  });
  if (answer.redirected || answer.status === 401) throw new Failure(401, "no_autorizado", t("js.base.ended"));
  return answer;
}

async function parsed(answer: Response): Promise<HTMLTemplateElement> {
  const template = document.createElement("template");
  template.innerHTML = await answer.text();
  return template;
}
