package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"

	"golang.org/x/text/language"

	"github.com/tomahora/tomahora"
)

//go:embed locale/*.json
var localeFiles embed.FS

const defaultLang = "es"

// locale is the words of one language by their key. A word's {0}, {1}… stand for
// its arguments.
type locale map[string]string

// locales are all languages by their code.
type locales map[string]locale

func readLocales() locales {
	all := locales{}
	for _, lang := range []string{defaultLang, "en"} {
		source, err := localeFiles.ReadFile(path.Join("locale", lang+".json"))
		if err != nil {
			panic(err)
		}
		l := locale{}
		if err := json.Unmarshal(source, &l); err != nil {
			panic(fmt.Errorf("locale %s: %w", lang, err))
		}
		all[lang] = l
	}
	return all
}

// choose is the first of these that is one of ours: what the user set, what the
// browser was set to here, what it asks for.
func (all locales) choose(user, cookie, accept string) string {
	for _, lang := range []string{user, cookie} {
		if all[lang] != nil {
			return lang
		}
	}
	tags, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return defaultLang
	}
	ours := []language.Tag{language.LatinAmericanSpanish, language.English}
	_, index, _ := language.NewMatcher(ours).Match(tags...)
	base, _ := ours[index].Base()
	return base.String()
}

// t is the words of a key, and the key itself where there are none.
func (l locale) t(key string, args ...any) string {
	text, ok := l[key]
	if !ok {
		return key
	}
	for i, arg := range args {
		text = strings.ReplaceAll(text, "{"+strconv.Itoa(i)+"}", fmt.Sprint(arg))
	}
	return text
}

// n is the words for a number of things: those of key.one or key.other, where
// {0} is the number.
func (l locale) n(key string, count int, args ...any) string {
	form := ".other"
	if count == 1 {
		form = ".one"
	}
	return l.t(key+form, append([]any{count}, args...)...)
}

// scripts are the words that the scripts of a screen use.
func (l locale) scripts(screen string) map[string]string {
	words := map[string]string{}
	for key, text := range l {
		if strings.HasPrefix(key, "js.base.") || strings.HasPrefix(key, "js."+screen+".") {
			words[key] = text
		}
	}
	return words
}

// list is the word number i of a key that holds several, apart by commas.
func (l locale) list(key string, i int) string {
	words := strings.Split(l.t(key), ",")
	if i < 0 || i >= len(words) {
		return ""
	}
	return words[i]
}

// longDate is "jueves 26 de noviembre".
func (l locale) longDate(f tomahora.Fecha) string {
	return l.t("date.long", l.list("date.days", int(f.Dia())-1), f.Day, l.list("date.months", int(f.Month)-1))
}

// shortDate is "jue 26 nov".
func (l locale) shortDate(f tomahora.Fecha) string {
	return l.t("date.short", l.list("date.daysShort", int(f.Dia())-1), f.Day, l.list("date.monthsShort", int(f.Month)-1))
}

// problem is what people are told of an error: the words for its code in its
// field or anywhere, else what the domain says.
func (l locale) problem(e *tomahora.Error) string {
	for _, key := range []string{"error." + string(e.Code) + "." + e.Field, "error." + string(e.Code)} {
		if _, ok := l[key]; ok {
			return l.t(key, e.Args...)
		}
	}
	return e.Error()
}
