import { Failure, type Hecho, post, postPart } from "../lib/api";
import { tell } from "../lib/tell";
import { toast } from "../lib/toast";
import { t } from "../lib/words";
import { diaDicho, hora, minutos } from "./horas";
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

/** What the server answers to an action that it refuses: what is free instead, or the cita as somebody else left it. */
type Rechazada = { alternativas?: Libre[] | null; cita?: Cita };

/**
 * Acciones changes citas: at once on the page, then on the server, and back where that refuses. What is done to one cita is
 * sent in the order in which it was done, and names the version that was seen. The last can be undone.
 */
export class Acciones {
  private ultima: (() => Promise<void>) | undefined;
  private cerrarAviso = () => {};
  private enCurso: Promise<unknown> = Promise.resolve(); // whatever is under way, which is the last action then
  private readonly filas = new Map<number, Promise<boolean>>(); // the last change of each cita that is not answered yet
  private readonly propias = new Map<number, { desde: number; hasta: number }>(); // the versions between which this page alone changed a cita

  constructor(private readonly modelo: Modelo, private readonly releer: () => Promise<void>) {}

  /**
   * cambiar changes a cita, as it is shown or as a form has it, which knows its version; hecho is what a toast says then.
   * It is false where it was refused.
   */
  cambiar(cita: Cita, cambio: Cambio, hecho: string, version?: number): Promise<boolean> {
    cerrarRechazo();
    const terminar = this.empezar();
    const resolver = this.modelo.suponer(supuesta(this.modelo, cita, cambio));
    const cambiada = this.enFila(cita.id, async (bien) => {
      if (bien || version !== undefined) return this.intentar(cita, cambio, hecho, version ?? cita.version, resolver);
      resolver(); // it was done to the cita as another change would have left it
      return false;
    });
    return cambiada.finally(terminar);
  }

  private async intentar(cita: Cita, cambio: Cambio, hecho: string, version: number, resolver: (dicha?: Cita) => void): Promise<boolean> {
    try {
      const antes = this.modelo.dicha(cita.id) ?? cita;
      const despues = await this.enviarCambio(cita.id, cambio, version);
      resolver(despues);
      this.recordar(hecho, () => this.deshacerCambio(antes, despues, cambio));
      return true;
    } catch (error) {
      resolver();
      await this.fallo(error, cita, (libre) => void this.cambiar(cita, { ...cambio, ...alLibre(libre) }, hecho, version));
      return false;
    }
  }

  /** enFila does something to a cita once what was done to it before is answered, and is told whether that went well. */
  private enFila(id: number, tarea: (bien: boolean) => Promise<boolean>): Promise<boolean> {
    const hecha = (this.filas.get(id) ?? Promise.resolve(true)).then(tarea, () => tarea(false));
    const salir = () => { if (this.filas.get(id) === hecha) this.filas.delete(id); };
    this.filas.set(id, hecha);
    hecha.then(salir, salir);
    this.enCurso = hecha;
    return hecha;
  }

  /** agendar books a cita. What is refused is thrown, for the form to show. */
  agendar(valores: FormData): Promise<Cita> {
    const agendada = this.enviarNueva(valores);
    this.enCurso = agendada;
    return agendada;
  }

  private async enviarNueva(valores: FormData): Promise<Cita> {
    const terminar = this.empezar();
    try {
      const { cita } = await post<{ cita: Cita }>("/agendar", valores);
      this.modelo.guardar([cita]);
      this.recordar(t("js.agenda.booked", cita.paciente, hora(cita.inicio)), () => this.volver(cita.id, { id_estado: anulado }, cita.version));
      return cita;
    } catch (error) {
      if (error instanceof Failure && error.status === 401) tell(error);
      throw error;
    } finally {
      terminar();
    }
  }

  /** deshacer takes the last action back. */
  async deshacer(): Promise<void> {
    await this.enCurso.catch(() => undefined);
    const ultima = this.ultima;
    this.olvidar();
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

  /** hecho tells of something else that was done, such as hours that are blocked; without a way back it leaves nothing to undo. */
  hecho({ hecho, deshacer }: Hecho): void {
    this.olvidar();
    if (deshacer === undefined) {
      toast(hecho);
      return;
    }
    this.recordar(hecho, async () => {
      await postPart(deshacer, new FormData());
      await this.releer();
    });
  }

  private olvidar(): void {
    this.ultima = undefined;
    this.cerrarAviso();
  }

  /** empezar says that something of this page is under way; the returned function, that it is answered. */
  private empezar(): () => void {
    this.modelo.propias++;
    // The news of it may come after its answer.
    return () => window.setTimeout(() => { this.modelo.propias--; }, 1500);
  }

  /** enviarCambio changes a cita whose version was seen, or that this page alone has changed since. */
  private async enviarCambio(id: number, cambio: Cambio, vista: number): Promise<Cita> {
    const propia = this.propias.get(id);
    const version = propia && propia.desde <= vista && vista <= propia.hasta ? propia.hasta : vista;
    const { cita } = await post<{ cita: Cita }>(`/citas/${id}`, { ...cambio, version });
    this.propias.set(id, { desde: propia?.hasta === version ? propia.desde : version, hasta: cita.version });
    return cita;
  }

  private recordar(hecho: string, deshacer: () => Promise<void>): void {
    this.cerrarAviso(); // what it offers to undo is not the last any more
    this.ultima = deshacer;
    this.cerrarAviso = toast(hecho, { action: { label: t("js.agenda.undo"), run: () => void this.deshacer() } });
  }

  private deshacerCambio(antes: Cita, despues: Cita, cambio: Cambio): Promise<void> {
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
    return this.volver(antes.id, vuelta, despues.version);
  }

  /** volver takes a change back, as a change like any other. */
  private async volver(id: number, vuelta: Cambio, version: number): Promise<void> {
    const terminar = this.empezar();
    try {
      await this.enFila(id, async () => {
        this.modelo.guardar([await this.enviarCambio(id, vuelta, version)]);
        return true;
      });
    } finally {
      terminar();
    }
  }

  /** fallo tells why something was refused, with what is free instead, if that is known. */
  private async fallo(error: unknown, vista?: Cita, elegir?: (libre: Libre) => void): Promise<void> {
    if (!(error instanceof Failure)) throw error;
    if (error.status === 0 || error.status === 401) {
      tell(error);
      return;
    }
    const { alternativas, cita } = (error.body ?? {}) as Rechazada;
    if (cita) this.modelo.guardar([cita]);
    else if (error.status === 404) await this.releer().catch(() => undefined);
    const texto = cita ? this.comoQuedo(cita, vista) : error.message;
    if (elegir) mostrarRechazo(texto, alternativas ?? [], elegir);
    else toast(texto, { kind: "error" });
  }

  /** comoQuedo tells how somebody else left a cita. */
  private comoQuedo(cita: Cita, vista: Cita | undefined): string {
    const quien = this.modelo.profesional(cita.id_profesional)?.nombre;
    const estado = this.modelo.estado(cita.id_estado).nombre;
    const dia = diaDicho(cita.fecha, document.documentElement.lang);
    const texto = t("js.agenda.changedBefore", cita.paciente, hora(cita.inicio), dia, [quien, estado].filter(Boolean).join(", "));
    return vista && cita.comentario && cita.comentario !== vista.comentario ? `${texto} ${t("js.agenda.commentNow", cita.comentario)}` : texto;
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
    comentario: cambio.comentario ?? cita.comentario ?? "",
  };
}
