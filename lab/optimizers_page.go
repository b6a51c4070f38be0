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
func (r *Optimizers) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Which solver, how fast, how far", "用哪种优化算法：多快，多准")}
	p.paragraph(say(lang,
		"The chapter trains with minibatch SGD and asks no further. The objective has an optimum, and here one fit also proves a bound that no solver can get below: the floor. L-BFGS uses the gradient of all examples and learns the curvature from its last steps; preconditioned, it is given an estimate of it beforehand. Each solver starts from the same point (weights 0, the classes' shares as probabilities) and minimises the same objective, mean cross-entropy with the penalty λ/2 ||W||², λ = 1/n. The tables give the passes over the data, and the time, after which the objective is within 10 %, 1 %, 0.1 % and 0.01 % of the floor (–: never). A pass is a read of all examples, whatever is computed from them; the objective after an epoch of SGD is evaluated outside its time.",
		"书中用小批量随机梯度下降（SGD）训练，没有进一步追问。其实目标函数有最优值；这里的一次拟合同时证明了一个下界，任何算法都不可能低于它。L-BFGS 用全部样本的梯度，并从最近几步估计曲率；预条件 L-BFGS 则事先得到一个曲率的估计。各算法从同一点出发（权重为 0，概率为各类的比例），最小化同一个目标：平均交叉熵加惩罚项 λ/2 ||W||²，λ = 1/n。表中是目标值超出下界的比例降到 10 %、1 %、0.1 %、0.01 % 以内所用的遍数和时间（“–”表示没有达到）。读完全部样本一次算作一遍，不论由此计算什么；SGD 每个迭代周期后求目标值所用的时间不计入。"))
	for i := range r.Problems {
		r.Problems[i].page(&p, lang)
	}
	return p
}

func (r *Race) page(p *Page, lang Lang) {
	epochs := last(r.path(solverSGD).Passes)
	p.paragraph(fmt.Sprintf(say(lang,
		"%s: %d examples, %d parameters. The floor is %.6f, proved by a fit that came within %s of it. SGD has batches of %d, the learning rate %g and %.0f epochs.",
		"%s：%d 个样本，%d 个参数。下界为 %.6f，证明它的那次拟合与它只差 %s。SGD 的批量大小为 %d，学习率为 %g，训练 %.0f 个迭代周期。"),
		r.name(lang), r.Rows, r.Parameters, r.Floor, percent(r.Best/r.Floor-1), r.Batch, sgdRate, epochs))
	header := []string{say(lang, "solver", "算法"), "10 %", "1 %", "0.1 %", "0.01 %", say(lang, "at the end", "结束时")}
	tested := r.Paths[0].TestAccuracy > 0
	if tested {
		header = append(header, say(lang, "test accuracy", "测试准确率"))
	}
	var rows [][]string
	for _, d := range r.Paths {
		row := []string{solverName(d.Solver, lang)}
		for _, share := range []float64{0.1, 0.01, 1e-3, 1e-4} {
			cell := "–"
			if i := r.reach(d, share*(1+1e-9)); i >= 0 {
				cell = fmt.Sprintf(say(lang, "%.0f passes, %s", "%.0f 遍，%s"), d.Passes[i], duration(d.Seconds[i], lang))
			}
			row = append(row, cell)
		}
		row = append(row, percent(last(r.excess(d))))
		if tested {
			row = append(row, fmt.Sprintf("%.3f", d.TestAccuracy))
		}
		rows = append(rows, row)
	}
	p.table(header, rows...)

	own, sgd, momentum := r.path(solverOwn), r.path(solverSGD), r.path(solverMomentum)
	if r.small() {
		newton := r.excess(*r.path(solverNewton))
		tail := make([]string, 0, 5)
		for _, e := range newton[max(0, len(newton)-6) : len(newton)-1] {
			tail = append(tail, percent(e))
		}
		p.paragraph(fmt.Sprintf(say(lang,
			"Newton's method solves with the whole matrix of second derivatives in every iteration (%d iterations; a pass for the matrix, one for the step). Close to the optimum every iteration squares the distance, up to a factor: %s. With so few parameters the matrix costs next to nothing, and L-BFGS too takes it, now and then, as its preconditioner. SGD with a constant learning rate does not settle: the noise of its batches holds it off the optimum.",
			"牛顿法每次迭代都用整个二阶导数矩阵解线性方程组（共 %d 次迭代；求矩阵一遍，走一步一遍）。接近最优点时，每迭代一次，差距大致变为原来的平方（相差一个常数因子）：%s。参数这么少，矩阵几乎不费什么，L-BFGS 也不时拿它作预条件。学习率不变的 SGD 不会稳定下来：小批量带来的噪声使它到不了最优点。"),
			len(newton)-1, strings.Join(tail, say(lang, ", ", "、"))))
		return
	}
	meanwhile := 0
	for meanwhile < len(sgd.Seconds) && sgd.Seconds[meanwhile] <= own.Seconds[0] {
		meanwhile++
	}
	text := fmt.Sprintf(say(lang,
		"After %.0f epochs SGD is still %s above the floor, with momentum %g it is %s above. The preconditioned L-BFGS spends %s before its first step, in which SGD finishes %d epochs: for a rough model at once, SGD is the choice. But this L-BFGS reads the data %.0f times, and then it is proved that no solver can get more than 0.01 %% lower.",
		"%.0f 个迭代周期后，SGD 仍比下界高 %s，加动量 %g 后高 %s。预条件 L-BFGS 走第一步之前用了 %s，这段时间 SGD 已完成 %d 个周期：只求马上有个粗略的模型，SGD 合适。但预条件 L-BFGS 读 %.0f 遍数据以后，便证明了任何算法都不能再降低 0.01 %% 以上。"),
		epochs, percent(last(r.excess(*sgd))), sgdMomentum, percent(last(r.excess(*momentum))), duration(own.Seconds[0], lang), meanwhile, last(own.Passes))
	if own.TestAccuracy > 0 {
		text += fmt.Sprintf(say(lang,
			" The test accuracy differs far less than the objective: %.3f after SGD, %.3f at the optimum. What the optimum adds is that the result depends on the data and λ alone, not on learning rate, batch, epochs and seed.",
			"测试准确率的差别远小于目标值的差别：SGD 之后是 %.3f，最优点是 %.3f。求到最优的好处在于：结果只取决于数据和 λ，与学习率、批量、周期数、随机种子都无关。"),
			sgd.TestAccuracy, own.TestAccuracy)
	}
	p.paragraph(text)
	plain := r.path(solverLBFGS)
	if i, j := r.reach(*own, 0.01), r.reach(*plain, 0.01); i >= 0 && j >= 0 && own.Seconds[i] > plain.Seconds[j] {
		p.paragraph(fmt.Sprintf(say(lang,
			"Passes are not time. The preconditioner brings L-BFGS within 1 %% in %.0f passes in place of %.0f, but on these few examples a pass takes less time than preparing and applying it. Its work does not depend on the number of examples, that of a pass does.",
			"遍数不等于时间。有了预条件，L-BFGS 用 %.0f 遍而不是 %.0f 遍就到了 1 %% 以内；但样本这么少，读一遍数据比准备和使用预条件还快。预条件的工作量与样本数无关，读一遍的工作量则与之成正比。"),
			own.Passes[i], plain.Passes[j]))
	}
	p.paragraph(fmt.Sprintf(say(lang,
		"Newton's method does not take part: its matrix would have %d² numbers, %.0f MB.",
		"牛顿法没有参加：它的矩阵有 %d² 个数，占 %.0f MB。"),
		r.Parameters, 8e-6*float64(r.Parameters)*float64(r.Parameters)))
}

