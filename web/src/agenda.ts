// The agenda: a grid of profesionales and hours that is kept current, in which citas are booked, moved and followed.
import { find } from "./lib/dom";
import { t } from "./lib/words";
import { Acciones } from "./agenda/acciones";
import { Barra } from "./agenda/barra";
import { cambioA, Grilla } from "./agenda/grilla";
import { hora } from "./agenda/horas";
import { Modelo } from "./agenda/modelo";
import { lugarEnPedido, Panel } from "./agenda/panel";
import { leyenda, Riel } from "./agenda/riel";
import { teclas } from "./agenda/teclas";
import type { Cita, Hoja } from "./agenda/tipos";
import { seguir } from "./agenda/vivo";

performance.mark("agenda-lee");
const modelo = new Modelo(JSON.parse(find("#hoja-datos").textContent ?? "") as Hoja);
const telefono = matchMedia("(max-width: 640px)");
const barra = new Barra(modelo);
const acciones = new Acciones(modelo, () => barra.releer());
const panel = new Panel(modelo, acciones, { mostrar, releer: () => barra.releer(), retomar: (cita) => grilla.retomar(cita) });

// On a phone there is room for one column.
if (telefono.matches) modelo.soloEste(primeroConHoras());
telefono.addEventListener("change", () => {
  if (telefono.matches) modelo.soloEste(primeroConHoras());
  else modelo.todos();
});

new Riel(modelo, barra);
leyenda(modelo);
const grilla = new Grilla(modelo, {
  abrir: (cita) => void panel.abrir(`/citas/${cita.id}`),
  abrirHorario: (camino) => void panel.abrir(camino),
  crear: (lugar, conDuracion) => void panel.agendar(lugarEnPedido(lugar, conDuracion)),
  mover: (cita, lugar) => acciones.cambiar(cita, cambioA(cita, lugar), t("js.agenda.moved", cita.paciente, hora(lugar.inicio))),
});
teclas({ barra, grilla, panel, acciones, puede: modelo.hoja.puede });
for (const boton of document.querySelectorAll("[data-nueva]")) boton.addEventListener("click", () => void panel.agendar({}));
find("#riel-ver").addEventListener("click", () => find("#agenda").classList.toggle("sin-riel"));

performance.measure("agenda", "agenda-lee");

seguir({
  desde: () => modelo.hoja.evento,
  releer: () => barra.releer(),
  citas: (citas, quitadas, evento) => {
    const propias = modelo.propias > 0;
    const nuevas = modelo.guardar(citas, evento);
    modelo.quitar(quitadas, evento);
    if (propias || nuevas.length === 0) return;
    grilla.resaltar(nuevas.map(({ id }) => id));
    const visible = nuevas.find(({ id }) => modelo.citas.has(id));
    if (visible) anunciar(visible);
  },
});

// A page that is left open over night reads the sheet of the new day: at midnight, or when somebody looks at it again.
window.setInterval(amanecer, 20_000);
for (const event of ["visibilitychange", "pageshow"]) window.addEventListener(event, amanecer);

function amanecer(): void {
  if (!document.hidden && modelo.hoy !== modelo.hoja.hoy) void barra.releer().catch(() => undefined);
}

/** anunciar tells of a change by somebody else to who does not see it. */
function anunciar(cita: Cita): void {
  find("#novedades").textContent = t("js.agenda.news", cita.paciente, hora(cita.inicio), modelo.profesional(cita.id_profesional)?.nombre ?? "");
}

/** mostrar shows a cita where it is, and puts the focus on it. */
async function mostrar(cita: Cita): Promise<void> {
  const { mirada, desde, hasta } = { ...modelo.hoja };
  if (cita.fecha < desde || cita.fecha > hasta || cita.id_sucursal !== mirada.sucursal) await barra.ir({ fecha: cita.fecha, sucursal: cita.id_sucursal });
  if (modelo.ocultos.has(cita.id_profesional)) {
    if (telefono.matches) modelo.soloEste(cita.id_profesional);
    else modelo.filtrar(cita.id_profesional, true);
  }
  grilla.enfocar(cita.id);
}

/** primeroConHoras is the first who works on the day that is looked at. */
function primeroConHoras(): number {
  const { dias, profesionales } = modelo.hoja;
  return profesionales.find(({ id }) => dias.some((dia) => dia.id_profesional === id && dia.segmentos.length > 0))?.id ?? profesionales[0]?.id ?? 0;
}
