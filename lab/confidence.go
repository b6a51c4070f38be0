package lab

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/special"
)

// Confidence is about what an output says by itself: nothing. Softmax sees the
// differences between outputs.
type Confidence struct {
	// Rows are outputs with their softmax: the chapter's, and two that bring
	// out what it means.
	Rows []Outputs `json:"rows"`
	// Test holds, for each test image, its largest output, the distance to the
	// second largest, and the probability that softmax makes of them.
	Test struct {
		Largest     []float64 `json:"largest"`
		Margin      []float64 `json:"margin"`
		Probability []float64 `json:"probability"`
		// The largest output of the images whose probability is above 0.99, and
		// of those whose probability is below 0.5: their ranges overlap.
		SureLow    float64 `json:"sure_low"`
		UnsureHigh float64 `json:"unsure_high"`
		Overlap    float64 `json:"overlap"` // share of the unsure with an output above SureLow
	} `json:"test"`
}

// Outputs are the outputs for one example and their softmax.
type Outputs struct {
	O []float64 `json:"o"`
	P []float64 `json:"p"`
}

func runConfidence(ctx context.Context, opt Options) (*Confidence, error) {
	r := &Confidence{}
	for _, o := range [][]float64{{0.1, 10, 0.1}, {1000, 10, 1000}, {0.001, 0.1, 0.001}, {1000.1, 1010, 1000.1}} {
		p := make([]float64, len(o))
		special.Softmax(p, o)
		r.Rows = append(r.Rows, Outputs{o, p})
	}
	train, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	model, _, err := softmax.Fit(ctx, train, softmax.Config{Threads: opt.Threads})
	if err != nil {
		return nil, err
	}
	bound, err := model.Bind(test)
	if err != nil {
		return nil, err
	}
	k := len(model.Classes())
	logits := make([]float64, bound.Rows()*k)
	bound.Logits(logits, 0, bound.Rows())
	t := &r.Test
	t.SureLow, t.UnsureHigh = math.Inf(1), math.Inf(-1)
	for z := range slices.Chunk(logits, k) {
		z = slices.Sorted(slices.Values(z))
		p := make([]float64, k)
		special.Softmax(p, z)
		top := z[k-1]
		t.Largest = append(t.Largest, top)
		t.Margin = append(t.Margin, top-z[k-2])
		t.Probability = append(t.Probability, p[k-1])
		if p[k-1] > 0.99 {
			t.SureLow = min(t.SureLow, top)
		}
		if p[k-1] < 0.5 {
			t.UnsureHigh = max(t.UnsureHigh, top)
		}
	}
	if math.IsInf(t.SureLow, 1) || math.IsInf(t.UnsureHigh, -1) {
		return nil, errors.New("no test example is predicted with more than 99 %, or none with less than 50 %: there is nothing to compare")
	}
	var unsure, above float64
	for i, p := range t.Probability {
		if p < 0.5 {
			unsure++
			if t.Largest[i] > t.SureLow {
				above++
			}
		}
	}
	t.Overlap = above / max(1, unsure)
	return r, nil
}

// Page tells the result.
func (r *Confidence) Page(lang Lang) Page {
	p := Page{Title: say(lang, "What an output says by itself", "单看一个输出能说明什么")}
	p.paragraph(say(lang,
		"The chapter says: the range of the outputs has no clear meaning. An output of 10 beside two of 0.1 looks sure, since it is 100 times as large; beside two of 1000 the same 10 is hopeless. Both hold. But \"100 times as large\" is not the reason: softmax sees differences between outputs, not ratios. Outputs with the same ratio of 100 and small differences give a probability near 1/3, and outputs with a ratio near 1 and the same differences as the first row give the same probabilities.",
		"书中说：输出值的范围没有直观意义。另两个输出为 0.1 时，10 显得很有把握，因为它是其他输出的 100 倍；而若另两个输出是 1000，同样的 10 就毫无希望。这两点都成立。但理由不在“100 倍”：softmax 看的是输出之差，而不是之比。比值同为 100 而差很小时，概率接近 1/3；比值接近 1 而差与第一行相同时，概率也与第一行相同。"))
	var rows [][]string
	for _, o := range r.Rows {
		rows = append(rows, []string{numbers(o.O, "%g"), numbers(o.P, "%.4f"), fmt.Sprintf("%.4g", o.O[1]/o.O[0]), fmt.Sprintf("%.4g", o.O[1]-o.O[0])})
	}
	p.table([]string{say(lang, "outputs o", "输出 o"), "softmax(o)", say(lang, "ratio o2/o1", "比值 o2/o1"), say(lang, "difference o2-o1", "差 o2-o1")}, rows...)
	t := &r.Test
	p.paragraph(fmt.Sprintf(say(lang,
		"A fitted model shows the same on %d test examples: the largest output may be as small as %.2f where the prediction has a probability above 99 %%, and as large as %.2f where it has less than 50 %%; %.0f %% of those unsure predictions have a larger output than the smallest sure one. The distance to the second largest output, in contrast, nearly decides the probability (picture).",
		"训练好的模型在 %d 张测试图像上也是如此：概率高于 99 %% 的图像，其最大输出可以小到 %.2f；概率低于 50 %% 的图像，其最大输出可以大到 %.2f；后一类图像中，有 %.0f %% 的最大输出超过前一类的最小值。相反，最大输出与第二大输出之差几乎决定了概率（见图）。"),
		len(t.Largest), t.SureLow, t.UnsureHigh, 100*t.Overlap))
	return p
}

// WritePicture draws probability against largest output and against margin.
func (r *Confidence) WritePicture(w io.Writer, format string, lang Lang) error {
	return draw(w, format, chart.Lines{
		Title: say(lang, "Probability of the prediction against two readings of the outputs", "预测的概率与输出的两种读法"),
		X:     chart.Axis{Label: say(lang, "largest output, or its distance", "最大输出，或输出之差")},
		Y:     chart.Axis{Label: say(lang, "probability of the predicted class", "预测类别的概率")},
		Series: []chart.Series{
			{Name: say(lang, "largest output", "最大输出"), X: r.Test.Largest, Y: r.Test.Probability, Points: true},
			{Name: say(lang, "its distance to the second largest", "与第二大输出之差"), X: r.Test.Margin, Y: r.Test.Probability, Points: true},
		},
	})
}
