#!/usr/bin/env python3
"""El recorrido de un chatbot con reservas y claves, en Python y sin bibliotecas.

Busca o crea al paciente, ofrece las primeras horas libres de una sucursal,
reserva una mientras el paciente decide, la agenda, la confirma, la mueve y la
anula. Cada escritura lleva una Idempotency-Key y se repite con la misma cuando
la respuesta no llega.
"""

import argparse
import datetime
import http.client
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

INTENTOS = 5
CONFIRMADO, ANULADO = 3, 1  # GET /citas/estados los lista
OCUPADA = {"tope_profesional", "tope_sillon", "tope_reserva"}  # otro ganó la hora


class ErrorDeAPI(Exception):
    """Lo que el servidor no acepta. El código es estable: por él se decide, no por el mensaje."""

    def __init__(self, codigo, mensaje):
        super().__init__(f"{codigo}: {mensaje}")
        self.codigo = codigo


class API:
    def __init__(self, url, token, fallas):
        self.url, self.token, self.fallas = url.rstrip("/"), token, fallas

    def pedir(self, metodo, ruta, cuerpo=None, **consulta):
        """Una solicitud, con su clave si escribe, hasta tener una respuesta que sirva."""
        clave = None if metodo == "GET" else str(uuid.uuid4())
        for intento in range(1, INTENTOS + 1):
            try:
                return self.enviar(metodo, ruta, cuerpo, consulta, clave)
            except urllib.error.HTTPError as e:
                if e.code != 429 and e.code < 500:
                    error = json.load(e)["error"]
                    raise ErrorDeAPI(error["code"], error["message"]) from None
                motivo, espera = e.code, float(e.headers.get("Retry-After") or intento / 2)
            except (OSError, http.client.HTTPException) as e:  # sin respuesta: tal vez se hizo, tal vez no
                motivo, espera = type(e).__name__, intento / 2
            if intento < INTENTOS:
                print(f"  {metodo} {ruta}: {motivo}; se repite con la misma clave en {espera:g} s.")
                time.sleep(espera)
        raise ErrorDeAPI("sin_respuesta", f"{metodo} {ruta} no tuvo respuesta en {INTENTOS} intentos")

    def enviar(self, metodo, ruta, cuerpo, consulta, clave):
        url = self.url + ruta + ("?" + urllib.parse.urlencode(consulta) if consulta else "")
        solicitud = urllib.request.Request(url, method=metodo, data=json.dumps(cuerpo).encode() if cuerpo else None)
        solicitud.add_header("Authorization", f"Token {self.token}")
        solicitud.add_header("Content-Type", "application/json")
        if clave:
            solicitud.add_header("Idempotency-Key", clave)
        if ruta == "/citas" and self.fallas:  # solo para probar, y solo en un sandbox
            solicitud.add_header("X-Tomahora-Falla", self.fallas.pop(0))
        with urllib.request.urlopen(solicitud, timeout=30) as respuesta:
            if respuesta.headers.get("Idempotent-Replayed"):
                print("  Ya estaba hecho: es la respuesta de antes.")
            return json.load(respuesta)["data"]


def q(**filtros):
    return json.dumps(filtros)


def paciente_por_rut(api, rut):
    encontrados = api.pedir("GET", "/pacientes", q=q(rut={"eq": rut}))
    if encontrados:
        return encontrados[0]
    return api.pedir("POST", "/pacientes", {"rut": rut, "nombre": "Ana", "apellidos": "Rojas", "celular": "+56911111111"})


def horas_libres(api, profesional):
    """Las horas libres de las próximas dos semanas, listas para reservar."""
    manana = datetime.date.today() + datetime.timedelta(days=1)
    fechas = api.pedir("GET", "/horariosdisponibles", **{
        "ids_profesional[]": profesional["id_profesional"], "id_sucursal": profesional["id_sucursal"],
        "fecha_inicio": manana, "fecha_fin": manana + datetime.timedelta(days=13),
    }).get(str(profesional["id_profesional"]), {})
    return [{
        "id_profesional": profesional["id_profesional"], "id_sucursal": profesional["id_sucursal"], "fecha": fecha,
        "hora_inicio": hora["hora_inicio"], "duracion": hora["intervalo"], "id_sillon": hora["sillones"][0],
        "videoconsulta": int(hora["modalidad"] == "videoconsulta"),
    } for fecha in sorted(fechas) for hora in fechas[fecha]]


