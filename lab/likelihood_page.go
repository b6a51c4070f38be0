package lab

import (
	"fmt"
	"io"
	"math"

	"example.com/softmax/internal/chart"
)

// Page tells the result.
func (r *Likelihood) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Least cross-entropy is greatest likelihood", "最小化交叉熵就是最大化似然")}
	j := &r.Joint
	p.paragraph(say(lang,
		"The chapter says: to minimise the mean cross-entropy l is to maximise exp(-n l), the product of the probabilities p_y of all labels, that is their joint probability. This holds, exactly, with one label each and without a penalty. But it cannot be computed as written: the product becomes too small for floating-point numbers, its logarithm does not.",
		"书中说：最小化平均交叉熵 l，等价于最大化 exp(-n l)，即所有标签的概率 p_y 之积，也就是它们的联合预测概率。每个样本只有一个标签且没有惩罚项时，这句话严格成立，但不能照字面计算：乘积会小到浮点数无法表示，它的对数则不会。"))
	p.table([]string{say(lang, fmt.Sprintf("log of the joint probability of %d training labels", j.N), fmt.Sprintf("%d 个训练标签的联合概率的对数", j.N)), ""},
		[]string{say(lang, "-n l, from the fit", "-n l（取自训练结果）"), fmt.Sprintf("%.6f", j.MinusNLoss)},
		[]string{say(lang, "sum of log p_y", "log p_y 之和"), fmt.Sprintf("%.6f", j.SumOfLogs)},
		[]string{say(lang, "log of the product of p_y, its exponent kept apart", "p_y 之积的对数（指数另行保存）"), fmt.Sprintf("%.6f", j.Product)})
	gone := func(after int) string {
		if after == 0 {
			return say(lang, "stays above 0", "始终大于 0")
		}
		return fmt.Sprintf(say(lang, "is 0 after %d examples", "乘到第 %d 个样本即为 0"), after)
	}
	p.paragraph(fmt.Sprintf(say(lang,
		"Of a model trained by SGD the mean loss is %.4f nats (units of the natural logarithm), the joint probability 10^%.0f. The plain product in float64 %s, in float32 it %s (picture); exp(-n l) is 0 in float64 as soon as n l > 745. Hence the logarithm: the sum ranks models as the product would.",
		"用 SGD 训练的模型，平均损失为 %.4f nat（取自然对数时的单位），联合概率约为 10^%.0f。直接相乘，float64 %s，float32 %s（见图）；只要 n l > 745，float64 的 exp(-n l) 就是 0。所以要取对数：对数之和与乘积对模型的排序相同。"),
		j.Loss, j.SumOfLogs/math.Ln10, gone(j.Zero64), gone(j.Zero32)))
	p.paragraph(say(lang,
		"The exercise asks what maximum likelihood and cross-entropy have in common. H(y, p) = H(y) + KL(y || p), where KL = sum y_j log(y_j / p_j) is the divergence of p from y, and the entropy H(y) of the labels does not depend on the model: least cross-entropy, least divergence and greatest likelihood are one problem. Hard labels (one class each) have H(y) = 0, so the loss is the divergence; soft labels (shares of classes) have a floor H(y) that no model goes below. Each column was computed by itself.",
		"习题问：最大似然与交叉熵有何共同之处？H(y, p) = H(y) + KL(y || p)，其中 KL = sum y_j log(y_j / p_j) 是 KL 散度，而标签的熵 H(y) 与模型无关，所以最小交叉熵、最小 KL 散度、最大似然是同一个问题。硬标签（只有一个类别）的 H(y) = 0，损失就是散度；软标签（各类别的比例）的 H(y) 则是任何模型都无法突破的下限。下表各列均独立算出。"))
	names := map[string]string{
		"hard":       say(lang, "one label each", "每个样本一个标签"),
		"smoothed":   fmt.Sprintf(say(lang, "the same, smoothed: %g of each spread over all classes", "同上，标签平滑 %g"), smoothing),
		"annotators": say(lang, "shares of 5 simulated annotators, 1 answer in 10 random", "模拟的 5 名标注者的比例（十分之一为随意作答）"),
		"single":     say(lang, "penguins one by one: species by island and sex", "企鹅，每只一行：由岛屿和性别预测种类"),
		"grouped":    say(lang, "penguins by group: shares of the species", "企鹅，每组一行：各种类的比例"),
	}
	var rows [][]string
	for _, s := range r.Splits {
		rows = append(rows, []string{names[s.Labels], fmt.Sprint(s.Rows), fmt.Sprintf("%.6f", s.CrossEntropy), fmt.Sprintf("%.6f", s.Entropy), fmt.Sprintf("%.6f", s.Divergence)})
	}
	p.table([]string{say(lang, "labels", "标签"), say(lang, "rows", "行数"), "H(y, p)", "H(y)", "KL(y || p)"}, rows...)
	grouped := r.Splits[len(r.Splits)-1]
	p.paragraph(fmt.Sprintf(say(lang,
		"The penguins show the use of the split. One row for each penguin, or one for each group with its shares, weighted by its size, give the same loss and the same coefficients (largest difference %.0e). But only the groups tell that %.4f of the %.4f nats is chance, which nothing can predict from island and sex, and a mere %.4f what this model lacks.",
		"企鹅的例子说明这种分解有何用处。无论一只企鹅一行，还是一组一行（记各种类的比例，以组的大小为权重），损失都相同，系数也相同（最大相差 %.0e）。但只有分组后才看得出：%.4f nat（共 %.4f nat）是偶然，凭岛屿和性别无从预测；只有 %.4f nat 是模型的不足。"),
		r.CoefficientShift, grouped.Entropy, grouped.CrossEntropy, grouped.Divergence))
	ml, mode := r.Posterior[0], r.Posterior[1]
	p.paragraph(fmt.Sprintf(say(lang,
		"With the L2 penalty, f = l + lambda/2 ||W||^2, the fit no longer has the greatest likelihood but the greatest posterior probability (MAP), under a normal prior of mean 0 and variance 1/(n lambda) on each weight of the scaled features and a flat one on the biases. Checked on %d penguins (species by flipper length and body mass) with lambda = 1/n, so a variance of 1: at each fit the largest derivative by a parameter, from finite differences, is 0 (but for rounding) for the one function and far from 0 for the other.",
		"加上 L2 惩罚后，目标函数为 f = l + λ/2 ||W||²，得到的不再是最大似然解，而是最大后验（MAP）估计：缩放后特征的每个权重服从均值为 0、方差为 1/(nλ) 的正态先验，偏差的先验为常数。以 %d 只企鹅检验（由鳍长和体重预测种类），取 λ = 1/n，即方差为 1：在两个解处，用差分求两个函数对各参数的导数，取绝对值最大者：总有一个函数的为 0（舍入误差除外），另一个的远离 0。"),
		ml.N))
	p.table([]string{say(lang, "fit", "解"), say(lang, "log-likelihood", "对数似然"), "-n f", say(lang, "largest slope: of the log-likelihood", "最大导数：对数似然"), say(lang, "of the log-posterior", "对数后验")},
		posteriorRow(say(lang, "lambda = 0", "λ = 0"), ml), posteriorRow(say(lang, "lambda = 1/n", "λ = 1/n"), mode))
	p.paragraph(fmt.Sprintf(say(lang,
		"So exp(-n f) is the joint probability only at lambda = 0; at lambda = 1/n, -n f is %.2f where the log-likelihood is %.2f. And with soft labels exp(-n l) is the probability of the labels only if the shares come from counting, as with the penguins.",
		"可见只有 λ = 0 时，exp(-n f) 才是联合概率；λ = 1/n 时，-n f 为 %.2f，而对数似然为 %.2f。至于软标签，只有当它们是计数的比例（如企鹅）时，exp(-n l) 才是标签的概率。"),
		mode.MinusNObjective, mode.LogLikelihood))
	return p
}

