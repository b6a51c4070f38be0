// Package atomicfile writes files that are either complete or not there.
package atomicfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Write makes what the function writes the content of the file at path, as a
// whole or not at all: if anything fails, also if the function panics, a file
// that was there before is untouched, and none appears that was not. After a
// power cut there is the old or the new content.
//
// A new file has the permissions perm less the umask; a file that exists keeps
// its permissions, must be writable, and becomes a new one in all else (owner,
// hard links). Of a symbolic link the target is written. What is no regular
// file, such as a pipe, /dev/null or /dev/stdout, is written directly.
//
// The writer is buffered. An error names path, and says what to do where that
// is known; it wraps the error of the function or of the system. Only a
// process that is killed leaves a temporary file behind, in the same
// directory, of the name .*.tmp.
func Write(path string, perm fs.FileMode, write func(io.Writer) error) error {
	if err := replace(path, perm, write); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func replace(path string, perm fs.FileMode, write func(io.Writer) error) (err error) {
	target, err := follow(path)
	if err != nil {
		return err
	}
	old, err := os.Stat(path)
	exists := err == nil
	switch {
	case exists && (!old.Mode().IsRegular() || isDescriptor(target)):
		return writeDirectly(path, old, write)
	case exists:
		// Renaming needs no right to write to the file that is replaced, but
		// one who has taken that right away does not expect it to change.
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return explain(err)
		}
		f.Close()
		perm = old.Mode().Perm()
	case !errors.Is(err, fs.ErrNotExist):
		return explain(err)
	}

	// The same directory, as a rename cannot leave the file system.
	dir, name := filepath.Split(target)
	if name == "" {
		return errors.New("not the name of a file")
	}
	temp := fmt.Sprintf("%s.%016x.tmp", dir, rand.Uint64())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return explain(err)
	}
	renamed := false
	defer func() {
		if !renamed {
			f.Close()
			os.Remove(temp)
		}
	}()
	if err := fill(f, write); err != nil {
		return err
	}
	if exists {
		// The umask has been taken from perm, which is right for new files only.
		if err := f.Chmod(perm); err != nil {
			return explain(err)
		}
	}
	if err := f.Sync(); err != nil {
		return explain(err)
	}
	if err := f.Close(); err != nil {
		return explain(err)
	}
	if err := os.Rename(temp, target); err != nil {
		return explain(err)
	}
	renamed = true
	syncDir(dir)
	return nil
}

func fill(f *os.File, write func(io.Writer) error) error {
	w := bufio.NewWriterSize(explainingWriter{f}, 1<<16)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}

func writeDirectly(path string, info fs.FileInfo, write func(io.Writer) error) error {
	flag := os.O_WRONLY
	if info.Mode().IsRegular() {
		flag |= os.O_APPEND // an open descriptor: after what it has been used for
	}
	f, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return explain(err)
	}
	defer f.Close()
	if err := fill(f, write); err != nil {
		return err
	}
	return explain(f.Close())
}

// syncDir makes a rename in dir last. Not every system can do this, and the
// file is complete in any case, so that it fails is no error.
func syncDir(dir string) {
	if dir == "" {
		dir = "."
	}
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
