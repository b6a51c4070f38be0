package idx

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
	"github.com/klauspost/compress/gzip"
)

// Three images of 2 x 3 pixels.
const (
	imageHead = "\x00\x00\x08\x03\x00\x00\x00\x03\x00\x00\x00\x02\x00\x00\x00\x03"
	pixels    = "\x00\x01\x02\x03\x04\x05" + "\x10\x11\x12\x13\x14\x15" + "\xfa\xfb\xfc\xfd\xfe\xff"
	labelHead = "\x00\x00\x08\x01\x00\x00\x00\x03"
	labels    = "\x0a\x02\x0a"
)

func want(t *testing.T, label *dataset.Label) *dataset.Dataset {
	t.Helper()
	d, err := dataset.New("three", []dataset.Column{
		{Name: "pixels", Kind: dataset.Pixels, Width: 6, Height: 2, Bytes: []byte(pixels)}}, label, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConformance(t *testing.T) {
	// The label 10 comes after 2.
	label := &dataset.Label{Name: "label", Classes: []string{"2", "10"}, Codes: []int32{1, 0, 1}}
	opt := Options{Source: "three", Images: "images", Labels: "labels"}
	t.Run("images", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(r, strings.NewReader(labelHead+labels), opt) },
			Valid: []byte(imageHead + pixels),
			Want:  want(t, label),
		})
	})
	t.Run("labels", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(strings.NewReader(imageHead+pixels), r, opt) },
			Valid: []byte(labelHead + labels),
			Want:  want(t, label),
		})
	})
	t.Run("images alone", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(r, nil, opt) },
			Valid: []byte(imageHead + pixels),
			Want:  want(t, nil),
		})
	})
}

func TestErrors(t *testing.T) {
	for _, test := range []struct {
		name, images, labels string
		cause                error
		says                 string
	}{
		{"empty", "", labelHead + labels, dataset.ErrTruncated, "images: file ends too early: within its header"},
		{"half a header", imageHead[:9], labelHead + labels, dataset.ErrTruncated, "images: file ends too early: within its header"},
		{"cut", imageHead + pixels[:13], labelHead + labels, dataset.ErrTruncated, "images, row 3: file ends too early: after 2 of 3"},
		{"too long", imageHead + pixels + "\n", labelHead + labels, dataset.ErrFormat, "images: bad format: it goes on after the 3 rows"},
		{"another format", "\x89PNG\r\n", labelHead + labels, dataset.ErrFormat, "images: bad format: it begins with the bytes 89 50 4e 47"},
		{"floats", "\x00\x00\x0d\x03" + imageHead[4:], labelHead + labels, dataset.ErrFormat, "type 0x0d"},
		{"labels for images", labelHead + labels, labelHead + labels, dataset.ErrFormat, "images: bad format: 1 dimensions, where 3 are wanted"},
		{"images for labels", imageHead + pixels, imageHead + pixels, dataset.ErrFormat, "labels: bad format: 3 dimensions, where 1 are wanted"},
		{"no images", "\x00\x00\x08\x03\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x03", labelHead + labels, dataset.ErrNoRows, "images: no rows"},
		{"no labels", imageHead + pixels, "\x00\x00\x08\x01\x00\x00\x00\x00", dataset.ErrNoRows, "labels: no rows"},
		{"no pixels", "\x00\x00\x08\x03\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x03", labelHead + labels, dataset.ErrNoColumns, "images: no columns"},
		{"fewer labels", imageHead + pixels, "\x00\x00\x08\x01\x00\x00\x00\x01\x05", dataset.ErrFormat, "labels: bad format: 1 labels for the 3 images of images"},
		{"a large promise", "\x00\x00\x08\x03\x7f\xff\xff\xff\x00\x00\x00\x1c\x00\x00\x00\x1c" + pixels, labelHead + labels, dataset.ErrTruncated, "after 0 of 2147483647"},
		{"more than an int", "\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", labelHead + labels, dataset.ErrTooLarge, "images: too large"},
		{"half of an int", "\x00\x00\x08\x03\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\xff", labelHead + labels, dataset.ErrTooLarge, "images: too large"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(test.images), strings.NewReader(test.labels), Options{Images: "images", Labels: "labels"})
			if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %v, want %q", err, test.says)
			}
		})
	}
}

