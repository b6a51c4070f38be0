package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/source"
)

// A Fetcher downloads sets. The zero Fetcher is useful.
type Fetcher struct {
	// Client is http.DefaultClient if nil, which honours HTTPS_PROXY and
	// NO_PROXY.
	Client *http.Client
	// Mirror, if not empty, is an address below which the files are sought in
	// place of their own, as Mirror/SET/FILE.
	Mirror string
	// Progress, if not nil, is told of the bytes of a file that are there and
	// how many it has, -1 if the server does not say.
	Progress func(file string, done, size int64)
	// Stall is after how long without a byte a server is given up; 0 means a
	// minute.
	Stall time.Duration
}

// Fetch downloads the set into the folder dir/NAME, and returns its path. The
// folder appears when every file is complete and verified. What an interrupted
// download leaves is in dir/.NAME.part, and the next one goes on from there. A
// folder that is there already is verified.
func (f *Fetcher) Fetch(ctx context.Context, s Set, dir string) (string, error) {
	folder, part := filepath.Join(dir, s.Name), filepath.Join(dir, "."+s.Name+".part")
	if _, err := os.Stat(folder); err == nil {
		for _, file := range s.Files {
			if err := file.verify(filepath.Join(folder, file.Name)); err != nil {
				return "", fmt.Errorf("%w: remove %s to download it again", err, folder)
			}
		}
		return folder, nil
	}
	if err := os.MkdirAll(part, 0o777); err != nil {
		return "", err
	}
	for _, file := range s.Files {
		if f.Mirror != "" {
			file.URL = f.Mirror + "/" + s.Name + "/" + file.Name
		}
		if err := f.file(ctx, file, filepath.Join(part, file.Name)); err != nil {
			return "", fmt.Errorf("%s: %w", file.URL, err)
		}
	}
	return folder, os.Rename(part, folder)
}

// file downloads a file to path. A file there that is wrong as a whole may have
// been begun from another source, so it is downloaded once more.
func (f *Fetcher) file(ctx context.Context, file File, path string) error {
	for first := true; ; first = false {
		info, err := os.Stat(path)
		resumed := err == nil && info.Size() > 0
		if resumed && file.verify(path) == nil {
			return nil
		}
		if err := f.download(ctx, file, path); err != nil {
			return err
		}
		if err = file.verify(path); err == nil {
			return nil
		}
		if removeErr := os.Remove(path); removeErr != nil || !resumed || !first {
			return err
		}
	}
}

// errStalled is why a download is given up.
var errStalled = errors.New("the server sends nothing any more: try again, what is there is kept")

// download appends to path what the server has beyond it.
func (f *Fetcher) download(ctx context.Context, file File, path string) (err error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Sync(), out.Close()) }()
	done, err := out.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	stall := f.Stall
	if stall == 0 {
		stall = time.Minute
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(stall, func() { cancel(errStalled) })
	defer timer.Stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, file.URL, nil)
	if err != nil {
		return err
	}
	// The file is to come as it is, and a part of it from its beginning.
	request.Header.Set("Accept-Encoding", "identity")
	if done > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", done))
	}
	client := f.Client
	if client == nil {
		client = http.DefaultClient
	}
	response, err := client.Do(request)
	if err != nil {
		return cause(ctx, err)
	}
	defer response.Body.Close()
	var from int64
	switch _, err := fmt.Sscanf(response.Header.Get("Content-Range"), "bytes %d-", &from); {
	case response.StatusCode == http.StatusRequestedRangeNotSatisfiable:
		return nil // nothing beyond it: verifying tells
	case response.StatusCode == http.StatusPartialContent && err == nil && from == done:
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("the server answers %s", response.Status)
	default:
		done = 0
		if err := errors.Join(out.Truncate(0), seekStart(out)); err != nil {
			return err
		}
	}
	size := int64(-1)
	if response.ContentLength >= 0 {
		size = done + response.ContentLength
	}
	// Compressed or not, a file is not much longer than what it holds.
	most := file.Size + file.Size/8 + 4096
	buf := make([]byte, 64<<10)
	for {
		n, err := response.Body.Read(buf)
		timer.Reset(stall)
		if done += int64(n); done > most {
			return fmt.Errorf("%w: over the %d bytes that the file can have", dataset.ErrTooLarge, most)
		}
		if _, err := out.Write(buf[:n]); err != nil {
			return err
		}
		if f.Progress != nil {
			f.Progress(file.Name, done, size)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("after %d bytes, which are kept for the next try: %w", done, cause(ctx, err))
		}
	}
}

func seekStart(f *os.File) error {
	_, err := f.Seek(0, io.SeekStart)
	return err
}

// cause is why ctx was cancelled, if it was, or else err.
func cause(ctx context.Context, err error) error {
	if c := context.Cause(ctx); c != nil {
		return c
	}
	return err
}

// verify compares the content of the file at path with what it should be.
func (f *File) verify(path string) error {
	s, err := source.Open(path)
	if err != nil {
		return err
	}
	defer s.Close()
	h := sha256.New()
	n, err := io.Copy(h, io.LimitReader(s, f.Size+1))
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); err != nil || n != f.Size || sum != f.SHA256 {
		return &dataset.Error{File: path, Err: fmt.Errorf("%w: not the file that it should be: %d bytes unpacked with SHA-256 %s, not %d with %s",
			dataset.ErrFormat, n, sum, f.Size, f.SHA256)}
	}
	return nil
}
