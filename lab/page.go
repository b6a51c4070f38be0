package lab

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// A Page is text about a result: paragraphs and tables.
type Page struct {
	Title  string
	Blocks []Block
}

// A Block is a paragraph, or a table if Table is not nil.
type Block struct {
	Text  string
	Table *Table
}

// A Table has one header cell a column.
type Table struct {
	Header []string
	Rows   [][]string
}

// paragraph appends text.
func (p *Page) paragraph(text string) { p.Blocks = append(p.Blocks, Block{Text: text}) }

// table appends a table.
func (p *Page) table(header []string, rows ...[]string) {
	p.Blocks = append(p.Blocks, Block{Table: &Table{Header: header, Rows: rows}})
}

// Text is the page for a terminal, its lines folded at the given width.
func (p Page) Text(width int) string {
	var b strings.Builder
	b.WriteString(p.Title + "\n" + strings.Repeat("=", runewidth.StringWidth(p.Title)) + "\n")
	for _, block := range p.Blocks {
		b.WriteByte('\n')
		if block.Table == nil {
			b.WriteString(fold(block.Text, width))
			continue
		}
		block.Table.text(&b)
	}
	return b.String()
}

// Markdown is the page as a Markdown document with the picture of the given
// name, if it is not empty, after the first paragraph.
func (p Page) Markdown(picture string) string {
	var b strings.Builder
	b.WriteString("# " + p.Title + "\n")
	for _, block := range p.Blocks {
		b.WriteByte('\n')
		if block.Table != nil {
			block.Table.markdown(&b)
			continue
		}
		b.WriteString(block.Text + "\n")
		if picture != "" {
			b.WriteString("\n![" + p.Title + "](" + picture + ")\n")
			picture = ""
		}
	}
	return b.String()
}

func (t *Table) text(b *strings.Builder) {
	widths := make([]int, len(t.Header))
	rows := append([][]string{t.Header}, t.Rows...)
	for _, row := range rows {
		for j, cell := range row {
			widths[j] = max(widths[j], runewidth.StringWidth(cell))
		}
	}
	for i, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			line.WriteString("  " + runewidth.FillRight(cell, widths[j]))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		if i == 0 {
			line.Reset()
			for _, w := range widths {
				line.WriteString("  " + strings.Repeat("-", w))
			}
			b.WriteString(line.String() + "\n")
		}
	}
}

func (t *Table) markdown(b *strings.Builder) {
	line := func(cells []string) {
		for j, cell := range cells {
			cells[j] = strings.ReplaceAll(cell, "|", `\|`)
		}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	line(append([]string(nil), t.Header...))
	b.WriteString(strings.Repeat("|---", len(t.Header)) + "|\n")
	for _, row := range t.Rows {
		line(append([]string(nil), row...))
	}
}

// fold breaks a paragraph into lines: at blanks, and anywhere between wide
// characters, but not before closing punctuation.
func fold(text string, width int) string {
	const closing = "，。；：？！、）》」』”’"
	var out strings.Builder
	var line strings.Builder
	at := 0
	flush := func() {
		out.WriteString(strings.TrimRight(line.String(), " ") + "\n")
		line.Reset()
		at = 0
	}
	for _, piece := range pieces(text) {
		w := runewidth.StringWidth(piece)
		if at > 0 && at+runewidth.StringWidth(strings.TrimRight(piece, " ")) > width && !strings.ContainsAny(piece, closing) {
			flush()
		}
		line.WriteString(piece)
		at += w
	}
	flush()
	return out.String()
}

// pieces cuts text where a line may end: words with the blanks after them, and
// single wide characters.
func pieces(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if i > start && (text[i-1] == ' ' || runewidth.RuneWidth(r) == 2) && r != ' ' {
			out = append(out, text[start:i])
			start = i
		}
		if runewidth.RuneWidth(r) == 2 {
			end := i + len(string(r))
			out = append(out, text[start:end])
			start = end
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}
