package images

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"example.com/softmax/dataset"
	"example.com/softmax/dataset/datasettest"
)

func encode(t testing.TB, p image.Image) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gray(width, height int, pixels string) *image.Gray {
	return &image.Gray{Pix: []byte(pixels), Stride: width, Rect: image.Rect(0, 0, width, height)}
}

func folder(files map[string][]byte) fs.FS {
	f := fstest.MapFS{}
	for name, data := range files {
		f[name] = &fstest.MapFile{Data: data}
	}
	return f
}

// single is the folder of one picture, read from r.
type single struct {
	fs.FS
	r io.Reader
}

func (s single) Open(name string) (fs.File, error) {
	f, err := s.FS.Open(name)
	if name == "a/1.png" {
		return opened{f, s.r}, err
	}
	return f, err
}

type opened struct {
	fs.File
	r io.Reader
}

func (o opened) Read(p []byte) (int, error) { return o.r.Read(p) }

func readSingle(r io.Reader) (*dataset.Dataset, error) {
	return Read(single{folder(map[string][]byte{"a/1.png": nil}), r}, Options{})
}

func TestConformance(t *testing.T) {
	want, err := dataset.New("", []dataset.Column{{Name: "pixels", Kind: dataset.Pixels, Width: 6, Height: 2, Bytes: []byte("\x00\x10\xffabc")}},
		dataset.NewLabel("label", []string{"a"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	datasettest.Test(t, datasettest.Format{Read: readSingle, Valid: encode(t, gray(3, 2, "\x00\x10\xffabc")), Want: want})
}

func FuzzImages(f *testing.F) {
	f.Add(encode(f, gray(3, 2, "\x00\x10\xffabc")))
	var b bytes.Buffer
	jpeg.Encode(&b, gray(3, 2, "\x00\x10\xffabc"), nil)
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, data []byte) { datasettest.Check(t, readSingle, data) })
}

func TestFolder(t *testing.T) {
	d, err := Read(folder(map[string][]byte{
		"10/b.png": encode(t, gray(2, 1, "cd")), "2/x.PNG": encode(t, gray(2, 1, "ef")), "10/a.png": encode(t, gray(2, 1, "ab")),
		".hidden/x.png": nil, "2/.DS_Store": nil, "2/readme.txt": nil,
	}), Options{Name: "f"})
	if err != nil {
		t.Fatal(err)
	}
	if string(d.Columns[0].Bytes) != "abcdef" || strings.Join(d.Label.Classes, " ") != "2 10" || d.Label.Codes[0] != 1 || d.Label.Codes[2] != 0 {
		t.Errorf("%q, %+v", d.Columns[0].Bytes, d.Label)
	}
	if len(d.Notes) != 1 || !strings.HasSuffix(d.Notes[0], ": 1.") {
		t.Errorf("notes %q", d.Notes)
	}
	if d, err := Read(folder(map[string][]byte{"b.png": encode(t, gray(2, 1, "cd"))}), Options{}); err != nil || d.Label != nil || d.Rows() != 1 {
		t.Errorf("without classes: %+v, %v", d, err)
	}
}

func TestErrors(t *testing.T) {
	small, large := encode(t, gray(2, 1, "ab")), encode(t, gray(1, 2, "ab"))
	bomb := bytes.Clone(small)
	copy(bomb[16:], "\x00\x00\x10\x00\x00\x00\x10\x00") // 4096 x 4096 pixels, the checksum is wrong, too
	for _, test := range []struct {
		files map[string][]byte
		cause error
		want  string
	}{
		{map[string][]byte{"a/b.txt": nil}, dataset.ErrNoRows, "f: no rows of data: no .png"},
		{map[string][]byte{"a/1.png": small, "b/2.png": large}, dataset.ErrRagged, "f/b/2.png: wrong number of fields: 1 x 2 pixels where a/1.png has 2 x 1: bring all to one size with --resize 2x1"},
		{map[string][]byte{"a/1.png": []byte("GIF89a")}, dataset.ErrFormat, "f/a/1.png: bad format: neither PNG nor JPEG"},
		{map[string][]byte{"a/1.png": bomb}, dataset.ErrFormat, "f/a/1.png: "},
	} {
		if _, err := Read(folder(test.files), Options{Name: "f"}); !errors.Is(err, test.cause) || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}

// TestGrey: the grey of each kind of picture, and a resized one.
func TestGrey(t *testing.T) {
	rgb := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	rgb.Set(0, 0, color.NRGBA{255, 0, 0, 255}) // 0.299 * 255
	rgb.Set(1, 0, color.NRGBA{255, 255, 255, 128})
	deep := image.NewGray16(image.Rect(0, 0, 2, 1))
	deep.SetGray16(0, 0, color.Gray16{Y: 0x12ff})
	deep.SetGray16(1, 0, color.Gray16{Y: 0xfe01})
	d, err := Read(folder(map[string][]byte{"a/1.png": encode(t, rgb), "a/2.png": encode(t, deep)}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := d.Columns[0].Bytes, []byte{76, 128, 0x12, 0xfe}; !bytes.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, gray(8, 8, strings.Repeat("\xc8", 64)), &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	d, err = Read(folder(map[string][]byte{"a/1.jpeg": b.Bytes(), "a/2.png": encode(t, gray(2, 2, "\x00\x00\xc8\xc8"))}), Options{Width: 2, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	got := d.Columns[0].Bytes
	if d.Columns[0].Height != 4 || !bytes.Equal(got[:8], bytes.Repeat([]byte{200}, 8)) {
		t.Errorf("a flat picture: %v", got[:8])
	}
	if !(got[8] == 0 && 0 < got[10] && got[10] < got[12] && got[12] < got[14] && got[14] == 200) {
		t.Errorf("an edge: %v", got[8:])
	}
}
