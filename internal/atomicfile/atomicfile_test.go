package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func content(s string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, s)
		return err
	}
}

// checkDir checks that a directory holds exactly the given files, each with
// its content, and no temporary one.
func checkDir(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := want[e.Name()]; !ok || s != string(b) {
			t.Errorf("file %s has %.40q, want %.40q (expected: %v)", e.Name(), b, s, ok)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("%d files, want %d", len(entries), len(want))
	}
}

func TestWrite(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	long := strings.Repeat("x", 1<<20)
	for _, s := range []string{"first", long, ""} {
		if err := Write(path, 0o666, content(s)); err != nil {
			t.Fatal(err)
		}
		checkDir(t, dir, map[string]string{"f": s})
	}

	longest := strings.Repeat("n", 255)
	if err := Write(filepath.Join(dir, longest), 0o666, content("a")); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, map[string]string{"f": "", longest: "a"})
}

// TestWriteAll: where one of the files fails, all others stay as they were.
func TestWriteAll(t *testing.T) {
	dir := t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	if err := WriteAll(0o666, File{a, content("1")}, File{b, content("2")}); err != nil {
		t.Fatal(err)
	}
	failing := errors.New("no more")
	fail := func(w io.Writer) error {
		io.WriteString(w, strings.Repeat("x", 1<<20))
		return failing
	}
	for _, files := range [][]File{{{a, content("new")}, {b, fail}}, {{a, fail}, {b, content("new")}}, {{a, content("new")}, {filepath.Join(dir, "no", "b"), content("new")}}} {
		if err := WriteAll(0o666, files...); err == nil {
			t.Error("no error")
		}
		checkDir(t, dir, map[string]string{"a": "1", "b": "2"})
	}
}

func TestWriteInCurrentDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := Write("f", 0o666, content("a")); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, map[string]string{"f": "a"})
}

// TestFailure: whatever way the function fails, the old file stays, or there
// is none.
func TestFailure(t *testing.T) {
	errOwn := &fs.PathError{Op: "open", Path: "weights", Err: fs.ErrNotExist}
	long := strings.Repeat("x", 1<<20)
	for name, fail := range map[string]func(){
		"error":  func() {},
		"panic":  func() { panic(errOwn) },
		"goexit": runtime.Goexit,
	} {
		for _, old := range []map[string]string{{}, {"f": "old"}} {
			t.Run(fmt.Sprintf("%s/old=%v", name, len(old) == 1), func(t *testing.T) {
				dir := t.TempDir()
				path := filepath.Join(dir, "f")
				for _, s := range old {
					if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				var err error
				var recovered any
				done := make(chan bool)
				go func() {
					defer close(done)
					defer func() { recovered = recover() }()
					err = Write(path, 0o666, func(w io.Writer) error {
						io.WriteString(w, long)
						fail()
						return errOwn
					})
				}()
				<-done
				switch name {
				case "error":
					if want := "write " + path + ": open weights: file does not exist"; err == nil || err.Error() != want || !errors.Is(err, errOwn) {
						t.Errorf("error %q, want %q", err, want)
					}
				case "panic":
					if recovered != errOwn {
						t.Errorf("recovered %v", recovered)
					}
				}
				checkDir(t, dir, old)
			})
		}
	}
}

func TestBadPath(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, text string }{
		{filepath.Join(dir, "missing", "f"), "(create its directory first)"},
		{dir, "is a directory (give the name of a file in it)"},
		{filepath.Join(dir, "new") + "/", "not the name of a file"},
		{filepath.Join(dir, "f", "g"), "f"},
		{"", "not the name of a file"},
	} {
		err := Write(c.path, 0o666, content("b"))
		if err == nil || !strings.HasPrefix(err.Error(), "write "+c.path+": ") || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%q: error %q, want %q", c.path, err, c.text)
		}
	}
	checkDir(t, dir, map[string]string{"f": "a"})
}
