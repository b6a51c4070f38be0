// Package datasettest tests a package that reads a data format: what every
// reader of this module does with good, cut, damaged and failing input.
package datasettest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"example.com/softmax/dataset"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// A Format is a reader under test, and an example of what it reads.
type Format struct {
	Read func(io.Reader) (*dataset.Dataset, error)
	// Valid is read as Want. It should be some hundred bytes, no more: the
	// tests take time in the square of its length.
	Valid []byte
	Want  *dataset.Dataset
	// Lines says that a file cut off may pass for a shorter one, as a text of
	// one line for each row does. Else it must be an error.
	Lines bool
	// Cell returns a file of one example with a cell of the given text, which
	// has no character that the format treats specially. It is nil if the format
	// has no text.
	Cell func(text string) string
}

// Test runs all tests of the suite. It must not run in parallel with others:
// it counts goroutines.
func Test(t *testing.T, f Format) {
	before := runtime.NumGoroutine()
	t.Run("Valid", f.testValid)
	t.Run("Chunks", f.testChunks)
	t.Run("Own", f.testOwn)
	t.Run("Failing", f.testFailing)
	t.Run("Truncated", f.testTruncated)
	t.Run("Damaged", f.testDamaged)
	if f.Cell != nil {
		t.Run("LongCell", f.testLongCell)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines were left running", runtime.NumGoroutine()-before)
}

// Diff reports how got differs from want, missing values being equal; empty if
// it does not.
func Diff(want, got *dataset.Dataset) string {
	if want != nil && got != nil && want.Rows() != got.Rows() {
		return fmt.Sprintf("%d rows, want %d", got.Rows(), want.Rows())
	}
	return cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.IgnoreUnexported(dataset.Dataset{}))
}

// Check reads data, which may be anything, and tests what must hold: the result
// is a valid dataset or a *dataset.Error, and memory was allocated in
// proportion to the data. It is the body of a fuzz test. The result is nil if
// there was an error.
func Check(t *testing.T, read func(io.Reader) (*dataset.Dataset, error), data []byte) *dataset.Dataset {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d, err := read(bytes.NewReader(data))
	runtime.ReadMemStats(&after)
	// A column costs some hundred bytes, and one byte of text can name one.
	if got, most := after.TotalAlloc-before.TotalAlloc, uint64(8<<20+2000*len(data)); got > most {
		t.Errorf("%d bytes of data made the reader allocate %d", len(data), got)
	}
	if err != nil {
		checkError(t, err)
		return nil
	}
	if err := d.Validate(); err != nil {
		t.Errorf("the dataset that was read is not valid: %v", err)
	}
	return d
}

func checkError(t *testing.T, err error) {
	t.Helper()
	if placed := (*dataset.Error)(nil); !errors.As(err, &placed) {
		t.Errorf("error %q (%T) is no *dataset.Error", err, err)
	}
}

func (f Format) testValid(t *testing.T) {
	if err := f.Want.Validate(); err != nil {
		t.Fatalf("Want: %v", err)
	}
	f.wantRead(t, bytes.NewReader(f.Valid))
}

func (f Format) testChunks(t *testing.T) {
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"one byte": iotest.OneByteReader, "half": iotest.HalfReader, "error with data": iotest.DataErrReader,
	} {
		t.Run(name, func(t *testing.T) { f.wantRead(t, wrap(bytes.NewReader(f.Valid))) })
	}
}

func (f Format) wantRead(t *testing.T, r io.Reader) {
	t.Helper()
	d, err := f.Read(r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := Diff(f.Want, d); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
}

// testOwn: a dataset keeps its values when the input, or another dataset read
// from the same input, is overwritten.
func (f Format) testOwn(t *testing.T) {
	data := bytes.Clone(f.Valid)
	d, err := f.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	clear(data)
	other, err := f.Read(bytes.NewReader(f.Valid))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range other.Columns {
		clear(c.Bytes)
		clear(c.Float32s)
		clear(c.Float64s)
		clear(c.Codes)
		clear(c.Texts)
		if c.Sparse != nil {
			clear(c.Sparse.Starts)
			clear(c.Sparse.Index)
			clear(c.Sparse.Values)
		}
		clear(c.Levels)
	}
	if other.Label != nil {
		clear(other.Label.Codes)
		clear(other.Label.Classes)
	}
	if other.Targets != nil {
		clear(other.Targets.Classes)
		clear(other.Targets.Values)
	}
	clear(other.Weights)
	if diff := Diff(f.Want, d); diff != "" {
		t.Errorf("it changed with its input or with another dataset (-want +got):\n%s", diff)
	}
}

// testFailing: the error of the underlying reader comes through, wherever it
// strikes; even in place of the end.
func (f Format) testFailing(t *testing.T) {
	failure := errors.New("the disk is on fire")
	for n := range len(f.Valid) + 1 {
		_, err := f.Read(io.MultiReader(bytes.NewReader(f.Valid[:n]), iotest.ErrReader(failure)))
		if !errors.Is(err, failure) {
			t.Fatalf("the reader failed after %d bytes, but the error was %v", n, err)
		}
		checkError(t, err)
	}
}

func (f Format) testTruncated(t *testing.T) {
	for n := range f.Valid {
		d := Check(t, f.Read, f.Valid[:n])
		switch {
		case d == nil:
		case !f.Lines:
			t.Errorf("cut after %d of %d bytes, it was read without an error", n, len(f.Valid))
		case d.Rows() > f.Want.Rows():
			t.Errorf("cut after %d bytes, it had %d rows instead of %d", n, d.Rows(), f.Want.Rows())
		}
	}
}

// testLongCell: a cell of 10 MiB is a value or an error, and takes memory in
// proportion. A word, a text, and what begins as a number.
func (f Format) testLongCell(t *testing.T) {
	for _, text := range []string{"y", "word ", "9"} {
		data := []byte(f.Cell(strings.Repeat(text, 10<<20/len(text))))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := f.Read(bytes.NewReader(data))
		runtime.ReadMemStats(&after)
		if err != nil {
			checkError(t, err)
			if len(err.Error()) > 1000 {
				t.Errorf("the error message is %d bytes long", len(err.Error()))
			}
		}
		if got, most := after.TotalAlloc-before.TotalAlloc, uint64(12*len(data)); got > most {
			t.Errorf("a cell of %d bytes made the reader allocate %d", len(data), got)
		}
	}
}

// testDamaged: no damage makes it panic, or return what is not a dataset.
func (f Format) testDamaged(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		data := bytes.Clone(f.Valid)
		for range 1 + random.IntN(4) {
			at := random.IntN(len(data))
			switch random.IntN(4) {
			case 0:
				data[at] ^= 1 << random.IntN(8)
			case 1:
				data[at] = byte(random.Uint32())
			case 2:
				data[at] = data[random.IntN(len(data))]
			case 3:
				data = slices.Insert(data, at, data[random.IntN(len(data))])
			}
		}
		if Check(t, f.Read, data); t.Failed() {
			t.Fatalf("input: %q", data)
		}
	}
}
