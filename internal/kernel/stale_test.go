package kernel

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The assembly is what the generator makes. Without its modules (it has a
// go.mod of its own) that cannot be told, which CI does not accept.
func TestGenerated(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the generator")
	}
	dir := t.TempDir()
	files := map[string]string{"-out": "kernel_amd64.s", "-stubs": "stubs_amd64.go"}
	args := []string{"run", ".", "-pkg", "kernel"}
	for flag, name := range files {
		args = append(args, flag, filepath.Join(dir, name))
	}
	cmd := exec.Command("go", args...)
	cmd.Dir = "_asm"
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOOS=", "GOARCH=")
	if out, err := cmd.CombinedOutput(); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the generator does not run: %v\n%s", err, out)
		}
		t.Skipf("the generator does not run (are its modules at hand?): %v\n%s", err, out)
	}
	for _, name := range files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		got, want = body(got), body(want)
		if !bytes.Equal(got, want) {
			diff, _ := exec.Command("diff", "-u", name, filepath.Join(dir, name)).CombinedOutput()
			t.Errorf("%s is stale: run go generate. Beginning of the difference:\n%s", name, diff[:min(len(diff), 2000)])
		}
	}
}

// body leaves out the first line, which names the generator's arguments.
func body(file []byte) []byte {
	_, rest, _ := bytes.Cut(file, []byte("\n"))
	return rest
}
