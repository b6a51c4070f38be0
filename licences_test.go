package softmax

import (
	"bytes"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestLicences: docs/LICENSES.md has a line for every file that is not this
// module's own text or code, with a licence, and no line for a file that is not
// there.
func TestLicences(t *testing.T) {
	out, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skipf("not a git tree: %v", err)
	}
	b, err := os.ReadFile("docs/LICENSES.md")
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 {
			continue
		}
		name, ok := strings.CutPrefix(strings.TrimSpace(cells[1]), "`")
		if !ok {
			continue
		}
		listed[strings.TrimSuffix(name, "`")] = true
		for i, what := range []string{"origin", "licence"} {
			if strings.TrimSpace(cells[i+2]) == "" {
				t.Errorf("docs/LICENSES.md: %s has no %s", name, what)
			}
		}
	}
	code := []string{".go", ".md", ".txt", ".mod", ".sum", ".txtar", ".py", ".js", ".html", ".css", ".sh", ".R", ".s", ".yml", ".yaml", ".gitignore", ".gitattributes"}
	used := map[string]bool{}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSuffix(name, "\n")
		if slices.Contains(code, path.Ext(name)) || name == "LICENSE" || isScript(name) {
			continue
		}
		switch folder := path.Dir(name) + "/"; {
		case listed[name]:
			used[name] = true
		case listed[folder]:
			used[folder] = true
		default:
			t.Errorf("docs/LICENSES.md does not list %s", name)
		}
	}
	for name := range listed {
		if !used[name] {
			t.Errorf("docs/LICENSES.md lists %s, which is not there", name)
		}
	}
}

func isScript(name string) bool {
	b, err := os.ReadFile(name)
	return err == nil && bytes.HasPrefix(b, []byte("#!"))
}
