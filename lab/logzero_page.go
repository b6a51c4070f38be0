package lab

import (
	"fmt"
	"io"
	"math"
	"strings"

	"example.com/softmax/internal/chart"
)

// wayNames names the four ways.
func wayNames(lang Lang) [4]string {
	return [4]string{
		say(lang, "fused, p - y", "合并计算 p - y"),
		say(lang, "layers, log p_y", "分层，log p_y"),
		say(lang, "layers, log(p_y + 1e-5)", "分层，log(p_y + 1e-5)"),
		say(lang, "layers, log(p_y + e^-5)", "分层，log(p_y + e^-5)"),
	}
}

// Page tells the result.
func (r *LogZero) Page(lang Lang) Page {
	p := Page{Title: say(lang, "log 0, the remedy, and the gradient", "log 0、补救办法与梯度")}
	p.paragraph(say(lang,
		"The exercise computes cross-entropy by its definition and meets log 0; the notes' remedy is log(x + e-5). With eps for e-5, read as 1e-5 or as e^-5 = 0.0067, the remedy makes the loss finite and changes it: -log(p_y + eps) goes from -log(1 + eps), below 0, to at most -log eps, and at p_y = eps it is log 2 = 0.69 too small.",
		"习题按定义计算交叉熵，会遇到 log 0；笔记的办法是改用 log(x + e-5)。把 e-5 记作 ε，无论读作 1e-5 还是 e^-5 = 0.0067，损失都变得有限，但值也变了：-log(p_y + ε) 最小为 -log(1 + ε)，小于 0；最大不超过 -log ε；在 p_y = ε 处偏小 log 2 = 0.69。"))
	names := wayNames(lang)
	var rows [][]string
	for _, v := range r.Values {
		row := []string{fmt.Sprintf("%.3g", v.P)}
		for _, l := range v.Losses {
			row = append(row, decimal(l, "%.5f", "+Inf"))
		}
		rows = append(rows, row)
	}
	p.table([]string{"p_y", "-log p_y", "-log(p_y + 1e-5)", "-log(p_y + e^-5)"}, rows...)
	p.paragraph(fmt.Sprintf(say(lang,
		"The loss is not the point: training needs its gradient. With softmax and log as two layers it is (diag p - p p') times the vector with -1/p_y at class y. For p_y > 0 that is p - y; but when o_y lies %.2f below the largest output, 1/p_y overflows float32, and at %.2f p_y is 0 and the gradient 0 times infinity (float64: %.2f and %.2f). The remedy avoids both and multiplies p - y by p_y / (p_y + eps): half of it is gone at p_y = eps, nearly all of it long before p_y underflows. The very examples that are most wrong teach nothing. The fused form p - y loses nothing at any distance (picture).",
		"要害不在损失而在梯度。softmax 与 log 分作两层时，梯度为矩阵 diag p - p p^T 乘以一个向量，其第 y 个元素为 -1/p_y，其余为 0。p_y > 0 时它就是 p - y；但当 o_y 比最大输出低 %.2f 时，1/p_y 在 float32 中上溢；低 %.2f 时，p_y 为 0，梯度成了 0 乘无穷大（float64 分别为 %.2f 与 %.2f）。补救办法避开了这两种情况，却给 p - y 乘上了 p_y / (p_y + ε)：p_y = ε 时只剩一半，远在 p_y 下溢之前就几乎全失。模型恰恰从错得最厉害的样本中什么也学不到。合并计算的 p - y 在任何距离上都毫无损失（见图）。"),
		r.Infinite32, r.NaN32, r.Infinite64, r.NaN64))
	rows = nil
	for _, s := range r.Slopes {
		row := []string{fmt.Sprintf("%g", s.Distance)}
		for _, v := range s.Slopes {
			row = append(row, decimal(v, "%.3g", say(lang, "not finite", "非有限数")))
		}
		rows = append(rows, row)
	}
	p.table(append([]string{say(lang, "dl/do_y (two classes, float32), o_y lower by", "o_y 低多少（表中为两类时 float32 的 dl/do_y）")}, names[:]...), rows...)
	p.paragraph(fmt.Sprintf(say(lang,
		"Trained in float32 on %d examples with learning rate 0.1 and batch 256, from three starts: the textbook's; weights of standard deviation 10 where 0.01 was meant; features 255 times too large, like pixels not divided by 255. A gradient counts as lost if it is not finite or less than a hundredth of p - y. The loss is the one that each way reports during its last epoch, the log-loss the true one on the test set.",
		"用 %d 个样本以 float32 训练，学习率 0.1，批量大小 256，起点有三种：教材的设置；初始权重的标准差本应为 0.01，却取了 10；特征放大到 255 倍，相当于像素忘了除以 255。一个样本的梯度若不是有限数，或不足 p - y 的百分之一，即算丢失。“损失”是各做法在最后一个迭代周期自己报告的值，“对数损失”是测试集上的真实值。"),
		r.Runs[0].Rows))
	starts := map[string]string{
		"textbook": say(lang, "textbook", "教材"), "weights": say(lang, "weights x 1000", "权重 × 1000"), "pixels": say(lang, "features x 255", "特征 × 255"),
	}
	rows = nil
	for _, run := range r.Runs {
		last := run.Epochs[len(run.Epochs)-1]
		row := []string{starts[run.Start], names[run.Way]}
		if run.Broken > 0 {
			rows = append(rows, append(row, "", "", "", fmt.Sprintf(say(lang, "parameters not finite after step %d", "第 %d 步后参数不再是有限数"), run.Broken)))
			continue
		}
		var accuracy []string
		for _, e := range run.Epochs {
			accuracy = append(accuracy, fmt.Sprintf("%.3f", float64(e.Accuracy)))
		}
		first := run.Epochs[0]
		rows = append(rows, append(row, fmt.Sprintf("%.1f %%", 100*float64(first.Lost+first.NotFinite)/float64(run.Rows)),
			fmt.Sprintf("%.4g", float64(last.Loss)), fmt.Sprintf("%.4g", float64(last.LogLoss)), strings.Join(accuracy, " ")))
	}
	p.table([]string{say(lang, "start", "起点"), say(lang, "way", "做法"), say(lang, "lost in epoch 1", "第 1 周期丢失"), say(lang, "loss", "损失"), say(lang, "log-loss", "对数损失"), say(lang, "test accuracy after each epoch", "各周期后的测试准确率")}, rows...)
	p.paragraph(say(lang,
		"As long as p_y stays far from 0, as from the textbook's start, all four ways train alike and no remedy is needed. Where p_y underflows, the plain layers break at once, and the remedy changes a loud failure into a silent one: its loss looks small, since it cannot exceed its cap (11.5 or 5), while most examples teach nothing. Only the fused gradient keeps learning from all of them. (It does not cure a step that is far too long: with features x 255 the outputs, and so the log-loss, stay huge, though the predictions become useful.) So the remedy works only where it is not needed; what is needed is log-softmax in one piece, log p_y = o_y - log sum exp o.",
		"只要 p_y 远离 0（如教材的起点），四种做法的训练效果几乎相同，用不着补救。一旦 p_y 下溢，直接分层立刻失败；而补救办法只是把明显的失败变成了不易察觉的失败：损失不可能超过上限（11.5 或 5），看上去不大，模型从大多数样本中却什么也学不到。只有合并计算的梯度仍能从所有样本中学习。（起点太差时它学得也慢；它也治不了过大的步长：特征 × 255 时，输出始终很大，对数损失也就很大，尽管预测已经有用。）可见这一补救办法只在不需要它的地方有效；真正需要的是把 log 与 softmax 合为一体：log p_y = o_y - log sum exp o。"))
	return p
}

