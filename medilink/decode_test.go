package medilink

import (
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

const (
	formType = "application/x-www-form-urlencoded; charset=UTF-8"
	jsonType = "application/json"
)

// seedJSON and seedForm are the seed's request.
const (
	seedJSON = `{"id_profesional":2,"id_sucursal":1,"id_estado":7,"id_sillon":1,"id_paciente":2,"id_atencion":2,` +
		`"fecha":"2018-11-02","hora_inicio":"09:00","duracion":30,"comentario":"Control general","videoconsulta":1}`
	seedForm = "id_profesional=2&id_sucursal=1&id_estado=7&id_sillon=1&id_paciente=2&id_atencion=2" +
		"&fecha=2018-11-02&hora_inicio=09%3A00&duracion=30&comentario=Control+general&videoconsulta=1"
)

// seed is the seed's request as a Solicitud.
func seed() tomahora.Solicitud {
	return tomahora.Solicitud{
		IDProfesional: 2, IDSucursal: 1, IDEstado: 7, IDSillon: 1, IDPaciente: 2, IDAtencion: 2,
		Fecha: tomahora.Fecha{Year: 2018, Month: 11, Day: 2}, HoraInicio: new(tomahora.Hora(9 * 60)), Duracion: new(tomahora.Duracion(30)),
		Comentario: "Control general", Videoconsulta: new(true),
	}
}

func empty() tomahora.Solicitud {
	return tomahora.Solicitud{IDEstado: tomahora.EstadoNoConfirmado}
}

// multipartBody is a form as browsers' FormData sends it.
func multipartBody(pairs ...string) (contentType, body string) {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		_ = w.WriteField(pairs[i], pairs[i+1])
	}
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

func decode(contentType, body string) (tomahora.Solicitud, error) {
	f, err := decodeBody(contentType, "", []byte(body))
	return f.solicitud(), err
}

func TestTheSeedsRequestReadsTheSameInEveryEncoding(t *testing.T) {
	multi, multiBody := multipartBody("id_profesional", "2", "id_sucursal", "1", "id_estado", "7", "id_sillon", "1", "id_paciente", "2",
		"id_atencion", "2", "fecha", "2018-11-02", "hora_inicio", "09:00", "duracion", "30", "comentario", "Control general", "videoconsulta", "1")
	tests := map[string]struct{ contentType, body string }{
		"a form, as jQuery sends it":                        {formType, seedForm},
		"a form without a Content-Type":                     {"", seedForm},
		"a multipart form":                                  {multi, multiBody},
		"JSON":                                              {jsonType, seedJSON},
		"JSON with a charset":                               {"application/json; charset=utf-8", seedJSON},
		"JSON sent by fetch as text":                        {"text/plain;charset=UTF-8", seedJSON},
		"JSON under a form's Content-Type":                  {formType, seedJSON},
		"JSON under a Content-Type that cannot be read":     {"application/json; charset", seedJSON},
		"JSON after a byte order mark and white space":      {jsonType, "\uFEFF \r\n\t" + seedJSON + "\n"},
		"JSON with every value a text":                      {jsonType, jsonOfTexts(seedForm)},
		"ASCII in a charset that contains it":               {"application/json; charset=ISO-8859-1", seedJSON},
		"a form that declares windows-1252 and sends ASCII": {"application/x-www-form-urlencoded; charset=windows-1252", seedForm},
		"a form with unknown fields":                        {formType, seedForm + "&hora_fin=09%3A30&observaciones=x&a%5B%5D=1"},
		"JSON with unknown fields, nested ones too":         {jsonType, `{"x":{"fecha":[{"y":[]}]},"z":[[1,{"id_sillon":9}]],` + seedJSON[1:]},
		"a form with both spellings of the comment":         {formType, seedForm + "&comentarios=otro"},
		"a form with both names of the sillón":              {formType, seedForm + "&id_recurso=9"},
		"a form with empty pairs":                           {formType, "&&" + seedForm + "&"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := decode(test.contentType, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(seed(), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// jsonOfTexts spells a form's fields as JSON texts.
func jsonOfTexts(form string) string {
	f, _ := decodeForm(form, false)
	pairs := make([]string, 0, len(f))
	for name, v := range f {
		pairs = append(pairs, fmt.Sprintf("%q:%q", name, v.text))
	}
	return "{" + strings.Join(pairs, ",") + "}"
}

func TestUnreadableBodies(t *testing.T) {
	multi, multiBody := multipartBody("fecha", "2018-11-02", "duracion", "30")
	twice, twiceBody := multipartBody("x", "1", "x", "2")
	part := func(headers, content string) string {
		return "--b\r\n" + headers + "\r\n\r\n" + content + "\r\n--b--\r\n"
	}
	const multiB = "multipart/form-data; boundary=b"
	tests := map[string]struct{ contentType, body string }{
		"JSON that ends too soon":                      {jsonType, `{"id_sucursal":1`},
		"JSON with garbage behind it":                  {jsonType, `{"id_sucursal":1}x`},
		"two JSON objects":                             {jsonType, `{} {}`},
		"JSON with a comma too many":                   {jsonType, `{"id_sucursal":1,}`},
		"JSON with a comment":                          {jsonType, "{// x\n}"},
		"JSON with NaN":                                {jsonType, `{"duracion":NaN}`},
		"JSON with a hexadecimal number":               {jsonType, `{"duracion":0x1F}`},
		"a JSON array":                                 {jsonType, `[1]`},
		"a JSON text":                                  {jsonType, `"x"`},
		"JSON null":                                    {jsonType, `null`},
		"JSON nested too deeply":                       {jsonType, `{"x":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "}"},
		"a JSON field twice":                           {jsonType, `{"id_sucursal":1,"id_sucursal":1}`},
		"a JSON field twice, once escaped":             {jsonType, `{"fecha":"2018-11-02","f\u0065cha":"2018-11-02"}`},
		"an unknown JSON field twice":                  {jsonType, `{"x":1,"x":2}`},
		"a JSON field twice, once null":                {jsonType, `{"fecha":null,"fecha":"2018-11-02"}`},
		"a NUL escape in JSON":                         {jsonType, `{"comentario":"a\u0000b"}`},
		"a NUL escape in the name of a JSON field":     {jsonType, `{"a\u0000":1}`},
		"a NUL escape deep in JSON":                    {jsonType, `{"x":[{"y":"\u0000"}]}`},
		"a NUL byte in JSON":                           {jsonType, "{\"comentario\":\"a\x00b\"}"},
		"invalid UTF-8 in JSON":                        {jsonType, "{\"comentario\":\"a\xffb\"}"},
		"a surrogate encoded as UTF-8":                 {jsonType, "{\"comentario\":\"\xed\xa0\x80\"}"},
		"an overlong encoding":                         {jsonType, "{\"comentario\":\"\xc0\xaf\"}"},
		"a lone high surrogate escape":                 {jsonType, `{"comentario":"\ud800"}`},
		"a lone low surrogate escape":                  {jsonType, `{"comentario":"\udc00x"}`},
		"a high surrogate before another escape":       {jsonType, `{"comentario":"\ud800\u0041"}`},
		"a high surrogate before a plain backslash":    {jsonType, `{"comentario":"\ud83d\\ude00"}`},
		"two high surrogates":                          {jsonType, `{"comentario":"\uD83D\uD83D\uDE00"}`},
		"JSON in UTF-16":                               {jsonType, "\xff\xfe{\x00}\x00"},
		"JSON declared as UTF-16":                      {"application/json; charset=utf-16", seedJSON},
		"JSON in latin-1, declared":                    {"application/json; charset=iso-8859-1", "{\"comentario\":\"\xe9\"}"},
		"UTF-8 declared as latin-1":                    {"application/json; charset=iso-8859-1", `{"comentario":"é"}`},
		"a charset that is no superset of ASCII":       {"application/json; charset=ebcdic-cp-us", seedJSON},
		"a field of a form twice":                      {formType, "fecha=2018-11-02&fecha=2018-11-02"},
		"a field of a form twice, once escaped":        {formType, "fecha=2018-11-02&f%65cha=2018-11-02"},
		"an unknown field of a form twice":             {formType, "x=1&x=1"},
		"a field of a form twice, once empty":          {formType, "fecha=&fecha=2018-11-02"},
		"broken percent-encoding":                      {formType, "comentario=100%"},
		"percent-encoding that is not hexadecimal":     {formType, "comentario=%zz"},
		"broken percent-encoding in a name":            {formType, "%f=1"},
		"invalid UTF-8 in a form":                      {formType, "comentario=%ff"},
		"invalid UTF-8 in the name of a form's field":  {formType, "%ff=1"},
		"raw invalid UTF-8 in a form":                  {formType, "comentario=\xff"},
		"NUL in a form":                                {formType, "comentario=%00"},
		"NUL in the name of a form's field":            {formType, "a%00=1"},
		"a form in latin-1, declared":                  {"application/x-www-form-urlencoded; charset=iso-8859-1", "comentario=%C3%A9"},
		"a multipart form without its end":             {multi, multiBody[:len(multiBody)-6]},
		"a multipart form cut inside a part":           {multi, multiBody[:len(multiBody)/2]},
		"a multipart form with another boundary":       {multiB, multiBody},
		"a multipart form without a boundary":          {"multipart/form-data", multiBody},
		"a field of a multipart form twice":            {twice, twiceBody},
		"a part without a name":                        {multiB, part("Content-Disposition: form-data", "1")},
		"a part that is no form data":                  {multiB, part("Content-Type: text/plain", "1")},
		"a part in base64":                             {multiB, part("Content-Disposition: form-data; name=\"x\"\r\nContent-Transfer-Encoding: base64", "MQ==")},
		"a part in latin-1":                            {multiB, part("Content-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain; charset=iso-8859-1", "é")},
		"a part in UTF-16":                             {multiB, part("Content-Disposition: form-data; name=\"x\"\r\nContent-Type: text/plain; charset=utf-16", "1")},
		"a part with NUL":                              {multiB, part(`Content-Disposition: form-data; name="x"`, "\x00")},
		"a part with invalid UTF-8":                    {multiB, part(`Content-Disposition: form-data; name="x"`, "\xff")},
		"a part whose name is invalid UTF-8":           {multiB, part("Content-Disposition: form-data; name=\"\xff\"", "1")},
		"XML":                                          {"application/xml", "<a/>"},
		"text that is not JSON":                        {"text/plain", "hola"},
		"a form under a Content-Type that is not read": {"a/b/c;;", seedForm},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := decode(test.contentType, test.body)
			if !tomahora.IsCode(err, tomahora.CodeCuerpoInvalido) {
				t.Errorf("got %v, want cuerpo_invalido", err)
			}
		})
	}
}

func TestARepeatedFieldIsNamed(t *testing.T) {
	_, err := decode(formType, "fecha=1&fecha=2")
	if e := tomahora.ProblemsOf(err)[0]; e.Field != "fecha" || !strings.Contains(e.Error(), "fecha") {
		t.Errorf("got field %q, message %q", e.Field, e)
	}
	long := strings.Repeat("x", 1000)
	_, err = decode(formType, long+"=1&"+long+"=2")
	if strings.Contains(err.Error(), long) {
		t.Error("a long unknown name is repeated to the client")
	}
}

func TestContentEncoding(t *testing.T) {
	for encoding, accepted := range map[string]bool{"": true, "identity": true, "Identity": true, "gzip": false, "identity,gzip": false} {
		_, err := decodeBody(jsonType, encoding, []byte(seedJSON))
		if accepted != (err == nil) {
			t.Errorf("%q: got %v", encoding, err)
		}
	}
}

func TestValues(t *testing.T) {
	with := func(change func(*tomahora.Solicitud)) tomahora.Solicitud {
		s := empty()
		change(&s)
		return s
	}
	suc := func(id tomahora.SucursalID) tomahora.Solicitud {
		return with(func(s *tomahora.Solicitud) { s.IDSucursal = id })
	}
	dur := func(d tomahora.Duracion) tomahora.Solicitud {
		return with(func(s *tomahora.Solicitud) { s.Duracion = &d })
	}
	video := func(b bool) tomahora.Solicitud { return with(func(s *tomahora.Solicitud) { s.Videoconsulta = &b }) }
	comment := func(c string) tomahora.Solicitud { return with(func(s *tomahora.Solicitud) { s.Comentario = c }) }
	fecha := with(func(s *tomahora.Solicitud) { s.Fecha = tomahora.Fecha{Year: 2018, Month: 11, Day: 2} })
	hora := with(func(s *tomahora.Solicitud) { s.HoraInicio = new(tomahora.Hora(540)) })
	tests := map[string]tomahora.Solicitud{
		``:                       empty(),
		`"id_sucursal":2`:        suc(2),
		`"id_sucursal":2.0`:      suc(2),
		`"id_sucursal":2e0`:      suc(2),
		`"id_sucursal":20E-1`:    suc(2),
		`"id_sucursal":0.002e+3`: suc(2),
		`"id_sucursal":"2"`:      suc(2),
		`"id_sucursal":" 2\t"`:   suc(2),
		`"id_sucursal":"2.00"`:   suc(2),
		`"id_sucursal":"002"`:    suc(2),
		`"id_sucursal":"+2"`:     suc(2),
		`"id_sucursal":1e18`:     suc(1e18),
		`"id_sucursal":2` + strings.Repeat("0", 1000) + `e-1000`: suc(2),
		`"id_sucursal":9223372036854775807`:                      suc(9223372036854775807),
		`"id_sucursal":9223372036854775807.000`:                  suc(9223372036854775807),
		`"id_sucursal":null`:                                     empty(),
		`"id_sucursal":""`:                                       empty(),
		`"ID_SUCURSAL":2`:                                        empty(), // names are exact
		`"id_estado":3`:                                          with(func(s *tomahora.Solicitud) { s.IDEstado = 3 }),
		`"id_estado":null`:                                       empty(),
		`"id_recurso":4`:                                         with(func(s *tomahora.Solicitud) { s.IDSillon = 4 }),
		`"id_recurso":4,"id_sillon":""`:                          with(func(s *tomahora.Solicitud) { s.IDSillon = 4 }),
		`"id_recurso":[],"id_sillon":1`:                          with(func(s *tomahora.Solicitud) { s.IDSillon = 1 }),
		`"duracion":30`:                                          dur(30),
		`"duracion":"30"`:                                        dur(30),
		`"duracion":0`:                                           dur(0),
		`"duracion":-0.0`:                                        dur(0),
		`"duracion":-15`:                                         dur(-15),
		`"duracion":"-15.0"`:                                     dur(-15),
		`"duracion":-9223372036854775808`:                        dur(-9223372036854775808),
		`"duracion":""`:                                          empty(),
		`"fecha":"2018-11-02"`:                                   fecha,
		`"fecha":"02/11/2018"`:                                   fecha,
		`"fecha":""`:                                             empty(),
		`"hora_inicio":"09:00"`:                                  hora,
		`"hora_inicio":"09:00:00"`:                               hora,
		`"videoconsulta":1`:                                      video(true),
		`"videoconsulta":0`:                                      video(false),
		`"videoconsulta":1.0`:                                    video(true),
		`"videoconsulta":"1"`:                                    video(true),
		`"videoconsulta":"0"`:                                    video(false),
		`"videoconsulta":true`:                                   video(true),
		`"videoconsulta":false`:                                  video(false),
		`"videoconsulta":"true"`:                                 video(true),
		`"videoconsulta":"False"`:                                video(false),
		`"videoconsulta":null`:                                   empty(),
		`"videoconsulta":""`:                                     empty(),
		`"comentario":"a\nb <&> \ud83d\ude00"`:                   comment("a\nb <&> 😀"),
		`"comentario":"\\ud800"`:                                 comment(`\ud800`),
		`"comentario":" x "`:                                     comment(" x "),
		`"comentario":12`:                                        comment("12"),
		`"comentarios":"b"`:                                      comment("b"),
		`"comentario":"","comentarios":"b"`:                      comment("b"),
		`"comentario":null,"comentarios":"b"`:                    comment("b"),
		`"comentario":"a","comentarios":[]`:                      comment("a"),
		`"comentario":"a","comentarios":"b"`:                     comment("a"),
	}
	for body, want := range tests {
		t.Run(body, func(t *testing.T) {
			got, err := decode(jsonType, "{"+body+"}")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnreadableParametersAreNamed(t *testing.T) {
	tests := map[string]string{
		`"id_sucursal":0`:                               "id_sucursal",
		`"id_sucursal":-1`:                              "id_sucursal",
		`"id_sucursal":"-1"`:                            "id_sucursal",
		`"id_sucursal":9223372036854775808`:             "id_sucursal",
		`"id_sucursal":18446744073709551617`:            "id_sucursal",
		`"id_sucursal":1e19`:                            "id_sucursal",
		`"id_sucursal":1e999999999`:                     "id_sucursal",
		`"id_sucursal":1e99999999999999999999`:          "id_sucursal",
		`"id_sucursal":1e-999999999`:                    "id_sucursal",
		`"id_sucursal":` + strings.Repeat("9", 100_000): "id_sucursal",
		`"id_sucursal":1.5`:                             "id_sucursal",
		`"id_sucursal":"2.5"`:                           "id_sucursal",
		`"id_sucursal":"x"`:                             "id_sucursal",
		`"id_sucursal":"0x2"`:                           "id_sucursal",
		`"id_sucursal":"1_0"`:                           "id_sucursal",
		`"id_sucursal":"2 2"`:                           "id_sucursal",
		`"id_sucursal":"."`:                             "id_sucursal",
		`"id_sucursal":"e"`:                             "id_sucursal",
		`"id_sucursal":"2e"`:                            "id_sucursal",
		`"id_sucursal":"--2"`:                           "id_sucursal",
		`"id_sucursal":"+-2"`:                           "id_sucursal",
		`"id_sucursal":"1.2.3"`:                         "id_sucursal",
		`"id_sucursal":"٢"`:                             "id_sucursal", // 2 in Arabic
		`"id_sucursal":"Infinity"`:                      "id_sucursal",
		`"id_sucursal":" "`:                             "id_sucursal",
		`"id_sucursal":true`:                            "id_sucursal",
		`"id_sucursal":[1]`:                             "id_sucursal",
		`"id_sucursal":{"eq":1}`:                        "id_sucursal",
		`"id_estado":0`:                                 "id_estado",
		`"id_estado":-7`:                                "id_estado",
		`"id_atencion":0`:                               "id_atencion",
		`"id_recurso":"x"`:                              "id_sillon",
		`"duracion":9223372036854775808`:                "duracion",
		`"duracion":1.5`:                                "duracion",
		`"duracion":"media hora"`:                       "duracion",
		`"duracion":true`:                               "duracion",
		`"fecha":"2018-02-29"`:                          "fecha",
		`"fecha":"0000-00-00"`:                          "fecha",
		`"fecha":"2018-11-02 "`:                         "fecha",
		`"fecha":20181102`:                              "fecha",
		`"fecha":["2018-11-02"]`:                        "fecha",
		`"hora_inicio":"24:00"`:                         "hora_inicio",
		`"hora_inicio":"09:60"`:                         "hora_inicio",
		`"hora_inicio":"09:00:01"`:                      "hora_inicio",
		`"hora_inicio":"9:00"`:                          "hora_inicio",
		`"hora_inicio":900`:                             "hora_inicio",
		`"videoconsulta":2`:                             "videoconsulta",
		`"videoconsulta":-1`:                            "videoconsulta",
		`"videoconsulta":"sí"`:                          "videoconsulta",
		`"videoconsulta":[]`:                            "videoconsulta",
		`"comentario":{}`:                               "comentario",
		`"comentario":true`:                             "comentario",
		`"comentarios":[]`:                              "comentario",
	}
	for body, field := range tests {
		t.Run(body[:min(len(body), 40)], func(t *testing.T) {
			got, err := decode(jsonType, "{"+body+"}")
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Unreadable) != 1 || got.Unreadable[0].Field != field || got.Unreadable[0].Code != tomahora.CodeParametroInvalido {
				t.Errorf("got %v, want parametro_invalido of %s", got.Unreadable, field)
			}
		})
	}
}

func TestAllUnreadableParametersAreReportedTogether(t *testing.T) {
	got, err := decode(formType, "id_profesional=x&fecha=ayer&duracion=nada&id_recurso=x")
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]string{}
	for _, p := range got.Unreadable {
		fields[p.Field] = p.Error()
	}
	want := map[string]string{
		"id_profesional": "El parámetro id_profesional no es válido: " + whyID,
		"fecha":          "El parámetro fecha no es válido: " + whyFecha,
		"duracion":       "El parámetro duracion no es válido: " + whyEntero,
		"id_sillon":      "El parámetro id_recurso no es válido: " + whyID,
	}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Error(diff)
	}
}

func TestAFileIsNoValue(t *testing.T) {
	var b strings.Builder
	w := multipart.NewWriter(&b)
	part, _ := w.CreateFormFile("comentario", "nota.txt")
	_, _ = part.Write([]byte("\x00\xff"))
	_ = w.Close()
	got, err := decode(w.FormDataContentType(), b.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Unreadable) != 1 || got.Unreadable[0].Field != "comentario" {
		t.Errorf("got %v", got.Unreadable)
	}
}
