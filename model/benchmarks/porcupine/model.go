// A model of one job in the terms of Porcupine: what may be told in each state, counts as bounds, opening and closing in
// two operations each. Written from the same facts as the reference model, and not from its code.
package main

import (
	"math"

	"github.com/anishathalye/porcupine"
)

type life uint8

const (
	absent life = iota
	closed
	opening
	opened
	closing
	forced
	failed
)

// Answers as a set.
type answers uint8

const (
	accepted answers = 1 << iota
	refused
	timedOut
	failure // a 5xx
)

const (
	waitersMax = 24
	waits      = answers(1 << 7) // among the answers of a waiter: it has done its part, and is not told yet
)

// A request that opens or closes the job and is not answered: what it may be told.
type waiter struct {
	id  int32
	may answers
}

type state struct {
	life                  life
	willHang, hangs       bool
	lo, hi, since, queued int64
	waiters               [waitersMax]waiter // by id; id 0: free, at the end
}

// One step of a history, or half of one that waits.
type input struct {
	Kind          string
	ID            int32
	Records       int64
	Perhaps       int64
	Tells         bool // the second half: the answer
	Opens         bool
	Lost          bool
	HasSecondHalf bool
}

type output struct {
	May   answers
	State string
	Count int64 // -1: not told
}

func (s *state) most() int64 { return s.hi + s.since + s.queued }

func (s *state) add(id int32, may answers) {
	at := 0
	for at < waitersMax && s.waiters[at].id != 0 && s.waiters[at].id < id {
		at++
	}
	copy(s.waiters[at+1:], s.waiters[at:waitersMax-1])
	s.waiters[at] = waiter{id, may}
}

func (s *state) take(id int32) (answers, bool) {
	for at := range s.waiters {
		if s.waiters[at].id != id {
			continue
		}
		may := s.waiters[at].may
		copy(s.waiters[at:], s.waiters[at+1:])
		s.waiters[waitersMax-1] = waiter{}
		return may, true
	}
	return 0, false
}

// Moves the job and tells those who wait. Ids of opens are even, of closes odd.
func (s *state) enter(to life) {
	from := s.life
	s.life = to
	if from == to {
		return
	}
	for at := range s.waiters {
		w := &s.waiters[at]
		if w.id == 0 || w.may&waits == 0 {
			continue
		}
		isOpen := w.id%2 == 0
		switch {
		case isOpen && from == opening && to == opened:
			w.may = accepted | timedOut
		case isOpen && from == opening:
			w.may = refused | failure | timedOut
		case !isOpen && (from == closing || from == forced) && to == closed:
			w.may = accepted | timedOut
		case !isOpen && (from == closing || from == forced) && to == failed:
			w.may = refused | failure | timedOut
		case !isOpen && (from == closing || from == forced):
			w.may = accepted | refused | failure | timedOut
		}
	}
}

func (s *state) perhapsLose() {
	s.hi = s.most()
	s.since, s.queued = 0, 0
}

// What may have happened by itself before the next step: the state itself first.
func closure(s state) []state {
	all := []state{s}
	for i := 0; i < len(all); i++ {
		next := all[i]
		switch {
		case next.life == opening:
			next.since += next.queued
			next.queued = 0
			next.enter(opened)
		case next.life == closing && !next.hangs:
			next.lo += next.since
			next.hi += next.since
			next.since = 0
			next.enter(closed)
		case next.life == forced:
			next.enter(closed)
		default:
			continue
		}
		all = append(all, next)
	}
	return all
}

// What a request may do in a state: the states that follow, each with what may be told then.
type outcome struct {
	next state
	may  answers
}

type rules struct{ in54 bool }

func (r rules) either(in54, later answers) answers {
	if r.in54 {
		return in54
	}
	return later
}

func only(s state, may answers) []outcome {
	if may == 0 {
		return nil
	}
	return []outcome{{s, may}}
}

func (r rules) act(s state, in input) []outcome {
	if s.life == absent && in.Kind != "create" {
		return only(s, refused)
	}
	moved := s
	switch in.Kind {
	case "create":
		if s.life != absent {
			return only(s, refused)
		}
		moved.lo, moved.hi, moved.since, moved.queued, moved.willHang, moved.hangs = 0, 0, 0, 0, false, false
		moved.enter(closed)
		return only(moved, accepted)
	case "get", "read":
		return only(s, accepted)
	case "stats":
		return only(s, accepted)
	case "remove", "force-remove":
		return r.remove(s, in.Kind == "force-remove")
	case "open":
		if s.life != closed {
			return only(s, refused)
		}
		moved.enter(opening)
		moved.add(in.ID, waits|timedOut)
		return only(moved, waits)
	case "post":
		return r.post(s, in)
	case "flush":
		return only(s, map[life]answers{closed: refused, opening: refused, opened: accepted, closing: accepted | refused,
			forced: accepted | refused | failure, failed: refused}[s.life])
	case "close":
		return r.close(s, in)
	case "force":
		if s.life == closed {
			return only(s, r.either(accepted|refused, accepted))
		}
		if s.life == forced {
			// The loser of two that overlap.
			return only(s, r.either(accepted|refused, accepted|failure))
		}
		moved.perhapsLose()
		moved.hangs, moved.willHang = false, false
		moved.enter(forced)
		return only(moved, accepted)
	}
	panic("no such request: " + in.Kind)
}

