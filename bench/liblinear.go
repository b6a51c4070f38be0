package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// fitLiblinear runs LIBLINEAR's program with -s 0, one-vs-rest. It reads a
// text file; the time of a run that ends right after reading is subtracted.
func fitLiblinear(folder, out string) error {
	p, err := load(folder)
	if err != nil {
		return err
	}
	text, model := filepath.Join(out, "train.svm"), filepath.Join(out, "model")
	if err := writeLibsvm(p, text); err != nil {
		return err
	}
	defer os.Remove(text)
	run := func(tolerance string) (time.Duration, error) {
		start := time.Now()
		b, err := exec.Command("liblinear-train", "-q", "-s", "0", "-c", seconds(1/(float64(p.Rows)*p.Lambda)), "-B", "1", "-e", tolerance, text, model).CombinedOutput()
		if err != nil {
			return 0, fmt.Errorf("liblinear-train: %w: %s", err, b)
		}
		return time.Since(start), nil
	}
	reading, err := run("1e9")
	if err != nil {
		return err
	}
	whole, err := run("0.01") // its default
	if err != nil {
		return err
	}
	theta, err := readLiblinear(model, p.Features, p.Classes)
	if err != nil {
		return err
	}
	rec, err := newRecorder(out)
	if err != nil {
		return err
	}
	rec.point(1, max(0, whole-reading).Seconds(), theta, 0)
	return rec.close()
}

func writeLibsvm(p *problem, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	for i, y := range p.train.y {
		line = strconv.AppendInt(line[:0], int64(y), 10)
		for j, v := range p.train.x[i*p.Features:][:p.Features] {
			if v != 0 {
				line = strconv.AppendInt(append(line, ' '), int64(j+1), 10)
				line = strconv.AppendFloat(append(line, ':'), v, 'g', -1, 64)
			}
		}
		w.Write(append(line, '\n')) // an error stays for Flush
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// readLiblinear reads a model: W of the classes in the order of "label", one
// line a feature and one for the bias; for two classes only that of the first.
func readLiblinear(path string, d, k int) ([]float64, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	head, body, _ := strings.Cut(string(b), "\nw\n")
	_, labels, _ := strings.Cut(head, "\nlabel ")
	labels, _, _ = strings.Cut(labels, "\n")
	order, fields := strings.Fields(labels), strings.Fields(body)
	columns := k
	if k == 2 {
		columns = 1
	}
	if len(order) != k || len(fields) != (d+1)*columns {
		return nil, fmt.Errorf("%s: %d labels and %d weights", path, len(order), len(fields))
	}
	theta := make([]float64, (d+1)*k)
	for i, field := range fields {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		class, err := strconv.Atoi(order[i%columns])
		if err != nil || class < 0 || class >= k {
			return nil, fmt.Errorf("%s: label %q", path, order[i%columns])
		}
		theta[i/columns*k+class] = v
		if columns == 1 {
			theta[i/columns*k+1-class] = -v
		}
	}
	return theta, nil
}
