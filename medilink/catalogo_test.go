package medilink

import (
	"net/http"
	"strings"
	"testing"
)

// profesionalOn is a profesional as a version shows it, with the links of its
// noun.
func profesionalOn(prefix, noun string) string {
	const root = "http://api.medilink2.healthatom.com"
	own, recurso := root+prefix+"/"+noun+"/2", ""
	if prefix == "/api/v6" {
		recurso = `"es_recurso":0,`
	}
	return `{"id":2,"rut":"14238765-4","nombre":"Daniel","apellidos":"Vergara","celular":"9","telefono":"2","ciudad":"Santiago","comuna":"Ñuñoa",
		"direccion":"Calle 1","email":"dv@demo.cl","id_especialidad":4,"especialidad":"Odontología","agenda_online":1,` + recurso + `"intervalo":30,
		"habilitado":1,"links":[{"rel":"self","href":"` + own + `","method":"GET"},{"rel":"citas","href":"` + own + `/citas","method":"GET"},
			{"rel":"contratos","href":"` + own + `/contratos","method":"GET"}]}`
}

func TestProfesionalIsTheVendorsExample(t *testing.T) {
	f := clinica(t)
	for _, prefix := range []string{"/api/v5", "/api/v6"} {
		f.ask(t, prefix+"/profesionales/2/", `{"data":`+profesionalOn(prefix, "profesionales")+`}`)
	}
	for _, noun := range []string{"profesionales", "dentistas"} {
		dentista := strings.TrimSuffix(profesionalOn("/api/v1", noun), "}") + `,"contratos_sucursal":[1,2],"horarios_sucursal":[1]}`
		f.ask(t, "/api/v1/"+noun+"/2", `{"data":`+dentista+`}`)
	}
}

func TestTheLinksOfAProfesionalWork(t *testing.T) {
	f := clinica(t)
	for _, noun := range []string{"/api/v5/profesionales", "/api/v1/dentistas", "/api/v1/profesionales"} {
		for _, path := range []string{"", "/2", "/2/citas", "/2/contratos", "/2/horarios", "/2/horariosespeciales", "/2/horariosbloqueados"} {
			if w := f.send("GET", noun+path, ""); w.Code != http.StatusOK {
				t.Errorf("%s%s: status %d", noun, path, w.Code)
			}
		}
	}
}

func TestContratos(t *testing.T) {
	f := clinica(t)
	norte := `{"id_profesional":2,"nombre_profesional":"Daniel Vergara","id_sucursal":1,"nombre_sucursal":"NORTE","habilitado":1}`
	sur := strings.NewReplacer(`"id_sucursal":1`, `"id_sucursal":2`, "NORTE", "SUR").Replace(norte)
	f.rows(t, "/api/v5/profesionales/2/contratos", norte, sur)
	f.rows(t, "/api/v5/profesionales/4/contratos")
	f.rows(t, "/api/v1/dentistas/2/contratos?limit=1", strings.TrimSuffix(norte, "}")+`,"id_dentista":2,"nombre_dentista":"Daniel Vergara"}`)
}

func TestSucursal(t *testing.T) {
	const own = `http://api.medilink2.healthatom.com/api/v5/sucursales/1`
	clinica(t).ask(t, "/api/v5/sucursales/1", `{"data":{"id":1,"nombre":"NORTE","telefono":"","ciudad":"Santiago","comuna":"","direccion":"",
		"habilitada":1,"links":[{"rel":"self","href":"`+own+`","method":"GET"},{"rel":"citas","href":"`+own+`/citas","method":"GET"},
			{"rel":"sillones","href":"`+own+`/sillones","method":"GET"}]}}`)
}

func TestEspecialidadesAndPrestaciones(t *testing.T) {
	f := clinica(t)
	const odontologia = `{"id":4,"nombre":"Odontología","id_tipo_sucursal":1,"habilitada":true}`
	f.rows(t, "/api/v5/especialidades", odontologia, `{"id":5,"nombre":"Medicina","id_tipo_sucursal":1,"habilitada":false}`)
	f.ask(t, "/api/v5/especialidades/4", `{"data":`+odontologia+`}`)
	const limpieza = `{"id":8,"nombre":"Limpieza","codigo":"L-1","id_categoria":3,"nombre_categoria":"Higiene","habilitado":1,
		"links":[{"rel":"self","href":"http://api.medilink2.healthatom.com/api/v5/prestaciones/8","method":"GET"}]}`
	f.rows(t, "/api/v5/prestaciones", limpieza)
	f.ask(t, "/api/v5/prestaciones/8", `{"data":`+limpieza+`}`)
}

func TestSillones(t *testing.T) {
	f := clinica(t)
	sillones := []string{
		`{"id":1,"nombre":"Sillon 1","links":[]}`, `{"id":2,"nombre":"Sillon 2","links":[]}`, `{"id":7,"nombre":"Sobrecupo","links":[]}`, `{"id":9,"nombre":"Box 9","links":[]}`,
	}
	f.rows(t, "/api/v5/sillones", sillones...)
	f.rows(t, "/api/v5/sucursales/1/sillones", sillones[:3]...)
	f.rows(t, "/api/v5/sucursales/2/sillones", sillones[0], sillones[2])
	f.rows(t, "/api/v5/sucursales/3/sillones", sillones[2])
}

