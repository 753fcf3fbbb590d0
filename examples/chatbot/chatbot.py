#!/usr/bin/env python3
"""El recorrido de un chatbot que toma horas, por HTTP y sin bibliotecas.

Busca o crea al paciente por su RUT, ve qué profesionales atienden en una
sucursal, toma la primera hora libre de las próximas dos semanas, la confirma,
la mueve dos veces, la anula y comprueba que la hora vuelve a estar libre.
Termina con un código distinto de 0 ante cualquier sorpresa.

Es el mismo recorrido que contra Medilink v5: cambie --url y --token.
"""

import argparse
import datetime
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


class Sorpresa(Exception):
    """El servidor respondió algo que este programa no esperaba."""


class API:
    """Habla con el servidor: JSON de ida y de vuelta."""

    def __init__(self, url, token):
        self.url = url.rstrip("/")
        self.token = token

    def pedir(self, metodo, ruta, cuerpo=None, espera=200):
        """Envía una solicitud y devuelve la respuesta, que debe traer el código esperado."""
        codigo, respuesta = self.intentar(metodo, ruta, cuerpo)
        if codigo != espera:
            raise Sorpresa(f"{metodo} {ruta}: {codigo} en vez de {espera}: {mensaje(respuesta)}")
        return respuesta

    def intentar(self, metodo, ruta, cuerpo=None):
        """Envía una solicitud y devuelve código y respuesta; si hay demasiadas, espera y repite."""
        solicitud = urllib.request.Request(self.url + ruta, method=metodo)
        solicitud.add_header("Authorization", f"Token {self.token}")
        if cuerpo is not None:
            solicitud.data = json.dumps(cuerpo).encode()
            solicitud.add_header("Content-Type", "application/json; charset=utf-8")
        while True:
            try:
                with urllib.request.urlopen(solicitud, timeout=30) as r:
                    return r.status, json.load(r)
            except urllib.error.HTTPError as e:
                with e:
                    if e.code != 429:
                        return e.code, json.load(e)
                    time.sleep(int(e.headers.get("Retry-After", "3")))

    def todas(self, ruta, **filtros):
        """Recorre una lista página por página, siguiendo los enlaces."""
        lista = []
        pagina = self.pedir("GET", f"{ruta}?{consulta(q=filtros)}")
        while True:
            lista += pagina["data"]
            siguiente = (pagina.get("links") or {}).get("next")
            if not siguiente:
                return lista
            cursor = urllib.parse.urlsplit(siguiente).query
            pagina = self.pedir("GET", f"{ruta}?{cursor}")


def consulta(q=None, **parametros):
    """Arma la parte de una URL que va después del signo de pregunta; q va como JSON."""
    if q:
        parametros["q"] = json.dumps(q)
    return urllib.parse.urlencode(parametros, doseq=True)


def mensaje(respuesta):
    """El texto de un error."""
    return respuesta.get("error", {}).get("message", respuesta)


def comprobar(condicion, texto):
    """Detiene el recorrido si algo no es como debe ser."""
    if not condicion:
        raise Sorpresa(texto)


def paciente_por_rut(api, rut):
    """Busca al paciente y, si no está, lo crea."""
    encontrados = api.todas("/pacientes", rut={"eq": rut})
    if encontrados:
        paciente = encontrados[0]
        print(f"Paciente {paciente['id']}: ya está registrado con el RUT {paciente['rut']}.")
        return paciente
    nuevo = {"rut": rut, "nombre": "Ana", "apellidos": "Rojas", "celular": "+56911111111", "email": "ana@example.com"}
    paciente = api.pedir("POST", "/pacientes", nuevo, espera=201)["data"]
    print(f"Paciente {paciente['id']}: se creó con el RUT {paciente['rut']}.")
    return paciente


def profesionales_de(api, sucursal):
    """Los profesionales habilitados que atienden en la sucursal, con su horario en ella."""
    lista = []
    for profesional in api.todas("/profesionales", habilitado={"eq": 1}):
        ruta = f"/profesionales/{profesional['id']}"
        contratos = api.pedir("GET", f"{ruta}/contratos")["data"]
        if not any(c["id_sucursal"] == sucursal["id"] and c["habilitado"] for c in contratos):
            continue
        for horario in api.pedir("GET", f"{ruta}/horarios")["data"]:
            if horario["id_sucursal"] == sucursal["id"]:
                profesional["dias"] = horario["dias"]
                lista.append(profesional)
    return lista


