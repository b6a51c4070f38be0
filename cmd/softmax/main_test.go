package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"example.com/softmax/dataset/idx"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"softmax": main})
}

// TestScript runs the terminal sessions in testdata.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			env.Setenv("GORACE", "atexit_sleep_ms=0") // else a second for each run under the race detector
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond != "parquet" {
				return false, fmt.Errorf("unknown condition %s", cond)
			}
			return withParquet, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     exits,
			"interrupt": interrupt,
			"idx":       makeIDX,
			"gzip":      gzipFile,
			"cut":       cut,
			"shape":     shape,
			"serve":     serve,
			"pictures":  pictures,
		},
	})
}

// exits CODE PROGRAM ARGUMENT... runs a program that must end with the exit
// code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	code := 0
	var exit *exec.ExitError
	err := ts.Exec(args[1], args[2:]...)
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("exit code %d, not %s", code, args[0])
	}
}

// interrupt N FILE PROGRAM ARGUMENT... starts a program, interrupts it when it
// has written N bytes or more to FILE, and leaves what it prints in the files stdout and
// stderr. The exit code must be 130.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	var stdout, stderr bytes.Buffer
	size, err := strconv.ParseInt(args[0], 10, 64)
	ts.Check(err)
	cmd := exec.Command(args[2], args[3:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), &stdout, &stderr
	ts.Check(cmd.Start())
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if info, err := os.Stat(ts.MkAbs(args[1])); err == nil && info.Size() >= size {
			break
		}
		if time.Now().After(deadline) {
			cmd.Process.Kill()
			ts.Fatalf("it wrote nothing to %s", args[1])
		}
	}
	ts.Check(cmd.Process.Signal(os.Interrupt))
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		ts.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	ts.Check(os.WriteFile(ts.MkAbs("stdout"), stdout.Bytes(), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs("stderr"), stderr.Bytes(), 0o644))
}

// makeIDX writes DIR/SPLIT-images-idx3-ubyte with N images of 4 x 4 pixels and
// the labels of three classes, each bright in another line.
func makeIDX(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	images := binary.BigEndian.AppendUint32(nil, 0x0803)
	labels := binary.BigEndian.AppendUint32(nil, 0x0801)
	for _, size := range []int{n, 4, 4} {
		images = binary.BigEndian.AppendUint32(images, uint32(size))
	}
	labels = binary.BigEndian.AppendUint32(labels, uint32(n))
	for i := range n {
		pixels := make([]byte, 16)
		for j := range pixels {
			pixels[j] = byte((i*i*7 + j*j*13 + i*j) % 100)
			if j/4 == i%3 {
				pixels[j] += 90
			}
		}
		images, labels = append(images, pixels...), append(labels, byte(i%3))
	}
	stem := ts.MkAbs(filepath.Join(args[0], args[1]))
	ts.Check(os.MkdirAll(filepath.Dir(stem), 0o755))
	ts.Check(os.WriteFile(stem+"-images-idx3-ubyte", images, 0o644))
	ts.Check(os.WriteFile(stem+"-labels-idx1-ubyte", labels, 0o644))
}

// gzipFile writes FILE.gz.
func gzipFile(ts *testscript.TestScript, neg bool, args []string) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(err)
	ts.Check(z.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]+".gz"), b.Bytes(), 0o644))
}

// cut FILE N takes the last N bytes off a file.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	data := ts.ReadFile(args[0])
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(data[:len(data)-n]), 0o644))
}

// shape FILE OUT writes to OUT what a JSON object holds: a line for each key
// with the type of its value, numbers and their place in arrays left out.
func shape(ts *testscript.TestScript, neg bool, args []string) {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	var lines []string
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, key := range slices.Sorted(maps.Keys(v)) {
				walk(strings.TrimPrefix(path+"."+key, "."), v[key])
			}
		case []any:
			if len(v) > 0 {
				walk(path+"[]", v[0])
			} else {
				lines = append(lines, path+"[]")
			}
		case nil:
			lines = append(lines, path+" null")
		default:
			lines = append(lines, fmt.Sprintf("%s %T", path, v))
		}
	}
	walk("", v)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "\n")+"\n"), 0o644))
}

// serve DIRECTORY serves its files over HTTP until the test ends, at $MIRROR.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	server := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(server.Close)
	ts.Setenv("MIRROR", server.URL)
}

// pictures DIRECTORY STEM writes the images of STEM-images-idx3-ubyte, and so on,
// as PNG files into a directory for each class.
func pictures(ts *testscript.TestScript, neg bool, args []string) {
	d, err := idx.Read(strings.NewReader(ts.ReadFile(args[1]+"-images-idx3-ubyte")), strings.NewReader(ts.ReadFile(args[1]+"-labels-idx1-ubyte")), idx.Options{})
	ts.Check(err)
	c := &d.Columns[0]
	// The order of rows is that of the names, class by class.
	for i := range d.Rows() {
		line := c.Width / c.Height
		var b bytes.Buffer
		ts.Check(png.Encode(&b, &image.Gray{Pix: c.Bytes[i*c.Width:], Stride: line, Rect: image.Rect(0, 0, line, c.Height)}))
		path := ts.MkAbs(filepath.Join(args[0], d.Label.Classes[d.Label.Codes[i]], fmt.Sprintf("%03d.png", i)))
		ts.Check(os.MkdirAll(filepath.Dir(path), 0o755))
		ts.Check(os.WriteFile(path, b.Bytes(), 0o644))
	}
}
