package main

import "strconv"

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
	Confusion any           `json:"confusion"`
	PerClass  []classObject `json:"per_class"`

	UnknownLabels    int      `json:"unknown_labels"`
	UnlabelledRows   int      `json:"unlabelled_rows"`
	IncompleteRows   int      `json:"incomplete_rows"`
	OverflowedRows   int      `json:"overflowed_rows"`
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

const mostMatrix = 1000

func (e *evaluator) object() *evaluateObject {
	s := e.score
	o := &evaluateObject{
		Source: e.data.Source, Rows: s.Rows, Classes: e.classes,
		Accuracy: number(s.Accuracy), AccuracyError: number(s.AccuracyError),
		LogLoss: number(s.LogLoss), LogLossError: number(s.LogLossError), TopK: make(map[string]number),
		UnknownLabels: s.Unknown, UnlabelledRows: s.Unlabelled, IncompleteRows: s.Incomplete, OverflowedRows: s.Overflowed,
		UnseenCategories: s.Unseen, ExtraColumns: append([]string{}, e.extra...),
	}
	for k, v := range s.TopK {
		o.TopK[strconv.Itoa(k)] = number(v)
	}
	for k, c := range s.Confusion.PerClass() {
		o.PerClass = append(o.PerClass, classObject{e.classes[k], number(c.Precision), number(c.Recall), number(c.F1), number(c.Support)})
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
