package lab

import (
	"fmt"
	"io"

	"example.com/softmax/internal/chart"
	"example.com/softmax/internal/special"
)

// Page tells the result.
func (r *Network) Page(lang Lang) Page {
	p := Page{Title: say(lang, "Softmax regression as a network of one layer", "softmax 回归：单层神经网络")}
	p.paragraph(say(lang,
		"The chapter says: like linear regression, softmax regression adds up inputs times weights, but it has as many outputs as there are classes; 4 inputs and 3 classes make 12 weights and 3 biases. It is a neural network of one layer, and since every output depends on every input, a fully connected layer. This holds for every model here. In the picture a connection is as wide as its weight is large, blue for the class, orange against it; weights are per standard deviation of the input (of a pixel: per full range), so that they compare. A large layer is abbreviated and its connections are drawn alike; for image data the weights of each output are shown as an image above it.",
		"书中说：softmax 回归同线性回归一样，将输入与权重做线性叠加；不同的是，它的输出个数等于类别数。4 个输入、3 个类别，就有 12 个权重和 3 个偏差。它是一个单层神经网络；每个输出都依赖所有输入，所以输出层是全连接层。这里的每个模型都是如此。图中连线越粗，权重的绝对值越大；蓝色为正（支持该类），橙色为负（反对）；权重按输入的一个标准差（像素则按全部取值范围）计，故可相互比较。输入或输出很多时只画一部分，连线不分粗细和颜色；对图像数据，各输出的权重以图像形式画在其上方。"))
	var rows [][]string
	for _, l := range r.Layers {
		count := func(n int) string { return fmt.Sprint(n) }
		rows = append(rows, []string{l.Data, count(len(l.Inputs)), count(len(l.Outputs)), count(l.Weights), count(l.Biases), count(l.Weights + l.Biases), count(l.Free)})
	}
	p.table([]string{say(lang, "data", "数据"), say(lang, "inputs d", "输入 d"), say(lang, "outputs K", "输出 K"), say(lang, "weights dK", "权重 dK"),
		say(lang, "biases K", "偏差 K"), say(lang, "parameters", "参数合计"), say(lang, "that matter, (K-1)(d+1)", "起作用的 (K-1)(d+1)")}, rows...)
	for _, l := range r.Layers {
		if l.small() {
			l.byHand(&p, lang)
		}
	}
	var moved float64
	for _, l := range r.Layers {
		moved = max(moved, l.Moved)
	}
	p.paragraph(fmt.Sprintf(say(lang,
		"What the picture does not show: not every parameter matters. One vector added to the weights of every output, and one number to every bias, moves all outputs of an example alike, and softmax sees differences only: ones added to all weights changed no probability by more than %.0e, which is rounding. So (K-1)(d+1) parameters decide; for two classes that is one output, logistic regression. Among equivalent parameters the penalty picks those whose weights sum to 0 over the outputs. And while each output is computed by itself, a probability depends on all of them.",
		"图中看不出的是：并非每个参数都有独立的作用。给各输出的权重加上同一个向量、各偏差加上同一个数，一个样本的所有输出便同增同减，而 softmax 只看输出之差：将所有权重加 1，概率的变化不超过 %.0e，仅为舍入误差。所以真正起作用的参数是 (K-1)(d+1) 个；两类时只需一个输出，就是逻辑回归。在这些等价的参数中，惩罚项选出的是各输出权重之和为 0 的那一组。此外，各输出虽各自计算，概率却依赖于全部输出。"),
		moved))
	return p
}

// small reports whether the layer's weights are shown one by one.
func (l *Layer) small() bool { return len(l.Inputs) <= 8 && len(l.Outputs) <= 12 }

// byHand shows weights, and what becomes of an example.
func (l *Layer) byHand(p *Page, lang Lang) {
	var rows [][]string
	line := func(name string, x string, values []float64) {
		cells := []string{name, x}
		for _, v := range values {
			cells = append(cells, fmt.Sprintf("%.5g", v))
		}
		rows = append(rows, cells)
	}
	for j, w := range l.W {
		line(l.Inputs[j], fmt.Sprintf("%g", l.X[j]), w)
	}
	line(say(lang, "bias b", "偏差 b"), "", l.B)
	line(say(lang, "output o = xW + b", "输出 o = xW + b"), "", l.O)
	line(say(lang, "probability", "概率"), "", l.P)
	p.paragraph(fmt.Sprintf(say(lang,
		"The first example of %s by hand, weights here per unit of the data; the prediction is %s. On the first %d examples the outputs by hand and those of the model differ by at most %.0e.",
		"%s 的第一个样本，手工计算如下（这里的权重以数据原来的单位计）；预测为 %s。前 %d 个样本的手工计算结果与模型的输出最多相差 %.0e。"),
		l.Data, l.Outputs[special.Argmax(l.O)], l.Checked, l.Apart))
	p.table(append([]string{say(lang, "input", "输入"), "x"}, l.Outputs...), rows...)
}

// WritePicture draws the layers.
func (r *Network) WritePicture(w io.Writer, format string, lang Lang) error {
	var parts []*chart.Picture
	for _, l := range r.Layers {
		picture, err := l.draw(lang)
		if err != nil {
			return err
		}
		parts = append(parts, picture)
	}
	all, err := chart.Stack(parts...)
	if err != nil {
		return err
	}
	return all.Encode(w, format)
}

func (l *Layer) draw(lang Lang) (*chart.Picture, error) {
	n := chart.Network{
		Title: fmt.Sprintf(say(lang, "%s: %d inputs, %d outputs, %d weights and %d biases", "%s：%d 个输入，%d 个输出，%d 个权重和 %d 个偏差"),
			l.Data, len(l.Inputs), len(l.Outputs), l.Weights, l.Biases),
		Inputs: l.Inputs, Outputs: l.Outputs, Height: l.Height,
		Scale:      say(lang, "weight per standard deviation of the input", "权重（按输入变化一个标准差计）"),
		InputLayer: say(lang, "input layer", "输入层"), OutputLayer: say(lang, "output layer", "输出层"),
	}
	for j, row := range l.W {
		for _, w := range row {
			n.W = append(n.W, w*l.Unit[j])
		}
	}
	if l.Height > 0 {
		n.Images = make([][]float64, len(l.Outputs))
		for i, w := range n.W {
			n.Images[i%len(l.Outputs)] = append(n.Images[i%len(l.Outputs)], w)
		}
	}
	return n.Draw()
}
