package clinicfile

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// reader walks the syntax tree of one file and collects everything that is
// wrong with it. It walks the tree instead of decoding into structs so that
// every value, also a well-formed one, has its place in the file.
type reader struct {
	name    string
	anchors map[string]ast.Node
	where   map[string]position
	errs    Errors
}

func (r *reader) fail(at position, format string, args ...any) {
	r.errs = append(r.errs, &Error{File: r.name, Line: at.line, Column: at.column, Message: fmt.Sprintf(format, args...)})
}

// open reads the syntax and returns the top mapping, an empty one when there is
// none.
func (r *reader) open(data []byte) *object {
	nothing := &object{r: r}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at, ok := invalidUTF8(data); ok {
		r.fail(at, "not valid UTF-8; save the file as UTF-8")
		return nothing
	}
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		r.failSyntax(err)
		return nothing
	}
	docs := slices.DeleteFunc(file.Docs, func(d *ast.DocumentNode) bool { return isEmpty(d.Body) })
	if len(docs) == 0 {
		return nothing
	}
	if len(docs) > 1 {
		r.fail(positionOf(docs[1].Body), "a clinic file holds one YAML document, this is a second one")
	}
	anchors := anchorFinder{}
	ast.Walk(anchors, docs[0].Body)
	r.anchors = anchors
	return r.object("", docs[0].Body)
}

func isEmpty(n ast.Node) bool {
	switch n.(type) {
	case nil, *ast.NullNode, *ast.CommentGroupNode:
		return true
	default:
		return false
	}
}

func invalidUTF8(data []byte) (position, bool) {
	if utf8.Valid(data) {
		return position{}, false
	}
	at := position{1, 1}
	for len(data) > 0 {
		c, size := utf8.DecodeRune(data)
		if c == utf8.RuneError && size == 1 {
			break
		}
		at.column++
		if c == '\n' {
			at = position{at.line + 1, 1}
		}
		data = data[size:]
	}
	return at, true
}

func (r *reader) failSyntax(err error) {
	var at position
	message := err.Error()
	if e, ok := errors.AsType[yaml.Error](err); ok {
		message = e.GetMessage()
		if t := e.GetToken(); t != nil && t.Position != nil {
			at = position{t.Position.Line, t.Position.Column}
		}
	}
	r.fail(at, "YAML: %s", message)
}

// anchorFinder collects anchors by name.
type anchorFinder map[string]ast.Node

func (a anchorFinder) Visit(n ast.Node) ast.Visitor {
	if anchor, ok := n.(*ast.AnchorNode); ok {
		a[anchor.Name.GetToken().Value] = anchor.Value
	}
	return a
}

// resolve looks through anchors and aliases. It returns nil for an alias of
// nothing, and for one that leads back to itself.
func (r *reader) resolve(n ast.Node) ast.Node {
	for range len(r.anchors) + 2 {
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.AliasNode:
			n = r.anchors[v.Value.GetToken().Value]
		default:
			return n
		}
	}
	return nil
}