func decimal(n Number, format, infinite string) string {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return infinite
	}
	return fmt.Sprintf(format, float64(n)+0) // -0 becomes 0
}

// WritePicture draws what each way leaves of the gradient.
func (r *LogZero) WritePicture(w io.Writer, format string, lang Lang) error {
	lines := chart.Lines{
		Title: say(lang, "What is left of the gradient where the model is wrong", "模型判错时，梯度还剩多少"),
		X:     chart.Axis{Label: say(lang, "how far the right output lies below the other", "正确类别的输出比另一输出低多少")},
		Y:     chart.Axis{Label: say(lang, "|dl/do_y| in float32", "|dl/do_y|（float32）")},
	}
	for i, name := range wayNames(lang) {
		s := chart.Series{Name: name}
		for d := 0.0; d <= 110; d += 0.25 {
			z := []float32{0, float32(d)}
			logLoss(z, 0, i)
			g := math.Abs(float64(z[0]))
			if math.IsNaN(g) || math.IsInf(g, 0) {
				s.Name += say(lang, fmt.Sprintf(", until %.1f", r.Infinite32), fmt.Sprintf("，到 %.1f 为止", r.Infinite32))
				break
			}
			s.X, s.Y = append(s.X, d), append(s.Y, g)
		}
		lines.Series = append(lines.Series, s)
	}
	return draw(w, format, lines)
}