// Images of more bytes than the first allocation, which a known size makes the
// only one.
func TestLarge(t *testing.T) {
	const n = 5000
	data := append([]byte("\x00\x00\x08\x03\x00\x00\x13\x88\x00\x00\x00\x1c\x00\x00\x00\x1c"), bytes.Repeat([]byte("0123456"), n*28*4)...)
	for _, r := range []io.Reader{iotest.HalfReader(bytes.NewReader(data)), bytes.NewReader(data), sized{bytes.NewReader(data), 7}} {
		c, err := ReadImages(r, "images")
		if err != nil {
			t.Fatal(err)
		}
		if c.Width != 784 || c.Height != 28 || !bytes.Equal(c.Bytes, data[16:]) {
			t.Errorf("%d x %d, %d bytes", c.Width, c.Height, len(c.Bytes))
		}
	}
	_, err := ReadImages(sized{strings.NewReader("\x00\x00\x08\x03\x00\x0f\xff\xff\x00\xff\xff\xff\x00\x00\xff\xff"), 1000}, "images")
	if !errors.Is(err, dataset.ErrTruncated) {
		t.Errorf("error %v, want %v", err, dataset.ErrTruncated)
	}
}

// sized is a file of which so many bytes are stored.
type sized struct {
	io.Reader
	size int64
}

func (s sized) Size() int64 { return s.size }

func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	write := func(name, data string) {
		if strings.HasSuffix(name, ".gz") {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			io.WriteString(z, data)
			z.Close()
			data = b.String()
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write("train-images-idx3-ubyte.gz", imageHead+pixels)
	if _, err := ReadDir(dir, Train); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "no train-labels-idx1-ubyte") {
		t.Errorf("labels missing: error %v, want %v", err, fs.ErrNotExist)
	}
	write("train-labels.idx1-ubyte", labelHead+labels)
	d, err := ReadDir(dir, Train)
	if err != nil {
		t.Fatal(err)
	}
	expect := want(t, dataset.NewLabel("label", []string{"10", "2", "10"}))
	expect.Source = dir
	if diff := datasettest.Diff(expect, d); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := ReadDir(dir, Test); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no test split: error %v, want %v", err, fs.ErrNotExist)
	}
	write("t10k-images-idx3-ubyte", imageHead)
	write("t10k-labels-idx1-ubyte", labelHead)
	if _, err := ReadDir(dir, Test); !errors.Is(err, dataset.ErrTruncated) || !strings.Contains(err.Error(), filepath.Join(dir, "t10k-images-idx3-ubyte")) {
		t.Errorf("cut: error %v, want %v", err, dataset.ErrTruncated)
	}
}

func FuzzIDX(f *testing.F) {
	f.Add([]byte(imageHead+pixels), []byte(labelHead+labels))
	f.Add([]byte("\x00\x00\x08\x03\x7f\xff\xff\xff\x00\x00\x00\x1c\x00\x00\x00\x1c"), []byte(labelHead))
	f.Fuzz(func(t *testing.T, images, labels []byte) {
		d := datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) {
			return Read(r, bytes.NewReader(labels), Options{})
		}, images)
		if d != nil && (d.Columns[0].Kind != dataset.Pixels || d.Rows() != len(labels)-len(labelHead)) {
			t.Errorf("%v, %d rows", d.Columns[0].Kind, d.Rows())
		}
	})
}

// BenchmarkReadDir reads Fashion-MNIST as it is published, packed with gzip.
func BenchmarkReadDir(b *testing.B) {
	dir := os.Getenv("SOFTMAX_DATA")
	if dir == "" {
		b.Skip("SOFTMAX_DATA is not set to the folder of data sets")
	}
	b.SetBytes(60_000 * 28 * 28)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadDir(filepath.Join(dir, "fashion-mnist"), Train); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	const n = 10_000
	images := append([]byte("\x00\x00\x08\x03\x00\x00\x27\x10\x00\x00\x00\x1c\x00\x00\x00\x1c"), make([]byte, n*784)...)
	labels := append([]byte("\x00\x00\x08\x01\x00\x00\x27\x10"), make([]byte, n)...)
	b.SetBytes(int64(len(images)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(bytes.NewReader(images), bytes.NewReader(labels), Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