// positionOf is where a value begins; a mapping begins at its first key.
func positionOf(n ast.Node) position {
	switch v := n.(type) {
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return positionOf(v.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return positionOf(v.Key)
	}
	t := n.GetToken()
	return position{t.Position.Line, t.Position.Column}
}

// describe says what was found where something else was expected.
func describe(n ast.Node) string {
	switch v := n.(type) {
	case nil:
		return "an alias of nothing"
	case *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "a mapping"
	case *ast.SequenceNode:
		return "a list"
	case *ast.TagNode:
		return "a tag"
	default:
		return strconv.Quote(v.GetToken().Value)
	}
}

// object is a YAML mapping. Its keys are ticked off as they are asked for; what
// is left over at the end is unknown.
type object struct {
	r      *reader
	path   string // "" at the top
	at     position
	broken bool     // no mapping at all, which is error enough
	keys   []string // in the file's order
	places map[string]position
	values map[string]ast.Node
	asked  []string
}

// object reads a mapping; anything else is an error and reads as an empty one.
func (r *reader) object(path string, n ast.Node) *object {
	o := &object{r: r, path: path, at: positionOf(n), places: map[string]position{}, values: map[string]ast.Node{}}
	var pairs []*ast.MappingValueNode
	switch v := r.resolve(n).(type) {
	case *ast.MappingNode:
		pairs = v.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{v}
	case *ast.NullNode:
	default:
		o.broken = true
		r.fail(o.at, "%sexpected a mapping of keys and values, found %s", label(path), describe(v))
	}
	for _, pair := range pairs {
		key := pair.Key.GetToken().Value
		o.keys = append(o.keys, key)
		o.places[key] = positionOf(pair.Key)
		o.values[key] = pair.Value
	}
	return o
}

func label(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// done reports the keys nobody asked for.
func (o *object) done() {
	for _, key := range o.keys {
		if !slices.Contains(o.asked, key) {
			o.r.fail(o.places[key], "%sunknown key %q; the keys here are %s", label(o.path), key, strings.Join(o.asked, ", "))
		}
	}
}

// has tells whether the key is there with a value.
func (o *object) has(key string) bool {
	_, ok := o.get(key)
	return ok
}

// get finds the value of a key; a null counts as absent.
func (o *object) get(key string) (ast.Node, bool) {
	if !slices.Contains(o.asked, key) {
		o.asked = append(o.asked, key)
	}
	n, ok := o.values[key]
	if !ok {
		return nil, false
	}
	v := o.r.resolve(n)
	_, null := v.(*ast.NullNode)
	return v, !null
}

// place is where the value of a key stands, else the key, else the object.
func (o *object) place(key string) position {
	n, ok := o.values[key]
	switch {
	case !ok:
		return o.at
	case isEmpty(n):
		return o.places[key]
	default:
		return positionOf(n)
	}
}

// failMissing reports a key that has to be there.
func (o *object) failMissing(key string) {
	if !o.broken {
		o.fail(key, "missing; it is required")
	}
}

func (o *object) fail(key, format string, args ...any) {
	path := key
	if o.path != "" {
		path = o.path + "." + key
	}
	o.r.fail(o.place(key), "%s: %s", path, fmt.Sprintf(format, args...))
}

// failItem reports one item of the list under a key.
func (o *object) failItem(key string, item ast.Node, expected string) {
	o.r.fail(positionOf(item), "%s.%s: %s, found %s", o.path, key, expected, describe(o.r.resolve(item)))
}

// isNull tells whether the key is there without a value.
func (o *object) isNull(key string) bool {
	_, written := o.values[key]
	return written && !o.has(key)
}

// list reads a list; a single value counts as a list of one where single says
// so. It is nil when the key is absent, and not nil when the list is empty.
func (o *object) list(key string, single bool) []ast.Node {
	n, ok := o.get(key)
	if !ok {
		return nil
	}
	seq, ok := n.(*ast.SequenceNode)
	switch {
	case ok:
		return append([]ast.Node{}, seq.Values...)
	case single:
		return []ast.Node{o.values[key]}
	default:
		o.fail(key, "expected a list, found %s", describe(n))
		return nil
	}
}

// objects reads a list of mappings.
func (o *object) objects(key string) []*object {
	nodes := o.list(key, false)
	if nodes == nil {
		return nil
	}
	objects := make([]*object, len(nodes))
	for i, n := range nodes {
		objects[i] = o.r.object(fmt.Sprintf("%s[%d]", key, i), n)
	}
	return objects
}

// text reads a text; a number is taken as it is written, so that a phone needs
// no quotes. It is nil when the key is absent.
func (o *object) text(key string) *string {
	n, ok := o.get(key)
	if !ok {
		return nil
	}
	s, ok := scalarText(n)
	if !ok {
		o.fail(key, "expected a text, found %s", describe(n))
		return nil
	}
	if strings.ContainsRune(s, 0) {
		o.fail(key, "a text cannot hold the character NUL")
		return nil
	}
	s = strings.TrimSpace(s)
	return &s
}

func scalarText(n ast.Node) (string, bool) {
	switch v := n.(type) {
	case *ast.StringNode:
		return v.Value, true
	case *ast.LiteralNode:
		return v.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode:
		return v.GetToken().Value, true
	default:
		return "", false
	}
}

// flag reads true or false. It is nil when the key is absent.
func (o *object) flag(key string) *bool {
	n, ok := o.get(key)
	if !ok {
		return nil
	}
	b, ok := n.(*ast.BoolNode)
	if !ok {
		o.fail(key, "expected true or false, found %s", describe(n))
		return nil
	}
	return &b.Value
}

// number reads a whole number that is not negative. It is nil when the key is
// absent.
func (o *object) number(key string) *int64 {
	n, ok := o.get(key)
	if !ok {
		return nil
	}
	v, ok := wholeNumber(n)
	if !ok {
		o.fail(key, "expected a whole number, found %s", describe(n))
		return nil
	}
	return &v
}

func wholeNumber(n ast.Node) (int64, bool) {
	if _, ok := n.(*ast.IntegerNode); !ok {
		return 0, false
	}
	v, err := strconv.ParseInt(n.GetToken().Value, 10, 64)
	return v, err == nil && v >= 0
}

// id reads an id that must be there.
func (o *object) id(key string) int64 {
	if !o.has(key) {
		o.failMissing(key)
		return 0
	}
	return o.optionalID(key)
}

// optionalID is 0 when the key is absent.
func (o *object) optionalID(key string) int64 {
	v := o.number(key)
	if v == nil {
		return 0
	}
	if *v == 0 {
		o.fail(key, "ids start at 1")
	}
	return *v
}
