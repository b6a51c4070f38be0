package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// A flood is a header and then rows without memory of their own, and notes the
// most memory that was in use while it was read.
type flood struct {
	rows string
	left int // how many more times they come
	io.Reader
	peak uint64
}

func (f *flood) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF && f.left > 0 {
		f.left--
		f.Reader = strings.NewReader(f.rows)
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		f.peak = max(f.peak, m.HeapInuse)
		return n, nil
	}
	return n, err
}

// TestPredictMemory predicts 40 MiB of each format that is read in blocks, in less
// memory than that.
func TestPredictMemory(t *testing.T) {
	const size, most = 40 << 20, 24 << 20
	dir := t.TempDir()
	for format, file := range map[string]struct{ header, rows string }{
		"csv":   {"a,b,c,label\n", "1,2.5,red,x\n2,-3.25,blue,y\n"},
		"jsonl": {"", `{"a":1,"b":2.5,"c":"red","label":"x"}` + "\n" + `{"a":2,"b":-3.25,"c":"blue","label":"y"}` + "\n"},
		"svm":   {"", "x 1:1 2:2.5\ny 1:2 2:-3.25\n"},
	} {
		t.Run(format, func(t *testing.T) {
			data, model := filepath.Join(dir, "train."+format), filepath.Join(dir, format+".onnx")
			if err := os.WriteFile(data, []byte(file.header+file.rows), 0o666); err != nil {
				t.Fatal(err)
			}
			var stderr bytes.Buffer
			if code := run([]string{"train", data, "-o", model, "--quiet"}, nil, io.Discard, &stderr); code != 0 {
				t.Fatal(stderr.String())
			}
			rows := strings.Repeat(file.rows, 10000)
			in := &flood{rows: rows, left: size / len(rows), Reader: strings.NewReader(file.header)}
			if code := run([]string{"predict", model, "-", "--format", format}, in, io.Discard, &stderr); code != 0 {
				t.Fatal(stderr.String())
			}
			if in.left > 0 || in.peak > most {
				t.Errorf("%d parts were left; %d MiB were in use, at most %d are allowed", in.left, in.peak>>20, most>>20)
			}
		})
	}
}
