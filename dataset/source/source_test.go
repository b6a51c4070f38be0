package source

import (
	"bytes"
	stdgzip "compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"example.com/softmax/dataset"
	"github.com/klauspost/compress/zstd"
)

// pack compresses text with gzip; its header has a file name.
func pack(text string) string {
	var b bytes.Buffer
	z := stdgzip.NewWriter(&b)
	z.Name = "iris.csv"
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

// packZstd compresses text with Zstandard, as a stream.
func packZstd(text string) string {
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b, zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	io.Copy(z, iotest.OneByteReader(strings.NewReader(text))) // so that its size is unknown
	z.Close()
	return b.String()
}

func readAll(data string) (string, error) {
	s, err := New("data", strings.NewReader(data))
	if err != nil {
		return "", err
	}
	defer s.Close()
	text, err := io.ReadAll(s)
	return string(text), err
}

const skippable = "\x50\x2a\x4d\x18\x03\x00\x00\x00abc"

func TestRead(t *testing.T) {
	long := strings.Repeat("5.1,3.5,1.4,0.2,setosa\n", 20_000)
	for _, test := range []struct{ name, data, want string }{
		{"empty", "", ""},
		{"one byte", "\x1f", "\x1f"},
		{"plain", "a,b\n1,2\n", "a,b\n1,2\n"},
		{"plain, long", long, long},
		{"gzip", pack("a,b\n"), "a,b\n"},
		{"gzip of nothing", pack(""), ""},
		{"gzip, long", pack(long), long},
		{"gzip members", pack("a,") + pack("") + pack("b\n"), "a,b\n"},
		{"zstd", packZstd("a,b\n"), "a,b\n"},
		{"zstd, long", packZstd(long), long},
		{"zstd frames", packZstd("a,") + packZstd("b\n"), "a,b\n"},
		{"zstd after a skippable frame", skippable + packZstd("a,b\n"), "a,b\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := iotest.TestReader(must(t, test.data), []byte(test.want)); err != nil {
				t.Error(err)
			}
		})
	}
}

