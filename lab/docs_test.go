package lab

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
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
		for _, s := range surroundings {
			known[e.Name+s.suffix+".md"], known[e.Name+s.suffix+".svg"] = true, true
		}
		t.Run(e.Name, func(t *testing.T) {
			if *update {
				writeDocs(t, e)
			}
			for lang, s := range surroundings {
				checkDoc(t, e.Name+s.suffix, lang)
			}
		})
	}
	for lang, s := range surroundings {
		name := "README" + s.suffix + ".md"
		known[name] = true
		if *update {
			writeDoc(t, name, s.index(lang))
		}
		if readDoc(t, name) != s.index(lang) {
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
	for lang, s := range surroundings {
		name := e.Name + s.suffix
		var picture bytes.Buffer
		if err := r.WritePicture(&picture, "svg", lang); err != nil {
			t.Fatal(err)
		}
		writeDoc(t, name+".svg", picture.String())
		machine := fmt.Sprintf(s.rerun, e.Name, runtime.GOOS+"/"+runtime.GOARCH, runtime.GOMAXPROCS(0))
		writeDoc(t, name+".md", r.Page(lang).Markdown(name+".svg")+
			fmt.Sprintf("\n---\n\n%s [%s](README%s.md) · [%s](%s%s.md)\n", machine, s.title, s.suffix, s.otherName, e.Name, s.other))
	}
}

// A surrounding is the text around the pages in one language.
type surrounding struct {
	suffix, other  string // of file names; of the other language
	otherName      string // of the other language, in it
	title, intro   string
	rerun          string // with the experiment's name and the machine
	contents       string
	header         string
	notation, note string
}

var surroundings = map[Lang]surrounding{
	English: {
		suffix: "", other: ".zh", otherName: "中文",
		title: "The lab",
		intro: "A course chapter on classification and softmax regression makes statements and sets exercises. " +
			"Each experiment here puts some of them to the test on data and says where they hold, where they need a condition, and where they are too strong. " +
			"`softmax lab NAME` runs one on the data inside the program (6,000 training and 1,000 test images of Fashion-MNIST; some also use 333 penguins), `--data DATA` on yours, `--lang zh` tells it in Chinese. " +
			"All pages were written by the experiments themselves: `go generate ./lab` writes them anew. Numbers are the same in every run of the same build on the same kind of processor, times are not.",
		rerun:    "Made by `softmax lab %s` on %s with %d threads.",
		contents: "Experiments, in the order of the chapter",
		header:   "| experiment | what it is about |\n|---|---|\n",
		notation: "Notation",
		note: "| chapter | here | meaning |\n|---|---|---|\n" +
			"| o = xW + b | logits, outputs | one number a class |\n" +
			"| ŷ | p | predicted probabilities, softmax(o) |\n" +
			"| y⁽ⁱ⁾; y (vector) | label; target | class of example i; its distribution, 1 at the class and 0 elsewhere (one-hot) |\n" +
			"| q | K | number of classes |\n" +
			"| n; Θ; ℓ(Θ) | n; (W, b); mean loss | examples; parameters; objective without penalty |\n" +
			"| – | λ | strength of the penalty (λ/2) ‖W‖² |\n",
	},
	Chinese: {
		suffix: ".zh", other: "", otherName: "English",
		title: "实验室",
		intro: "某门课程讲分类与 softmax 回归的一章给出了一些论断和习题。这里的每个实验都用数据检验其中几条，说明哪里成立，哪里需要条件，哪里说得过头。" +
			"`softmax lab NAME` 用程序自带的数据（Fashion-MNIST 的 6000 个训练样本和 1000 个测试样本，或 Palmer 企鹅）运行一个实验，`--data DATA` 换成自己的数据，`--lang zh` 用中文说明结果。" +
			"所有页面都由实验自己写成，`go generate ./lab` 可以重写一遍。数值每次相同，时间则不然。",
		rerun:    "由 `softmax lab %s --lang zh` 生成（%s，%d 线程）。",
		contents: "实验，按书中的次序",
		header:   "| 实验 | 内容 |\n|---|---|\n",
		notation: "记号",
		note: "| 书中 | 本项目 | 含义 |\n|---|---|---|\n" +
			"| o = xW + b | logits，输出 | 每个类别一个数 |\n" +
			"| ŷ | p | 预测概率，softmax(o) |\n" +
			"| y⁽ⁱ⁾；y（向量） | label；target | 样本 i 的类别；它的分布，该类为 1，其余为 0（独热） |\n" +
			"| q | K | 类别数 |\n" +
			"| n；Θ；ℓ(Θ) | n；(W, b)；平均损失 | 样本数；参数；不含惩罚项的目标函数 |\n" +
			"| – | λ | 惩罚项 (λ/2) ‖W‖² 的强度 |\n",
	},
}

// index is the table of contents.
func (t surrounding) index(lang Lang) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s\n\n[%s](README%s.md)\n\n## %s\n\n%s", t.title, t.intro, t.otherName, t.other, t.contents, t.header)
	for _, e := range Experiments() {
		fmt.Fprintf(&b, "| [%s](%s%s.md) | %s |\n", e.Name, e.Name, t.suffix, e.About[lang])
	}
	fmt.Fprintf(&b, "\n## %s\n\n%s", t.notation, t.note)
	return b.String()
}
