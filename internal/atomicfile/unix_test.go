//go:build unix

package atomicfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPermissions(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	path := filepath.Join(t.TempDir(), "f")
	for _, c := range []struct{ chmod, perm, want fs.FileMode }{
		{0, 0o666, 0o640}, // new, less the umask
		{0o666, 0o600, 0o666},
		{0o600, 0o666, 0o600},
	} {
		if c.chmod != 0 {
			if err := os.Chmod(path, c.chmod); err != nil {
				t.Fatal(err)
			}
		}
		if err := Write(path, c.perm, content("a")); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != c.want {
			t.Errorf("old %v, perm %v: got %v, want %v", c.chmod, c.perm, info.Mode(), c.want)
		}
	}
}

func TestNoPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("old"), 0o444); err != nil {
		t.Fatal(err)
	}
	refused := func(what, path string) {
		t.Helper()
		err := Write(path, 0o666, content("new"))
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "permission denied (allow writing to") {
			t.Errorf("%s: error %q", what, err)
		}
	}
	refused("file without the right to write", path)
	if err := errors.Join(os.Chmod(path, 0o600), os.Chmod(dir, 0o500)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	refused("directory without the right to write", path)
	refused("new file in it", filepath.Join(dir, "g"))
	checkDir(t, dir, map[string]string{"f": "old"})
}

func TestSymlink(t *testing.T) {
	for name, c := range map[string]struct {
		link, to string // from the directory "a/b"; the target is "a/f"
	}{
		"relative":            {"a/b/l", "../f"},
		"same directory":      {"a/l", "f"},
		"through a directory": {"d/l", "../f"}, // d links to a/b: ".." is a
	} {
		for _, old := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/old=%v", name, old), func(t *testing.T) {
				dir := t.TempDir()
				t.Chdir(dir)
				link := filepath.Join(dir, c.link)
				err := errors.Join(os.MkdirAll("a/b", 0o700), os.Symlink("a/b", "d"), os.Symlink(c.to, link))
				if old {
					err = errors.Join(err, os.WriteFile("a/f", []byte("old"), 0o600))
				}
				if err != nil {
					t.Fatal(err)
				}
				absolute := filepath.Join(dir, "l")
				if err := os.Symlink(link, absolute); err != nil {
					t.Fatal(err)
				}
				for _, path := range []string{c.link, link, absolute} {
					if err := Write(path, 0o666, content(path)); err != nil {
						t.Fatal(err)
					}
					if b, _ := os.ReadFile("a/f"); string(b) != path {
						t.Errorf("the target has %q, want %q", b, path)
					}
					if to, err := os.Readlink(link); err != nil || to != c.to {
						t.Errorf("the link is %q, %v", to, err)
					}
				}
			})
		}
	}

	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, 0o666, content("a")); err == nil || !strings.Contains(err.Error(), "too many symbolic links") {
		t.Errorf("link to itself: error %v", err)
	}
}

func TestDevice(t *testing.T) {
	before, err := os.Stat("/dev/null")
	if err != nil {
		t.Fatal(err)
	}
	if err := Write("/dev/null", 0o666, content("a")); err != nil {
		t.Error(err)
	}
	if after, err := os.Stat("/dev/null"); err != nil || !os.SameFile(before, after) {
		t.Errorf("/dev/null is now %v, %v", after, err)
	}
}

func TestPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	got := make(chan string)
	go func() {
		b, err := os.ReadFile(path)
		got <- fmt.Sprint(string(b), err)
	}()
	if err := Write(path, 0o666, content("a")); err != nil {
		t.Fatal(err)
	}
	if s := <-got; s != "a<nil>" {
		t.Errorf("read %s", s)
	}
}

// TestDescriptor: what is written to an open descriptor that is a regular file
// follows what was written to it, and the file stays the same.
func TestDescriptor(t *testing.T) {
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	io.WriteString(f, "before ")
	descriptor := fmt.Sprintf("/dev/fd/%d", f.Fd())
	if _, err := os.Stat(descriptor); err != nil {
		t.Skip("this system has no /dev/fd")
	}
	if err := Write(descriptor, 0o666, content("a")); err != nil {
		t.Fatal(err)
	}
	checkDir(t, dir, map[string]string{"f": "before a"})
}
