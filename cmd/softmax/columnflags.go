package main

import (
	"example.com/softmax/preprocess"
	"github.com/spf13/cobra"
)

// columnFlags are the flags that make preprocess.Options.
type columnFlags struct {
	opt   preprocess.Options
	given func(flag string) bool
}

func (o *columnFlags) define(cmd *cobra.Command) {
	f := cmd.Flags()
	o.given = f.Changed
	choiceVar(cmd, &o.opt.Standardize, "standardize", "bring numeric columns to mean 0 and deviation 1; auto: not pixels", auto, preprocess.StandardizeOn, preprocess.StandardizeOff)
	choiceVar(cmd, &o.opt.Missing, "missing", "what training does with a missing value; feature: the mean for a number with a feature that says so, a level of its own for a category; drop: leave the row out",
		"feature", preprocess.MissingDrop)
	choiceVar(cmd, &o.opt.Unseen, "unseen", "what prediction does with a category that training did not see; other: take it for a rare one; ignore: for none; error: no prediction",
		"other", preprocess.UnseenIgnore, preprocess.UnseenError)
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
	if opt.Rare == 0 {
		opt.Rare = preprocess.RareNone
	}
	reset(o.given, "rare", &opt.Rare)
	reset(o.given, "buckets", &opt.Buckets)
	reset(o.given, "words", &opt.Text.Words)
	reset(o.given, "chars", &opt.Text.Chars)
	reset(o.given, "min-documents", &opt.Text.MinDocuments)
	reset(o.given, "max-documents", &opt.Text.MaxDocuments)
	return opt
}
