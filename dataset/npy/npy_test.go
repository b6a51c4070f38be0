package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
)

// file is a .npy.
func file(descr, order, shape string, values string) []byte {
	head := fmt.Sprintf("{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape)
	return []byte(magic + "\x01\x00" + string([]byte{byte(len(head)), byte(len(head) >> 8)}) + head + values)
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range []string{"X.npy", "y.npy", "w.npy", "arr_0.npy", "feature_names.npy"} {
		if data, ok := files[name]; ok {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			w.Write(data)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t *testing.T, c dataset.Column, label *dataset.Label, weights []float64) *dataset.Dataset {
	t.Helper()
	d, err := dataset.New("", []dataset.Column{c}, label, weights)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestConformance(t *testing.T) {
	x := file("<i2", "False", "(3, 2)", "\x01\x00\x02\x00\xff\xff\x04\x00\x05\x00\x06\x00")
	y := file("<U2", "False", "(3,)", "a\x00\x00\x00b\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xe9\x00\x00\x00\x00\x00\x00\x00")
	column := dataset.Column{Name: "x", Width: 2, Float64s: []float64{1, 2, -1, 4, 5, 6}}
	label := dataset.NewLabel("label", []string{"ab", "", "é"})
	t.Run("npy", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(r, bytes.NewReader(y), Options{}) },
			Valid: x, Want: set(t, column, label, nil),
		})
	})
	t.Run("labels", func(t *testing.T) {
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(bytes.NewReader(x), r, Options{}) },
			Valid: y, Want: set(t, column, label, nil),
		})
	})
	t.Run("npz", func(t *testing.T) {
		label := *label
		label.Name = "y"
		datasettest.Test(t, datasettest.Format{
			Read:  func(r io.Reader) (*dataset.Dataset, error) { return Read(r, nil, Options{Label: "y", Weight: "w"}) },
			Valid: zipped(t, map[string][]byte{"X.npy": x, "y.npy": y, "w.npy": file("|u1", "False", "(3,)", "\x01\x02\x03")}),
			Want:  set(t, column, &label, []float64{1, 2, 3}),
		})
	})
}

func FuzzNPY(f *testing.F) {
	f.Add(file("<f2", "True", "(1, 2)", "\x00\x3c\x00\xbc"))
	f.Add(file(">i8", "False", "(1, 1, 1)", "\x00\x00\x00\x00\x00\x00\x00\x07"))
	f.Add(zipped(f, map[string][]byte{"X.npy": file("|u1", "False", "(2,)", "ab"), "y.npy": file("|S1", "False", "(2,)", "ab")}))
	f.Fuzz(func(t *testing.T, data []byte) {
		datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) { return Read(r, nil, Options{LabelOptional: true}) }, data)
	})
}

// TestTypes reads the number -1 or 255 in every type.
func TestTypes(t *testing.T) {
	for descr, test := range map[string]struct {
		bytes string
		want  float64
	}{
		"<f2": {"\x00\xbc", -1}, ">f2": {"\xbc\x00", -1}, "<f4": {"\x00\x00\x80\xbf", -1}, ">f4": {"\xbf\x80\x00\x00", -1},
		"<f8": {"\x00\x00\x00\x00\x00\x00\xf0\xbf", -1}, ">f8": {"\xbf\xf0\x00\x00\x00\x00\x00\x00", -1},
		"|i1": {"\xff", -1}, "|u1": {"\xff", 255}, "|b1": {"\x01", 1}, "<i2": {"\xff\xff", -1}, ">u2": {"\x00\xff", 255},
		"<i4": {"\xff\xff\xff\xff", -1}, "<u4": {"\xff\x00\x00\x00", 255}, "<i8": {strings.Repeat("\xff", 8), -1}, ">u8": {"\x00\x00\x00\x00\x00\x00\x00\xff", 255},
	} {
		d, err := Read(bytes.NewReader(file(descr, "False", "(1,)", test.bytes)), nil, Options{})
		if err != nil || d.Columns[0].Number(0, 0) != test.want {
			t.Errorf("%s: %+v, %v, want %v", descr, d, err, test.want)
		}
	}
}

// TestHalf compares all 16-bit floats with their definition.
func TestHalf(t *testing.T) {
	for b := range 1 << 16 {
		sign, exponent, fraction := 1-2*float64(b>>15), b>>10&31, float64(b&1023)
		want := sign * math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = sign * math.Ldexp(fraction, -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(int(sign))
		case exponent == 31:
			want = math.NaN()
		}
		if got := float64(half(uint16(b))); got != want && !(got != got && want != want) {
			t.Fatalf("%#x: %v, want %v", b, got, want)
		}
	}
}