def primera_libre(horas, accion):
    """Hace algo con la primera hora que nadie gane antes, y la saca de la lista."""
    while horas:
        try:
            return accion(horas.pop(0))
        except ErrorDeAPI as e:
            if e.codigo not in OCUPADA:
                raise
    raise ErrorDeAPI("sin_horas", "no quedan horas libres")


def mostrar(que, cita):
    print(f"{que}: cita {cita['id']}, {cita['fecha']} a las {cita['hora_inicio'][:5]}, {cita['nombre_profesional']}, {cita['estado_cita']}.")


def recorrido(api, rut):
    paciente = paciente_por_rut(api, rut)
    print(f"Paciente: {paciente['id']}, {paciente['nombre']} {paciente['apellidos']}.")
    sucursal = api.pedir("GET", "/sucursales", q=q(habilitada={"eq": 1}))[0]
    profesionales = api.pedir("GET", "/horarios", q=q(id_sucursal={"eq": sucursal["id"]}))
    print(f"En {sucursal['nombre']} atienden: {', '.join(p['nombre_profesional'] for p in profesionales)}.")
    horas = horas_libres(api, profesionales[0])
    print(f"Primeras horas: {', '.join(h['fecha'] + ' ' + h['hora_inicio'][:5] for h in horas[:3])}.")

    reserva = primera_libre(horas, lambda hora: api.pedir("POST", "/reservas", {**hora, "ttl": 120}))
    print(f"Reservada: {reserva['fecha']} a las {reserva['hora_inicio'][:5]}, por {reserva['ttl']} segundos.")
    cita = api.pedir("POST", "/citas", {"id_reserva": reserva["id"], "id_paciente": paciente["id"]})
    mostrar("Agendada", cita)
    futuras = api.pedir("GET", f"/pacientes/{paciente['id']}/citas",
                        q=q(fecha={"gte": str(datetime.date.today())}, estado_anulacion={"eq": 0}))
    print(f"Citas futuras: {', '.join(str(c['id']) for c in futuras)}.")

    mostrar("Confirmada", api.pedir("PUT", f"/citas/{cita['id']}", {"id_estado": CONFIRMADO}))
    cita = primera_libre(horas, lambda hora: api.pedir("PUT", f"/citas/{cita['id']}", hora))
    mostrar("Movida", cita)
    mostrar("Anulada", api.pedir("PUT", f"/citas/{cita['id']}", {"id_estado": ANULADO}))
    if not any((h["fecha"], h["hora_inicio"]) == (cita["fecha"], cita["hora_inicio"]) for h in horas_libres(api, profesionales[0])):
        raise ErrorDeAPI("hora_perdida", "la hora anulada no se vuelve a ofrecer")
    print("La hora está libre otra vez.")


def main():
    argumentos = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    argumentos.add_argument("--url", default="http://127.0.0.1:8080/api/v5", help="URL base (%(default)s)")
    argumentos.add_argument("--token", default="demo", help="token de acceso (%(default)s)")
    argumentos.add_argument("--rut", default="12345678-5", help="RUT del paciente (%(default)s)")
    argumentos.add_argument("--fallas", default="", help="cómo fallan, en un sandbox, los primeros intentos de agendar: 429,corte-despues")
    opciones = argumentos.parse_args()
    try:
        recorrido(API(opciones.url, opciones.token, [f for f in opciones.fallas.split(",") if f]), opciones.rut)
    except ErrorDeAPI as e:
        sys.exit(str(e))


if __name__ == "__main__":
    main()
