#!/bin/sh
# El recorrido de un chatbot con reservas y claves, en sh y curl.
#
# Busca o crea al paciente, ofrece las primeras horas libres de una sucursal,
# reserva una mientras el paciente decide, la agenda, la confirma, la mueve y la
# anula. Cada escritura lleva una Idempotency-Key y se repite con la misma cuando
# la respuesta no llega.
#
#   URL=http://127.0.0.1:8080/api/v5 TOKEN=demo RUT=12345678-5 sh recorrido.sh
#
# FALLAS="429 corte-despues" hace fallar, en un sandbox, los primeros intentos de
# agendar. Necesita curl y jq.
set -eu

URL=${URL:-http://127.0.0.1:8080/api/v5} TOKEN=${TOKEN:-demo} RUT=${RUT:-12345678-5} FALLAS=${FALLAS:-}
INTENTOS=5
CONFIRMADO=3 ANULADO=1 # GET /citas/estados los lista

for programa in curl jq; do
  command -v "$programa" >/dev/null || { echo "falta $programa" >&2; exit 1; }
done
trabajo=$(mktemp -d)
trap 'rm -rf "$trabajo"' EXIT

# pedir METODO RUTA [OPCION DE CURL…]: deja la respuesta en $cuerpo, y en $error el
# código de lo que el servidor no acepta, que es estable: por él se decide, no por
# el mensaje.
pedir() {
  metodo=$1 ruta=$2 intento=1 error=
  shift 2
  clave=$(date +%s)-$$-$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
  while :; do
    falla=
    if [ "$ruta" = /citas ] && [ -n "$FALLAS" ]; then # solo para probar, y solo en un sandbox
      falla=${FALLAS%% *}
      case $FALLAS in *' '*) FALLAS=${FALLAS#* } ;; *) FALLAS= ;; esac
    fi
    : >"$trabajo/cabeceras"
    estado=$(curl -s -o "$trabajo/cuerpo" -D "$trabajo/cabeceras" -w '%{http_code}' --max-time 30 -X "$metodo" "$URL$ruta" \
      -H "Authorization: Token $TOKEN" -H "Idempotency-Key: $clave" ${falla:+-H "X-Tomahora-Falla: $falla"} "$@") || estado=sin-respuesta
    case $estado in
      2??)
        if grep -qi '^idempotent-replayed: true' "$trabajo/cabeceras"; then echo '  Ya estaba hecho: es la respuesta de antes.'; fi
        cuerpo=$(cat "$trabajo/cuerpo")
        return ;;
      429 | 5?? | sin-respuesta) # si no hubo respuesta, tal vez se hizo, tal vez no
        if [ "$intento" = "$INTENTOS" ]; then echo "$metodo $ruta: $estado en $INTENTOS intentos" >&2; exit 1; fi
        espera=$(sed -n 's/^[Rr]etry-[Aa]fter: *\([0-9]*\).*/\1/p' "$trabajo/cabeceras")
        espera=${espera:-$intento}
        echo "  $metodo $ruta: $estado; se repite con la misma clave en $espera s."
        sleep "$espera"
        intento=$((intento + 1)) ;;
      *)
        error=$(jq -r .error.code "$trabajo/cuerpo") cuerpo=$(cat "$trabajo/cuerpo")
        case $error in tope_*) return ;; esac # otro ganó la hora
        jq -r '.error | "\(.code): \(.message)"' "$trabajo/cuerpo" >&2
        exit 1 ;;
    esac
  done
}

# leer FILTRO: un dato de la última respuesta.
leer() { printf '%s' "$cuerpo" | jq -r "$1"; }

# buscar RUTA PARAMETRO…: una lectura; los parámetros van en la URL.
buscar() {
  ruta=$1
  shift
  for parametro; do set -- "$@" --data-urlencode "$parametro"; shift; done
  pedir GET "$ruta" -G "$@"
}

