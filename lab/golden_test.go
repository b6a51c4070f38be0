package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// run runs an experiment, and once returns the result of its only run.
func run[F finding](ctx context.Context, of func(context.Context, Options) F, opt Options) (F, error) {
	return attempt(func() F { return of(ctx, opt) })
}

func once[F finding](of func(context.Context, Options) F) func() (F, error) {
	return sync.OnceValues(func() (F, error) { return run(context.Background(), of, Options{}) })
}

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

// readGolden reads what testdata/NAME.py computed.
func readGolden(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}

// shows checks that a result's pages hold the given strings in both languages,
// and that its picture and its JSON form can be written.
func shows(t *testing.T, name string, found finding, want ...string) {
	t.Helper()
	r := &Result{name, found}
	for _, lang := range languages {
		// Folding may break a line inside what is wanted.
		text, err := r.Text(lang, 100)
		if err != nil {
			t.Fatal(err)
		}
		text = strings.Join(strings.Fields(text), " ")
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the page does not say %q", lang, w)
			}
		}
		if strings.Contains(text, "%!") || strings.Contains(text, "<no value>") || strings.Contains(text, "NaN") && !slices.Contains(want, "NaN") {
			t.Errorf("%s: the page is badly formatted:\n%s", lang, text)
		}
		var picture bytes.Buffer
		if err := r.WritePicture(&picture, "svg", lang); err != nil || !strings.Contains(picture.String(), "</svg>") {
			t.Errorf("%s: svg: %v, %d bytes", lang, err, picture.Len())
		}
	}
	var picture bytes.Buffer
	if err := r.WritePicture(&picture, "png", English); err != nil || picture.Len() < 1000 {
		t.Errorf("png: %v, %d bytes", err, picture.Len())
	}
	if _, err := json.Marshal(r); err != nil {
		t.Errorf("json: %v", err)
	}
}
