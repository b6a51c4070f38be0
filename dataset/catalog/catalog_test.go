package catalog

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/softmax/dataset"
)

// content is what the file of the test holds, and packed how it is sent.
func content(t *testing.T) (content, packed []byte) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300000 {
		content = append(content, byte(rng.Uint32()))
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(content)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return content, b.Bytes()
}

// A server serves one file, and can break off.
type server struct {
	*httptest.Server
	data     []byte
	after    int  // break off after so many bytes of an answer, if not 0
	noRange  bool // ignore Range
	hang     bool // rather than break off, send no more
	requests []string
}

func serve(t *testing.T, data []byte) *server {
	s := &server{data: data}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests = append(s.requests, r.URL.Path+" "+r.Header.Get("Range"))
		if s.noRange {
			r.Header.Del("Range")
		}
		out := &limited{ResponseWriter: w, left: s.after, limit: s.after > 0}
		http.ServeContent(out, r, "x.gz", time.Time{}, bytes.NewReader(s.data))
		if out.limit && out.left == 0 {
			w.(http.Flusher).Flush()
			if s.hang {
				<-r.Context().Done()
			}
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

type limited struct {
	http.ResponseWriter
	left  int
	limit bool
}

func (l *limited) Write(p []byte) (int, error) {
	if !l.limit {
		return l.ResponseWriter.Write(p)
	}
	n, err := l.ResponseWriter.Write(p[:min(len(p), l.left)])
	l.left -= n
	if err == nil && n < len(p) {
		err = errors.New("broken off")
	}
	return n, err
}

func (s *server) set(content []byte) Set {
	return Set{Name: "things", Files: []File{{Name: "x.gz", URL: s.URL + "/x.gz", Size: int64(len(content)), SHA256: fmt.Sprintf("%x", sha256.Sum256(content))}}}
}

func TestFetch(t *testing.T) {
	content, packed := content(t)
	s := serve(t, packed)
	dir := t.TempDir()
	var last int64
	f := Fetcher{Progress: func(file string, done, size int64) {
		if last = done; file != "x.gz" || size != int64(len(packed)) {
			t.Errorf("progress of %s: %d of %d", file, done, size)
		}
	}}
	folder, err := f.Fetch(t.Context(), s.set(content), dir)
	if err != nil || folder != filepath.Join(dir, "things") || last != int64(len(packed)) {
		t.Fatal(folder, err, last)
	}
	if got, err := os.ReadFile(filepath.Join(folder, "x.gz")); err != nil || !bytes.Equal(got, packed) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	// A set that is there is not downloaded, but verified.
	if _, err := f.Fetch(t.Context(), s.set(content), dir); err != nil || len(s.requests) != 1 {
		t.Errorf("%v, %q", err, s.requests)
	}
	if err := os.WriteFile(filepath.Join(folder, "x.gz"), []byte("changed"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Fetch(t.Context(), s.set(content), dir); !errors.Is(err, dataset.ErrFormat) || !strings.Contains(err.Error(), "remove "+folder) {
		t.Errorf("error %v", err)
	}
	// A mirror has the same files at an address of its own.
	other := serve(t, packed)
	f.Mirror = other.URL + "/data"
	if _, err := f.Fetch(t.Context(), s.set(content), t.TempDir()); err != nil || len(other.requests) != 1 || other.requests[0] != "/data/things/x.gz " {
		t.Errorf("%v, %q", err, other.requests)
	}
}

// TestResume breaks the connection off, and goes on: once where the server can
// send a part, once where it cannot.
func TestResume(t *testing.T) {
	content, packed := content(t)
	for _, noRange := range []bool{false, true} {
		s := serve(t, packed)
		s.after, s.noRange = 100000, noRange
		dir := t.TempDir()
		f := Fetcher{}
		if _, err := f.Fetch(t.Context(), s.set(content), dir); err == nil || !strings.Contains(err.Error(), "after 100000 bytes, which are kept for the next try") {
			t.Fatalf("error %v", err)
		}
		if _, err := os.Stat(filepath.Join(dir, "things")); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("an incomplete set is there: %v", err)
		}
		s.after = 0
		if _, err := f.Fetch(t.Context(), s.set(content), dir); err != nil {
			t.Fatal(err)
		}
		if want := "[/x.gz  /x.gz bytes=100000-]"; fmt.Sprint(s.requests) != want {
			t.Errorf("requests %q, want %s", s.requests, want)
		}
	}
	// What is there belongs to another file: it is downloaded anew.
	for _, there := range []string{"something else", strings.Repeat("x", len(packed)+5)} {
		s := serve(t, packed)
		dir := t.TempDir()
		part := filepath.Join(dir, ".things.part")
		if err := errors.Join(os.Mkdir(part, 0o777), os.WriteFile(filepath.Join(part, "x.gz"), []byte(there), 0o666)); err != nil {
			t.Fatal(err)
		}
		f := Fetcher{}
		if _, err := f.Fetch(t.Context(), s.set(content), dir); err != nil || len(s.requests) != 2 {
			t.Errorf("%v, requests %q", err, s.requests)
		}
	}
}

func TestFetchFails(t *testing.T) {
	content, packed := content(t)
	dir := t.TempDir()
	s := serve(t, append(bytes.Clone(packed[:len(packed)-1]), 7))
	f := Fetcher{Stall: 50 * time.Millisecond}
	if _, err := f.Fetch(t.Context(), s.set(content), dir); !errors.Is(err, dataset.ErrFormat) || !strings.Contains(err.Error(), "not the file that it should be") {
		t.Errorf("wrong content: error %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*", "*")); len(files) > 0 {
		t.Errorf("left behind: %q", files)
	}
	s.data = bytes.Repeat(packed, 5)
	if _, err := f.Fetch(t.Context(), s.set(content), t.TempDir()); !errors.Is(err, dataset.ErrTooLarge) {
		t.Errorf("too long: error %v", err)
	}
	s.after, s.hang = 1000, true
	if _, err := f.Fetch(t.Context(), s.set(content), t.TempDir()); !errors.Is(err, errStalled) {
		t.Errorf("no more bytes: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Fetch(ctx, s.set(content), t.TempDir()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: error %v", err)
	}
	missing := s.set(content)
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	missing.Files[0].URL = nowhere.URL
	if _, err := f.Fetch(t.Context(), missing, t.TempDir()); err == nil || !strings.HasSuffix(err.Error(), "the server answers 404 Not Found") {
		t.Errorf("error %v", err)
	}
}

// TestProxy: a client made as the default one goes where the environment says.
func TestProxy(t *testing.T) {
	content, packed := content(t)
	proxy := serve(t, packed)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := Fetcher{Client: &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(address)}}}
	set := proxy.set(content)
	set.Files[0].URL = "http://data.invalid/x.gz"
	if _, err := f.Fetch(t.Context(), set, t.TempDir()); err != nil || len(proxy.requests) != 1 {
		t.Errorf("%v, %q", err, proxy.requests)
	}
	if http.DefaultTransport.(*http.Transport).Proxy == nil {
		t.Error("the default transport asks no proxy")
	}
}

// TestSets compares the list with the files that are there.
func TestSets(t *testing.T) {
	for _, s := range Sets() {
		for _, f := range s.Files {
			if !strings.HasPrefix(f.URL, "https://") || !strings.HasSuffix(f.URL, "/"+f.Name) || len(f.SHA256) != 64 || s.Licence == "" {
				t.Errorf("%s: %+v", s.Name, f)
			}
		}
		t.Run(s.Name, func(t *testing.T) {
			dir := filepath.Join(os.Getenv("SOFTMAX_DATA"), s.Name)
			if _, err := os.Stat(dir); os.Getenv("SOFTMAX_DATA") == "" || err != nil {
				t.Skip("$SOFTMAX_DATA has no " + s.Name)
			}
			for _, f := range s.Files {
				if err := f.verify(filepath.Join(dir, f.Name)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func TestLocal(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("SOFTMAX_DATA", dir)
	if err := os.Mkdir(filepath.Join(dir, "things"), 0o777); err != nil {
		t.Fatal(err)
	}
	if got, ok := Local("things"); !ok || got != filepath.Join(dir, "things") {
		t.Errorf("%s, %v", got, ok)
	}
	if _, ok := Local("no such set"); ok {
		t.Error("a set that is not there was found")
	}
}
