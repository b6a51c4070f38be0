package lab

import (
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"text/template"
)

//go:embed pages
var pages embed.FS

// render executes a template of a page's file; the page itself has the file's
// name.
func render(name string, lang Lang, part string, data any) (string, error) {
	file := name + "." + string(lang) + ".md"
	t, err := template.New(file).Funcs(functions).Funcs(template.FuncMap{"duration": lang.duration}).ParseFS(pages, "pages/"+file)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	err = t.ExecuteTemplate(&b, cmp.Or(part, file), data)
	text := strings.TrimSpace(b.String())
	for strings.Contains(text, "\n\n\n") {
		text = strings.ReplaceAll(text, "\n\n\n", "\n\n")
	}
	return text, err
}

// Markdown is the page of the result: a title, paragraphs and tables with a
// blank line between them.
func (r *Result) Markdown(lang Lang) (string, error) { return render(r.name, lang, "", r.found) }

// words are those of each picture.
func (r *Result) words(lang Lang) (words [][]string, err error) {
	text, err := render(r.name, lang, "picture", r.found)
	for picture := range strings.SplitSeq(text, "\n\n") {
		words = append(words, strings.Split(picture, "\n"))
	}
	return words, err
}

// functions are those that templates have.
var functions = template.FuncMap{
	"add":       func(a, b any) float64 { return float(a) + float(b) },
	"mul":       func(a, b any) float64 { return float(a) * float(b) },
	"div":       func(a, b any) float64 { return float(a) / float(b) },
	"sub":       func(a, b any) float64 { return float(a) - float(b) },
	"least":     slices.Min[[]float64],
	"last":      func(list any) any { v := reflect.ValueOf(list); return v.Index(v.Len() - 1).Interface() },
	"join":      func(separator string, parts []string) string { return strings.Join(parts, separator) },
	"hasPrefix": strings.HasPrefix,
	"line":      strings.NewReplacer("\n", " ", "\r", " ").Replace, // of a name of the user's
	"cell":      strings.NewReplacer("\n", " ", "\r", " ", "|", `\|`).Replace,
	"vector":    vector,
	"number":    number,
	"percent":   percent,
	"percent1":  percent1,
}

func float(v any) float64 {
	if r := reflect.ValueOf(v); r.CanInt() {
		return float64(r.Int())
	} else {
		return r.Float()
	}
}

// vector writes the numbers of a list.
func vector(format string, list any) string {
	v := reflect.ValueOf(list)
	parts := make([]string, v.Len())
	for i := range parts {
		parts[i] = fmt.Sprintf(format, v.Index(i).Float())
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// A Number is null in JSON where it is not finite.
type Number float64

func (n Number) finite() bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// MarshalJSON implements json.Marshaler.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.finite() {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func number(format, infinite string, n Number) string {
	if !n.finite() {
		return infinite
	}
	return fmt.Sprintf(format, n+0) // -0 becomes 0
}

// percent has two digits, percent1 one decimal.
func percent(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

func percent1(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

func (lang Lang) duration(seconds float64) string {
	format, unit, chinese := "%.2g", " ms", " 毫秒"
	switch {
	case seconds >= 0.95:
		format, unit, chinese = "%.1f", " s", " 秒"
	case seconds >= 0.01:
		format = "%.0f"
	}
	if unit != " s" {
		seconds *= 1e3
	}
	if lang == Chinese {
		unit = chinese
	}
	return fmt.Sprintf(format, seconds) + unit
}