func must(t *testing.T, data string) *Source {
	t.Helper()
	s, err := New("data", strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestErrors(t *testing.T) {
	z := pack("5.1,3.5,1.4,0.2,setosa\n")
	flip := func(data string, at int) string {
		b := []byte(data)
		b[(at+len(b))%len(b)] ^= 0x55
		return string(b)
	}
	for _, test := range []struct {
		name, data string
		cause      error
		says       string
	}{
		{"gzip header", z[:2] + "\x07" + z[3:], dataset.ErrFormat, "data: bad format: corrupt gzip data: gzip: invalid header"},
		{"gzip body", flip(z, len(z)/2), dataset.ErrFormat, "corrupt gzip data"},
		{"gzip checksum", flip(z, -5), dataset.ErrFormat, "corrupt gzip data: gzip: invalid checksum"},
		{"gzip, then text", z + "more", dataset.ErrFormat, "other bytes follow the end of the gzip data"},
		{"gzip, then a zero", z + "\x00", dataset.ErrFormat, "other bytes follow the end of the gzip data"},
		{"second gzip member cut in its file name", z + z[:14], dataset.ErrTruncated, "the gzip data is cut off after"},
		{"zstd checksum", flip(packZstd("a,b\n"), -1), dataset.ErrFormat, "corrupt Zstandard data"},
		{"zstd, then text", packZstd("a,b\n") + "more", dataset.ErrFormat, "other bytes follow the end of the Zstandard data"},
		{"zstd with a window of 256 MiB", "\x28\xb5\x2f\xfd\x00\x90\x01\x00\x00", dataset.ErrTooLarge, "compress it again without --long"},
		{"zstd of 1 TiB in one segment", "\x28\xb5\x2f\xfd\xe0\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00", dataset.ErrTooLarge, "compress it again without --long"},
		{"bzip2", "BZh91AY&SY", dataset.ErrFormat, "unpack it first"},
		{"xz", "\xfd7zXZ\x00\x00", dataset.ErrFormat, "unpack it first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := readAll(test.data)
			if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

// A member or frame of zeros, again and again, is a bomb that is quick to make.
func TestBomb(t *testing.T) {
	zeros := string(make([]byte, 8<<20))
	for kind, part := range map[string]string{"gzip": pack(zeros), "Zstandard": packZstd(zeros)} {
		for _, ahead := range []bool{false, true} {
			s := must(t, strings.Repeat(part, unpackedFloor/len(zeros)+2))
			if ahead {
				a := readAhead(s.r)
				defer a.close()
				s.r = a
			}
			n, err := io.Copy(io.Discard, s)
			if !errors.Is(err, dataset.ErrTooLarge) || !strings.Contains(err.Error(), kind+" data unpacks to over 256 MiB") {
				t.Errorf("%s: error %v, want %v", kind, err, dataset.ErrTooLarge)
			}
			if n < unpackedFloor || n > unpackedFloor+1<<20 {
				t.Errorf("%s: refused after %d bytes", kind, n)
			}
		}
		// As much of what is hard to pack is no bomb.
		u := &unpacked{r: io.LimitReader(zeroReader{}, unpackedFloor+10), stored: new(atomic.Int64)}
		u.stored.Store(unpackedFloor / 100)
		if n, err := io.Copy(io.Discard, u); err != nil || n != unpackedFloor+10 {
			t.Errorf("%d bytes, %v", n, err)
		}
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) { return len(p), nil }

// Close ends the goroutine that unpacks, wherever it is.
func TestCloseEarly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	text := strings.Repeat("5.1,3.5,1.4,0.2,setosa\n", 200_000) // more than is unpacked ahead
	for kind, data := range map[string]string{"gzip": pack(text), "zstd": packZstd(text), "cut": pack(text)[:1000], "corrupt": pack(text)[:500] + pack(text)[600:]} {
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		before := runtime.NumGoroutine()
		for _, n := range []int{0, 1, aheadBlock, 3*aheadBlock + 1, len(text)} {
			s, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, n)
			n, _ := io.ReadFull(s, got)
			if string(got[:n]) != text[:n] {
				t.Errorf("%s: read something else", kind)
			}
			if err := s.Close(); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
			if _, err := s.Read(got); err == nil {
				t.Errorf("%s: read on after Close", kind)
			}
		}
		// The last one may not be gone the moment that Close knows of its end.
		for range 100 {
			if runtime.NumGoroutine() <= before {
				break
			}
			time.Sleep(time.Millisecond)
		}
		if n := runtime.NumGoroutine(); n > before {
			t.Errorf("%s: %d goroutines were left running", kind, n-before)
		}
	}
}

// What Open reads ahead is what New reads, error and all.
func TestAhead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data")
	text := strings.Repeat("5.1,3.5,1.4,0.2,setosa\n", 50_000)
	z := pack(text)
	for _, data := range []string{z, z[:len(z)/2], z[:len(z)-1], z + "more", z + z, packZstd(text), packZstd(text)[:100]} {
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
		want, wantErr := readAll(data)
		s, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(iotest.HalfReader(s))
		if string(got) != want {
			t.Errorf("%d bytes, want %d", len(got), len(want))
		}
		if fmt.Sprint(err) != strings.ReplaceAll(fmt.Sprint(wantErr), "data:", path+":") {
			t.Errorf("error %v, want %v", err, wantErr)
		}
		s.Close()
	}
}

func TestTruncated(t *testing.T) {
	text := strings.Repeat("5.1,3.5,1.4,0.2,setosa\n", 3)
	for kind, data := range map[string]string{"gzip": pack(text), "zstd": packZstd(text), "skippable": skippable + packZstd(text)} {
		// A shorter beginning does not yet tell the format.
		for n := 4; n < len(data); n++ {
			got, err := readAll(data[:n])
			if kind == "skippable" && n == len(skippable) {
				if got != "" || err != nil {
					t.Errorf("%s: %q, %v", kind, got, err)
				}
				continue
			}
			if placed := (*dataset.Error)(nil); !errors.Is(err, dataset.ErrTruncated) || !errors.As(err, &placed) {
				t.Errorf("%s cut after %d of %d bytes: error %v, want %v", kind, n, len(data), err, dataset.ErrTruncated)
			}
			if !strings.HasPrefix(text, got) {
				t.Errorf("%s cut after %d bytes: read %q", kind, n, got)
			}
		}
	}
}

func TestFailing(t *testing.T) {
	for _, failure := range []error{errors.New("the disk is on fire"), io.ErrUnexpectedEOF} {
		for kind, data := range map[string]string{"plain": "a,b\n1,2\n", "gzip": pack("a,b\n"), "zstd": packZstd("a,b\n")} {
			for n := range len(data) + 1 {
				s, err := New("data", io.MultiReader(strings.NewReader(data[:n]), iotest.ErrReader(failure)))
				if err != nil {
					t.Fatal(err)
				}
				_, err = io.ReadAll(s)
				if placed := (*dataset.Error)(nil); !errors.Is(err, failure) || !errors.As(err, &placed) || placed.File != "data" {
					t.Errorf("%s failing after %d bytes: error %v, want %v", kind, n, err, failure)
				}
				s.Close()
			}
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "data.csv") // the name does not matter
	data := pack(strings.Repeat("a,b\n", 1000))
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if s.Name() != path || s.Size() != int64(len(data)) {
		t.Errorf("name %q, size %d, want %q, %d", s.Name(), s.Size(), path, len(data))
	}
	if text, err := io.ReadAll(s); err != nil || len(text) != 4000 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if s.Offset() != s.Size() {
		t.Errorf("offset %d at the end of %d", s.Offset(), s.Size())
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}

	if s := must(t, data); s.Size() != -1 {
		t.Errorf("size %d of a stream", s.Size())
	}

	_, err = Open(filepath.Join(dir, "absent"))
	if want := filepath.Join(dir, "absent") + ": "; !errors.Is(err, fs.ErrNotExist) || !strings.HasPrefix(err.Error(), want) || strings.Count(err.Error(), "absent") != 1 {
		t.Errorf("error %v", err)
	}
	if _, err := Open(dir); !errors.Is(err, dataset.ErrFormat) || !strings.Contains(err.Error(), "folder") {
		t.Errorf("error %v", err)
	}
	if err := os.WriteFile(path, []byte("\xfd7zXZ\x00"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, dataset.ErrFormat) {
		t.Errorf("error %v", err)
	}
}

func TestReadAfterClose(t *testing.T) {
	for _, data := range []string{"plain", pack("gzip"), packZstd("zstd")} {
		s := must(t, data)
		s.Close()
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("error %v, want %v", err, fs.ErrClosed)
		}
	}
}

// FuzzSource compares gzip with the standard library, and plain data with
// itself.
func FuzzSource(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add([]byte(pack("a,b\n") + pack("1,2\n")))
	f.Add([]byte(skippable + packZstd("a,b\n1,2\n")))
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 1 << 20 // of a bomb
		s, err := New("data", bytes.NewReader(data))
		if err != nil {
			return
		}
		defer s.Close()
		text, err := io.ReadAll(io.LimitReader(s, most))
		if placed := (*dataset.Error)(nil); err != nil && !errors.As(err, &placed) {
			t.Errorf("error %q (%T) is no *dataset.Error", err, err)
		}
		switch s.kind {
		case "":
			if err != nil || !bytes.Equal(text, data[:min(len(data), most)]) {
				t.Errorf("plain data was read as %q, %v", text, err)
			}
		case "gzip":
			z, stdErr := stdgzip.NewReader(bytes.NewReader(data))
			if stdErr != nil {
				return
			}
			want, stdErr := io.ReadAll(io.LimitReader(z, most))
			if err == nil && (stdErr != nil || !bytes.Equal(text, want)) {
				t.Errorf("read %q, want %q, %v", text, want, stdErr)
			}
		}
	})
}

func BenchmarkGzip(b *testing.B) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		b.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	b.SetBytes(60_000*28*28 + 16)
	for b.Loop() {
		s, err := Open(filepath.Join(dir, "fashion-mnist/train-images-idx3-ubyte.gz"))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, s); err != nil {
			b.Fatal(err)
		}
		s.Close()
	}
}
