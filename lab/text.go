package lab

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Text is the page for a terminal, its lines folded at the given width.
func (r *Result) Text(lang Lang, width int) (string, error) {
	page, err := r.Markdown(lang)
	var b strings.Builder
	for block := range strings.SplitSeq(page, "\n\n") {
		if title, is := strings.CutPrefix(block, "# "); is {
			b.WriteString(title + "\n" + strings.Repeat("=", runewidth.StringWidth(title)) + "\n")
			continue
		}
		b.WriteByte('\n')
		if lines := strings.Split(block, "\n"); len(lines) > 1 && strings.HasPrefix(lines[1], "|---") {
			b.WriteString(table(lines))
		} else {
			b.WriteString(fold(block, width))
		}
	}
	return b.String(), err
}

// table aligns the cells of a table's lines, of which the second is a rule.
func table(lines []string) string {
	var rows [][]string
	var widths []int
	for _, line := range lines {
		row := strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ")
		if len(rows) == 1 {
			row = make([]string, len(widths))
		}
		for j, cell := range row {
			row[j] = strings.ReplaceAll(cell, `\|`, "|")
			if len(rows) == 0 {
				widths = append(widths, 0)
			}
			widths[j] = max(widths[j], runewidth.StringWidth(row[j]))
		}
		rows = append(rows, row)
	}
	var b strings.Builder
	for i, row := range rows {
		var line strings.Builder
		for j, cell := range row {
			if i == 1 {
				cell = strings.Repeat("-", widths[j])
			}
			line.WriteString("  " + runewidth.FillRight(cell, widths[j]))
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// fold breaks a paragraph into lines: at blanks, and anywhere between wide
// characters, but not before closing punctuation.
func fold(text string, width int) string {
	const closing = "，。；：？！、）》」』”’"
	var out, line string
	for _, piece := range pieces(text) {
		if line != "" && runewidth.StringWidth(strings.TrimRight(line+piece, " ")) > width && !strings.ContainsAny(piece, closing) {
			out, line = out+strings.TrimRight(line, " ")+"\n", ""
		}
		line += piece
	}
	return out + strings.TrimRight(line, " ") + "\n"
}

// pieces cuts text where a line may end: words with the blanks after them, and
// single wide characters.
func pieces(text string) []string {
	var out []string
	start, wide := 0, false
	for i, r := range text {
		last := wide
		wide = runewidth.RuneWidth(r) == 2
		if i > start && (last || r != ' ' && (wide || text[i-1] == ' ')) {
			out, start = append(out, text[start:i]), i
		}
	}
	return append(out, text[start:])
}
