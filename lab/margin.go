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

// Margin is about log-sum-exp as a smooth maximum, and what that makes of the
// cross-entropy: a soft demand that the right output be the largest. The margin
// of an example is its right output less the largest wrong one, m = o_y -
// max_(j != y) o_j; the prediction is right where m > 0.
type Margin struct {
	K int `json:"k"`
	// Margin and Loss are those of each test example under a fitted model.
	Margin []float64 `json:"margin"`
	Loss   []float64 `json:"loss"`
	// Identity is the largest difference between the loss and
	// log(1 + exp(lse_(j != y) o_j - o_y)).
	Identity float64 `json:"identity"`
	// Rivals of an example is r in loss = log(1 + r e^-m), between 1 and K-1:
	// how many wrong outputs as large as the largest would weigh as much as all
	// of them do. Least, median and greatest.
	Rivals [3]float64 `json:"rivals"`
	// Below, Between and Above count test examples by loss: below log 2, from
	// there to log K, above it; and the right predictions among them.
	Below   LossBand `json:"below"`
	Between LossBand `json:"between"`
	Above   LossBand `json:"above"`
	// RightShare is the share of the summed loss that is of right predictions.
	RightShare   float64       `json:"right_share"`
	Temperatures []Temperature `json:"temperatures"`
}

// A LossBand counts examples.
type LossBand struct {
	Examples int `json:"examples"`
	Right    int `json:"right"`
}

// A Temperature T makes of the largest output T lse(o/T). It exceeds it by Mean
// on average over the test examples and by Most at most; the bound is T log K.
// By as much T times the loss of the outputs o/T exceeds max(0, -m), since both
// differ from these by o_y.
type Temperature struct {
	T     float64 `json:"t"`
	Mean  float64 `json:"mean"`
	Most  float64 `json:"most"`
	Bound float64 `json:"bound"`
}

func runMargin(ctx context.Context, opt Options) (*Margin, error) {
	train, test, err := opt.data()
	if err != nil {
		return nil, err
	}
	if train.Label == nil || test == nil || test.Label == nil {
		return nil, errors.New("the experiment needs training and test data with one class for each example")
	}
	model, _, err := softmax.Fit(ctx, train, softmax.Config{Solver: softmax.SGDSolver, Seed: opt.Seed, Threads: opt.Threads})
	if err != nil {
		return nil, err
	}
	bound, err := model.Bind(test)
	if err != nil {
		return nil, err
	}
	truth, err := bound.Truth()
	if err != nil {
		return nil, err
	}
	r := &Margin{K: len(model.Classes())}
	for _, t := range []float64{4, 2, 1, 0.5, 0.25, 0.1} {
		r.Temperatures = append(r.Temperatures, Temperature{T: t, Bound: t * math.Log(float64(r.K))})
	}
	logits := make([]float64, bound.Rows()*r.K)
	bound.Logits(logits, 0, bound.Rows())
	var rivals []float64
	var sum, right float64
	for i, y := range truth.Codes {
		o := logits[i*r.K:][:r.K]
		if y < 0 || math.IsNaN(o[0]) {
			continue
		}
		m, loss := r.add(o, int(y))
		rivals = append(rivals, math.Expm1(loss)*math.Exp(m))
		sum += loss
		if m > 0 {
			right += loss
		}
	}
	n := len(r.Loss)
	if n == 0 {
		return nil, errors.New("no test example has a known class and all its values")
	}
	slices.Sort(rivals)
	r.Rivals = [3]float64{rivals[0], rivals[n/2], rivals[n-1]}
	r.RightShare = right / sum
	for i := range r.Temperatures {
		r.Temperatures[i].Mean /= float64(n)
	}
	return r, nil
}

// add takes an example of class y with outputs o.
func (r *Margin) add(o []float64, y int) (m, loss float64) {
	wrong := slices.Delete(slices.Clone(o), y, y+1)
	m, loss = o[y]-slices.Max(wrong), special.CrossEntropy(o, y)
	r.Margin, r.Loss = append(r.Margin, m), append(r.Loss, loss)
	r.Identity = max(r.Identity, math.Abs(loss-special.Softplus(special.LogSumExp(wrong)-o[y])))
	band := &r.Between
	switch {
	case loss < math.Ln2:
		band = &r.Below
	case loss > math.Log(float64(r.K)):
		band = &r.Above
	}
	band.Examples++
	if m > 0 {
		band.Right++
	}
	cooled := make([]float64, len(o))
	for i := range r.Temperatures {
		t := &r.Temperatures[i]
		for k, v := range o {
			cooled[k] = v / t.T
		}
		over := t.T*special.LogSumExp(cooled) - slices.Max(o)
		t.Mean += over
		t.Most = max(t.Most, over)
	}
	return m, loss
}