func TestCataloguesAreFilteredAndSorted(t *testing.T) {
	tests := map[string]struct {
		target string
		want   string // ids
	}{
		"sucursales by name":                     {target("sucursales", `{"nombre":{"eq":"norte"}}`), "1"},
		"sucursales that are habilitadas":        {target("sucursales", `{"habilitada":{"eq":"1"}}`), "1 2"},
		"sucursales that are not":                {target("sucursales", `{"habilitada":{"eq":false}}`), "3"},
		"sucursales from the last":               {"sucursales?sort=id:desc", "3 2 1"},
		"profesionales":                          {"profesionales", "2 3 4"},
		"profesionales by rut":                   {target("profesionales", `{"rut":{"eq":"14.238.765-4"}}`), "2"},
		"profesionales by email":                 {target("profesionales", `{"email":{"eq":"dv@demo.cl"}}`), "2"},
		"profesionales by a part of a name":      {target("profesionales", `{"apellidos":{"lk":"%verg%"}}`), "2"},
		"profesionales by the name":              {target("profesionales", `{"nombre":{"eq":"Rosa"}}`), "4"},
		"profesionales by id_especialidad":       {target("profesionales", `{"id_especialidad":{"eq":4}}`), "2 3"},
		"profesionales by especialidad":          {target("profesionales", `{"especialidad":{"eq":"odontologia"}}`), "2 3"},
		"profesionales that are a recurso":       {target("profesionales", `{"es_recurso":{"eq":1}}`), "3"},
		"profesionales that are habilitados":     {target("profesionales", `{"habilitado":{"eq":true}}`), "2 3"},
		"profesionales by id":                    {target("profesionales", `{"id":{"neq":3}}`), "2 4"},
		"especialidades that are habilitadas":    {target("especialidades", `{"habilitada":{"eq":"true"}}`), "4"},
		"prestaciones by a part of a name":       {target("prestaciones", `{"nombre":{"lk":"limp"},"habilitado":{"eq":1}}`), "8"},
		"prestaciones by codigo":                 {target("prestaciones", `{"codigo":{"eq":"L-2"}}`), ""},
		"prestaciones by category":               {target("prestaciones", `{"id_categoria":{"eq":3},"nombre_categoria":{"eq":"Higiene"}}`), "8"},
		"sillones by a part of a name":           {target("sillones", `{"nombre":{"lk":"sillon"}}`), "1 2"},
		"the sobrecupo of a sucursal's sillones": {target("sucursales/2/sillones", `{"id":{"eq":7}}`), "7"},
		"a hundred profesionales at the most":    {"profesionales?limit=500", "2 3 4"},
		"profesionales two at a time":            {"profesionales?limit=2", "2 3"},
		"profesionales two at a time, backwards": {"profesionales?sort=id:desc&limit=2", "4 3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f := clinica(t)
			var ids []string
			for _, row := range data(t, f, "/api/v5/"+test.target) {
				id, _, _ := strings.Cut(strings.TrimPrefix(string(row), `{"id":`), ",")
				ids = append(ids, id)
			}
			if got := strings.Join(ids, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestWhatACatalogueDoesNotHave(t *testing.T) {
	tests := map[string]struct {
		status  int
		message string
	}{
		"sucursales/99":                                  {404, "No se encontró la sucursal"},
		"sucursales/99/sillones":                         {404, "No se encontró la sucursal"},
		"profesionales/99":                               {404, "No se encontró el profesional"},
		"profesionales/99/contratos":                     {404, "No se encontró el profesional"},
		"profesionales/99/horariosespeciales":            {404, "No se encontró el profesional"},
		"profesionales/99/horariosbloqueados":            {404, "No se encontró el profesional"},
		"especialidades/99":                              {404, "No se encontró la especialidad"},
		"prestaciones/99":                                {404, "No se encontró la prestación"},
		target("sucursales", `{"comuna":{"eq":"x"}}`):    {400, "No puede buscar por comuna"},
		target("profesionales", `{"ciudad":{"eq":"x"}}`): {400, "No puede buscar por ciudad"},
		"profesionales?sort=nombre":                      {400, "No puede ordenar por nombre"},
		target("especialidades", `{"habilitada":{"eq":2}}`): {400, "El parámetro q no se puede leer: habilitada debe ser 1 o 0; " +
			`se espera JSON con el formato {"columna":{"operador":"valor"}}`},
		target("horarios", `{"dia":{"eq":1}}`): {400, "No puede buscar por dia"},
	}
	for target, want := range tests {
		w := clinica(t).send("GET", "/api/v5/"+target, "")
		if got := errorOf(t, w); w.Code != want.status || got.Message != want.message {
			t.Errorf("%s: got %d %q, want %d %q", target, w.Code, got.Message, want.status, want.message)
		}
	}
}
