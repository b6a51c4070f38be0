package main

import (
	"io"
	"sync/atomic"

	"example.com/softmax/dataset/source"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// A bar is a progress bar on a terminal. A nil bar, which there is elsewhere,
// does nothing.
type bar struct {
	all  *mpb.Progress
	bar  *mpb.Bar
	text atomic.Value // string
}

// newBar draws a bar of the given length.
func (o *output) newBar(name string, total int64) *bar {
	if !o.terminal || o.quiet {
		return nil
	}
	b := &bar{all: mpb.New(mpb.WithOutput(o.stderr), mpb.WithWidth(40))}
	b.text.Store("")
	b.bar = b.all.AddBar(total, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name+" ")),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return " " + b.text.Load().(string) })))
	return b
}

// set moves the bar, with a text beside it.
func (b *bar) set(current int64, text string) {
	if b != nil {
		b.text.Store(text)
		b.bar.SetCurrent(current)
	}
}

// done removes the bar.
func (b *bar) done() {
	if b != nil {
		b.bar.Abort(true)
		b.all.Wait()
	}
}

// A watchedReader moves a bar as a source is read.
type watchedReader struct {
	*source.Source
	bar *bar
}

func (r watchedReader) Read(p []byte) (int, error) {
	n, err := r.Source.Read(p)
	r.bar.set(r.Offset(), "")
	return n, err
}

// watch returns s, under a progress bar if its size is known, and what removes
// the bar.
func (o *output) watch(s *source.Source) (r io.Reader, done func()) {
	if s.Size() < 0 {
		return s, func() {}
	}
	b := o.newBar("reading "+s.Name(), s.Size())
	return watchedReader{s, b}, b.done
}
