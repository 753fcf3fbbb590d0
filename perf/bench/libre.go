package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/tomahora/tomahora"
)

// measureLibre measures what an hour that is refused costs, which comes with
// others that are free, and a search over everybody's; on a server with a past.
func (s served) measureLibre(ctx context.Context, b *bench, e engine) error {
	const connections = 1
	busy := fmt.Sprintf(`"id_profesional":2,"id_sucursal":%d,"id_sillon":%d,"id_paciente":1,"fecha":"%s","hora_inicio":"12:00","duracion":%d`,
		sucursal, sillon, busyFrom().AddDays(2), intervalo)
	plain := s.refusals("POST /citas refused for its estado", "{"+busy+`,"id_estado":99}`, tomahora.CodeEstadoInvalido, connections)
	taken := s.refusals("refused for its hour, with others that are free", "{"+busy+"}", tomahora.CodeTopeProfesional, connections)
	from := busyFrom().String()
	first := s.gets("GET /disponibilidad of 200 profesionales' 31 days, 100 hours", fmt.Sprintf("/api/v5/disponibilidad?fecha_inicio=%s&fecha_fin=%s", from, busyFrom().AddDays(30)), connections)
	spread := s.gets("the same, spread over the profesionales", fmt.Sprintf("/api/v5/disponibilidad?fecha_inicio=%s&fecha_fin=%s&orden=repartido", from, busyFrom().AddDays(30)), connections)
	most := s.gets("the same, 5000 hours", fmt.Sprintf("/api/v5/disponibilidad?fecha_inicio=%s&fecha_fin=%s&limite=5000", from, busyFrom().AddDays(30)), connections)
	all := []*measurement{plain, taken, first, spread, most}
	if err := measure(ctx, b.rounds, b.duration/readPart, all...); err != nil {
		return err
	}
	b.out.measurements("Refusals and free hours over HTTP, "+e.name, "connections", all...)
	b.compare(ratio{name: e.name + ": p50 of a refusal with other hours ÷ of one without", got: taken.slower(plain), must: 3, aim: 2, atMost: true})
	return nil
}

// refusals measures a booking that is refused with a code.
func (s served) refusals(name, body string, code tomahora.Code, connections int) *measurement {
	p := newPoster(s.token)
	request := append(strconv.AppendInt(p.head, int64(len(body)), 10), "\r\n\r\n"+body...)
	return &measurement{name: name, callers: connections, cpu: s.cpu, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		return s.connect(ctx, n, func(w *wire) caller {
			return func(context.Context) (bool, error) {
				status, body, err := w.do(request)
				if err == nil && (status != http.StatusBadRequest || !bytes.Contains(body, []byte(`"`+code+`"`))) {
					err = fmt.Errorf("status %d: %s", status, body)
				}
				return false, err
			}
		})
	}}
}
