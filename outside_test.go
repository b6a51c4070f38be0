package softmax

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestOutside: another module can use the library, from its own folder and
// without a network.
func TestOutside(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("builds a program")
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	sums, err := os.ReadFile("go.sum")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"go.mod": "module outside\n\ngo 1.26.0\n\nrequire " + module + " v0.0.0\n\nreplace " + module + " => " + here + "\n",
		"go.sum": string(sums),
		"main.go": `package main

import (
	"context"
	"fmt"
	"log"

	"example.com/softmax"
	"example.com/softmax/dataset"
)

func main() {
	train, err := dataset.FromRows([][]float64{{0}, {1}, {2}, {3}}, []string{"low", "low", "high", "high"})
	if err != nil {
		log.Fatal(err)
	}
	m, _, err := softmax.Fit(context.Background(), train, softmax.Config{C: 1})
	if err != nil {
		log.Fatal(err)
	}
	class, err := m.Predict([]float64{2.5})
	fmt.Print(class, err)
}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOFLAGS=", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != "high<nil>" {
		t.Errorf("%v\n%s", err, out)
	}
}
