package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// follow returns the path of the file at the end of a chain of symbolic links.
// The file need not exist. The directories of the path are left as they are:
// "..", after a link, means something else to path/filepath than to the
// system.
func follow(path string) (string, error) {
	for range 40 { // as many as Linux follows
		info, err := os.Lstat(path)
		if err != nil || info.Mode()&os.ModeSymlink == 0 || isDescriptor(path) {
			return path, nil // what is wrong with it shows when it is used
		}
		target, err := os.Readlink(path)
		if err != nil {
			return "", explain(err)
		}
		if !filepath.IsAbs(target) {
			dir, _ := filepath.Split(path)
			target = dir + target
		}
		path = target
	}
	return "", errors.New("too many symbolic links")
}

// isDescriptor reports whether path stands for an open file of a process, such
// as /dev/stdout, which is a link to /proc/self/fd/1. Even where that is a
// regular file, whoever opened it wants the output there and no new file.
func isDescriptor(path string) bool {
	return strings.HasPrefix(path, "/proc/") || strings.HasPrefix(path, "/dev/fd/")
}
