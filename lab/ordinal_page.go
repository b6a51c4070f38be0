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
func (r *Ordinal) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Regression on the number of the class", "把类别编号当作数值来回归")}
	u, o := &r.Unordered, &r.Ordered
	p.paragraph(fmt.Sprintf(say(lang,
		"The chapter says: one could number the classes 1, 2, 3, ... and still use regression, rounding its output to the nearest number, but this usually harms the quality. Here it is measured: least squares on the class number (%d training and %d test examples, %d classes; outputs below 1 or above %[3]d round to these), under %s of the classes.",
		"书中说：可以把类别记为 1、2、3……仍用回归建模，再把预测值就近定点化到这些离散值，但这通常会影响分类质量。这里用最小二乘法拟合类别编号（训练样本 %d 个，测试样本 %d 个，%d 个类别；小于 1 或大于 %[3]d 的输出取 1 或 %[3]d），并尝试了类别的%s，看看影响有多大。"),
		u.Train, u.Test, len(u.Classes), u.Rounding.tried(lang)))
	row := func(name string, of func(*Numbered) float64) []string {
		return []string{name, percent1(of(u)), percent1(of(o))}
	}
	p.table([]string{say(lang, "accuracy on the test set", "测试集上的准确率"), say(lang, "classes of no order", "无序类别"), say(lang, "ordered classes", "有序类别（见文末）")},
		row(say(lang, "number, rounded: mean of the numberings", "回归编号后取整：各种编号的平均"), func(n *Numbered) float64 { return n.Rounding.Mean }),
		row(say(lang, "  standard deviation over the numberings", "　各种编号之间的标准差"), func(n *Numbered) float64 { return n.Rounding.Deviation }),
		row(say(lang, "  worst numbering", "　最差的编号"), func(n *Numbered) float64 { return n.Rounding.Lowest }),
		row(say(lang, "  best numbering", "　最好的编号"), func(n *Numbered) float64 { return n.Rounding.Highest }),
		row(say(lang, "  the order of the data", "　数据原有的顺序"), func(n *Numbered) float64 { return n.Rounding.Given }),
		row(say(lang, "least squares, one output per class, argmax", "最小二乘，每类一个输出，取 argmax"), func(n *Numbered) float64 { return n.OneHot }),
		row(say(lang, "softmax regression (lambda = 0.01; 1/n for the ordered)", "softmax 回归（λ = 0.01；有序类别 λ = 1/n）"), func(n *Numbered) float64 { return n.Softmax }))
	if u.Softmax > u.Rounding.Highest {
		p.paragraph(u.harm(lang))
	} else {
		p.paragraph(fmt.Sprintf(say(lang,
			"On these data the best numbering, found with hindsight on the test set itself, reaches %s, softmax regression %s: the classes may have an order.",
			"在这些数据上，对照测试集事后挑出的最好编号，准确率达到 %s，softmax 回归为 %s：这些类别或许本有次序。"),
			percent1(u.Rounding.Highest), percent1(u.Softmax)))
	}
	p.paragraph(fmt.Sprintf(say(lang,
		"What does the harm is the numbers, not the squared loss: the same least squares with one output per class, 1 for the example's class and 0 for the others, reaches %s. To this model and to softmax regression the numbers are mere names. Softmax regression, fitted anew with the classes numbered in the best and in the worst way, changed %d of the 2 x %d predictions, and no probability by more than %.0e, which is rounding.",
		"问题出在编号上，而不在平方损失：同样用最小二乘，只要每类一个输出（样本所属类别为 1，其余为 0），准确率就达到 %s。对这个模型和 softmax 回归来说，编号只是名字。按最好与最差的编号分别重新训练 softmax 回归，2 × %[3]d 个预测中有 %[2]d 个改变，概率的变化不超过 %.0[4]e，仅为舍入误差。"),
		percent1(u.OneHot), u.Changed, u.Test, u.Moved))
	p.paragraph(fmt.Sprintf(say(lang,
		"The condition is that the classes have no order. Where they have one, the numbers say something true (column \"ordered classes\"). Penguins in five classes of body mass, from light to heavy, to be told from their other features (%d for training, %d for the test): their natural order gives %s, the average of all orders %s, softmax regression %s. With so few test examples (standard error %.0f points) the first and the last cannot be told apart; for ordered classes regression on the number is a sound method.",
		"条件是类别没有次序。若有次序，编号便说出了真实的信息。把企鹅按体重从轻到重分为五类，由其他特征来判断（训练样本 %d 个，测试样本 %d 个）：按自然次序编号，准确率为 %s；所有编号的平均为 %s；softmax 回归为 %s。测试样本不多（标准误差约 %.0f 个百分点），自然次序与 softmax 回归难分高下；可见对有序类别，回归编号不失为一种合理的方法。"),
		o.Train, o.Test, percent1(o.Rounding.Given), percent1(o.Rounding.Mean), percent1(o.Softmax),
		100*math.Sqrt(o.Softmax*(1-o.Softmax)/float64(o.Test))))
	return p
}

