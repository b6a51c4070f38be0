package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"example.com/softmax/dataset"
	"example.com/softmax/internal/decimal"
)

// object reads the object that a line is.
func (r *Reader) object(line []byte) error {
	if line[0] == '[' {
		return r.fault(nil, fmt.Errorf("%w: an array: JSON lines have one object on each line (jq -c '.[]' makes them of an array of objects)", dataset.ErrFormat))
	}
	t := text{line, 0}
	if !t.take('{') {
		return r.syntax(t, nil, "an object {...}")
	}
	if t.take('}') {
		return r.end(t)
	}
	for {
		key, ok := t.quoted()
		if !ok || !t.take(':') {
			return r.syntax(t, nil, `"key": value`)
		}
		if err := r.value(&t, key); err != nil {
			return err
		}
		switch {
		case t.take(','):
		case t.take('}'):
			return r.end(t)
		default:
			return r.syntax(t, key, "',' or '}' after the value")
		}
	}
}

func (r *Reader) end(t text) error {
	if t.peek() != 0 || t.at < len(t.b) {
		return r.syntax(t, nil, "the end of the line after the object")
	}
	return nil
}

func (r *Reader) value(t *text, key []byte) error {
	switch c := t.peek(); {
	case c == '"':
		s, ok := t.quoted()
		if !ok {
			return r.syntax(*t, key, "a string that is closed")
		}
		return r.records.Text(key, s)
	case (c == '[' || c == '{') && !r.records.Wants(key):
		if !t.skip() {
			return r.syntax(*t, key, "the end of a nested value")
		}
		return r.records.Null(key)
	case c == '[':
		return r.array(t, key)
	case c == '{':
		return r.nested(key)
	case t.word("null"), t.word("NaN"):
		return r.records.Null(key)
	case t.word("true"):
		return r.records.Text(key, []byte("true"))
	case t.word("false"):
		return r.records.Text(key, []byte("false"))
	}
	v, literal, ok := t.number()
	if !ok {
		return r.syntax(*t, key, "a value")
	}
	return r.records.Number(key, v, literal)
}

func (r *Reader) array(t *text, key []byte) error {
	t.take('[')
	r.numbers = r.numbers[:0]
	if t.take(']') {
		return r.records.Numbers(key, nil)
	}
	for {
		switch c := t.peek(); {
		case c == '[' || c == '{' || c == '"' || c == 't' || c == 'f':
			return r.nested(key)
		case t.word("null"), t.word("NaN"):
			r.numbers = append(r.numbers, math.NaN())
		default:
			v, _, ok := t.number()
			if !ok {
				return r.syntax(*t, key, "a number")
			}
			r.numbers = append(r.numbers, v)
		}
		switch {
		case t.take(','):
		case t.take(']'):
			return r.records.Numbers(key, r.numbers)
		default:
			return r.syntax(*t, key, "',' or ']' after the number")
		}
	}
}

func (r *Reader) nested(key []byte) error {
	return r.fault(key, fmt.Errorf("%w: a nested value: only an array of numbers can be a column; give its parts keys of their own, or leave it out with --drop %s", dataset.ErrFormat, dataset.Argument(string(key))))
}

func (r *Reader) syntax(t text, key []byte, want string) error {
	return r.fault(key, fmt.Errorf("%w: no JSON at byte %d of the line, where %s should be", dataset.ErrFormat, t.at+1, want))
}

// A text is a line with the place up to which it has been read.
type text struct {
	b  []byte
	at int
}

// peek returns the next byte that is no blank, 0 at the end.
func (t *text) peek() byte {
	for ; t.at < len(t.b); t.at++ {
		if c := t.b[t.at]; c != ' ' && c != '\t' && c != '\r' {
			return c
		}
	}
	return 0
}

func (t *text) take(c byte) bool {
	if t.peek() != c || t.at == len(t.b) {
		return false
	}
	t.at++
	return true
}

func (t *text) word(w string) bool {
	if t.peek(); t.at+len(w) > len(t.b) || string(t.b[t.at:t.at+len(w)]) != w {
		return false
	}
	t.at += len(w)
	return true
}

// quoted reads a string. The result is a part of the line, or new.
func (t *text) quoted() ([]byte, bool) {
	if !t.take('"') {
		return nil, false
	}
	escapes := false
	for i := t.at; i < len(t.b); i++ {
		switch c := t.b[i]; {
		case c == '\\':
			escapes = true
			i++
		case c < ' ':
			return nil, false
		case c == '"':
			raw := t.b[t.at:i]
			if escapes {
				var s string
				if json.Unmarshal(t.b[t.at-1:i+1], &s) != nil {
					return nil, false
				}
				raw = []byte(s)
			}
			t.at = i + 1
			return raw, true
		}
	}
	return nil, false
}

// skip passes over an array or an object, whose parts it does not look at.
func (t *text) skip() bool {
	var d json.RawMessage
	in := json.NewDecoder(bytes.NewReader(t.b[t.at:]))
	if in.Decode(&d) != nil {
		return false
	}
	t.at += int(in.InputOffset())
	return true
}

// number reads a number as JSON has it: a decimal one that begins with a digit,
// which is 0 only where no other follows, and has one behind its point.
func (t *text) number() (v float64, literal []byte, ok bool) {
	t.peek()
	end := t.at
	for end < len(t.b) {
		if c := t.b[end]; c-'0' > 9 && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			break
		}
		end++
	}
	literal = t.b[t.at:end]
	is := func(b []byte, at int) bool { return at < len(b) && b[at]-'0' <= 9 }
	digits := bytes.TrimPrefix(literal, []byte{'-'})
	v, class := decimal.Parse(literal)
	point := bytes.IndexByte(digits, '.')
	if !is(digits, 0) || digits[0] == '0' && is(digits, 1) || point >= 0 && !is(digits, point+1) || class == decimal.None {
		return 0, nil, false
	}
	if class == decimal.TooLarge {
		v = math.Inf(1)
	}
	t.at = end
	return v, literal, true
}