func posteriorRow(name string, at PosteriorPoint) []string {
	return []string{name, fmt.Sprintf("%.4f", at.LogLikelihood), fmt.Sprintf("%.4f", at.MinusNObjective),
		fmt.Sprintf("%.1e", at.LikelihoodSlope), fmt.Sprintf("%.1e", at.PosteriorSlope)}
}

// WritePicture draws the joint probability of the first labels and how far
// each kind of number can follow it.
func (r *Likelihood) WritePicture(w io.Writer, format string, lang Lang) error {
	j := &r.Joint
	series := func(name string, until int) chart.Series {
		if until == 0 {
			until = len(j.Log10) + 1
		}
		s := chart.Series{Name: name}
		step := max(1, len(j.Log10)/1000)
		for i := 0; i < until-1; i += step {
			s.X, s.Y = append(s.X, float64(i+1)), append(s.Y, j.Log10[i])
		}
		return s
	}
	return draw(w, format, chart.Lines{
		Title: say(lang, "Joint probability of the labels, and how far numbers can follow it", "标签的联合概率，以及各种浮点数能算到哪里"),
		X:     chart.Axis{Label: say(lang, "number of training examples", "训练样本数")},
		Y:     chart.Axis{Label: say(lang, "decimal logarithm of the joint probability", "联合概率的常用对数")},
		Series: []chart.Series{
			series(say(lang, "sum of logarithms", "对数之和"), 0),
			series(say(lang, "product in float64, until it is 0", "float64 乘积，直到变为 0"), j.Zero64),
			series(say(lang, "product in float32, until it is 0", "float32 乘积，直到变为 0"), j.Zero32),
		},
	})
}
