package softmax

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"example.com/softmax/internal/atomicfile"
	"example.com/softmax/internal/kernel"
	"example.com/softmax/internal/onnx"
)

// Save writes the model to a file: an ONNX graph of core operators in float64,
// with what the graph does not say in its metadata (docs/FORMAT.md). The file
// is replaced as a whole or not at all.
func (m *Model) Save(path string) error {
	b, err := m.bytes()
	if err != nil {
		return fmt.Errorf("save model: %w", err)
	}
	return atomicfile.Write(path, 0o644, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// WriteTo writes the model as Save does.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	b, err := m.bytes()
	if err != nil {
		return 0, fmt.Errorf("write model: %w", err)
	}
	n, err := w.Write(b)
	return int64(n), err
}

// Load reads a model file. What is damaged, was changed after it was saved, or
// is not a model of this package is refused with an error that wraps
// ErrModelFile.
func Load(path string) (*Model, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}

// Read reads a model as Load does.
func Read(r io.Reader) (*Model, error) {
	b, err := io.ReadAll(io.LimitReader(r, onnx.MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(b) > onnx.MaxSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrModelFile, onnx.MaxSize)
	}
	g, err := onnx.Unmarshal(b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModelFile, err)
	}
	m, err := fromGraph(g)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrModelFile, err)
	}
	// The graph may hold nothing but what this model would write: then it
	// computes what the model computes.
	again, err := m.bytes()
	if err != nil || !bytes.Equal(again, b) {
		return nil, fmt.Errorf("%w: it was changed after it was saved, or written by another version", ErrModelFile)
	}
	return m, nil
}

// Fingerprint is the SHA-256 of the model file, in hexadecimal: equal models
// have equal fingerprints.
func (m *Model) Fingerprint() (string, error) {
	b, err := m.bytes()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), nil
}

// Keys of the metadata.
const (
	metaModel = "softmax.model"  // the fileInfo
	metaSum   = "softmax.sha256" // of the file without this entry
)

// fileInfo is what the graph does not say.
type fileInfo struct {
	Format     int         `json:"format"`
	Inputs     []fileInput `json:"inputs"`
	Loss       Loss        `json:"loss"`
	Classes    []string    `json:"classes,omitempty"` // for Sigmoids, whose graph does not name them
	Config     Config      `json:"config"`
	Origin     Origin      `json:"origin"`
	GapBound   *float64    `json:"gap_bound"`
	ClassNames []string    `json:"class_names,omitempty"` // what people call them
	// Temperature divides the logits; left out where it is 1.
	Temperature float64 `json:"temperature,omitempty"`
}

type fileInput struct {
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Width      int      `json:"width"`
	Height     int      `json:"height,omitempty"`
	Components []string `json:"components,omitempty"`
	Sparse     bool     `json:"sparse,omitempty"`
	Rare       int      `json:"rare,omitempty"`    // how many of the levels share a feature, the last ones
	Buckets    int      `json:"buckets,omitempty"` // features of a hashed column
	Cross      []string `json:"cross,omitempty"`   // the columns of a cross
	Pairs      []string `json:"pairs,omitempty"`   // its levels
	// Terms are those of a text.
	Terms []fileTerms `json:"terms,omitempty"`
}

type fileTerms struct {
	Of      string `json:"of"` // words or characters
	Low     int    `json:"low"`
	High    int    `json:"high"`
	Buckets int    `json:"buckets,omitempty"` // in place of a vocabulary
}

// What terms are made of.
const ofWords, ofCharacters = "words", "characters"

const format = 2

// bytes is the file. It depends on the model alone.
func (m *Model) bytes() ([]byte, error) {
	info := fileInfo{Format: format, Loss: m.kind, Config: m.config, Origin: m.origin, ClassNames: m.names, Temperature: m.affine.Temperature}
	if m.kind == Sigmoids {
		info.Classes = m.classes
	}
	if !math.IsNaN(m.origin.GapBound) {
		info.GapBound = &m.origin.GapBound
	}
	for _, in := range m.design.Inputs {
		input := fileInput{
			Name: in.Name, Kind: in.Kind.String(), Width: in.Width, Height: in.Height, Components: in.Components, Sparse: in.Sparse,
			Rare: len(in.Rare), Buckets: in.Buckets, Cross: in.Parts,
		}
		if in.Parts != nil {
			input.Pairs = slices.Concat(in.Levels, in.Rare)
		}
		for _, t := range in.Terms {
			of := ofWords
			if t.Chars {
				of = ofCharacters
			}
			input.Terms = append(input.Terms, fileTerms{of, t.Low, t.High, t.Buckets})
		}
		info.Inputs = append(info.Inputs, input)
	}
	meta, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	g := m.graph()
	g.Metadata = map[string]string{metaModel: string(meta)}
	b, err := onnx.Marshal(g)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	g.Metadata[metaSum] = hex.EncodeToString(sum[:])
	return onnx.Marshal(g)
}

// fromGraph reads the parts of a model off a graph that this package wrote.
func fromGraph(g *onnx.Model) (*Model, error) {
	meta, ok := g.Metadata[metaModel]
	if !ok {
		return nil, errors.New("an ONNX file, but not written by softmax")
	}
	var info fileInfo
	if err := json.Unmarshal([]byte(meta), &info); err != nil {
		return nil, fmt.Errorf("metadata %s: %w", metaModel, err)
	}
	if info.Format != format {
		return nil, fmt.Errorf("format %d; this version reads format %d", info.Format, format)
	}
	switch info.Loss {
	case CrossEntropy, Sigmoids, Squared, OneVsRest:
	default:
		return nil, fmt.Errorf("loss %q is not known", info.Loss)
	}
	if t := info.Temperature; t != 0 && (!validTemperature(t) || t == 1 || info.Loss != CrossEntropy) {
		return nil, fmt.Errorf("a temperature of %v, with the loss %q", t, info.Loss)
	}
	m := &Model{kind: info.Loss, config: info.Config, origin: info.Origin, names: info.ClassNames, affine: kernel.Affine{Temperature: info.Temperature}}
	m.origin.GapBound = math.NaN()
	if info.GapBound != nil {
		m.origin.GapBound = *info.GapBound
	}
	var err error
	if m.classes, err = classesOf(g, &info); err != nil {
		return nil, err
	}
	if names := info.ClassNames; names != nil && len(names) != len(m.classes) {
		return nil, fmt.Errorf("%d names for %d classes", len(names), len(m.classes))
	}
	if m.design, err = designOf(g, &info); err != nil {
		return nil, err
	}
	d, k := int64(m.design.D()), int64(len(m.classes))
	if m.w, err = floats(g, tensorW, d, k); err != nil {
		return nil, err
	}
	if m.b, err = floats(g, tensorB, 1, k); err != nil {
		return nil, err
	}
	m.fold()
	return m, nil
}

// floats returns the tensor of a name, which must be of the given shape and
// finite.
func floats(g *onnx.Model, name string, rows, columns int64) ([]float64, error) {
	t := initializer(g, name)
	if t == nil || t.Float64s == nil || !slices.Equal(t.Dims, []int64{rows, columns}) {
		return nil, fmt.Errorf("tensor %q is missing or not of shape %d x %d", name, rows, columns)
	}
	for _, v := range t.Float64s {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("tensor %q has a value that is not a finite number", name)
		}
	}
	return t.Float64s, nil
}
