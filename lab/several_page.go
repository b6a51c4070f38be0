package lab

import (
	"fmt"
	"io"

	"example.com/softmax"
	"example.com/softmax/internal/chart"
)

// Page tells the result.
func (r *Several) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Several labels on one example", "一个样本有多个标签")}
	p.paragraph(say(lang,
		"The chapter says: if an image holds several objects, H(y, p) is no longer the -log of one probability, but still only the probabilities of the classes that are present matter: the loss is -sum of log p_j over them. This holds for the value of the loss (below, classes 1 and 2 are present). But the absent classes are not free: with one softmax they share the same sum of 1, and the derivative in o_k is m p_k - y_k for m labels, so an absent class is pushed down by m p_k: by 0.4 in the first row, by 0.2 each in the second.",
		"书中说：图像中有多个物体时，H(y, p) 不再是单个概率的 -log，但仍只与图像中出现的类别的概率有关：损失为这些类别的 -log p_j 之和。就损失的值而言，这句话成立（下表中第 1、2 类出现）。但未出现的类别并非毫无代价：它们与出现的类别共用一个 softmax，概率之和为 1；若有 m 个标签，损失对 o_k 的导数为 m p_k - y_k，未出现的类别会被 m p_k 压低：第一行的第 3 类为 0.4，第二行的第 3、4 类各为 0.2。"))
	var rows [][]string
	for _, c := range r.Cases {
		rows = append(rows, []string{numbers(c.P, "%g"), fmt.Sprintf("%.4f", c.Present), decimal(c.All, "%.4f", "+Inf")})
	}
	p.table([]string{"p", say(lang, "loss (nats), present classes only", "损失（nat）：只计出现的类别"), say(lang, "K sigmoids: absent classes too", "K 个 sigmoid：未出现的也计入")}, rows...)
	p.paragraph(say(lang,
		"The third row is the best that one softmax can do: the loss has the floor m log m (1.3863 for two labels), reached where each present class has 1/m. It is m times the entropy log m of the uniform distribution over them, not an error. The last row is no distribution, but independent sigmoids can give it, with a loss of 0: without the shared sum, the chapter's loss would drive all probabilities to 1. Independent sigmoids therefore need the second term, -log(1 - p_k) of the absent classes.",
		"第三行是单个 softmax 能做到的最好结果：损失有下限 m log m（两个标签时为 1.3863），当每个出现的类别各占 1/m 时取到。它是 m 乘以均匀分布的熵 log m，并非误差。最后一行不是概率分布，但互相独立的 sigmoid 可以给出它，损失为 0：没有“和为 1”的约束，只计出现的类别会使所有概率都趋于 1。所以独立的 sigmoid 必须加上第二项，即未出现类别的 -log(1 - p_k)。"))
	data := say(lang, "the targets of the given data", "所给数据的多标签目标")
	if r.Composed {
		data = say(lang, "images put together from two halves, each with one garment of the sample shrunk to half its width, or empty one time in four (so the objects do not overlap and the number of labels varies: 0, 1 or 2)",
			"由左右两半拼成的图像，每一半是一张原图像（宽度缩为一半），或以四分之一的概率为空（因此物体互不重叠，标签数可为 0、1、2）")
	}
	p.paragraph(fmt.Sprintf(say(lang,
		"Trained on %s: %d examples to train, %d to test, with %.2f labels on average. Each model's own rule is the most probable class for the softmax, all classes above 1/2 for the sigmoids; the tuned rule is all classes above the threshold of greatest micro-F1 on the training set. Subset accuracy: share of examples with all labels right; Hamming loss: share of wrong yes-or-no answers; F1: harmonic mean of precision and recall (see the picture), micro over all answers, macro averaged over the classes.",
		"所用数据是%s：训练样本 %d 个，测试样本 %d 个，平均每个 %.2f 个标签。“默认规则”：softmax 取概率最大的一类，sigmoid 取概率大于 1/2 的所有类；“调优规则”：取概率大于某阈值的所有类，阈值使训练集上的 micro-F1 最大。子集准确率是标签全部判对的样本所占比例；汉明损失是逐类判断“有无”的错误率；F1 是精确率与召回率的调和平均（micro：合并所有判断；macro：按类别平均）。"),
		data, r.Train, r.Test, r.Cardinality))
	rows = nil
	for _, m := range r.Models {
		for i, s := range []SeveralScore{m.Own, m.Tuned} {
			rule := say(lang, "own", "默认")
			if i == 1 {
				rule = fmt.Sprintf(say(lang, "tuned, %.2f", "调优，%.2f"), m.Threshold)
			}
			rows = append(rows, []string{modelName(m.Loss), rule, fmt.Sprintf("%.3f", s.SubsetAccuracy), fmt.Sprintf("%.4f", s.HammingLoss), fmt.Sprintf("%.3f", s.MicroF1), fmt.Sprintf("%.3f", s.MacroF1)})
		}
	}
	p.table([]string{say(lang, "model", "模型"), say(lang, "rule", "规则"), say(lang, "subset accuracy", "子集准确率"), say(lang, "Hamming loss", "汉明损失"), "micro-F1", "macro-F1"}, rows...)
	soft, sigmoids := r.Models[0], r.Models[1]
	p.paragraph(fmt.Sprintf(say(lang,
		"Compare them as rankings: of the m most probable classes, m the true number of labels, %.1f %% (softmax) and %.1f %% (sigmoids) are right; the picture has all thresholds. What one softmax cannot say is how many labels there are, since its probabilities sum to 1 whatever the example; those of the sigmoids sum to more where there are more. Of the softmax's mean test loss of %.4f nats, %.4f are the floor.",
		"先比排序：若已知标签数 m，取概率最大的 m 类，其中正确的分别占 %.1f %%（softmax）和 %.1f %%（sigmoid）；所有阈值的情形见图。单个 softmax 无法给出的是标签的个数，因为无论什么样本，其概率之和总是 1；而 sigmoid 的概率之和随标签数增大。softmax 的平均测试损失为 %.4f nat，其中 %.4f 是下限。"),
		100*soft.PrecisionAtM, 100*sigmoids.PrecisionAtM, soft.TestLoss, soft.Floor))
	rows = nil
	for i, s := range soft.Sums {
		rows = append(rows, []string{fmt.Sprint(s.M), fmt.Sprint(s.Examples), fmt.Sprintf("%.2f", s.Mean), fmt.Sprintf("%.2f", sigmoids.Sums[i].Mean)})
	}
	p.table([]string{say(lang, "labels m", "标签数 m"), say(lang, "examples", "样本数"), say(lang, "sum of p, softmax", "p 之和，softmax"), say(lang, "sum of p, sigmoids", "p 之和，sigmoid")}, rows...)
	if r.Composed {
		p.paragraph(say(lang,
			"The steps in the softmax's curve come from the empty images, for which it names a class all the same.",
			"softmax 曲线上的几处陡降来自空图像：即便图中空无一物，它也会指出某个类别。"))
	}
	p.paragraph(say(lang,
		"When to use which: one softmax where every example has one label, or nearly always one (the sum of 1 is then knowledge, and sigmoids lack it), or where the target is a share of a whole; either of them where the number of labels is known; sigmoids where it varies or may be 0. An example without labels teaches one softmax nothing: its loss is 0 whatever the prediction.",
		"如何取舍：每个样本恰有一个标签，或几乎总是一个（此时“和为 1”是有用的知识，sigmoid 却没有），或目标是各部分占整体的比例时，用一个 softmax；标签数已知时，两者皆可；标签数不定或可能为 0 时，用 sigmoid。没有标签的样本对 softmax 毫无作用：无论怎样预测，其损失都是 0。"))
	return p
}

func modelName(loss softmax.Loss) string {
	if loss == softmax.Sigmoids {
		return "sigmoid"
	}
	return "softmax"
}

// WritePicture draws precision against recall.
func (r *Several) WritePicture(w io.Writer, format string, lang Lang) error {
	lines := chart.Lines{
		Title: say(lang, "Labels found, and how many of those named are right", "精确率与召回率（改变阈值）"),
		X:     chart.Axis{Label: say(lang, "recall: share of the true labels that are named", "召回率：真实标签中被指出的比例")},
		Y:     chart.Axis{Label: say(lang, "precision: share of the named labels that are true", "精确率：被指出的标签中正确的比例")},
	}
	for _, m := range r.Models {
		name := say(lang, "one softmax, loss of the present classes", "一个 softmax，只计出现的类别")
		if m.Loss == softmax.Sigmoids {
			name = say(lang, "K sigmoids", "K 个 sigmoid")
		}
		lines.Series = append(lines.Series, chart.Series{Name: name, X: m.Recall, Y: m.Precision})
	}
	return draw(w, format, lines)
}
