package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"example.com/softmax"
	"example.com/softmax/dataset"
	"example.com/softmax/internal/chart"
	"github.com/spf13/cobra"
)

const inspectHelp = `Shows what is inside a model: classes, inputs, how it was fitted and how far from
the optimum it can be, and the strongest features of each class.`

func newInspect(out *output) *cobra.Command {
	var asJSON bool
	var weightsPath, networkPath string
	c := newVerb("inspect MODEL", "show what is inside a model", inspectHelp, 1, 1, func(args []string) error {
		if err := checkPicture(weightsPath, networkPath); err != nil {
			return err
		}
		m, err := softmax.Load(args[0])
		if err != nil {
			return err
		}
		o, err := newInspectObject(m)
		if err != nil {
			return err
		}
		if err := draw(weightsPath, func() (*chart.Picture, error) { return weightPicture(m) }); err != nil {
			return err
		}
		if err := draw(networkPath, func() (*chart.Picture, error) { return networkPicture(m) }); err != nil {
			return err
		}
		if asJSON {
			return out.json(o)
		}
		return o.summary(out)
	})
	f := c.Flags()
	f.StringVar(&weightsPath, "weights", "", "draw the weights of each class, as an image where the model is one of images: `FILE`.png or .svg")
	f.StringVar(&networkPath, "network", "", "draw the model as a network of one layer, a small one in full: `FILE`.png or .svg")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}

// inspectObject is what inspect --json prints.
type inspectObject struct {
	Classes     []string        `json:"classes"`
	ClassNames  []string        `json:"class_names"` // what people call them
	Label       string          `json:"label"`
	Features    int             `json:"features"`
	Inputs      []inputObject   `json:"inputs"`
	Rows        int             `json:"rows"`
	Temperature float64         `json:"temperature,omitempty"` // where the model was calibrated
	Solver      softmax.Solver  `json:"solver"`
	Stop        softmax.Stop    `json:"stop"`
	Lambda      float64         `json:"lambda"`
	L1          float64         `json:"l1"`
	Group       float64         `json:"group"`
	Objective   number          `json:"objective"`
	GapBound    number          `json:"gap_bound"`
	Certificate string          `json:"certificate"`
	Portable    string          `json:"portable"` // full, from tokens, or from features
	Config      softmax.Config  `json:"config"`
	Fingerprint string          `json:"fingerprint"`
	Top         []classFeatures `json:"top_features"`
}

type inputObject struct {
	Name   string   `json:"name"`
	Kind   string   `json:"kind"`
	Width  int      `json:"width"`
	Height int      `json:"height,omitempty"`
	Levels []string `json:"levels,omitempty"`
	// Rare levels share a feature; a hashed column has buckets in place of
	// levels. Missing: training rows missed values here.
	Rare    []string `json:"rare,omitempty"`
	Buckets int      `json:"buckets,omitempty"`
	Missing bool     `json:"missing,omitempty"`
	Terms   int      `json:"terms,omitempty"` // features of a text
}

// classFeatures are the features of a class whose coefficients, in units of
// the scaled features, are greatest.
type classFeatures struct {
	Class     string          `json:"class"`
	Intercept float64         `json:"intercept"`
	Features  []featureObject `json:"features"`
}

type featureObject struct {
	Feature     string  `json:"feature"`
	Coefficient float64 `json:"coefficient"` // in raw units
	Scaled      float64 `json:"scaled"`      // times the unit of the scaled feature
}

// topMost is how many features of a class are listed.
const topMost = 5

