package atomicfile

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func checkFull(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "no space left on device (free some space, or write to another disk)") {
		t.Errorf("error %v", err)
	}
}

func TestFullDevice(t *testing.T) {
	checkFull(t, Write("/dev/full", 0o666, content("a")))
	checkFull(t, Write("/dev/full", 0o666, content(strings.Repeat("a", 1<<20))))
}

func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skip("cannot mount a small disk: ", err)
	}
	defer syscall.Unmount(dir, 0)
	path := filepath.Join(dir, "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	tooLong := strings.Repeat("a", 128<<10)
	checkFull(t, Write(path, 0o666, content(tooLong)))
	checkFull(t, Write(filepath.Join(dir, "g"), 0o666, func(w io.Writer) error {
		io.WriteString(w, tooLong) // an error that the function overlooks
		return nil
	}))
	checkDir(t, dir, map[string]string{"f": "old"})
	if err := Write(path, 0o666, content("new")); err != nil {
		t.Error(err)
	}
	checkDir(t, dir, map[string]string{"f": "new"})
}
