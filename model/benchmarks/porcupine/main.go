// Judges histories with Porcupine, and compares with what the oracle said of them. Reads JSON Lines, one history of one
// job each, as the tests of the judge write them (see README.md).
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"time"

	"github.com/anishathalye/porcupine"
)

type recordedEvent struct {
	Type    string `json:"type"` // invoke, answer, lose, settled, hang, fail
	ID      int32  `json:"id"`
	Kind    string `json:"kind"`
	Records int64  `json:"records"`
	Perhaps int64  `json:"perhaps"`
	Outcome string `json:"outcome"`
	State   string `json:"state"`
	Count   *int64 `json:"count"`
}

type recordedHistory struct {
	Name   string          `json:"name"`
	In54   bool            `json:"in_5_4"`
	Fits   bool            `json:"fits"` // what the oracle says
	Events []recordedEvent `json:"events"`
}

// What was told, as a set: a request that gave up may have been refused as well.
var told = map[string]answers{"accepted": accepted, "refused": refused, "timed out": timedOut | refused, "failed": failure}

func outputOf(e recordedEvent) output {
	out := output{May: told[e.Outcome], State: e.State, Count: -1}
	if e.Count != nil {
		out.Count = *e.Count
	}
	return out
}

func operationsOf(history recordedHistory) []porcupine.Operation {
	type open struct {
		in input
		at int64
	}
	pending := map[int32]open{}
	var operations []porcupine.Operation
	add := func(in input, out output, from, to int64) {
		operations = append(operations,
			porcupine.Operation{ClientId: len(operations), Input: in, Output: out, Call: from, Return: to})
	}
	for i, e := range history.Events {
		at := int64(i)
		switch e.Type {
		case "invoke":
			in := input{Kind: e.Kind, ID: 2 * e.ID, Records: e.Records, Perhaps: e.Perhaps}
			in.Opens = e.Kind == "open"
			if e.Kind == "close" {
				in.ID++
			}
			pending[e.ID] = open{in, at}
		case "answer":
			request := pending[e.ID]
			delete(pending, e.ID)
			in, out := request.in, outputOf(e)
			if e.Outcome == "unknown" {
				in.Lost = true
				add(in, out, request.at, never)
				continue
			}
			in.HasSecondHalf = in.Kind == "open" || in.Kind == "close"
			add(in, out, request.at, at)
			if in.HasSecondHalf {
				in.Tells = true
				add(in, out, request.at, at)
			}
		case "lose":
			request := pending[e.ID]
			delete(pending, e.ID)
			request.in.Lost = true
			add(request.in, output{}, request.at, never)
		default:
			add(input{Kind: e.Type}, output{}, at, at)
		}
	}
	for _, request := range pending {
		request.in.Lost = true
		add(request.in, output{}, request.at, never)
	}
	return operations
}

func main() {
	file := flag.String("file", "", "histories, as JSON Lines")
	timeout := flag.Duration("timeout", 20*time.Second, "for one history")
	flag.Parse()
	in, err := os.Open(*file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<28)
	var times []time.Duration
	var total time.Duration
	fits, departs, unknown, differ := 0, 0, 0, 0
	for lines.Scan() {
		var history recordedHistory
		if err := json.Unmarshal(lines.Bytes(), &history); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
		operations := operationsOf(history)
		began := time.Now()
		result := porcupine.CheckOperationsTimeout(modelOf(history.In54), operations, *timeout)
		took := time.Since(began)
		times = append(times, took)
		total += took
		switch {
		case result == porcupine.Unknown:
			unknown++
		case (result == porcupine.Ok) != history.Fits:
			differ++
			fmt.Printf("%s: Porcupine says %s, the oracle %v\n", history.Name, result, history.Fits)
		case result == porcupine.Ok:
			fits++
		default:
			departs++
		}
	}
	sort.Slice(times, func(a, b int) bool { return times[a] < times[b] })
	if len(times) == 0 {
		fmt.Println("no histories")
		return
	}
	fmt.Printf("%d histories: both say %d fit and %d do not; %d differ, %d unknown to Porcupine; %v in all, median %v, longest %v\n",
		len(times), fits, departs, differ, unknown, total.Round(time.Millisecond), times[len(times)/2],
		times[len(times)-1].Round(time.Millisecond))
	if differ > 0 {
		os.Exit(1)
	}
}
