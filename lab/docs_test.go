package lab

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"text/template"
	"unicode"
)

var update = flag.Bool("update", false, "run the experiments and write their pages to docs/lab")

const docs = "../docs/lab"

// TestDocs: every experiment has its page and its picture in both languages,
// the index lists it as the program does, and nothing else lies there. With
// -update it writes them: all of them, or of one experiment with
//
//	go test ./lab -run TestDocs/NAME -update
func TestDocs(t *testing.T) {
	known := map[string]bool{}
	for _, e := range Experiments() {
		for _, lang := range languages {
			known[e.Name+suffix(lang)+".md"], known[e.Name+suffix(lang)+".svg"] = true, true
		}
		t.Run(e.Name, func(t *testing.T) {
			if *update {
				writeDocs(t, e)
			}
			for _, lang := range languages {
				checkDoc(t, e.Name+suffix(lang), lang)
			}
		})
	}
	for _, lang := range languages {
		name := "README" + suffix(lang) + ".md"
		known[name] = true
		index := surrounding(t, lang, "", nil)
		if *update {
			writeDoc(t, name, index)
		}
		if readDoc(t, name) != index {
			t.Errorf("%s is out of date; run go generate ./lab", name)
		}
	}
	entries, err := os.ReadDir(docs)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !known[e.Name()] {
			t.Errorf("%s/%s belongs to no experiment", docs, e.Name())
		}
	}
}

// checkDoc reads a page and its picture, whose numbers differ by their times.
func checkDoc(t *testing.T, name string, lang Lang) {
	t.Helper()
	page := readDoc(t, name+".md")
	title, _, _ := strings.Cut(strings.TrimPrefix(page, "# "), "\n")
	chinese := strings.ContainsFunc(title, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	if !strings.HasPrefix(page, "# ") || title == "" || chinese != (lang == Chinese) {
		t.Errorf("%s.md has the title %q", name, title)
	}
	if !strings.Contains(page, "]("+name+".svg)") || !strings.Contains(readDoc(t, name+".svg"), "</svg>") {
		t.Errorf("%s.md has no picture", name)
	}
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(docs, name))
	if err != nil {
		t.Fatalf("%v; run go generate ./lab", err)
	}
	return string(data)
}

func writeDoc(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(docs, name), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

// writeDocs runs an experiment and writes its pages and pictures.
func writeDocs(t *testing.T, e Experiment) {
	r, err := e.Run(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		name := e.Name + suffix(lang)
		var picture bytes.Buffer
		if err := r.WritePicture(&picture, "svg", lang); err != nil {
			t.Fatal(err)
		}
		writeDoc(t, name+".svg", picture.String())
		page, err := r.Markdown(lang)
		if err != nil {
			t.Fatal(err)
		}
		title, rest, _ := strings.Cut(page, "\n\n")
		first, rest, _ := strings.Cut(rest, "\n\n")
		footer := surrounding(t, lang, "footer", map[string]any{"Name": e.Name, "Machine": runtime.GOOS + "/" + runtime.GOARCH, "Threads": runtime.GOMAXPROCS(0)})
		writeDoc(t, name+".md", fmt.Sprintf("%s\n\n%s\n\n![%s](%s.svg)\n\n%s\n\n---\n\n%s", title, first, strings.TrimPrefix(title, "# "), name, rest, footer))
	}
}

var languages = []Lang{English, Chinese}

// suffix is that of file names.
func suffix(lang Lang) string {
	if lang == Chinese {
		return ".zh"
	}
	return ""
}

// surrounding executes testdata/README.LANG.md: the index, or the footer of
// pages.
func surrounding(t *testing.T, lang Lang, part string, data any) string {
	t.Helper()
	file := "README." + string(lang) + ".md"
	about := func(e Experiment) (string, error) { return e.About(lang) }
	index, err := template.New(file).Funcs(template.FuncMap{"experiments": Experiments, "about": about}).ParseFiles("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := index.ExecuteTemplate(&b, cmp.Or(part, file), data); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String()) + "\n"
}