func newInspectObject(m *softmax.Model) (*inspectObject, error) {
	origin, c := m.Origin(), m.Coefficients()
	fingerprint, err := m.Fingerprint()
	if err != nil {
		return nil, err
	}
	o := &inspectObject{
		Classes: c.Classes, ClassNames: m.ClassNames(), Label: origin.Label, Features: len(c.Features), Rows: origin.Rows, Solver: origin.Solver, Stop: origin.Stop,
		Lambda: origin.Lambda, L1: origin.L1, Group: origin.Group, Objective: number(origin.Objective), GapBound: number(origin.GapBound), Certificate: origin.Certificate(), Portable: m.Portable(), Config: m.Config(), Fingerprint: fingerprint,
	}
	if T := m.Temperature(); T != 1 {
		o.Temperature = T
	}
	for _, in := range m.Inputs() {
		o.Inputs = append(o.Inputs, inputObject{in.Name, in.Kind.String(), in.Width, in.Height, in.Levels, in.Rare, in.Buckets, in.Missing, in.Terms})
	}
	for k, class := range c.Classes {
		top := classFeatures{Class: class, Intercept: c.Intercept[k], Features: []featureObject{}}
		for j, row := range c.W {
			if row[k] != 0 {
				top.Features = append(top.Features, featureObject{c.Features[j], row[k], row[k] * c.Unit[j]})
			}
		}
		slices.SortStableFunc(top.Features, func(a, b featureObject) int { return cmp.Compare(math.Abs(b.Scaled), math.Abs(a.Scaled)) })
		top.Features = top.Features[:min(topMost, len(top.Features))]
		o.Top = append(o.Top, top)
	}
	return o, nil
}

func (o *inspectObject) summary(out *output) error {
	p := out.printf
	p("Classes      %s: %s\n", count(len(o.Classes)), list(o.ClassNames))
	p("Label        %q\n", o.Label)
	for i, in := range o.Inputs {
		head := ""
		if i == 0 {
			head = "Inputs"
		}
		p("%-11s  %s\n", head, in)
	}
	if o.Stop == softmax.Imported {
		p("Fit          %s\n", stopWords[o.Stop])
	} else {
		p("Fit          %s rows, %s, %s\n", count(o.Rows), o.Solver, stopWords[o.Stop])
		p("Penalty      %s\n", penaltyLine(o.Lambda, o.L1, o.Group))
		p("Objective    %.6g\n", float64(o.Objective))
	}
	if o.Temperature != 0 {
		p("Temperature  %.4g\n", o.Temperature)
	}
	p("Certificate  %s\n", o.Certificate)
	config, err := json.Marshal(o.Config)
	if err != nil {
		return err
	}
	p("Config       %s\n", config)
	p("Portable     %s\n", portableWords[o.Portable])
	p("Fingerprint  %s\n", o.Fingerprint)
	p("\nStrongest features: the change of the class's logit with one unit of the\nscaled feature (a standard deviation, the full range of a pixel, a level)\n")
	for k, top := range o.Top {
		p("  %s\n", printable(o.ClassNames[k]))
		for _, f := range top.Features {
			p("    %+10.4f  %s\n", f.Scaled, printable(f.Feature))
		}
	}
	return nil
}

// portableWords say what an ONNX runtime needs to run the model.
var portableWords = map[string]string{
	"full":          "full: an ONNX runtime takes the columns as they are",
	"from tokens":   "from tokens: an ONNX runtime takes texts cut into words or characters",
	"from features": "from features: an ONNX runtime takes hashes of categories or terms",
}

func (in inputObject) String() string {
	name := printable(in.Name)
	switch in.Kind {
	case dataset.Pixels.String():
		return fmt.Sprintf("%s: images of %d x %d pixels", name, in.Height, in.Width/in.Height)
	case dataset.Text.String():
		return fmt.Sprintf("%s: text, %s", name, plural(in.Terms, "term", "terms"))
	case dataset.Categorical.String():
		return name + ": categorical, " + in.levels()
	}
	missing := ""
	if in.Missing {
		missing = "; with a feature for missing values"
	}
	if in.Width > 1 {
		return fmt.Sprintf("%s: %d numbers%s", name, in.Width, missing)
	}
	return name + ": numeric" + missing
}

func (in inputObject) levels() string {
	if in.Buckets > 0 {
		return fmt.Sprintf("hashed into %s features", count(in.Buckets))
	}
	names := slices.Clone(in.Levels)
	for l, name := range names {
		if name == "" {
			names[l] = "(missing)"
		}
	}
	s := plural(len(names), "level", "levels") + ": " + list(names)
	if len(in.Rare) > 0 {
		s += fmt.Sprintf(", and %s taken together", plural(len(in.Rare), "rare one", "rare ones"))
	}
	return s
}
