// El recorrido de un chatbot con reservas y claves, en TypeScript y sin bibliotecas.
//
// Busca o crea al paciente, ofrece las primeras horas libres de una sucursal,
// reserva una mientras el paciente decide, la agenda, la confirma, la mueve y la
// anula. Cada escritura lleva una Idempotency-Key y se repite con la misma cuando la
// respuesta no llega.
import { randomUUID } from "node:crypto";
import { setTimeout as esperar } from "node:timers/promises";
import { parseArgs } from "node:util";

type Paciente = { id: number; nombre: string; apellidos: string };
type Sucursal = { id: number; nombre: string };
type Atiende = { id_profesional: number; nombre_profesional: string; id_sucursal: number };
type Bloque = { hora_inicio: string; intervalo: number; sillones: number[]; modalidad: "presencial" | "videoconsulta" | "ambas" };
type Reserva = { id: number; fecha: string; hora_inicio: string; ttl: number };
type Cita = { id: number; fecha: string; hora_inicio: string; nombre_profesional: string; estado_cita: string };
type Hora = {
  id_profesional: number; id_sucursal: number; fecha: string; hora_inicio: string; duracion: number; id_sillon: number; videoconsulta: 0 | 1;
};

const intentos = 5;
const confirmado = 3, anulado = 1; // GET /citas/estados los lista
const ocupada = new Set(["tope_profesional", "tope_sillon", "tope_reserva"]); // otro ganó la hora

/** Lo que el servidor no acepta. El código es estable: por él se decide, no por el mensaje. */
class ErrorDeAPI extends Error {
  readonly codigo: string;

  constructor(codigo: string, mensaje: string) {
    super(`${codigo}: ${mensaje}`);
    this.codigo = codigo;
  }
}

class API {
  readonly url: string;
  readonly token: string;
  readonly fallas: string[];

  constructor(url: string, token: string, fallas: string[]) {
    this.url = url;
    this.token = token;
    this.fallas = fallas;
  }

  leer<T>(ruta: string, consulta: Record<string, string> = {}): Promise<T> {
    return this.pedir<T>("GET", `${ruta}?${new URLSearchParams(consulta)}`);
  }

  /** Una solicitud, con su clave si escribe, hasta tener una respuesta que sirva. */
  async pedir<T>(metodo: string, ruta: string, cuerpo?: object): Promise<T> {
    const clave = randomUUID();
    for (let intento = 1; ; intento++) {
      const { motivo, espera, datos } = await this.enviar<T>(metodo, ruta, clave, cuerpo);
      if (datos !== undefined) return datos;
      if (intento === intentos) throw new ErrorDeAPI("sin_respuesta", `${metodo} ${ruta} no tuvo respuesta en ${intentos} intentos`);
      const segundos = espera || intento / 2;
      console.log(`  ${metodo} ${ruta}: ${motivo}; se repite con la misma clave en ${segundos} s.`);
      await esperar(segundos * 1000);
    }
  }

  /** Un intento: los datos, o por qué y en cuántos segundos repetirlo. */
  private async enviar<T>(metodo: string, ruta: string, clave: string, cuerpo?: object): Promise<{ motivo?: string; espera?: number; datos?: T }> {
    const headers: Record<string, string> = { Authorization: `Token ${this.token}`, "Content-Type": "application/json" };
    if (metodo !== "GET") headers["Idempotency-Key"] = clave;
    const falla = ruta === "/citas" ? this.fallas.shift() : undefined; // solo para probar, y solo en un sandbox
    if (falla) headers["X-Tomahora-Falla"] = falla;
    let respuesta: Response;
    let texto: string;
    try {
      respuesta = await fetch(this.url + ruta, { method: metodo, headers, body: cuerpo && JSON.stringify(cuerpo), signal: AbortSignal.timeout(30_000) });
      texto = await respuesta.text();
    } catch {
      return { motivo: "sin respuesta" }; // tal vez se hizo, tal vez no
    }
    if (respuesta.status === 429 || respuesta.status >= 500) {
      return { motivo: String(respuesta.status), espera: Number(respuesta.headers.get("Retry-After")) };
    }
    const { data, error } = JSON.parse(texto) as { data?: T; error?: { code: string; message: string } };
    if (error) throw new ErrorDeAPI(error.code, error.message);
    if (respuesta.headers.has("Idempotent-Replayed")) console.log("  Ya estaba hecho: es la respuesta de antes.");
    return { datos: data };
  }
}

const q = (filtros: object) => ({ q: JSON.stringify(filtros) });

async function pacientePorRUT(api: API, rut: string): Promise<Paciente> {
  const [encontrado] = await api.leer<Paciente[]>("/pacientes", q({ rut: { eq: rut } }));
  return encontrado ?? api.pedir<Paciente>("POST", "/pacientes", { rut, nombre: "Ana", apellidos: "Rojas", celular: "+56911111111" });
}

