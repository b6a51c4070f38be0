package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A machine is where the figures come from.
type machine struct {
	Model  string   `json:"model"`
	Cores  int      `json:"cores"`
	Flags  []string `json:"flags"` // of interest to matrix arithmetic
	Memory int64    `json:"memory_bytes"`
	System string   `json:"system"`
	// Busy is how many cores others kept busy just before the run.
	Busy float64 `json:"busy_cores"`
}

func findMachine() machine {
	busy := others()
	time.Sleep(time.Second)
	m := machine{Cores: runtime.NumCPU(), Busy: busy()}
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

const (
	idle     = 0.1 // cores busy with other work that do not matter
	patience = 60  // watches of a second for an idle machine
)

// watchOthers waits, a minute at most, until other programs leave the machine
// alone. The function that it returns tells how many cores they have kept busy
// since, on average.
func watchOthers() (busy func() float64) {
	for range patience {
		since := others()
		time.Sleep(time.Second)
		if since() <= idle {
			break
		}
	}
	return others()
}

// others begins to count the processor time of all programs but this one and
// its children that have ended; what it returns gives it in cores.
func others() func() float64 {
	began, all, own := time.Now(), ticks(), ownTime()
	return func() float64 {
		const hz = 100 // of ticks, on every Linux
		return ((ticks()-all)/hz - (ownTime() - own)) / time.Since(began).Seconds()
	}
}

// ownTime is the processor time of this program and its children in seconds.
func ownTime() (sum float64) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if syscall.Getrusage(who, &u) == nil {
			sum += time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
		}
	}
	return sum
}

// ticks is the processor time since boot that was not idle.
func ticks() (busy float64) {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := strings.Cut(string(b), "\n")
	for i, field := range strings.Fields(line)[1:] {
		if v, err := strconv.ParseFloat(field, 64); err == nil && i != 3 && i != 4 { // idle, and idle while waiting for a disk
			busy += v
		}
	}
	return busy
}
