package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"example.com/softmax/dataset"
)

// readValidation reads the validation data or takes them from the training
// data. Without --validation, the epochs of SGD are scored on the test data.
func (t *trainer) readValidation() error {
	if t.validationData == "" {
		t.validation = t.test
		return nil
	}
	share, err := strconv.ParseFloat(t.validationData, 64)
	if err != nil {
		part, err := t.in.scoringPart(t.layout, t.validationData)
		if err != nil {
			return err
		}
		t.validation, err = t.in.readAlike(part, *t.layout, t.train)
		return err
	}
	if !(share > 0 && share < 1) {
		return usagef("--validation %s: a share of the rows lies between 0 and 1", t.validationData)
	}
	if t.train.Label == nil {
		return fmt.Errorf("--validation %s: a share is held out class by class, and %s has several labels a row: give a file", t.validationData, t.train.Source)
	}
	kept, held := split(t.train.Label, share, t.fitFlags.cfg.Seed)
	if len(held) == 0 {
		return fmt.Errorf("--validation %s: no class has enough rows to hold one out", t.validationData)
	}
	t.validation = t.train.Subset(held)
	t.train = t.train.Subset(kept)
	return nil
}

// split holds out a share of the rows of each class, rounded to a whole row, at
// random; at least one row of a class is kept, and so are rows without a label.
// Both parts are in the order of the rows.
func split(l *dataset.Label, share float64, seed uint64) (kept, held []int) {
	rows := make([][]int, len(l.Classes))
	for i, code := range l.Codes {
		if code < 0 {
			kept = append(kept, i)
		} else {
			rows[code] = append(rows[code], i)
		}
	}
	rng := rand.New(rand.NewPCG(seed, 0))
	for _, class := range rows {
		rng.Shuffle(len(class), func(i, j int) { class[i], class[j] = class[j], class[i] })
		n := max(0, min(int(math.Round(share*float64(len(class)))), len(class)-1))
		held, kept = append(held, class[:n]...), append(kept, class[n:]...)
	}
	slices.Sort(kept)
	slices.Sort(held)
	return kept, held
}
