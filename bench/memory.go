package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// watchMemory follows the peak resident memory of a process and its children
// until the function that it returns is called, which gives the largest. (What
// wait4 reports includes the memory of the process that started it.)
func watchMemory(pid int) (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		var most int64
		for wait := time.Millisecond; ; wait = min(2*wait, 50*time.Millisecond) {
			most = max(most, peakMemory(strconv.Itoa(pid)))
			select {
			case <-stop:
				result <- most
				return
			case <-time.After(wait):
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-result
	}
}

// peakMemory is that of a process or of the largest of its children, in bytes;
// 0 if it has ended.
func peakMemory(pid string) (most int64) {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	if _, after, ok := bytes.Cut(status, []byte("\nVmHWM:")); ok {
		var kb int64
		if _, err := fmt.Sscan(string(after), &kb); err == nil {
			most = kb << 10
		}
	}
	children, err := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	if err != nil {
		return most
	}
	for child := range strings.FieldsSeq(string(children)) {
		most = max(most, peakMemory(child))
	}
	return most
}
