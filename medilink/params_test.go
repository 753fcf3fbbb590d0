package medilink

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tomahora/tomahora"
)

func TestListsOfIDs(t *testing.T) {
	multi, multiBody := multipartBody("ids[]", "3", "ids[]", "1")
	tests := map[string]struct {
		contentType, body string
		want              []int64 // nil: refused
	}{
		"an array of numbers":                    {jsonType, `{"ids":[3,1]}`, []int64{3, 1}},
		"an array of texts":                      {jsonType, `{"ids":["3"," 1 "]}`, []int64{3, 1}},
		"one number":                             {jsonType, `{"ids":3}`, []int64{3}},
		"a text with commas":                     {jsonType, `{"ids":"3, 1"}`, []int64{3, 1}},
		"the same twice":                         {jsonType, `{"ids":[3,1,3]}`, []int64{3, 1}},
		"a form with brackets":                   {formType, "ids[]=3&ids%5B%5D=1", []int64{3, 1}},
		"a form with numbers in the brackets":    {formType, "ids[0]=3&ids[1]=1", []int64{3, 1}},
		"a form with commas":                     {formType, "ids=3,1", []int64{3, 1}},
		"a multipart form":                       {multi, multiBody, []int64{3, 1}},
		"zero":                                   {jsonType, `{"ids":[0]}`, nil},
		"a number that is no integer":            {jsonType, `{"ids":[1.5]}`, nil},
		"an array in the array":                  {jsonType, `{"ids":[[1]]}`, nil},
		"an object":                              {jsonType, `{"ids":{"0":1}}`, nil},
		"null in the array":                      {jsonType, `{"ids":[1,null]}`, nil},
		"nothing between commas":                 {formType, "ids=1,,2", nil},
		"a boolean":                              {jsonType, `{"ids":true}`, nil},
		"a file":                                 {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=ids; filename=a\r\n\r\n1\r\n--x--\r\n", nil},
		"an array whose text is in its own form": {jsonType, `{"ids":["\u0033",1e0]}`, []int64{3, 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := decodeBody(test.contentType, "", []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			p := params{fields: f}
			if diff := cmp.Diff(test.want, p.ids("ids")); diff != "" {
				t.Error(diff)
			}
			if refused := tomahora.IsCode(p.err(), tomahora.CodeParametroInvalido); refused != (test.want == nil) {
				t.Errorf("refused: %t", refused)
			}
		})
	}
	for name, body := range map[string]string{"after": "ids=1&ids[]=2", "before": "ids[]=2&ids=1"} {
		if _, err := decodeBody(formType, "", []byte(body)); !tomahora.IsCode(err, tomahora.CodeCuerpoInvalido) {
			t.Errorf("a list with one value %s it: %v", name, err)
		}
	}
}

func TestAFieldWithBracketsIsNoOtherField(t *testing.T) {
	f, err := decodeBody(formType, "", []byte(seedForm+"&x[a]=1&x[a]b=2&[]=3&y[][]=4"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(seed(), f.solicitud()); diff != "" {
		t.Error(diff)
	}
	if f, err = decodeBody(formType, "", []byte("id_sillon[]=1")); err != nil || len(f.solicitud().Unreadable) != 1 {
		t.Errorf("a list where one id is expected: %v, %v", f.solicitud(), err)
	}
}

func TestQueryFieldsNeverFailAsAWhole(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/x", nil)
	r.URL.RawQuery = "a=1&%zz=2&b=%FF&c=%zz&&=3&d[]=1&d[]=%00"
	p := params{fields: queryFields(r)}
	if got := p.id("a"); got != 1 {
		t.Errorf("a is %d", got)
	}
	p.id("b")
	p.id("c")
	p.ids("d")
	var refused []string
	for _, problem := range p.problems {
		refused = append(refused, problem.Field)
	}
	if diff := cmp.Diff([]string{"b", "c", "d"}, refused); diff != "" {
		t.Error(diff)
	}
}