func TestShapes(t *testing.T) {
	d, err := Read(bytes.NewReader(file("|u1", "True", "(2, 3)", "adbecf")), nil, Options{})
	if err != nil || string(d.Columns[0].Bytes) != "abcdef" {
		t.Errorf("Fortran order: %+v, %v", d, err)
	}
	d, err = Read(bytes.NewReader(file("<i8", "False", "(1, 2, 2, 1)", "\x01\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00")), nil, Options{})
	if err != nil || d.Columns[0].Kind != dataset.Pixels || d.Columns[0].Height != 2 || string(d.Columns[0].Bytes) != "\x01\x02\x03\x04" {
		t.Errorf("images: %+v, %v", d, err)
	}
	big := file("<i8", "False", "(2,)", "\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x20\x00")
	d, err = Read(bytes.NewReader(file("|u1", "False", "(2,)", "ab")), bytes.NewReader(big), Options{})
	if err != nil || !slices.Equal(d.Label.Classes, []string{"1", "9007199254740993"}) {
		t.Errorf("labels beyond float64: %+v, %v", d, err)
	}
}

func TestErrors(t *testing.T) {
	one := file("|u1", "False", "(2,)", "ab")
	for _, test := range []struct {
		x, y  []byte
		opt   Options
		cause error
		want  string
	}{
		{nil, nil, Options{Name: "x"}, dataset.ErrTruncated, "x: file ends too early: within its header"},
		{[]byte("a,b,c,d,e\n"), nil, Options{}, dataset.ErrFormat, "bad format: it begins with the bytes 61 2c"},
		{file("|O", "False", "(2,)", "ab"), nil, Options{}, dataset.ErrFormat, "bad format: its values are of type O: Python objects: save them with .astype"},
		{file("<c8", "False", "(2,)", "ab"), nil, Options{}, dataset.ErrFormat, "bad format: its values are of type c8"},
		{file("<f8", "False", "(0, 3)", ""), nil, Options{}, dataset.ErrNoRows, "no rows of data: its shape is (0, 3)"},
		{file("<f8", "False", "()", "12345678"), nil, Options{}, dataset.ErrNoRows, "no rows of data: its shape is ()"},
		{file("<f8", "False", "(99999999999, 99999999999)", ""), nil, Options{}, dataset.ErrTooLarge, "too large: the shape (99999999999, 99999999999)"},
		{file("<f8", "False", "(3, 1000000000000)", "1"), nil, Options{}, dataset.ErrTruncated, "row 1: file ends too early: after 0 of 3000000000000 values"},
		{file("|u1", "False", "(2, 2)", "abc"), nil, Options{Name: "x"}, dataset.ErrTruncated, "x, row 2: file ends too early: after 3 of 4"},
		{file("|u1", "False", "(2,)", "abc"), nil, Options{}, dataset.ErrFormat, "bad format: it goes on"},
		{file("<f2", "False", "(1,)", "\x00\x7c"), nil, Options{}, dataset.ErrInfinite, `row 1, column "x": infinite`},
		{file("|S1", "False", "(2,)", "ab"), nil, Options{}, dataset.ErrNumber, "not a number: an array of strings"},
		{one, file("|S1", "False", "(3,)", "abc"), Options{Labels: "y"}, dataset.ErrFormat, "y: bad format: of shape [3], where one for each of the 2 rows"},
		{zipped(t, map[string][]byte{"y.npy": one}), nil, Options{Name: "z"}, dataset.ErrNoColumns, "z: no columns of data: no array X, x, data or arr_0; it holds y"},
		{zipped(t, map[string][]byte{"X.npy": one}), nil, Options{}, dataset.ErrNoLabel, "no label column: no array y, labels, label"},
		{zipped(t, map[string][]byte{"X.npy": one, "y.npy": one}), nil, Options{Weight: "w"}, dataset.ErrWeight, "bad weight: no array w; it holds X, y"},
		{zipped(t, map[string][]byte{"X.npy": one, "y.npy": one})[:100], nil, Options{}, dataset.ErrFormat, "bad format: a damaged .npz"},
	} {
		var y io.Reader
		if test.y != nil {
			y = bytes.NewReader(test.y)
		}
		_, err := Read(bytes.NewReader(test.x), y, test.opt)
		if placed := (*dataset.Error)(nil); !errors.As(err, &placed) || !errors.Is(err, test.cause) || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%q: error %v, want %s", test.x[:min(len(test.x), 90)], err, test.want)
		}
	}
}

