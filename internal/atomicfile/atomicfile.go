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
	return WriteAll(perm, File{path, write})
}

// A File is a path with what writes its content.
type File struct {
	Path  string
	Write func(io.Writer) error
}

// WriteAll writes files that belong together: none takes its place before all are
// complete. Only if the system fails between one renaming and the next, which
// follow upon each other, are some of them new and others not.
func WriteAll(perm fs.FileMode, files ...File) error {
	var parts []*part
	defer func() {
		for _, p := range parts {
			p.discard()
		}
	}()
	for _, file := range files {
		p, err := newPart(file, perm)
		if p != nil {
			parts = append(parts, p)
			err = p.fill(file.Write)
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", file.Path, err)
		}
	}
	for _, p := range parts {
		if err := os.Rename(p.f.Name(), p.target); err != nil {
			return fmt.Errorf("write %s: %w", p.path, explain(err))
		}
		p.renamed = true
		syncDir(filepath.Dir(p.target))
	}
	return nil
}

// A part is a temporary file that is to take the place of another.
type part struct {
	path    string
	target  string // path, or what it links to
	f       *os.File
	mode    fs.FileMode // of the file that it replaces; 0 for a new one
	renamed bool
}

// newPart makes the temporary file. What is no regular file is written directly,
// and there is no part.
func newPart(file File, perm fs.FileMode) (*part, error) {
	target, err := follow(file.Path)
	if err != nil {
		return nil, err
	}
	p := &part{path: file.Path, target: target}
	old, err := os.Stat(file.Path)
	switch exists := err == nil; {
	case exists && (!old.Mode().IsRegular() || isDescriptor(target)):
		return nil, writeDirectly(file.Path, old, file.Write)
	case exists:
		// Renaming needs no right to write to the file that is replaced, but
		// one who has taken that right away does not expect it to change.
		f, err := os.OpenFile(target, os.O_WRONLY, 0)
		if err != nil {
			return nil, explain(err)
		}
		f.Close()
		perm = old.Mode().Perm()
		p.mode = perm
	case !errors.Is(err, fs.ErrNotExist):
		return nil, explain(err)
	}
	// The same directory, as a rename cannot leave the file system.
	dir, name := filepath.Split(target)
	if name == "" {
		return nil, errors.New("not the name of a file")
	}
	temp := fmt.Sprintf("%s.%016x.tmp", dir, rand.Uint64())
	if p.f, err = os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm); err != nil {
		return nil, explain(err)
	}
	return p, nil
}

// fill writes the file to the disk.
func (p *part) fill(write func(io.Writer) error) error {
	if err := fill(p.f, write); err != nil {
		return err
	}
	if p.mode != 0 {
		// The umask has been taken from perm, which is right for new files only.
		if err := p.f.Chmod(p.mode); err != nil {
			return explain(err)
		}
	}
	if err := p.f.Sync(); err != nil {
		return explain(err)
	}
	return explain(p.f.Close())
}

func (p *part) discard() {
	if !p.renamed {
		p.f.Close()
		os.Remove(p.f.Name())
	}
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
	if d, err := os.Open(dir); err == nil {
		d.Sync()
		d.Close()
	}
}
