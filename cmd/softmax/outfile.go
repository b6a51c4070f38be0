package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// checkWritable finds out, as far as one can before, whether files can be written at
// the paths, of which an empty one is for none. It leaves what is there as it is.
func checkWritable(paths ...string) error {
	for _, path := range paths {
		if path == "" {
			continue
		}
		if err := writable(path); err != nil {
			return fmt.Errorf("cannot write %s: %w", path, err)
		}
	}
	return nil
}

func writable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		err = fmt.Errorf("it is a directory (give the name of a file in it)")
	case err == nil:
		var f *os.File
		if f, err = os.OpenFile(path, os.O_WRONLY, 0); err == nil {
			return f.Close()
		}
	case errors.Is(err, fs.ErrNotExist):
		// A dangling link is for the writer to judge.
		var f *os.File
		if f, err = os.CreateTemp(filepath.Dir(path), ".softmax-*.tmp"); err == nil {
			f.Close()
			return os.Remove(f.Name())
		}
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			err = fmt.Errorf("there is no directory %s (create it first)", filepath.Dir(path))
		}
	}
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return err
}