// harm says what numbers do to classes of no order.
func (n *Numbered) harm(lang Lang) string {
	return fmt.Sprintf(say(lang,
		"The sentence holds, and for classes of no order \"harms\" is an understatement: even the best numbering, found with hindsight on the test set itself, stays %.1f percentage points below softmax regression. A numbering claims an order and equal distances between neighbours that the classes do not have, and a single linear output can only put them in one line. The best one comes closest by putting what is alike side by side: %s. The worst: %s.",
		"这句话成立，而且对无序类别来说，“影响”还说得轻了：即使是对照测试集事后挑出的最好编号，也比 softmax 回归低 %.1f 个百分点。编号等于宣称类别之间有先后次序、相邻两类距离相等，而这些类别并没有这样的关系；况且单个线性输出也只能把各类排在一条直线上。最好的编号胜在把相近的类别排在一起：%s。最差的编号是：%s。"),
		100*(n.Softmax-n.Rounding.Highest), n.inOrder(n.Rounding.Best, lang), n.inOrder(n.Rounding.Worst, lang))
}

// tried says which numberings were tried.
func (s *Spread) tried(lang Lang) string {
	if s.Exhaustive {
		return fmt.Sprintf(say(lang, "all %d numberings", "全部 %d 种编号"), s.Numberings)
	}
	return fmt.Sprintf(say(lang, "%d random numberings", " %d 种随机编号"), s.Numberings)
}

// inOrder lists the classes by their numbers.
func (n *Numbered) inOrder(numbers []int, lang Lang) string {
	names := make([]string, len(numbers))
	for c, v := range numbers {
		names[v-1] = n.Classes[c]
	}
	return strings.Join(names, say(lang, ", ", "、"))
}

// percent1 has one decimal.
func percent1(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// WritePicture draws how the accuracy is distributed over the numberings.
func (r *Ordinal) WritePicture(w io.Writer, format string, lang Lang) error {
	u := &r.Unordered
	// One point for each percent of accuracy.
	shares := make([]float64, 101)
	for right, share := range u.Rounding.Share {
		shares[(100*right+u.Test/2)/u.Test] += 100 * share
	}
	x := make([]float64, len(shares))
	for at := range x {
		x[at] = float64(at)
	}
	upright := func(name string, accuracy float64) chart.Series {
		return chart.Series{Name: name, X: []float64{100 * accuracy, 100 * accuracy}, Y: []float64{0, slices.Max(shares)}}
	}
	return draw(w, format, chart.Lines{
		Title: fmt.Sprintf(say(lang, "Accuracy under %s of %d classes", "%[2]d 个类别的%[1]s下的准确率"), u.Rounding.tried(lang), len(u.Classes)),
		X:     chart.Axis{Label: say(lang, "accuracy on the test set (%)", "测试集上的准确率（%）")},
		Y:     chart.Axis{Label: say(lang, "share of the numberings (% for each percent of accuracy)", "编号所占比例（%，按准确率每 1 个百分点统计）")},
		Series: []chart.Series{
			{Name: say(lang, "least squares on the class number, rounded", "回归编号后取整"), X: x, Y: shares},
			upright(say(lang, "least squares, one output per class", "最小二乘，每类一个输出"), u.OneHot),
			upright(say(lang, "softmax regression", "softmax 回归"), u.Softmax),
		},
	})
}
