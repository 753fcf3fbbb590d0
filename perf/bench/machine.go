package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// fsyncs measures what this disk can do at most: append 4 KiB and wait until it
// is there.
func (b *bench) fsyncs() *measurement {
	return &measurement{name: "append 4 KiB and fsync", callers: 1, cpu: ownCPU, open: func(context.Context, int) ([]caller, func(), error) {
		f, err := os.CreateTemp(b.dir, "fsync-")
		if err != nil {
			return nil, nil, err
		}
		page := make([]byte, 4096)
		call := func(context.Context) (bool, error) {
			if _, err := f.Write(page); err != nil {
				return false, err
			}
			return true, f.Sync()
		}
		return []caller{call}, func() { _ = f.Close() }, nil // measured by then; the folder is removed whole
	}}
}

// ownCPU is the processor time of this process so far.
func ownCPU() time.Duration { return processCPU(os.Getpid()) }

// clockTick is the unit of /proc/PID/stat, on every Linux.
const clockTick = 10 * time.Millisecond

// processCPU is the user and system time of a process so far, 0 where the system
// has no /proc.
func processCPU(pid int) time.Duration {
	stat, err := os.ReadFile(procFile(pid, "stat"))
	if err != nil {
		return 0
	}
	// The name of the program, in parentheses, may hold anything.
	_, after, _ := strings.Cut(string(stat), ") ")
	const user, system = 14 - 3, 15 - 3 // proc(5) counts from 1; 3 is the first after the name
	fields := strings.Fields(after)
	if len(fields) <= system {
		return 0
	}
	ticks := 0
	for _, i := range []int{user, system} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0
		}
		ticks += n
	}
	return time.Duration(ticks) * clockTick
}

// residentMB is the memory a process holds in RAM, in megabytes of 2^20 bytes.
func residentMB(pid int) (float64, error) {
	status, err := os.ReadFile(procFile(pid, "status"))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(value)[0])
			return float64(kb) / 1024, err
		}
	}
	return 0, fmt.Errorf("process %d has no VmRSS", pid)
}

func procFile(pid int, name string) string {
	return filepath.Join("/proc", strconv.Itoa(pid), name)
}
