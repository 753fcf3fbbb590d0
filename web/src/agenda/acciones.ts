import { Failure, post } from "../lib/api";
import { toast } from "../lib/toast";
import { t } from "../lib/words";
import { hora } from "./horas";
import type { Modelo } from "./modelo";
import { cerrarRechazo, mostrarRechazo } from "./rechazo";
import type { Cita, Libre } from "./tipos";

/** Cambio is what a form of a cita sends. */
export type Cambio = Partial<{
  id_estado: number;
  fecha: string;
  hora_inicio: string;
  duracion: number;
  id_profesional: number;
  id_sucursal: number;
  id_sillon: number;
  videoconsulta: string;
  comentario: string;
  motivo: string;
}>;

/** What the server answers to an action that it refuses for its time or place. */
type Rechazada = { alternativas?: Libre[] | null };

/** Acciones changes citas: at once on the page, then on the server, and back where that refuses. The last can be undone. */
export class Acciones {
  private ultima: (() => Promise<void>) | undefined;
  private enCurso: Promise<unknown> = Promise.resolve(); // whatever is under way, which is the last action then

  constructor(private readonly modelo: Modelo, private readonly releer: () => Promise<void>) {}

  /** cambiar changes a cita of a version; hecho is what a toast says then. It is false where it was refused. */
  cambiar(cita: Cita, cambio: Cambio, hecho: string, version = cita.version): Promise<boolean> {
    const cambiada = this.intentar(cita, cambio, hecho, version);
    this.enCurso = cambiada;
    return cambiada;
  }

  private async intentar(cita: Cita, cambio: Cambio, hecho: string, version: number): Promise<boolean> {
    cerrarRechazo();
    const enviada = this.enviar(`/citas/${cita.id}`, { ...cambio, version });
    // What is not on the sheet is not drawn before the server says how it is.
    const devolver = this.modelo.citas.has(cita.id) ? this.modelo.suponer(supuesta(this.modelo, cita, cambio)) : () => {};
    try {
      const { cita: despues } = await enviada;
      this.modelo.guardar([despues]);
      this.recordar(hecho, () => this.deshacerCambio(cita, despues, cambio));
      return true;
    } catch (error) {
      devolver();
      await this.fallo(error, (libre) => void this.cambiar(cita, alLibre(libre), hecho));
      return false;
    }
  }

  /** agendar books a cita. What is refused is thrown, for the form to show. */
  async agendar(valores: FormData): Promise<Cita> {
    const { cita } = await this.enviar("/agendar", valores);
    this.modelo.guardar([cita]);
    this.recordar(t("js.agenda.booked", cita.paciente, hora(cita.inicio)), async () => {
      const anulada = await this.enviar(`/citas/${cita.id}`, { id_estado: anulado, version: cita.version });
      this.modelo.guardar([anulada.cita]);
    });
    return cita;
  }

  /** deshacer takes the last action back. */
  async deshacer(): Promise<void> {
    await this.enCurso.catch(() => undefined);
    const ultima = this.ultima;
    this.ultima = undefined;
    if (!ultima) {
      toast(t("js.agenda.nothingToUndo"));
      return;
    }
    try {
      await ultima();
      toast(t("js.agenda.undone"));
    } catch (error) {
      await this.fallo(error);
    }
  }

  private async enviar(path: string, valores: Record<string, string | number> | FormData): Promise<{ cita: Cita }> {
    this.modelo.propias++;
    try {
      return await post<{ cita: Cita }>(path, valores);
    } finally {
      // The news of it may come after its answer.
      window.setTimeout(() => { this.modelo.propias--; }, 1500);
    }
  }

  private recordar(hecho: string, deshacer: () => Promise<void>): void {
    this.ultima = deshacer;
    toast(hecho, { action: { label: t("js.agenda.undo"), run: () => void this.deshacer() } });
  }

  private async deshacerCambio(antes: Cita, despues: Cita, cambio: Cambio): Promise<void> {
    const vuelta: Cambio = {};
    if (cambio.id_estado !== undefined) vuelta.id_estado = antes.id_estado;
    if (cambio.comentario !== undefined || cambio.motivo !== undefined) vuelta.comentario = antes.comentario ?? "";
    if (antes.fecha !== despues.fecha) vuelta.fecha = antes.fecha;
    if (antes.inicio !== despues.inicio) vuelta.hora_inicio = hora(antes.inicio);
    if (antes.fin - antes.inicio !== despues.fin - despues.inicio) vuelta.duracion = antes.fin - antes.inicio;
    if (antes.id_profesional !== despues.id_profesional) vuelta.id_profesional = antes.id_profesional;
    if (antes.id_sucursal !== despues.id_sucursal) vuelta.id_sucursal = antes.id_sucursal;
    if (antes.id_sillon !== despues.id_sillon) vuelta.id_sillon = antes.id_sillon;
    if (Boolean(antes.video) !== Boolean(despues.video)) vuelta.videoconsulta = antes.video ? "1" : "0";
    const { cita } = await this.enviar(`/citas/${antes.id}`, { ...vuelta, version: despues.version });
    this.modelo.guardar([cita]);
  }

  /** fallo tells why something was refused, with what is free instead, if that is known. */
  private async fallo(error: unknown, elegir?: (libre: Libre) => void): Promise<void> {
    if (!(error instanceof Failure)) throw error;
    if (error.code === "version_distinta") await this.releer().catch(() => undefined);
    const libres = (error.body as Rechazada | undefined)?.alternativas ?? [];
    if (error.status === 0 || !elegir) toast(error.message, { kind: "error" });
    else mostrarRechazo(error.message, libres, elegir);
  }
}

const anulado = 1;

/** alLibre is the change that moves a cita to a free place. */
export function alLibre(libre: Libre): Cambio {
  return { fecha: libre.fecha, hora_inicio: libre.hora, id_profesional: libre.id_profesional, id_sucursal: libre.id_sucursal, id_sillon: libre.id_sillon };
}

/** supuesta is a cita as a change will leave it, if nothing speaks against it. */
function supuesta(modelo: Modelo, cita: Cita, cambio: Cambio): Cita {
  const inicio = cambio.hora_inicio ? minutos(cambio.hora_inicio) : cita.inicio;
  return {
    ...cita,
    id_estado: cambio.id_estado ?? cita.id_estado,
    viva: cambio.id_estado === undefined ? cita.viva : !modelo.estado(cambio.id_estado).anulacion,
    fecha: cambio.fecha ?? cita.fecha,
    inicio,
    fin: inicio + (cambio.duracion ?? cita.fin - cita.inicio),
    id_profesional: cambio.id_profesional ?? cita.id_profesional,
    id_sucursal: cambio.id_sucursal ?? cita.id_sucursal,
    id_sillon: cambio.id_sillon ?? cita.id_sillon,
  };
}

function minutos(texto: string): number {
  const [horas = 0, resto = 0] = texto.split(":").map(Number);
  return horas * 60 + resto;
}
