package softmax

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/design"
	"example.com/softmax/internal/onnx"
	"example.com/softmax/preprocess"
)

// designOf reads the design of a model file.
func designOf(g *onnx.Model, info *fileInfo) (*design.Design, error) {
	if err := info.Config.Preprocess.Validate(); err != nil {
		return nil, err
	}
	if len(info.Inputs) == 0 {
		return nil, errors.New("it has no inputs")
	}
	d := &design.Design{Options: info.Config.Preprocess}
	numbers, at := 0, make(map[string]*design.Input, len(info.Inputs))
	for i, in := range info.Inputs {
		if in.Name == "" || at[in.Name] != nil {
			return nil, fmt.Errorf("input %d: its name %q is empty or another's", i, in.Name)
		}
		input, err := in.input(g, i)
		if err != nil {
			return nil, fmt.Errorf("input %q: %w", in.Name, err)
		}
		for _, part := range input.Parts {
			if p := at[part]; p == nil || p.Kind != dataset.Categorical || p.Parts != nil {
				return nil, fmt.Errorf("input %q: there is no categorical input %q before it", in.Name, part)
			}
		}
		switch dense := input.Kind != dataset.Categorical && !in.Sparse; {
		case i > 0 && d.Inputs[i-1].Sparse && !in.Sparse, i > 0 && dense && d.Inputs[i-1].Kind == dataset.Categorical:
			return nil, fmt.Errorf("input %q: dense numbers come first, sparse inputs last", in.Name)
		case dense:
			numbers += input.Width
		}
		at[in.Name] = input
		d.Inputs = append(d.Inputs, *input)
	}
	var err error
	if d.Gaps, err = gapsOf(g, numbers); err != nil {
		return nil, err
	}
	next := 0 // of the numbers; then of the features behind the gaps
	for i := range d.Inputs {
		in := &d.Inputs[i]
		if in.First = next; in.Kind == dataset.Categorical || in.Sparse {
			in.First += len(d.Gaps)
		}
		next += in.Features()
	}
	features := int64(next + len(d.Gaps))
	if d.Shift, err = floats(g, tensorShift, 1, features); err != nil {
		return nil, err
	}
	if d.Scale, err = floats(g, tensorScale, 1, features); err != nil {
		return nil, err
	}
	d.Fill = make([]float64, numbers) // no more than features, which the file does hold
	if initializer(g, tensorFill) != nil {
		d.Fill, err = floats(g, tensorFill, 1, int64(numbers))
	}
	return d, err
}

// gapsOf reads which of the numbers have a feature that says they are missing.
func gapsOf(g *onnx.Model, numbers int) ([]int, error) {
	t := initializer(g, tensorGaps)
	if t == nil {
		return nil, nil
	}
	var gaps []int
	for i, j := range t.Int64s {
		if j < 0 || j >= int64(numbers) || i > 0 && t.Int64s[i-1] >= j {
			return nil, fmt.Errorf("tensor %q: %d is out of range or out of order", tensorGaps, j)
		}
		gaps = append(gaps, int(j))
	}
	return gaps, nil
}

// input checks what the file says of an input.
func (in *fileInput) input(g *onnx.Model, i int) (*design.Input, error) {
	input := &design.Input{Name: in.Name, Width: in.Width, Height: in.Height, Components: in.Components, Buckets: in.Buckets, Parts: in.Cross, Sparse: in.Sparse}
	bad := in.Width < 1 || in.Width > math.MaxInt32 || in.Height < 0 || in.Height > 0 && in.Width%in.Height != 0 ||
		in.Components != nil && len(in.Components) != in.Width || in.Buckets < 0 || in.Buckets > preprocess.MaxBuckets
	switch in.Kind {
	case dataset.Numeric.String():
		input.Kind = dataset.Numeric
	case dataset.Pixels.String():
		input.Kind, bad = dataset.Pixels, bad || in.Height == 0 || in.Sparse
	case dataset.Categorical.String():
		input.Kind, bad = dataset.Categorical, bad || in.Width != 1 || in.Cross != nil && len(in.Cross) != 2
	case dataset.Text.String():
		input.Kind, bad = dataset.Text, bad || in.Width != 1 || len(in.Terms) == 0 || !in.Sparse
	default:
		return nil, fmt.Errorf("kind %q is not known", in.Kind)
	}
	if categorical := input.Kind == dataset.Categorical; bad || !categorical && (in.Rare != 0 || in.Buckets != 0 || in.Cross != nil || in.Pairs != nil) || input.Kind != dataset.Text && in.Terms != nil {
		return nil, errors.New("bad shape")
	}
	for t, terms := range in.Terms {
		read, err := terms.read(g, i, t)
		if err != nil {
			return nil, err
		}
		input.Terms = append(input.Terms, *read)
	}
	if input.Kind != dataset.Categorical || in.Buckets > 0 {
		return input, nil
	}
	levels := in.Pairs
	if in.Cross == nil {
		levels = stringsOf(g, levelsName(i), "keys_strings")
	}
	if len(levels) == 0 || in.Rare < 0 || in.Rare > len(levels) {
		return nil, errors.New("it has no levels")
	}
	input.Levels, input.Rare = levels[:len(levels)-in.Rare], levels[len(levels)-in.Rare:]
	if slices.ContainsFunc(input.Rare, func(l string) bool { _, ok := slices.BinarySearch(input.Levels, l); return ok }) {
		return nil, errors.New("a rare level is another level, too")
	}
	for _, list := range [][]string{input.Levels, input.Rare} {
		for l := range list {
			if l > 0 && list[l-1] >= list[l] {
				return nil, errors.New("its levels are not in ascending order")
			}
			if _, _, ok := design.Split(list[l]); in.Cross != nil && !ok {
				return nil, fmt.Errorf("the level %q is no pair", list[l])
			}
		}
	}
	return input, nil
}
