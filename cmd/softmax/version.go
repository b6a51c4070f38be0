package main

import (
	"runtime"
	"runtime/debug"

	"example.com/softmax"
	"github.com/spf13/cobra"
)

func newVersion(out *output) *cobra.Command {
	return newVerb("version", "show version, kernel levels and cores", "Shows the version, the kernel levels present and chosen, and the cores.", 0, 0, func([]string) error {
		version := "unknown"
		if info, ok := debug.ReadBuildInfo(); ok {
			version = info.Main.Version
		}
		out.printf("softmax  %s\n", version)
		out.printf("go       %s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
		kernels := softmax.Kernels()
		out.printf("kernels  %s; chosen: %s\n", list(kernels), kernels[len(kernels)-1])
		out.printf("cores    %d\n", runtime.NumCPU())
		return nil
	})
}