// TestBomb: a file of zeros that unpacks to a thousand times its size.
func TestBomb(t *testing.T) {
	bomb := zipped(t, map[string][]byte{"X.npy": file("|u1", "False", "(20000000,)", strings.Repeat("\x00", 20000000))})
	d := datasettest.Check(t, func(r io.Reader) (*dataset.Dataset, error) { return Read(r, nil, Options{LabelOptional: true}) }, bomb)
	if d == nil || d.Rows() != 20000000 {
		t.Errorf("%v", d)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{Name: "X.npy", Method: zip.Deflate, CompressedSize64: 1000, UncompressedSize64: 300 << 20})
	if err == nil {
		_, err = w.Write(make([]byte, 1000))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(&b, nil, Options{LabelOptional: true}); !errors.Is(err, dataset.ErrTooLarge) {
		t.Errorf("300 MiB in 1000 bytes: error %v", err)
	}
}

func TestWrite(t *testing.T) {
	label := dataset.NewLabel("label", []string{"ab", "", "é"})
	for _, d := range []*dataset.Dataset{
		set(t, dataset.Column{Name: "x", Width: 2, Float64s: []float64{1.5, 2, 3, 4, math.NaN(), 6}, Components: []string{"u", "v"}}, label, []float64{1, 2, 0.5}),
		set(t, dataset.Column{Name: "x", Width: 1, Float32s: []float32{1.5, 2, 3}}, label, []float64{1, 2, 0.5}),
		set(t, dataset.Column{Name: "pixels", Kind: dataset.Pixels, Width: 4, Height: 2, Bytes: []byte("abcdefghijkl")}, label, []float64{1, 2, 0.5}),
	} {
		var b bytes.Buffer
		if err := Write(&b, d); err != nil {
			t.Fatal(err)
		}
		got, err := Read(&b, nil, Options{Weight: "weights"})
		if err != nil {
			t.Fatal(err)
		}
		if diff := datasettest.Diff(d, got); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
	}
	words := set(t, dataset.Column{Name: "c", Kind: dataset.Categorical, Width: 1, Codes: []int32{0, 0, 0}, Levels: []string{"a"}}, label, nil)
	if err := Write(io.Discard, words); !errors.Is(err, dataset.ErrColumn) || !strings.HasPrefix(err.Error(), `column "c": bad column: a .npz does not hold categorical`) {
		t.Errorf("error %v", err)
	}
}

// TestNumPy exchanges files with NumPy itself, where there is one.
func TestNumPy(t *testing.T) {
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import numpy").Run() != nil {
		t.Skip("no NumPy for " + python)
	}
	dir := t.TempDir()
	run := func(program string) string {
		cmd := exec.Command(python, "-c", "import numpy as np\n"+program)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	run(`
x = np.array([[1.5, -2, np.nan], [4, 5, 6]])
for order in 'C', 'F':
    for dtype in 'e', 'f', 'd', '>f4':
        np.savez_compressed(f'{order}{dtype}.npz', X=np.asarray(x, dtype=dtype, order=order), y=np.array(['b', 'ü']))
`)
	files, _ := filepath.Glob(filepath.Join(dir, "*.npz"))
	if len(files) != 8 {
		t.Fatalf("%q", files)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Read(f, nil, Options{})
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		for at, want := range []float64{1.5, -2, math.NaN(), 4, 5, 6} {
			if got := d.Columns[0].Number(at/3, at%3); got != want && want == want {
				t.Errorf("%s: value %d is %v, want %v", name, at, got, want)
			}
		}
		if !slices.Equal(d.Label.Classes, []string{"b", "ü"}) {
			t.Errorf("%s: classes %q", name, d.Label.Classes)
		}
	}
	var b bytes.Buffer
	label := dataset.NewLabel("y", []string{"ab", "é"})
	if err := Write(&b, set(t, dataset.Column{Name: "x", Width: 2, Float64s: []float64{1.5, 2, 3, -4}}, label, nil)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "ours.npz"), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, want := run("z = np.load('ours.npz'); print(z['X'].tolist(), z['y'].tolist(), z['feature_names'].tolist())"),
		"[[1.5, 2.0], [3.0, -4.0]] ['ab', 'é'] ['x[0]', 'x[1]']\n"; got != want {
		t.Errorf("NumPy reads %s, want %s", got, want)
	}
}