def modalidad(profesional, hora):
    """Lo que hay que decir de la modalidad: presencial, salvo que a esa hora solo haya videoconsulta."""
    dia_de_semana = datetime.date.fromisoformat(hora["fecha"]).isoweekday()
    for dia in profesional["dias"]:
        if dia["dia"] == dia_de_semana and dia["hora_inicio"] <= hora["hora_inicio"] < dia["hora_fin"]:
            return {"videoconsulta": int(dia.get("modalidad") == "videoconsulta")}
    return {}  # la hora es de un horario especial


def horas_libres(api, sucursal, profesional):
    """Las horas libres de un profesional en las próximas dos semanas, desde mañana."""
    desde = datetime.date.today() + datetime.timedelta(days=1)
    hasta = desde + datetime.timedelta(days=13)
    parametros = {
        "ids_profesional[]": [profesional["id"]],
        "id_sucursal": sucursal["id"],
        "fecha_inicio": desde.isoformat(),
        "fecha_fin": hasta.isoformat(),
    }
    dias = api.pedir("GET", f"/horariosdisponibles?{consulta(**parametros)}")["data"].get(str(profesional["id"])) or {}
    return [{"fecha": fecha, **bloque} for fecha in sorted(dias) for bloque in dias[fecha]]


def sillones_libres(api, cita):
    """Los sillones en los que la hora de una cita está libre, según la grilla."""
    q = {"fecha_inicio": {"eq": cita["fecha"]}, "fecha_fin": {"eq": cita["fecha"]}, "mostrar_detalles": {"eq": 0}}
    ruta = f"/sucursales/{cita['id_sucursal']}/profesionales/{cita['id_profesional']}/agendas?{consulta(q=q)}"
    horas = api.pedir("GET", ruta)["data"]["fechas"][cita["fecha"]]["horas"]
    sillones = horas[cita["hora_inicio"][:5]]["sillones"]
    return [int(sillon) for sillon, libre in sillones.items() if libre is True and sillon.isdigit()]


def agendar(api, sucursal, paciente, profesional, horas):
    """Toma la primera hora que nadie gane antes, y devuelve la cita."""
    for hora in horas:
        pedida = {
            "id_paciente": paciente["id"],
            "id_profesional": profesional["id"],
            "id_sucursal": sucursal["id"],
            "fecha": hora["fecha"],
            "hora_inicio": hora["hora_inicio"],
            "duracion": hora["intervalo"],
            "comentario": "Agendada por el chatbot",
            **modalidad(profesional, hora),
        }
        for sillon in sillones_libres(api, pedida):
            codigo, respuesta = api.intentar("POST", "/citas", {**pedida, "id_sillon": sillon})
            if codigo == 201:
                return respuesta["data"]
            comprobar(codigo == 400 and "tope" in mensaje(respuesta), f"al agendar: {codigo} {mensaje(respuesta)}")
    raise Sorpresa("no quedan horas libres")


def mostrar(que, cita):
    """Cuenta en qué quedó una cita."""
    print(f"{que}: cita {cita['id']}, {cita['fecha']} a las {cita['hora_inicio'][:5]}, {cita['nombre_profesional']}, "
          f"{cita['nombre_sucursal']}, {cita['nombre_sillon']}, {cita['estado_cita']}.")


def estado(estados, palabra, anulacion):
    """El primer estado, por su número, que se llama así."""
    for e in sorted(estados, key=lambda e: e["id"]):
        if palabra in e["nombre"].lower() and e["anulacion"] == anulacion and e["habilitado"] and not e["uso_interno"]:
            return e["id"]
    raise Sorpresa(f"no hay un estado «{palabra}»")


def mover(api, metodo, ruta, cita, cuerpo, horas, espera):
    """Mueve una cita a la primera hora, distinta de la suya, que esté libre en su sillón."""
    for libre in horas:
        hora = {"fecha": libre["fecha"], "hora_inicio": libre["hora_inicio"], "duracion": libre["intervalo"]}
        if cita["id_sillon"] not in sillones_libres(api, {**cita, **hora}):
            continue
        movida = api.pedir(metodo, ruta, {**cuerpo, **hora}, espera=espera)["data"]
        comprobar((movida["fecha"], movida["hora_inicio"]) == (hora["fecha"], hora["hora_inicio"]), "la cita no se movió")
        comprobar(cita["id_sillon"] in sillones_libres(api, cita), "la hora que quedó atrás no se liberó")
        return movida
    raise Sorpresa("no hay otra hora libre")


