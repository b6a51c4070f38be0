package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// explain takes the path off an error of package os, as Write names the file
// and the name of the temporary one helps nobody, and adds what to do.
func explain(err error) error {
	switch e := err.(type) {
	case *fs.PathError:
		err = e.Err
	case *os.LinkError:
		err = e.Err
	}
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT),
		// ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL
		runtime.GOOS == "windows" && (errors.Is(err, syscall.Errno(39)) || errors.Is(err, syscall.Errno(112))):
		return fmt.Errorf("%w (free some space, or write to another disk)", err)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w (create its directory first)", err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w (allow writing to the file and its directory, or write elsewhere)", err)
	case errors.Is(err, syscall.EISDIR):
		return fmt.Errorf("%w (give the name of a file in it)", err)
	}
	return err
}

// explainingWriter explains the errors of a file, and leaves those of whoever
// writes to it as they are.
type explainingWriter struct{ f *os.File }

func (w explainingWriter) Write(p []byte) (int, error) {
	n, err := w.f.Write(p)
	return n, explain(err)
}