func (r rules) remove(s state, forces bool) []outcome {
	if !forces && s.life != closed && s.life != failed {
		return only(s, refused)
	}
	moved := s
	moved.lo, moved.hi, moved.since, moved.queued, moved.willHang, moved.hangs = 0, 0, 0, 0, false, false
	moved.enter(absent)
	all := only(moved, accepted)
	if (forces && r.in54) || (!forces && s.life == failed) {
		all = append(all, outcome{s, refused})
	}
	return all
}

func (r rules) post(s state, in input) []outcome {
	moved := s
	moved.hi += in.Perhaps
	switch s.life {
	case opened:
		moved.since += in.Records
		return only(moved, accepted)
	case closing:
		moved.queued += in.Records
		return append(only(moved, accepted), outcome{s, r.either(refused|failure, refused)})
	case forced:
		moved.hi += in.Records
		return append(only(moved, accepted), outcome{s, refused | failure})
	}
	return only(s, refused)
}

func (r rules) close(s state, in input) []outcome {
	moved := s
	var pure answers
	switch s.life {
	case closed:
		return only(s, r.either(accepted|refused, accepted))
	case failed:
		return only(s, refused)
	case opening:
		pure = refused
	case closing:
		pure = r.either(refused, 0)
	case forced:
		pure = refused
	}
	if s.life == opening || s.life == opened {
		moved.hangs = moved.hangs || moved.willHang
		moved.enter(closing)
	}
	moved.add(in.ID, waits|timedOut)
	return append(only(s, pure), outcome{moved, waits})
}

func shows(s state, out output, in54 bool) bool {
	if out.Count >= 0 && (out.Count < s.lo || out.Count > s.most()) {
		return false
	}
	switch out.State {
	case "":
		return true
	case "closed":
		return s.life == closed || s.life == forced || (in54 && s.life == opening)
	case "opening":
		return s.life == opening || s.life == forced
	case "opened":
		return s.life == opened || s.life == forced || s.life == closing || (in54 && s.life == opening)
	case "closing":
		return s.life == closing || s.life == forced
	case "failed":
		return s.life == failed || s.life == forced
	}
	return false
}

// Events of the history: where the job may be then.
func event(s state, kind string) []state {
	switch kind {
	case "settled":
		if s.life == opening || s.life == forced || (s.life == closing && !s.hangs) {
			return nil
		}
		return []state{s}
	case "hang":
		if s.life != absent {
			s.willHang = true
		}
		return []state{s}
	}
	unmoved := s
	if s.life == absent || s.life == closed || s.life == failed {
		return []state{s}
	}
	s.perhapsLose()
	s.hangs = false
	s.enter(failed)
	if unmoved.life == forced {
		return []state{unmoved, s}
	}
	return []state{s}
}

func (r rules) step(from state, in input, out output) []any {
	var all []any
	for _, s := range closure(from) {
		switch {
		case in.Kind == "settled" || in.Kind == "hang" || in.Kind == "fail":
			for _, next := range event(s, in.Kind) {
				all = append(all, next)
			}
		case in.Tells:
			next := s
			if may, isThere := next.take(in.ID); isThere && may&out.May != 0 {
				all = append(all, next)
			}
		default:
			all = append(all, r.tell(s, in, out)...)
		}
	}
	if in.Lost {
		all = append(all, any(from)) // it never arrives
	}
	return all
}

func (r rules) tell(s state, in input, out output) []any {
	var all []any
	for _, done := range r.act(s, in) {
		next := done.next
		switch {
		case in.Lost:
			if done.may == waits {
				next.take(in.ID) // nobody is told
			}
		case in.HasSecondHalf && done.may != waits:
			next.add(in.ID, done.may)
		case in.HasSecondHalf:
		case done.may&out.May == 0 || (in.Kind == "stats" && out.May == accepted && done.may == accepted && !shows(s, out, r.in54)):
			continue
		}
		all = append(all, any(next))
	}
	return all
}

const never = math.MaxInt64

func modelOf(in54 bool) porcupine.Model {
	r := rules{in54}
	return (&porcupine.NondeterministicModel{
		Init: func() []any { return []any{state{life: absent}} },
		Step: func(s, in, out any) []any { return r.step(s.(state), in.(input), out.(output)) },
	}).ToModel()
}