// name is the data's name; those of the samples are translated.
func (r *Race) name(lang Lang) string {
	switch {
	case strings.HasPrefix(r.Data, "sample of Fashion-MNIST"):
		return say(lang, "Sample of Fashion-MNIST", "Fashion-MNIST 样本")
	case r.Data == "penguins.csv":
		return say(lang, "Palmer penguins", "Palmer 企鹅")
	case r.Data == "":
		return say(lang, "The data", "数据")
	}
	return r.Data
}

func solverName(solver string, lang Lang) string {
	switch solver {
	case solverOwn:
		return say(lang, "L-BFGS, preconditioned", "预条件 L-BFGS")
	case solverNewton:
		return say(lang, "Newton", "牛顿法")
	case solverLBFGS:
		return "L-BFGS"
	case solverMomentum:
		return fmt.Sprintf(say(lang, "SGD, momentum %g", "SGD，动量 %g"), sgdMomentum)
	}
	return "SGD"
}

func duration(seconds float64, lang Lang) string {
	switch {
	case seconds >= 0.95:
		return fmt.Sprintf(say(lang, "%.1f s", "%.1f 秒"), seconds)
	case seconds >= 0.01:
		return fmt.Sprintf(say(lang, "%.0f ms", "%.0f 毫秒"), 1e3*seconds)
	}
	return fmt.Sprintf(say(lang, "%.2g ms", "%.2g 毫秒"), 1e3*seconds)
}

func percent(share float64) string {
	if share >= 0.1 {
		return fmt.Sprintf("%.0f %%", 100*share)
	}
	return fmt.Sprintf("%.2g %%", 100*share)
}

// WritePicture draws the distance from the floor against time, one chart a
// problem.
func (r *Optimizers) WritePicture(w io.Writer, format string, lang Lang) error {
	var parts []*chart.Picture
	for at := range r.Problems {
		race := &r.Problems[at]
		lines := chart.Lines{
			Title: fmt.Sprintf(say(lang, "%s, %d parameters: distance from the floor", "%s，%d 个参数：目标值超出下界的比例"), race.name(lang), race.Parameters),
			X:     chart.Axis{Label: say(lang, "time (s)", "时间（秒）"), Log: true},
			Y:     chart.Axis{Label: say(lang, "objective / floor − 1", "目标值 / 下界 − 1"), Log: true},
		}
		from, to := math.Inf(1), 0.0
		for _, solver := range []string{solverOwn, solverNewton, solverLBFGS, solverMomentum, solverSGD} {
			var s chart.Series
			if d := race.path(solver); d != nil {
				for i, e := range race.excess(*d) {
					if e > 0 {
						s.X, s.Y = append(s.X, max(d.Seconds[i], 1e-6)), append(s.Y, e)
					}
				}
				from, to = min(from, slices.Min(s.X)), max(to, slices.Max(s.X))
			}
			if at == 0 {
				s.Name = solverName(solver, lang)
			}
			lines.Series = append(lines.Series, s)
		}
		gap := race.Best/race.Floor - 1
		bound := chart.Series{X: []float64{from, to}, Y: []float64{gap, gap}}
		if at == 0 {
			bound.Name = say(lang, "the optimum is on or below this line", "最优值在此线或其下")
		}
		lines.Series = append(lines.Series, bound)
		part, err := lines.Draw()
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	picture, err := chart.Stack(parts...)
	if err != nil {
		return err
	}
	return picture.Encode(w, format)
}
