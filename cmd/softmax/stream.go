package main

import (
	"io"

	"example.com/softmax/dataset"
)

// A part opens one part of a set.
type part func(layout) (*stream, error)

// A stream is data being read, in blocks or as a whole.
type stream struct {
	// next returns the next rows, all that are left if n is negative; io.EOF
	// after the last.
	next  func(n int) (*dataset.Dataset, error)
	close func()
}

// read reads the whole part.
func (p part) read(l layout) (*dataset.Dataset, error) {
	s, err := p(l)
	if err != nil {
		return nil, err
	}
	defer s.close()
	return s.next(-1)
}

// once is a stream of a dataset that can only be read as a whole.
func once(read func() (*dataset.Dataset, error)) *stream {
	done := false
	return &stream{
		next: func(int) (*dataset.Dataset, error) {
			if done {
				return nil, io.EOF
			}
			done = true
			return read()
		},
		close: func() {},
	}
}

// whole is a part without a use for a layout.
func whole(read func() (*dataset.Dataset, error)) part {
	return func(layout) (*stream, error) { return once(read), nil }
}

// chain puts the rows of several parts one after the other.
func chain(parts []part) part {
	return func(l layout) (*stream, error) {
		current, err := parts[0](l)
		if err != nil {
			return nil, err
		}
		at := 0
		s := &stream{close: func() { current.close() }}
		s.next = func(n int) (*dataset.Dataset, error) {
			var all []*dataset.Dataset
			for {
				ds, err := current.next(n)
				switch {
				case err == nil && n >= 0:
					return ds, nil
				case err == nil:
					all = append(all, ds)
				case err != io.EOF:
					return nil, err
				}
				if at++; at == len(parts) {
					at--
					if len(all) == 0 {
						return nil, io.EOF
					}
					return dataset.Concat(all...)
				}
				next, err := parts[at](l)
				if err != nil {
					return nil, err
				}
				current.close()
				current = next
			}
		}
		return s, nil
	}
}
