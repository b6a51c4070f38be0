// Package images reads a folder of pictures as a dataset: one folder for each
// class, named as the class is, with its PNG and JPEG files; or the files alone,
// which then have no label.
//
// Pictures become grey: of JPEG the luminance that the file holds, of other
// colours the luma of ITU-R BT.601, transparency over black.
package images

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	_ "image/jpeg" // the formats that image.Decode knows
	_ "image/png"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"example.com/softmax/dataset"
	xdraw "golang.org/x/image/draw"
)

// Options say how to read a folder.
type Options struct {
	// Name is the folder's name, for errors and Dataset.Source.
	Name string
	// Width and Height are the size to which every picture is brought, by
	// bilinear interpolation. If 0, all must have the size of the first.
	Width, Height int
}

// Is reports whether the folder holds what Read reads.
func Is(folder fs.FS) bool {
	files, _, err := list(folder)
	return err == nil && len(files) > 0
}

// Read reads all pictures, class by class and in the order of their names. The
// dataset has one Pixels column, called "pixels", and a label called "label"
// unless the files lie in no folders. Every error is a *dataset.Error with the
// name of the file.
func Read(folder fs.FS, opt Options) (*dataset.Dataset, error) {
	files, others, err := list(folder)
	if err != nil {
		return nil, place(opt.Name, err)
	}
	if len(files) == 0 {
		return nil, place(opt.Name, fmt.Errorf("%w: no .png, .jpg or .jpeg in it or in its folders", dataset.ErrNoRows))
	}
	r := reader{folder: folder, width: opt.Width, height: opt.Height, resize: opt.Width > 0 && opt.Height > 0}
	labels := make([]string, len(files))
	for i, f := range files {
		if labels[i] = path.Dir(f); labels[i] == "." {
			labels[i] = ""
		}
		if err := r.read(f); err != nil {
			return nil, place(path.Join(opt.Name, f), err)
		}
	}
	column := dataset.Column{Name: "pixels", Kind: dataset.Pixels, Width: r.width * r.height, Height: r.height, Bytes: r.pixels}
	var label *dataset.Label
	if labels[len(labels)-1] != "" {
		label = dataset.NewLabel("label", labels)
	}
	d, err := dataset.New(opt.Name, []dataset.Column{column}, label, nil)
	if err == nil && others > 0 {
		d.Notes = []string{fmt.Sprintf("Files that are no .png, .jpg or .jpeg are left out: %d.", others)}
	}
	return d, err
}

// list returns the pictures in the folders of a folder, or else in itself, and
// counts the files that are none.
func list(folder fs.FS) (files []string, others int, err error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, 0, err
	}
	flat := []string(nil)
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			inside, err := fs.ReadDir(folder, e.Name())
			if err != nil {
				return nil, 0, err
			}
			for _, f := range inside {
				switch {
				case strings.HasPrefix(f.Name(), "."):
				case isPicture(f.Name()):
					files = append(files, path.Join(e.Name(), f.Name()))
				default:
					others++
				}
			}
		case isPicture(e.Name()):
			flat = append(flat, e.Name())
		default:
			others++
		}
	}
	if len(files) == 0 {
		return flat, others, nil
	}
	return files, others + len(flat), nil
}

func isPicture(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(path.Ext(name)))
}

type reader struct {
	folder        fs.FS
	width, height int
	resize        bool
	first         string // the file that set the size
	pixels        []uint8
}

const (
	// maxFile and maxPixels bound a picture.
	maxFile, maxPixels = 64 << 20, 64 << 20
	// A file holds at most so many pixels for each of its bytes, or else few in
	// all: what claims more is made to fill the memory.
	pixelsPerByte, fewPixels = 2048, 1 << 19
)

func (r *reader) read(name string) error {
	f, err := r.folder.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return err
	}
	if len(data) > maxFile {
		return fmt.Errorf("%w: a picture of over %d MiB", dataset.ErrTooLarge, maxFile>>20)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return explain(err)
	}
	w, h := config.Width, config.Height
	switch pixels := w * h; {
	case w < 1 || h < 1:
		return fmt.Errorf("%w: a picture without pixels", dataset.ErrNoColumns)
	case w > maxPixels || h > maxPixels || pixels > maxPixels || pixels > fewPixels && pixels > pixelsPerByte*len(data):
		return fmt.Errorf("%w: a picture of %d x %d pixels in a file of %d bytes", dataset.ErrTooLarge, w, h, len(data))
	case r.resize:
	case r.first == "":
		r.first, r.width, r.height = name, w, h
	case w != r.width || h != r.height:
		return fmt.Errorf("%w: %d x %d pixels where %s has %d x %d: bring all to one size with --resize %[5]dx%[6]d",
			dataset.ErrRagged, w, h, r.first, r.width, r.height)
	}
	picture, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return explain(err)
	}
	gray := grey(picture)
	if r.resize && (w != r.width || h != r.height) {
		scaled := image.NewGray(image.Rect(0, 0, r.width, r.height))
		xdraw.BiLinear.Scale(scaled, scaled.Rect, gray, gray.Rect, draw.Src, nil)
		gray = scaled
	}
	for y := range r.height {
		r.pixels = append(r.pixels, gray.Pix[y*gray.Stride:][:r.width]...)
	}
	return nil
}

// grey returns the picture in grey, its upper left corner at (0, 0).
func grey(picture image.Image) *image.Gray {
	b := picture.Bounds()
	at := image.Rect(0, 0, b.Dx(), b.Dy())
	switch p := picture.(type) {
	case *image.Gray:
		return &image.Gray{Pix: p.Pix, Stride: p.Stride, Rect: at}
	case *image.YCbCr:
		return &image.Gray{Pix: p.Y, Stride: p.YStride, Rect: at}
	case *image.Gray16:
		// draw would not take the high byte of a 16-bit level, but round.
		out := image.NewGray(at)
		for y := range at.Dy() {
			for x := range at.Dx() {
				out.SetGray(x, y, color.Gray{Y: p.Pix[y*p.Stride+2*x]})
			}
		}
		return out
	}
	out := image.NewGray(at)
	draw.Draw(out, at, picture, b.Min, draw.Src)
	return out
}

// explain makes an error of a decoder one of ours.
func explain(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("%w: the picture is cut off", dataset.ErrTruncated)
	case errors.Is(err, image.ErrFormat):
		return fmt.Errorf("%w: neither PNG nor JPEG, whatever its name says", dataset.ErrFormat)
	}
	return fmt.Errorf("%w: %w", dataset.ErrFormat, err)
}

func place(name string, err error) error {
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		err = p.Err
	}
	return &dataset.Error{File: name, Err: err}
}