# dentro_de DIAS: una fecha, con el date de GNU o el de BSD.
dentro_de() { date -d "+$1 days" +%F 2>/dev/null || date -v "+$1d" +%F; }

# horas_libres: las de las próximas dos semanas, una por línea, listas para reservar.
horas_libres() {
  buscar /horariosdisponibles "ids_profesional[]=$profesional" "id_sucursal=$sucursal" \
    "fecha_inicio=$(dentro_de 1)" "fecha_fin=$(dentro_de 14)"
  leer '.data[] | to_entries | sort_by(.key)[] | .key as $fecha | .value[]
    | "fecha=\($fecha)&hora_inicio=\(.hora_inicio)&duracion=\(.intervalo)&id_sillon=\(.sillones[0])&videoconsulta=\(if .modalidad == "videoconsulta" then 1 else 0 end)"' >"$trabajo/horas"
}

# primera_libre METODO RUTA DATOS: pide con la primera hora que nadie gane antes, y
# saca esa y las anteriores de la lista.
primera_libre() {
  while :; do
    hora=$(head -n 1 "$trabajo/horas")
    if [ -z "$hora" ]; then echo 'no quedan horas libres' >&2; exit 1; fi
    sed 1d "$trabajo/horas" >"$trabajo/otras" && mv "$trabajo/otras" "$trabajo/horas"
    pedir "$1" "$2" -d "$hora&$3"
    if [ -z "$error" ]; then return; fi
  done
}

mostrar() { leer "\"$1: cita \\(.data.id), \\(.data.fecha) a las \\(.data.hora_inicio[:5]), \\(.data.nombre_profesional), \\(.data.estado_cita).\""; }

buscar /pacientes "q={\"rut\":{\"eq\":\"$RUT\"}}"
if [ "$(leer '.data | length')" = 0 ]; then
  pedir POST /pacientes -d "rut=$RUT" -d nombre=Ana -d apellidos=Rojas --data-urlencode celular=+56911111111
fi
paciente=$(leer '.data | if type == "array" then .[0] else . end | .id')
echo "Paciente: $paciente."

buscar /sucursales 'q={"habilitada":{"eq":1}}'
sucursal=$(leer '.data[0].id') nombre=$(leer '.data[0].nombre')
buscar /horarios "q={\"id_sucursal\":{\"eq\":$sucursal}}"
profesional=$(leer '.data[0].id_profesional')
echo "En $nombre atienden: $(leer '[.data[].nombre_profesional] | join(", ")')."
horas_libres
echo "Primeras horas: $(leer '[.data[] | to_entries | sort_by(.key)[] | .key as $f | .value[] | "\($f) \(.hora_inicio[:5])"][:3] | join(", ")')."

primera_libre POST /reservas "id_profesional=$profesional&id_sucursal=$sucursal&ttl=120"
leer '"Reservada: \(.data.fecha) a las \(.data.hora_inicio[:5]), por \(.data.ttl) segundos."'
pedir POST /citas -d "id_reserva=$(leer .data.id)" -d "id_paciente=$paciente"
mostrar Agendada
cita=$(leer .data.id)
buscar "/pacientes/$paciente/citas" "q={\"fecha\":{\"gte\":\"$(date +%F)\"},\"estado_anulacion\":{\"eq\":0}}"
echo "Citas futuras: $(leer '[.data[].id | tostring] | join(", ")')."

pedir PUT "/citas/$cita" -d "id_estado=$CONFIRMADO"
mostrar Confirmada
primera_libre PUT "/citas/$cita" "id_profesional=$profesional"
mostrar Movida
pedir PUT "/citas/$cita" -d "id_estado=$ANULADO"
mostrar Anulada
hora=$(leer '"fecha=\(.data.fecha)&hora_inicio=\(.data.hora_inicio)&"')
horas_libres
if ! grep -qF "$hora" "$trabajo/horas"; then echo 'la hora anulada no se vuelve a ofrecer' >&2; exit 1; fi
echo 'La hora está libre otra vez.'