// Page tells the result.
func (r *Margin) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Cross-entropy as a soft margin", "交叉熵：软化的间隔")}
	logK := math.Log(float64(r.K))
	p.paragraph(fmt.Sprintf(say(lang,
		"A source the notes cite looks at the loss from optimisation's side. The aim is that the right output be the largest: the margin m = o_y - (largest wrong output) should be positive, and max(0, -m) says by how much it falls short. Put log-sum-exp, lse(o) = log sum_k exp(o_k), for the maximum of the wrong outputs and log(1 + e^z) for max(0, z), and what comes out is the cross-entropy itself: log(1 + exp(lse of the wrong outputs - o_y)) = -log p_y, on %d test examples (model trained by SGD) to within %.0e.",
		"笔记引用的一篇文章从最优化的角度看待这个损失函数。目标是让正确类别的输出最大：间隔 m，即 o_y 减去其他输出中最大的一个，应为正数；max(0, -m) 则表示还差多少。把其他输出的最大值换成它们的 log-sum-exp，lse(o) = log sum_k exp(o_k)，再把 max(0, z) 换成 log(1 + e^z)，得到的恰是交叉熵：log(1 + exp(lse - o_y)) = -log p_y（lse 只取其他输出）；在 %d 个测试样本上（模型用 SGD 训练），两边相差不超过 %.0e。"),
		len(r.Loss), r.Identity))
	p.paragraph(fmt.Sprintf(say(lang,
		"How good is the smooth maximum? max <= lse <= max + log K: it is never too small, and with K = %d at most %.3f too large, which it is where all outputs are equal. Divided by a temperature T the outputs give T lse(o/T), which with small T comes as close as one likes; T times the loss of o/T exceeds max(0, -m) by exactly as much. Softmax regression needs no T: it would only change the scale of W and b.",
		"这个光滑的最大值有多准？max <= lse <= max + log K：它从不偏小；K = %d 时至多偏大 %.3f，在所有输出相等时取到。把输出除以温度 T，T 越小，T lse(o/T) 越接近最大值，要多近有多近；而 o/T 的损失乘以 T，超出 max(0, -m) 的量与此完全相同。softmax 回归并不需要 T：它只相当于改变 W 和 b 的尺度。"),
		r.K, logK))
	var rows [][]string
	for _, t := range r.Temperatures {
		rows = append(rows, []string{fmt.Sprint(t.T), fmt.Sprintf("%.4f", t.Mean), fmt.Sprintf("%.4f", t.Most), fmt.Sprintf("%.4f", t.Bound)})
	}
	p.table([]string{"T", say(lang, "T lse(o/T) - max o: mean", "T lse(o/T) - max o：平均"), say(lang, "largest", "最大"), say(lang, "bound T log K", "上界 T log K")}, rows...)
	p.paragraph(fmt.Sprintf(say(lang,
		"So the margin nearly decides the loss: log(1 + e^-m) <= loss <= log(1 + (K-1) e^-m), the left where one wrong output counts alone (in the limit), the right where all K-1 are as large as the largest. In between, loss = log(1 + r e^-m) with r rivals: %.2f to %.2f here, the median %.2f, of at most %d. So here it is mostly the largest wrong output that counts (picture).",
		"因此，间隔几乎决定了损失：log(1 + e^-m) <= 损失 <= log(1 + (K-1) e^-m)；其他输出中只有一个起作用时趋于左端，K-1 个一样大时取右端。一般地，损失 = log(1 + r e^-m)，r 可理解为“相当于有几个对手”：这里为 %.2f 至 %.2f，中位数 %.2f（至多为 %d）。可见这里起作用的主要是最强的那个对手（见图）。"),
		r.Rivals[0], r.Rivals[2], r.Rivals[1], r.K-1))
	p.paragraph(fmt.Sprintf(say(lang,
		"For a single example this says when a loss is good enough: below log 2 = 0.693 the prediction is right for certain (%d of %d are right), above log K = %.3f wrong for certain (%d of %d right), in between either (%d of %d right). And soft means it is never content: %s of the summed loss comes from examples that are already right. That is the difference from a demand that only asks for m > 0; the price is that examples long right still pull at the parameters; the gain is probabilities, and a function that is smooth and convex.",
		"对单个样本而言，由此可知损失多小才算够：低于 log 2 = 0.693，预测必定正确（正确 %d / %d）；高于 log K = %[3]g，必定错误（正确 %[4]d / %[5]d）；介于其间则两可（正确 %[6]d / %[7]d）。“软”还意味着判对了仍有损失：损失总和的 %[8]s 来自已经判对的样本。这正是它与只要求 m > 0 的不同之处：代价是早已判对的样本仍在牵动参数，换来的是概率，以及一个光滑的凸损失函数。"),
		r.Below.Right, r.Below.Examples, math.Round(1000*logK)/1000, r.Above.Right, r.Above.Examples, r.Between.Right, r.Between.Examples, percent1(r.RightShare)))
	return p
}

// WritePicture draws loss against margin, between its bounds.
func (r *Margin) WritePicture(w io.Writer, format string, lang Lang) error {
	var x, least, most, hinge []float64
	low, high := slices.Min(r.Margin), slices.Max(r.Margin)
	for i := range 201 {
		m := low + (high-low)*float64(i)/200
		x = append(x, m)
		least = append(least, special.Softplus(-m))
		most = append(most, special.Softplus(math.Log(float64(r.K-1))-m))
		hinge = append(hinge, max(0, -m))
	}
	return draw(w, format, chart.Lines{
		Title: say(lang, "Cross-entropy against margin", "交叉熵与间隔"),
		X:     chart.Axis{Label: say(lang, "margin m: right output less the largest wrong one", "间隔 m：正确类别的输出减去其他输出的最大值")},
		Y:     chart.Axis{Label: say(lang, "loss (nats)", "损失（nat）")},
		Series: []chart.Series{
			{Name: say(lang, "test examples: −log p_y", "测试样本：−log p_y"), X: r.Margin, Y: r.Loss, Points: true},
			{Name: "log(1 + (K−1) e^−m)", X: x, Y: most},
			{Name: "log(1 + e^−m)", X: x, Y: least},
			{Name: "max(0, −m)", X: x, Y: hinge},
		},
	})
}