def recorrido(api, rut):
    """El recorrido completo."""
    sucursales = api.todas("/sucursales", habilitada={"eq": 1})
    comprobar(sucursales, "la clínica no tiene sucursales")
    sucursal = sucursales[0]
    print(f"Sucursal {sucursal['id']}: {sucursal['nombre']}.")
    paciente = paciente_por_rut(api, rut)

    profesionales = profesionales_de(api, sucursal)
    comprobar(profesionales, "en la sucursal no atiende nadie")
    for p in profesionales:
        print(f"Profesional {p['id']}: {p['nombre']} {p['apellidos']}, {p['especialidad']}, cada {p['intervalo']} minutos.")
    profesional = profesionales[0]
    horas = horas_libres(api, sucursal, profesional)
    comprobar(len(horas) >= 3, "quedan menos de tres horas libres en dos semanas")
    print(f"Horas libres de {profesional['nombre']} {profesional['apellidos']}: {len(horas)}; las primeras, "
          + ", ".join(f"{h['fecha']} {h['hora_inicio'][:5]}" for h in horas[:3]) + ".")

    cita = agendar(api, sucursal, paciente, profesional, horas)
    mostrar("Agendada", cita)
    comprobar(cita["id_sillon"] not in sillones_libres(api, cita), "la hora tomada se sigue ofreciendo")

    hoy = datetime.date.today().isoformat()
    futuras = api.todas(f"/pacientes/{paciente['id']}/citas", fecha={"gte": hoy}, estado_anulacion={"eq": 0})
    comprobar(cita["id"] in [c["id"] for c in futuras], "la cita no está entre las del paciente")
    print(f"Citas futuras del paciente: {', '.join(str(c['id']) for c in futuras)}.")

    estados = api.pedir("GET", "/citas/estados")["data"]
    confirmado = estado(estados, "confirmado por", anulacion=0)
    cita = api.pedir("PUT", f"/citas/{cita['id']}", {"id_estado": confirmado})["data"]
    comprobar(cita["id_estado"] == confirmado, "la cita no quedó confirmada")
    mostrar("Confirmada", cita)

    cita = mover(api, "PUT", f"/citas/{cita['id']}", cita, {}, horas, espera=200)
    mostrar("Movida", cita)

    anterior = cita
    cita = mover(api, "POST", "/citas/changeDate", cita, {"id_sesion": cita["id"]}, horas, espera=201)
    mostrar("Cambiada de fecha", cita)
    anterior = api.pedir("GET", f"/citas/{anterior['id']}")["data"]
    comprobar(cita["id"] != anterior["id"] and anterior["estado_anulacion"] == 1, "la cita anterior sigue viva")
    mostrar("La anterior", anterior)

    anulado = estado(estados, "anulado", anulacion=1)
    cita = api.pedir("PUT", f"/citas/{cita['id']}", {"id_estado": anulado})["data"]
    comprobar(cita["estado_anulacion"] == 1, "la cita no quedó anulada")
    mostrar("Anulada", cita)
    comprobar(cita["id_sillon"] in sillones_libres(api, cita), "la hora anulada no se liberó")
    ofrecidas = [(h["fecha"], h["hora_inicio"]) for h in horas_libres(api, sucursal, profesional)]
    comprobar((cita["fecha"], cita["hora_inicio"]) in ofrecidas, "la hora anulada no se vuelve a ofrecer")
    print("La hora está libre otra vez.")


def main():
    argumentos = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    argumentos.add_argument("--url", default="http://127.0.0.1:8080/api/v5", help="URL base (%(default)s)")
    argumentos.add_argument("--token", default="demo", help="token de acceso (%(default)s)")
    argumentos.add_argument("--rut", default="12345678-5", help="RUT del paciente (%(default)s)")
    opciones = argumentos.parse_args()
    try:
        recorrido(API(opciones.url, opciones.token), opciones.rut)
    except Sorpresa as e:
        sys.exit(f"Sorpresa: {e}")
    except urllib.error.URLError as e:
        sys.exit(f"No se pudo llegar a {opciones.url}: {e.reason}")


if __name__ == "__main__":
    main()
