package lab

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"example.com/softmax/internal/chart"
)

// Page tells the result.
func (r *Overflow) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Softmax by its definition, and where it breaks", "按定义计算 softmax 会在哪里出错")}
	p.paragraph(fmt.Sprintf(say(lang,
		"The exercise asks what goes wrong if softmax is computed by its definition, exp(o_j) / sum_k exp(o_k), and gives a hint: try exp(50). It is %.3g, which is too large for float16 only; float32 and float64 take it without harm. Where exp overflows depends on the format:",
		"习题问：按定义 exp(o_j) / sum_k exp(o_k) 计算 softmax 会有什么问题？提示是试算 exp(50)。它等于 %.3g，只超出 float16 的范围；float32 和 float64 都容得下。exp 在何处溢出，取决于浮点格式："),
		float64(r.Formats[2].Exp[0])))
	var rows [][]string
	for _, f := range r.Formats {
		row := []string{f.Name, fmt.Sprintf("%.5g", f.Max), fmt.Sprintf("%.9g", f.Highest), fmt.Sprintf("%.9g", f.SumHighest), fmt.Sprintf("%.9g", f.Lowest)}
		for _, e := range f.Exp {
			row = append(row, fmt.Sprintf("%.3g", float64(e)))
		}
		rows = append(rows, row)
	}
	p.table([]string{say(lang, "format", "格式"), say(lang, "largest number", "最大的数"), say(lang, "exp(x) finite up to x", "exp(x) 有限的最大 x"),
		say(lang, "sum of ten exp(x), up to x", "十个 exp(x) 之和有限的最大 x"), say(lang, "exp(x) > 0 from x", "exp(x) > 0 的最小 x"), "exp(50)", "exp(89)", "exp(710)"}, rows...)
	p.paragraph(say(lang,
		"If an exp is infinite, the class that should win gets Inf/Inf, which is not a number (NaN); if only the sum is, every class gets 0. The other side breaks as well: where all outputs are so small that every exp becomes 0, the definition says 0/0. Subtracting the largest output first changes nothing mathematically, for numerator and denominator are multiplied by the same number; then no exp exceeds 1 and the sum lies between 1 and K. In this form all three formats give the right answer to the examples below, and so does this program:",
		"一旦某个 exp 为无穷大，本该胜出的类别就得到 Inf/Inf，即“非数”（NaN）；若只有和为无穷大，各类别都得 0。另一头同样会出错：若所有输出都很小，每个 exp 都成了 0，按定义便是 0/0。先减去最大的输出，在数学上结果不变，因为分子、分母同乘了一个数；但此后每个 exp 都不超过 1，其和介于 1 与 K 之间。这样计算，三种格式对下面的例子都得出正确结果，本程序也是如此："))
	rows = nil
	for _, c := range r.Cases {
		row := []string{numbers(c.O, "%g")}
		for _, d := range c.Definition {
			row = append(row, probabilities(d))
		}
		rows = append(rows, append(row, probabilities(c.Stable[0]), numbers(c.Library, "%.3f")))
	}
	p.table([]string{say(lang, "outputs o", "输出 o"), say(lang, "definition, float16", "按定义，float16"), say(lang, "definition, float32", "按定义，float32"),
		say(lang, "definition, float64", "按定义，float64"), say(lang, "maximum subtracted, float16", "先减最大值，float16"), say(lang, "this program", "本程序")}, rows...)
	p.paragraph(fmt.Sprintf(say(lang,
		"And how often does it happen? Share of %d test examples for which softmax is not a number, by the definition in each format, with the maximum subtracted in float16, and in this program (float64, maximum subtracted):",
		"实际中多久发生一次？下表是 %d 个测试样本中 softmax 结果为 NaN 的比例：按定义以三种格式计算，先减最大值以 float16 计算，以及本程序（float64，先减最大值）："),
		len(r.Fits[0].Largest)))
	rows = nil
	for _, f := range r.Fits {
		sorted := slices.Sorted(slices.Values(f.Largest))
		row := []string{f.title(lang), percent1(f.Accuracy), fmt.Sprintf("%.4g", sorted[len(sorted)/2]), fmt.Sprintf("%.4g", sorted[len(sorted)-1])}
		for _, share := range append(slices.Clone(f.Broken), f.StableBroken[0], f.LibraryBroken) {
			row = append(row, percent1(share))
		}
		rows = append(rows, row)
	}
	p.table([]string{say(lang, "model", "模型"), say(lang, "accuracy", "测试准确率"), say(lang, "largest output: median", "最大输出：中位数"), say(lang, "maximum", "最大输出：最大值"),
		"float16", "float32", "float64", say(lang, "float16, max. subtracted", "float16，先减最大值"), say(lang, "this program", "本程序")}, rows...)
	p.paragraph(say(lang,
		"So the warning holds, with conditions, on the format and on the scale of the inputs. In float64, on inputs of sensible scale, the definition would do; in float16 it fails on ordinary models, and where someone forgets to divide pixels by 255 it fails in every format. Subtracting the maximum costs next to nothing and is always safe, as long as the outputs themselves are numbers of the format (65504 at most in float16).",
		"所以这一警告成立，但有条件，取决于浮点格式和输入的尺度：用 float64，输入尺度合适，按定义计算也无妨；用 float16，普通模型也可能出错；若忘了把像素除以 255，则三种格式都会出错。先减最大值几乎没有代价，而且总是安全的，只要输出本身没有超出该格式的范围（float16 不超过 65504）。"))
	return p
}

// title says how the model was fitted.
func (f *OutputFit) title(lang Lang) string {
	switch f.Name {
	case "sgd":
		return say(lang, "the textbook's SGD, 10 epochs", "教材的 SGD，10 个迭代周期")
	case "fit":
		return say(lang, "fitted to near the optimum, lambda = 1/n", "训练至接近最优，λ = 1/n")
	}
	return say(lang, "SGD on pixels not divided by 255", "SGD，像素未除以 255")
}

// probabilities writes a row of them.
func probabilities(p []Number) string {
	parts := make([]string, len(p))
	for i, v := range p {
		parts[i] = fmt.Sprintf("%.3f", float64(v))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// WritePicture draws how large the outputs of the models are, and where exp
// overflows.
func (r *Overflow) WritePicture(w io.Writer, format string, lang Lang) error {
	lines := chart.Lines{
		Title: say(lang, "The largest output of test examples, and where exp overflows", "测试样本的最大输出与 exp 溢出之处"),
		X:     chart.Axis{Label: say(lang, "output o", "输出 o"), Log: true},
		Y:     chart.Axis{Label: say(lang, "share of test examples whose largest output is at least o (%)", "最大输出不小于 o 的测试样本所占比例（%）")},
	}
	for _, f := range r.Fits {
		s := chart.Series{Name: f.title(lang)}
		sorted := slices.Sorted(slices.Values(f.Largest))
		for i, v := range sorted {
			if v > 0 {
				s.X, s.Y = append(s.X, v), append(s.Y, 100*float64(len(sorted)-i)/float64(len(sorted)))
			}
		}
		lines.Series = append(lines.Series, s)
	}
	for _, f := range r.Formats {
		lines.Series = append(lines.Series, chart.Series{
			Name: fmt.Sprintf(say(lang, "%s overflows: %.4g", "%s 溢出：%.4g"), f.Name, math.Nextafter(f.Highest, math.Inf(1))),
			X:    []float64{f.Highest, f.Highest}, Y: []float64{0, 100},
		})
	}
	return draw(w, format, lines)
}
