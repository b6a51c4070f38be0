package lab

import (
	"fmt"
	"io"
	"slices"

	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/kernel"
)

// computing is the time of a row in (1), in the way that is fastest.
func (r *Batch) computing() []float64 {
	each, vector, all := r.Scalar.each(), r.Vector.each(), r.All.each()
	for i := range each {
		each[i] = min(each[i], vector[i], all[i])
	}
	return each
}

// fastest is the way of (1) of lowest T1.
func (r *Batch) fastest() *BatchTimes {
	best := &r.Scalar
	for _, t := range []*BatchTimes{&r.Vector, &r.All} {
		if t.T1 < best.T1 {
			best = t
		}
	}
	return best
}

// A way is one column of times, with its name.
type way struct {
	name  string
	times *BatchTimes
}

// ways are the times that this machine can tell apart.
func (r *Batch) ways(lang Lang) []way {
	all := []way{{say(lang, "(1) computing, scalar", "（1）计算，标量"), &r.Scalar}}
	if r.Level != kernel.Generic.String() {
		all = append(all, way{fmt.Sprintf(say(lang, "(1) %s", "（1）%s"), r.Level), &r.Vector})
	}
	if r.Threads > 1 {
		all = append(all, way{fmt.Sprintf(say(lang, "(1) %s, %d threads", "（1）%s，%d 线程"), r.Level, r.Threads), &r.All})
	}
	return append(all, way{say(lang, "(2) moving", "（2）搬运"), &r.Move})
}

// soonest is the batch that reaches the target in the least time.
func (r *Batch) soonest() BatchResult {
	best := r.Learning[0]
	for _, l := range r.Learning {
		if l.Epochs > 0 && (best.Epochs == 0 || l.targetSeconds() < best.targetSeconds()) {
			best = l
		}
	}
	return best
}

func (l BatchResult) targetSeconds() float64 { return float64(l.Epochs) * l.EpochSeconds }

