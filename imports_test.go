package softmax

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "example.com/softmax"

// imports returns, for every package of the module by its folder, what its
// files other than tests import.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	packages := map[string][]string{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == "." {
				return nil
			}
			_, err := os.Stat(filepath.Join(name, "go.mod"))
			if err == nil || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		folder := path.Dir(filepath.ToSlash(name))
		packages[folder] = append(packages[folder], []string{}...)
		for _, i := range f.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			packages[folder] = append(packages[folder], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return packages
}

// own returns the folder of a package of this module.
func own(importPath string) (folder string, ok bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// TestLayers holds the module to layers.txt.
func TestLayers(t *testing.T) {
	b, err := os.ReadFile("layers.txt")
	if err != nil {
		t.Fatal(err)
	}
	packages := imports(t)
	above := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		folder, list, ok := strings.Cut(line, ":")
		if _, exists := packages[folder]; !ok || !exists {
			t.Errorf("layers.txt: %q names no package", line)
			continue
		}
		if above[folder] {
			t.Errorf("layers.txt: two lines for %s", folder)
		}
		allowed := strings.Fields(list)
		for _, p := range packages[folder] {
			imported, ok := own(p)
			if !ok {
				continue
			}
			may := slices.ContainsFunc(allowed, func(pattern string) bool {
				matched, err := path.Match(pattern, imported)
				return err == nil && matched
			})
			if !may {
				t.Errorf("%s imports %s, which layers.txt does not allow", folder, imported)
			}
			if !above[imported] {
				t.Errorf("%s imports %s, which does not stand above it in layers.txt", folder, imported)
			}
		}
		above[folder] = true
	}
	for folder := range packages {
		if !above[folder] {
			t.Errorf("layers.txt has no line for %s", folder)
		}
	}
}

// TestCore: who uses the library compiles the standard library and a few small
// packages, no format, server or terminal.
func TestCore(t *testing.T) {
	packages := imports(t)
	needs := map[string]bool{}
	var add func(folder string)
	add = func(folder string) {
		for _, p := range packages[folder] {
			if f, ok := own(p); ok {
				add(f)
			} else if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") {
				needs[p] = true
			}
		}
	}
	add(".")
	allowed := []string{"golang.org/x/sys/cpu", "golang.org/x/sys/unix", "golang.org/x/sys/windows", "google.golang.org/protobuf/encoding/protowire"}
	for _, p := range slices.Sorted(maps.Keys(needs)) {
		if !slices.Contains(allowed, p) {
			t.Errorf("the core of the library imports %s", p)
		}
	}
}
