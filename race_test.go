//go:build race

package softmax

// raceEnabled scales tests down under the race detector, which is ten times
// slower.
const raceEnabled = true