// Page tells the result.
func (r *Batch) Page(lang Lang) Page {
	const micro, nano = 1e6, 1e9
	p := Page{Title: say(lang, "Does a small batch hurt speed?", "批量太小会拖慢速度吗？")}
	p.paragraph(fmt.Sprintf(say(lang,
		"The exercise: does a smaller batch, down to 1, make reading slower? The notes answer: with a larger batch a GPU works on many images at once (1); against that, more images take longer to be put into memory and moved to the GPU (2); the saving of (1) far outweighs (2), so a larger batch is faster. Here both terms are measured on %d examples of %d bytes. Vector instructions (%s) and threads of the processor stand in for the GPU (scalar: without either): (1) is one step of training, that is outputs, gradient and the change of the %d parameters. Copies in memory stand in for the way from disk to GPU: (2) gathers a batch in random order in one place and copies it to another. Every number is the fastest of %d rounds, since other work of the machine can only add to a time. The time of a batch, divided by its size, is the time of one example:",
		"习题问：减小批量（小到 1）会影响读取性能吗？笔记的回答是：批量大时 GPU 可以同时处理许多图像（1）；另一方面，图像多了，放入内存、再送到 GPU 的时间也长（2）；（1）省下的时间远多于（2）增加的时间，所以批量大更快。这里用 %d 个样本（每个 %d 字节）把两项都测出来。以处理器的向量指令（%s）和多线程代替 GPU（“标量”则两者都不用）：（1）是一步训练，即求输出、求梯度、更新 %d 个参数。以内存中的复制代替从磁盘到 GPU 的传输：（2）按随机次序把一批样本收集到一处，再整体复制到另一处。每个数都取 %d 轮中最快的一轮，因为机器上的其他工作只会使时间变长。平均每个样本的时间："),
		r.Rows, r.RowBytes, r.Level, r.Parameters, r.Scalar.Rounds))
	ways, size := r.ways(lang), say(lang, "batch", "批量大小")
	header, fitted := []string{size}, [][]string{}
	rows := make([][]string, len(r.Move.Size))
	for i, m := range r.Move.Size {
		rows[i] = []string{fmt.Sprint(m)}
	}
	for _, w := range ways {
		header = append(header, w.name)
		for i, t := range w.times.each() {
			rows[i] = append(rows[i], fmt.Sprintf(say(lang, "%.3g µs", "%.3g 微秒"), t*micro))
		}
		fitted = append(fitted, []string{w.name, fmt.Sprintf(say(lang, "%.3g µs", "%.3g 微秒"), w.times.T0*micro), fmt.Sprintf(say(lang, "%.3g µs", "%.3g 微秒"), w.times.T1*micro),
			fmt.Sprintf("%.3g", w.times.T0/w.times.T1), fmt.Sprintf("%.0f %%", 100*w.times.Deviation)})
	}
	p.table(header, rows...)

	p.paragraph(say(lang,
		"The line t(batch) = t0 + t1 · batch, fitted to the time of a whole batch (least squares of the relative deviation): t0 is paid once a batch, t1 for every example, so an example costs t1 + t0 / batch. At a batch of t0 / t1 examples half of the time is t0, at ten times that batch about a tenth. For (1) a line is the right form; for (2) it is a rough one, since t1 itself grows from one cache to the next.",
		"对整批所用时间拟合直线 t(批量) = t0 + t1 · 批量（相对偏差的最小二乘）：t0 每批付一次，t1 每个样本付一次，所以平均每个样本用时 t1 + t0 / 批量。批量为 t0 / t1 时，t0 约占一半；批量增至它的十倍，t0 约占十分之一。（1）符合直线；（2）只是大致符合，因为数据放到更远一级的缓存时，t1 本身会变大。"))
	p.table([]string{"", "t0", "t1", "t0 / t1", say(lang, "typical deviation", "典型偏差")}, fitted...)

	each, move, fastest := r.computing(), r.Move.each(), r.fastest()
	last := len(each) - 1
	least := slices.Min(move)
	verdict := fmt.Sprintf(say(lang,
		"What holds: computing an example takes %.3g µs in a batch of 1 and %.3g µs in the best batch; the saving is %.0f times all that moving an example takes at its slowest. What needs a condition: the gain ends. From 10 t0 / t1 on, here a batch of %.0f, at most a tenth is left to gain; a larger batch then mainly takes more memory. What is wrong: (2) does not work against (1). A larger batch takes longer to move, but an epoch moves the same examples in fewer batches: an example takes %.0f ns in a batch of 1, %.0f ns at best, %.0f ns in a batch of all %d.",
		"成立的部分：计算一个样本，批量为 1 时用 %.3g 微秒，最合适的批量下用 %.3g 微秒；省下的时间是搬运一个样本最慢时所用时间的 %.0f 倍。需要条件的部分：好处有尽头。批量达到 10 t0 / t1（这里是 %.0f）以后，能省的已不到一成，再大主要是多占内存。不对的部分：（2）并不与（1）相抵。一批越大，搬运这一批越久；但一个迭代周期（epoch）要搬的样本总数不变，只是批数变少。搬运一个样本，批量为 1 时用 %.0f 纳秒，最快 %.0f 纳秒，全部 %[8]d 个为一批时 %.0[7]f 纳秒。"),
		each[0]*micro, slices.Min(each)*micro, (each[0]-slices.Min(each))/slices.Max(move), 10*fastest.T0/fastest.T1, move[0]*nano, least*nano, move[last]*nano, r.Rows)
	if move[last] > 1.5*least {
		verdict += say(lang, " That it grows again is the cache: the two places no longer fit in the nearer ones.", "批量很大时又变慢，是因为两处数据已放不进离处理器较近的缓存。")
	}
	p.paragraph(verdict)
	text := ""
	if slow := r.Scalar.T0 / r.Scalar.T1; fastest.T0/fastest.T1 > 1.5*slow {
		text = fmt.Sprintf(say(lang,
			"The faster the device, the larger the batch it needs: from scalar to the fastest computing t1 goes from %.3g µs to %.3g µs, but t0 from %.3g µs to %.3g µs, so that t0 / t1 goes from %.3g to %.3g. What a step costs whatever its batch is work on the weights: packing them for the vector lanes, and clearing and unpacking their gradient. ",
			"设备越快，需要的批量越大：从标量计算到最快的计算，t1 从 %.3g 微秒降到 %.3g 微秒，t0 却从 %.3g 微秒变为 %.3g 微秒，于是 t0 / t1 从 %.3g 升到 %.3g。每一步不论批量大小都要付出的，是对权重本身的处理：把权重按向量通道重新排列，把梯度清零、再还原次序。"),
			r.Scalar.T1*micro, fastest.T1*micro, r.Scalar.T0*micro, fastest.T0*micro, slow, fastest.T0/fastest.T1)
	}
	p.paragraph(text + say(lang,
		"A GPU, as a rule, goes further in this direction; disk and bus have a t0 and t1 of their own. They were not measured here. But the curve should have the same form, and two timings, of a batch of 1 and of a large one, give both constants.",
		"GPU 的这种趋势一般更明显；磁盘、总线也各有自己的 t0、t1。这里没有测它们，但曲线的形状应当一样：只要测出批量为 1 和批量很大时各用多少时间，就能得到两个常数。"))

	s := r.soonest()
	p.paragraph(fmt.Sprintf(say(lang,
		"What the answer leaves out: an epoch (all examples once) of large batches is faster and learns less, because it has fewer steps. The table shows the loss on the training data and the accuracy on the test data after one epoch, with whichever learning rate of 0.1, 0.03 and 0.01 makes this loss the lowest, the time of the epoch by the measurements above, and the epochs and the time until the loss is down to %.4f, which the textbook's batch of 256 and learning rate of 0.1 reach in %d epochs (looked at after every epoch).",
		"这个回答没有提到的是：批量大，一个迭代周期（全部样本用一遍）快了，学到的却少了，因为步数少了。下表是一个周期以后训练集上的损失和测试集上的准确率（学习率在 0.1、0.03、0.01 中取使该损失最低者），按上面的测量一个周期所用的时间，以及损失降到 %.4f 所需的周期数和时间；教材的批量大小 256、学习率 0.1 用 %d 个周期达到这一损失（每个周期结束时检查）。"),
		r.Target, r.TargetEpochs))
	rows = nil
	for _, l := range r.Learning {
		epochs, seconds := fmt.Sprintf("> %d", mostEpochs), ""
		if l.Epochs > 0 {
			epochs, seconds = fmt.Sprint(l.Epochs), duration(l.targetSeconds(), lang)
		}
		rows = append(rows, []string{fmt.Sprint(l.Size), fmt.Sprint(l.Steps), fmt.Sprint(l.Rate), fmt.Sprintf("%.4f", l.Loss), fmt.Sprintf("%.3f", l.TestAccuracy),
			duration(l.EpochSeconds, lang), epochs, seconds})
	}
	p.table([]string{size, say(lang, "steps an epoch", "每周期步数"), say(lang, "learning rate", "学习率"), say(lang, "loss", "损失"), say(lang, "test accuracy", "测试准确率"),
		say(lang, "time of the epoch", "一个周期的时间"), say(lang, "epochs to the loss", "达到该损失的周期数"), say(lang, "time to the loss", "达到该损失的时间")}, rows...)
	final := r.Learning[len(r.Learning)-1]
	p.paragraph(fmt.Sprintf(say(lang,
		"Reading and computing alone speak for a large batch, up to all %d examples. The time to a result does not: it is shortest here at a batch of %d. Small batches pay the fixed cost t0 of many steps; with large ones a step costs more, and hardly gets further than one of a small batch. That is why batches are neither 1 nor everything.",
		"只看读取和计算，批量大才好，大到 %d 个样本全放在一批也行。但若看达到同一损失的总时间，就不是这样：这里批量为 %d 时最短。批量小，时间花在许多步的固定开销 t0 上；批量再大，每一步更费时，进展却几乎不再增大。所以批量既不取 1，也不取全部。"),
		final.Size, s.Size))
	return p
}

// WritePicture draws the time of an example against the batch.
func (r *Batch) WritePicture(w io.Writer, format string, lang Lang) error {
	var series []chart.Series
	for _, way := range r.ways(lang) {
		t := way.times
		x, measured, line := make([]float64, len(t.Size)), t.each(), make([]float64, len(t.Size))
		for i, m := range t.Size {
			x[i] = float64(m)
			measured[i] *= 1e6
			line[i] = 1e6 * (t.T0/x[i] + t.T1)
		}
		series = append(series, chart.Series{Name: way.name, X: x, Y: measured, Points: true}, chart.Series{X: x, Y: line, Again: true})
	}
	return draw(w, format, chart.Lines{
		Title:  say(lang, "Time of one example by batch: measured, and t1 + t0 / batch (dashed)", "每个样本的时间与批量：实测值与 t1 + t0 / 批量（虚线）"),
		X:      chart.Axis{Label: say(lang, "batch (examples)", "批量（样本数）"), Log: true},
		Y:      chart.Axis{Label: say(lang, "time of one example (µs)", "每个样本的时间（微秒）"), Log: true},
		Series: series,
	})
}