/** La fecha de aquí a unos días, como AAAA-MM-DD. */
function dentroDe(dias: number): string {
  const d = new Date();
  d.setDate(d.getDate() + dias);
  return [d.getFullYear(), d.getMonth() + 1, d.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

/** Las horas libres de las próximas dos semanas, listas para reservar. */
async function horasLibres(api: API, { id_profesional, id_sucursal }: Atiende): Promise<Hora[]> {
  const libres = await api.leer<Record<string, Record<string, Bloque[]>>>("/horariosdisponibles", {
    "ids_profesional[]": String(id_profesional), id_sucursal: String(id_sucursal), fecha_inicio: dentroDe(1), fecha_fin: dentroDe(14),
  });
  const fechas = libres[id_profesional] ?? {};
  return Object.keys(fechas).sort().flatMap((fecha) => fechas[fecha]!.map((bloque): Hora => ({
    id_profesional, id_sucursal, fecha, hora_inicio: bloque.hora_inicio, duracion: bloque.intervalo,
    id_sillon: bloque.sillones[0]!, videoconsulta: bloque.modalidad === "videoconsulta" ? 1 : 0,
  })));
}

/** Hace algo con la primera hora que nadie gane antes, y la saca de la lista. */
async function primeraLibre<T>(horas: Hora[], accion: (hora: Hora) => Promise<T>): Promise<T> {
  for (let hora = horas.shift(); hora; hora = horas.shift()) {
    try {
      return await accion(hora);
    } catch (e) {
      if (!(e instanceof ErrorDeAPI && ocupada.has(e.codigo))) throw e;
    }
  }
  throw new ErrorDeAPI("sin_horas", "no quedan horas libres");
}

function mostrar(que: string, cita: Cita): void {
  console.log(`${que}: cita ${cita.id}, ${cita.fecha} a las ${cita.hora_inicio.slice(0, 5)}, ${cita.nombre_profesional}, ${cita.estado_cita}.`);
}

async function recorrido(api: API, rut: string): Promise<void> {
  const paciente = await pacientePorRUT(api, rut);
  console.log(`Paciente: ${paciente.id}, ${paciente.nombre} ${paciente.apellidos}.`);
  const [sucursal] = await api.leer<Sucursal[]>("/sucursales", q({ habilitada: { eq: 1 } }));
  const profesionales = await api.leer<Atiende[]>("/horarios", q({ id_sucursal: { eq: sucursal!.id } }));
  console.log(`En ${sucursal!.nombre} atienden: ${profesionales.map((p) => p.nombre_profesional).join(", ")}.`);
  const horas = await horasLibres(api, profesionales[0]!);
  console.log(`Primeras horas: ${horas.slice(0, 3).map((h) => `${h.fecha} ${h.hora_inicio.slice(0, 5)}`).join(", ")}.`);

  const reserva = await primeraLibre(horas, (hora) => api.pedir<Reserva>("POST", "/reservas", { ...hora, ttl: 120 }));
  console.log(`Reservada: ${reserva.fecha} a las ${reserva.hora_inicio.slice(0, 5)}, por ${reserva.ttl} segundos.`);
  let cita = await api.pedir<Cita>("POST", "/citas", { id_reserva: reserva.id, id_paciente: paciente.id });
  mostrar("Agendada", cita);
  const futuras = await api.leer<Cita[]>(`/pacientes/${paciente.id}/citas`, q({ fecha: { gte: dentroDe(0) }, estado_anulacion: { eq: 0 } }));
  console.log(`Citas futuras: ${futuras.map((c) => c.id).join(", ")}.`);

  mostrar("Confirmada", await api.pedir<Cita>("PUT", `/citas/${cita.id}`, { id_estado: confirmado }));
  cita = await primeraLibre(horas, (hora) => api.pedir<Cita>("PUT", `/citas/${cita.id}`, hora));
  mostrar("Movida", cita);
  mostrar("Anulada", await api.pedir<Cita>("PUT", `/citas/${cita.id}`, { id_estado: anulado }));
  const libres = await horasLibres(api, profesionales[0]!);
  if (!libres.some((h) => h.fecha === cita.fecha && h.hora_inicio === cita.hora_inicio)) {
    throw new ErrorDeAPI("hora_perdida", "la hora anulada no se vuelve a ofrecer");
  }
  console.log("La hora está libre otra vez.");
}

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://127.0.0.1:8080/api/v5" },
    token: { type: "string", default: "demo" },
    rut: { type: "string", default: "12345678-5" },
    fallas: { type: "string", default: "" }, // cómo fallan, en un sandbox, los primeros intentos de agendar: 429,corte-despues
  },
});
try {
  await recorrido(new API(values.url!, values.token!, values.fallas!.split(",").filter(Boolean)), values.rut!);
} catch (e) {
  if (!(e instanceof ErrorDeAPI)) throw e;
  console.error(e.message);
  process.exitCode = 1;
}
