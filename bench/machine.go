package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// A machine is where the figures come from.
type machine struct {
	Model  string   `json:"model"`
	Cores  int      `json:"cores"`
	Flags  []string `json:"flags"` // of interest to matrix arithmetic
	Memory int64    `json:"memory_bytes"`
	System string   `json:"system"`
	// Busy is how many cores others kept busy just before the run; -1 if unknown.
	Busy float64 `json:"busy_cores"`
}

func findMachine() machine {
	m := machine{Cores: runtime.NumCPU(), Busy: busyCores(2 * time.Second)}
	out, _ := exec.Command("lscpu").Output() // what is missing stays empty
	for line := range strings.Lines(string(out)) {
		key, value, _ := strings.Cut(line, ":")
		switch value = strings.TrimSpace(value); strings.TrimSpace(key) {
		case "Model name":
			m.Model = value
		case "Flags":
			for flag := range strings.FieldsSeq(value) {
				switch flag {
				case "fma", "avx2", "avx512f", "avx512bw", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_int8", "amx_bf16":
					m.Flags = append(m.Flags, flag)
				}
			}
		}
	}
	if b, err := os.ReadFile("/proc/meminfo"); err == nil {
		fields := strings.Fields(string(b))
		if kb, err := strconv.ParseInt(fields[1], 10, 64); err == nil {
			m.Memory = kb * 1024
		}
	}
	m.System = firstLine("uname", "-srm")
	return m
}

// busyCores watches for a while how many cores are busy.
func busyCores(while time.Duration) float64 {
	busy0, all0 := ticks()
	time.Sleep(while)
	busy, all := ticks()
	if all == all0 {
		return -1
	}
	return float64(runtime.NumCPU()) * (busy - busy0) / (all - all0)
}

// ticks is the processor time since boot that was not idle, and all of it.
func ticks() (busy, all float64) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(line)[1:] {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return 0, 0
		}
		if all += v; i != 3 && i != 4 { // idle, and idle while waiting for a disk
			busy += v
		}
	}
	return busy, all
}
