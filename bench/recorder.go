package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// A point is a place that a fit has reached. The file points.jsonl of a run
// has one a line, in the order of time. Its theta is the next record of
// iterates.f64, unless its objective was given by the fit itself.
type point struct {
	Iteration int      `json:"iteration"`
	Seconds   float64  `json:"seconds"`
	Objective *float64 `json:"objective,omitempty"`
	// Usual says that a fit with the peer's defaults would end here.
	Usual bool `json:"usual,omitempty"`

	at int // record in iterates.f64
}

// A recorder writes points; the time this takes is not counted.
type recorder struct {
	points, iterates *os.File
	began            time.Time
	paused           time.Duration
	err              error
}

func newRecorder(out string) (*recorder, error) {
	points, err := os.Create(filepath.Join(out, "points.jsonl"))
	if err != nil {
		return nil, err
	}
	iterates, err := os.Create(filepath.Join(out, "iterates.f64"))
	return &recorder{points: points, iterates: iterates}, err
}

func (r *recorder) start() { r.began, r.paused = time.Now(), 0 }

func (r *recorder) seconds() float64 { return (time.Since(r.began) - r.paused).Seconds() }

// point records a place by its theta, or else by its objective.
func (r *recorder) point(iteration int, seconds float64, theta []float64, objective float64) {
	now := time.Now()
	p := point{Iteration: iteration, Seconds: seconds}
	if theta == nil {
		p.Objective = &objective
	}
	line, err := json.Marshal(p)
	if err == nil {
		_, err = r.points.Write(append(line, '\n'))
	}
	if err == nil {
		_, err = r.iterates.Write(bytesOf(theta))
	}
	r.err = errors.Join(r.err, err)
	r.paused += time.Since(now)
}

func (r *recorder) close() error { return errors.Join(r.err, r.points.Close(), r.iterates.Close()) }

// readPoints reads what a run has written, which may have been ended at any
// time.
func readPoints(out string) ([]point, error) {
	f, err := os.Open(filepath.Join(out, "points.jsonl"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var points []point
	for d, at := json.NewDecoder(f), 0; ; {
		var p point
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return points, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		if p.at = -1; p.Objective == nil {
			p.at = at
			at++
		}
		points = append(points, p)
	}
}

// readTheta reads record at of iterates.f64.
func readTheta(out string, at, size int) ([]float64, error) {
	f, err := os.Open(filepath.Join(out, "iterates.f64"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	theta := make([]float64, size)
	_, err = f.ReadAt(bytesOf(theta), int64(at)*int64(size)*8)
	return theta, err
}
