package main

import (
	"math"
	"strconv"

	"example.com/softmax/metrics"
)

// evaluateObject is what evaluate --json prints.
type evaluateObject struct {
	Source        string            `json:"source"`
	Rows          int               `json:"rows"`
	Classes       []string          `json:"classes"`
	Accuracy      number            `json:"accuracy"`
	AccuracyError number            `json:"accuracy_error"`
	LogLoss       number            `json:"log_loss"`
	LogLossError  number            `json:"log_loss_error"`
	TopK          map[string]number `json:"top_k"`
	// Confusion is the matrix, true class in rows; above mostMatrix classes the
	// triples [true class, predicted class, count] that are not 0, by the
	// classes' places in Classes.
	Confusion any               `json:"confusion"`
	PerClass  []fullClassObject `json:"per_class"`

	BalancedAccuracy    number `json:"balanced_accuracy"`
	MatthewsCorrelation number `json:"matthews_correlation"`
	CohenKappa          number `json:"cohen_kappa"`
	// Left out where the probabilities of all rows are too many to keep.
	*fullObject

	UnknownLabels    int      `json:"unknown_labels"`
	UnlabelledRows   int      `json:"unlabelled_rows"`
	IncompleteRows   int      `json:"incomplete_rows"`
	OverflowedRows   int      `json:"overflowed_rows"`
	MissingValues    int      `json:"missing_values"`
	UnseenCategories int      `json:"unseen_categories"`
	ExtraColumns     []string `json:"extra_columns"`
}

type classObject struct {
	Class     string `json:"class"`
	Precision number `json:"precision"`
	Recall    number `json:"recall"`
	F1        number `json:"f1"`
	Support   number `json:"support"`
}

func newClassObject(name string, c metrics.ClassScore) classObject {
	return classObject{name, number(c.Precision), number(c.Recall), number(c.F1), number(c.Support)}
}

// fullClassObject is a class with the areas under its curves.
type fullClassObject struct {
	classObject
	ROCAUC           number `json:"roc_auc"`
	AveragePrecision number `json:"average_precision"`
}

// fullObject is a fullScore.
type fullObject struct {
	Brier            number      `json:"brier"`
	ECE              number      `json:"ece"`
	Reliability      []binObject `json:"reliability"`
	ROCAUC           areaObject  `json:"roc_auc"`
	AveragePrecision areaObject  `json:"average_precision"`
	AccuracyInterval [2]number   `json:"accuracy_interval"`
	LogLossInterval  [2]number   `json:"log_loss_interval"`
}

// areaObject has scikit-learn's names for averages one-vs-rest and one-vs-one.
type areaObject struct {
	Macro        number `json:"ovr_macro"`
	Weighted     number `json:"ovr_weighted"`
	PairMacro    number `json:"ovo_macro"`
	PairWeighted number `json:"ovo_weighted"`
}

type binObject struct {
	Low        number `json:"low"`
	High       number `json:"high"`
	Rows       number `json:"rows"`
	Confidence number `json:"confidence"`
	Accuracy   number `json:"accuracy"`
}

const mostMatrix = 1000

// none is a number that does not exist.
var none = number(math.NaN())

func (e *evaluator) object() *evaluateObject {
	s := e.score
	o := &evaluateObject{
		Source: e.data.Source, Rows: s.Rows, Classes: e.classes,
		Accuracy: number(s.Accuracy), AccuracyError: number(s.AccuracyError),
		LogLoss: number(s.LogLoss), LogLossError: number(s.LogLossError), TopK: make(map[string]number),
		UnknownLabels: s.Unknown, UnlabelledRows: s.Unlabelled, IncompleteRows: s.Incomplete, OverflowedRows: s.Overflowed,
		MissingValues: s.Missing, UnseenCategories: s.Unseen, ExtraColumns: append([]string{}, e.extra...),
		BalancedAccuracy: number(s.Confusion.BalancedAccuracy()), MatthewsCorrelation: number(s.Confusion.MatthewsCorrelation()),
		CohenKappa: number(s.Confusion.CohenKappa()), fullObject: e.full.object(),
	}
	for k, v := range s.TopK {
		o.TopK[strconv.Itoa(k)] = number(v)
	}
	for k, c := range s.Confusion.PerClass() {
		class := fullClassObject{newClassObject(e.classes[k], c), none, none}
		if e.full != nil {
			class.ROCAUC, class.AveragePrecision = number(e.full.roc.PerClass[k]), number(e.full.precision.PerClass[k])
		}
		o.PerClass = append(o.PerClass, class)
	}
	if len(e.classes) <= mostMatrix {
		o.Confusion = s.Confusion.Matrix()
		return o
	}
	triples := [][3]float64{}
	for _, p := range s.Confusion.Pairs() {
		triples = append(triples, [3]float64{float64(p.Truth), float64(p.Pred), p.Count})
	}
	o.Confusion = triples
	return o
}

func (f *fullScore) object() *fullObject {
	if f == nil {
		return nil
	}
	area := func(a metrics.Area) areaObject {
		return areaObject{number(a.Macro), number(a.Weighted), number(a.PairMacro), number(a.PairWeighted)}
	}
	o := &fullObject{
		Brier: number(f.brier), ECE: number(f.ece), ROCAUC: area(f.roc), AveragePrecision: area(f.precision),
		AccuracyInterval: [2]number{number(f.accuracy.Low), number(f.accuracy.High)},
		LogLossInterval:  [2]number{number(f.logLoss.Low), number(f.logLoss.High)},
	}
	for _, b := range f.bins {
		o.Reliability = append(o.Reliability, binObject{number(b.Low), number(b.High), number(b.Weight), number(b.Confidence), number(b.Accuracy)})
	}
	return o
}
