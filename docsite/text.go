package docsite

import (
	"html/template"
	"strings"
)

// prose turns a description into HTML: paragraphs, `code` and **bold**.
func prose(text string) template.HTML {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		if paragraph != "" {
			b.WriteString("<p>" + string(inline(paragraph)) + "</p>")
		}
	}
	return template.HTML(b.String()) // every text in it was escaped
}

// inline turns a line of a description into HTML: `code` and **bold**.
func inline(text string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		if i%2 == 1 {
			b.WriteString("<code>" + template.HTMLEscapeString(part) + "</code>")
			continue
		}
		for j, piece := range strings.Split(part, "**") {
			if j%2 == 1 {
				b.WriteString("<strong>" + template.HTMLEscapeString(piece) + "</strong>")
			} else {
				b.WriteString(template.HTMLEscapeString(piece))
			}
		}
	}
	return template.HTML(b.String()) // every text in it was escaped
}

// slug is a name as part of an address.
func slug(name string) string {
	plain := strings.NewReplacer("á", "a", "é", "e", "í", "i", "ó", "o", "ú", "u", "ñ", "n", " ", "-").Replace(strings.ToLower(name))
	return strings.Trim(plain, "-")
}
