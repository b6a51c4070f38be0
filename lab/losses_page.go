package lab

import (
	"fmt"
	"io"

	"example.com/softmax"
	"example.com/softmax/internal/chart"
)

// Page tells the result.
func (r *Losses) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Squared loss and cross-entropy of probabilities", "概率的平方损失与交叉熵损失")}
	p.paragraph(say(lang,
		"The chapter says: to predict class 3 rightly, p_3 need not be 1, only larger than the others; p_3 = 0.6 is right whatever p_1 and p_2 are. The squared loss ||p - y||^2 / 2 is stricter than that: it depends on how the remaining 0.4 is spread, and is \"much smaller\" at p_1 = p_2 = 0.2 than at p_1 = 0, p_2 = 0.4. The cross-entropy -log p_3 does not depend on it.",
		"书中说：要把第 3 类预测对，p_3 不必等于 1，只需大于其他概率；p_3 = 0.6 时，无论 p_1、p_2 为多少，预测都正确。平方损失 ||p - y||^2 / 2 则过于严格：它的值还取决于其余 0.4 如何分配，p_1 = p_2 = 0.2 时比 p_1 = 0、p_2 = 0.4 时“小很多”。交叉熵 -log p_3 则与此无关。"))
	var rows [][]string
	for _, c := range r.Cases {
		rows = append(rows, []string{numbers(c.P, "%.1f"), fmt.Sprintf("%.2f", c.Squared), fmt.Sprintf("%.4f", c.CrossEntropy)})
	}
	p.table([]string{"p", say(lang, "squared loss", "平方损失"), say(lang, "cross-entropy (nats)", "交叉熵（nat，取自然对数）")}, rows...)
	t := &r.Test
	p.paragraph(fmt.Sprintf(say(lang,
		"This holds. \"Much smaller\" means 25 %% here, and that is the most there can be with three classes: at a given p_y the squared loss lies between K/(2(K-1)) (1-p_y)^2 (the rest spread evenly) and (1-p_y)^2 (all of it on one class), so the difference stays below one half for any K. On the test examples it was %.2f to %.2f times (1-p_y)^2. It would be too strong to say that cross-entropy is content with a right prediction: it still asks for p_y = 1, as every loss does whose aim is probabilities.",
		"这一点成立。“小很多”在这里是小 25 %%，而这已是 3 个类别时的极限：给定 p_y，平方损失介于 K/(2(K-1)) (1-p_y)^2（其余概率均分）与 (1-p_y)^2（其余概率集中于一类）之间，所以无论 K 多大，相差都不到一半。在测试样本上，它是 (1-p_y)^2 的 %.2f 至 %.2f 倍。但若说交叉熵只要求预测正确，就言过其实了：它同样要求 p_y 趋于 1，凡以概率为目标的损失都如此。"),
		t.ShareLow, t.ShareHigh))
	p.paragraph(fmt.Sprintf(say(lang,
		"In fairness: the squared loss of probabilities is a proper score too, that is, on average the true distribution scores best. Where labels come from %s, the prediction of least expected loss, found on a grid, is that distribution for both; the absolute loss, for contrast, wants all on one class.",
		"公平地说，概率的平方损失也是恰当的评分规则（proper scoring rule），即预测真实分布时平均得分最好。若标签服从分布 %s，在网格上搜索期望损失最小的预测，两种损失得到的都是该分布本身；而绝对值损失（作为对照）则把概率全给一类时最小。"),
		numbers(r.Expected.Truth, "%.1f")))
	rows = nil
	for _, l := range r.Expected.Least {
		name := map[string]string{
			"squared":       say(lang, "squared", "平方损失"),
			"cross-entropy": say(lang, "cross-entropy", "交叉熵"),
			"absolute":      say(lang, "absolute, sum |p_j - y_j|", "绝对值损失 sum |p_j - y_j|"),
		}[l.Loss]
		rows = append(rows, []string{name, numbers(l.P, "%.2f")})
	}
	p.table([]string{say(lang, "loss", "损失"), say(lang, "p of least expected loss", "期望损失最小的 p")}, rows...)
	gradient := say(lang,
		"What speaks against it is its gradient. Cross-entropy pulls at the output of the right class with 1 - p_y, the more the more wrong the prediction; of the squared loss, 2 p_y (1-p_y)^2 for two classes, nothing remains where the model is sure and wrong (picture).",
		"真正的弱点在梯度。把 |dl/do_y| 看作损失对正确类别的输出的“拉力”：交叉熵的拉力是 1 - p_y，错得越厉害，拉得越用力；平方损失的拉力（两类时为 2 p_y (1-p_y)^2）在模型很有把握却判错时趋于零（见图）。")
	if t.Hopeless > 0 {
		gradient += fmt.Sprintf(say(lang,
			" On the %d test examples with p_y < 0.01 cross-entropy pulls with %.3f on average, the squared loss with %.3f.",
			"在 p_y < 0.01 的 %d 个测试样本上，交叉熵的平均拉力为 %.3f，平方损失仅为 %.3f。"),
			t.Hopeless, t.HopelessCrossEntropy, t.HopelessSquared)
	}
	p.paragraph(gradient)
	rows = nil
	for _, l := range r.Pulls {
		rows = append(rows, []string{fmt.Sprintf("%.4g", l.Probability), fmt.Sprintf("%.4g", l.CrossEntropy), fmt.Sprintf("%.2g", l.Squared)})
	}
	p.table([]string{say(lang, "p_y (two classes)", "p_y（两类）"), say(lang, "|dl/do_y|, cross-entropy", "|dl/do_y|，交叉熵"), say(lang, "|dl/do_y|, squared", "|dl/do_y|，平方损失")}, rows...)
	l := &r.Line
	p.paragraph(fmt.Sprintf(say(lang,
		"For the same reason it is not convex in the parameters: for two classes its second derivative along o_y is negative wherever p_y < 1/3. Along the line t Theta through the parameters of the first fit below, the mean squared loss at t = %.1f lies %.3f above its chord from t = %.1f to %.1f; the cross-entropy lies below every chord. So a fit by squared loss may end in a poor minimum, and no proof that it did not comes with it.",
		"出于同样的原因，它对参数不是凸函数：两类时，只要 p_y < 1/3，沿 o_y 的二阶导数就为负。记下表第一个模型的参数为 Θ，沿直线 tΘ，平均平方损失在 t = %.1f 处比 t = %.1f 到 %.1f 的弦高出 %.3f；交叉熵则总在弦之下。所以用平方损失训练可能停在较差的极小值，且无法证明没有停在那里。"),
		chord(lang, l.From, l.To, l.Excess)...))
	rows = nil
	for _, f := range r.Fits {
		budget := fmt.Sprintf(say(lang, "SGD, %d epochs, rate %g", "SGD，%d 个迭代周期，学习率 %g"), f.Epochs, f.Rate)
		if f.Rate == 0 {
			name := "L-BFGS"
			if f.Solver == softmax.Newton {
				name = "Newton"
			}
			budget = fmt.Sprintf(say(lang, "%s, %d iterations, lambda 0.001", "%s，%d 次迭代，λ = 0.001"), name, f.Epochs)
		}
		name := say(lang, "cross-entropy", "交叉熵")
		if f.Loss == softmax.Squared {
			name = say(lang, "squared", "平方损失")
		}
		rows = append(rows, []string{budget, name, fmt.Sprintf("%.3f", f.Accuracy), fmt.Sprintf("%.4f", f.LogLoss), fmt.Sprintf("%.4f", f.Brier)})
	}
	p.paragraph(say(lang,
		"Trained on the same data with the same budget (SGD with batch 256; scores on the test set: log-loss is the mean of -log p_y, Brier score that of ||p - y||^2):",
		"用同样的数据、同样的预算训练（SGD 的批量大小为 256；以下均为测试集上的分数，对数损失即 -log p_y 的平均值，Brier 分数即 ||p - y||^2 的平均值）："))
	p.table([]string{say(lang, "budget", "预算"), say(lang, "loss minimised", "训练所用损失"), say(lang, "accuracy", "准确率"), say(lang, "log-loss", "对数损失"), say(lang, "Brier score", "Brier 分数")}, rows...)
	p.paragraph(fmt.Sprintf(say(lang,
		"At the textbook's rate of 0.1 the squared loss reaches an accuracy of %.3f, cross-entropy %.3f; the pull of the former is weaker, so equal rates are not equal steps. With a rate three times as large, or a solver that sets the length of its steps itself (last two rows), the gap is %.3f and %.3f. What one buys with cross-entropy is faster training, convexity and probabilities of lower log-loss, not a higher accuracy as such.",
		"在教材的学习率 0.1 下，平方损失的准确率为 %.3f，交叉熵为 %.3f；前者拉力较弱，同样的学习率并不意味着同样的步长。学习率增至三倍，或换用自行确定步长的算法（L-BFGS）后，两者之差（交叉熵减平方损失）分别为 %.3f 与 %.3f。可见交叉熵换来的是训练更快、目标函数是凸的、概率的对数损失更低，而不是准确率必然更高。"),
		r.Fits[1].Accuracy, r.Fits[0].Accuracy, r.Fits[2].Accuracy-r.Fits[3].Accuracy, r.Fits[4].Accuracy-r.Fits[5].Accuracy))
	return p
}

// chord orders the numbers of a chord as the languages name them.
func chord(lang Lang, from, to, excess float64) []any {
	if lang == Chinese {
		return []any{(from + to) / 2, from, to, excess}
	}
	return []any{(from + to) / 2, excess, from, to}
}

// WritePicture draws the pull at the right class's output against its
// probability: a curve for cross-entropy, a cloud for squared loss.
func (r *Losses) WritePicture(w io.Writer, format string, lang Lang) error {
	return draw(w, format, chart.Lines{
		Title: say(lang, "How hard a loss pulls at the output of the right class", "损失对正确类别的输出的拉力"),
		X:     chart.Axis{Label: say(lang, "probability p_y of the right class, one dot a test example", "正确类别的概率 p_y（每点一个测试样本）")},
		Y:     chart.Axis{Label: say(lang, "pull |dl/do_y|", "拉力 |dl/do_y|")},
		Series: []chart.Series{
			{Name: say(lang, "cross-entropy", "交叉熵"), X: r.Test.Probability, Y: r.Test.CrossEntropy, Points: true},
			{Name: say(lang, "squared loss", "平方损失"), X: r.Test.Probability, Y: r.Test.Squared, Points: true},
		},
	})
}
