package main

import (
	"example.com/softmax/preprocess"
	"github.com/spf13/cobra"
)

// columnFlags are the flags that make preprocess.Options.
type columnFlags struct {
	opt                          preprocess.Options
	standardize, missing, unseen string
	given                        func(flag string) bool
}

func (o *columnFlags) define(cmd *cobra.Command) {
	f := cmd.Flags()
	o.given = f.Changed
	choiceVar(cmd, &o.standardize, "standardize", "bring numeric columns to mean 0 and deviation 1; auto: not pixels", auto, "on", "off")
	choiceVar(cmd, &o.missing, "missing", "what training does with a missing value; feature: the mean for a number with a feature that says so, a level of its own for a category; drop: leave the row out",
		"feature", string(preprocess.MissingDrop))
	choiceVar(cmd, &o.unseen, "unseen", "what prediction does with a category that training did not see; other: take it for a rare one; ignore: for none; error: no prediction",
		"other", string(preprocess.UnseenIgnore), string(preprocess.UnseenError))
	f.Float64Var(&o.opt.Rare, "rare", 2, "levels in fewer than `N` rows, by weight, share one feature; 0: none do")
	f.StringSliceVar(&o.opt.Cross, "cross", nil, "pairs `A:B` of categorical columns to take together as one more")
	f.StringSliceVar(&o.opt.Hash, "hash", nil, "categorical or text `COLUMNS` or crosses with too many levels or terms to list, to be hashed")
	f.IntVar(&o.opt.Buckets, "buckets", preprocess.DefaultBuckets, "features of a hashed column: `N`")
	t := &o.opt.Text
	f.StringVar((*string)(&t.Words), "words", string(preprocess.DefaultWords), "texts: take runs of so many `WORDS` as terms, such as 1-2; or off")
	f.StringVar((*string)(&t.Chars), "chars", string(preprocess.DefaultChars), "texts: take runs of so many `CHARACTERS` within words as terms, such as 2-4; or off")
	f.BoolVar(&t.KeepCase, "keep-case", false, "texts: do not put them in lower case")
	f.BoolVar(&t.PlainCounts, "plain-counts", false, "texts: weigh a term by how often it comes, not by 1 + log of that")
	f.Float64Var(&t.MinDocuments, "min-documents", 2, "texts: leave out terms that fewer than `N` of them have, by weight")
	f.Float64Var(&t.MaxDocuments, "max-documents", 1, "texts: leave out terms that more than the `SHARE` of them have")
	rare(cmd, "standardize", "missing", "unseen", "rare", "cross", "hash", "buckets", "words", "chars", "keep-case", "plain-counts", "min-documents", "max-documents")
}

// check reports the first value that makes no sense.
func (o *columnFlags) check() error {
	if err := o.options().Validate(); err != nil {
		return usagef("%v", err)
	}
	return nil
}

// options leaves out what is the default, as a Config does.
func (o *columnFlags) options() preprocess.Options {
	opt := o.opt
	if o.standardize != auto {
		opt.Standardize = preprocess.Standardize(o.standardize)
	}
	if o.missing != "feature" {
		opt.Missing = preprocess.Missing(o.missing)
	}
	if o.unseen != "other" {
		opt.Unseen = preprocess.Unseen(o.unseen)
	}
	switch {
	case !o.given("rare"):
		opt.Rare = 0
	case opt.Rare == 0:
		opt.Rare = preprocess.RareNone
	}
	for flag, reset := range map[string]func(){
		"buckets": func() { opt.Buckets = 0 }, "words": func() { opt.Text.Words = "" }, "chars": func() { opt.Text.Chars = "" },
		"min-documents": func() { opt.Text.MinDocuments = 0 }, "max-documents": func() { opt.Text.MaxDocuments = 0 },
	} {
		if !o.given(flag) {
			reset()
		}
	}
	return opt
}
