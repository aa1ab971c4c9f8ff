package main

import (
	"fmt"
	"net/http"
	"sort"
	"strings"
	"sync"
)

var buckets = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2}

// counters are series that only grow, in Prometheus' text format.
type counters struct {
	lock   sync.Mutex
	values map[string]float64
	heads  map[string]string
}

func newCounters() *counters {
	return &counters{values: map[string]float64{}, heads: map[string]string{}}
}

func (c *counters) help(name, kind, text string) {
	c.heads[name] = fmt.Sprintf("# HELP %s %s\n# TYPE %s %s\n", name, text, name, kind)
}

func (c *counters) add(series string, amount float64) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.values[series] += amount
}

// observe adds one value to a histogram.
func (c *counters) observe(name, labels string, value float64) {
	for _, bucket := range buckets {
		amount := 0.0
		if value <= bucket {
			amount = 1
		}
		c.add(fmt.Sprintf(`%s_bucket{%s,le="%g"}`, name, labels, bucket), amount)
	}
	c.add(fmt.Sprintf(`%s_bucket{%s,le="+Inf"}`, name, labels), 1)
	c.add(fmt.Sprintf(`%s_sum{%s}`, name, labels), value)
	c.add(fmt.Sprintf(`%s_count{%s}`, name, labels), 1)
}

func (c *counters) serve(w http.ResponseWriter, _ *http.Request) {
	c.lock.Lock()
	defer c.lock.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	names := make([]string, 0, len(c.heads))
	for name := range c.heads {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprint(w, c.heads[name])
		for _, series := range c.seriesOf(name) {
			fmt.Fprintf(w, "%s %g\n", series, c.values[series])
		}
	}
}

func (c *counters) seriesOf(name string) []string {
	found := []string{}
	for series := range c.values {
		if series == name || strings.HasPrefix(series, name+"{") || strings.HasPrefix(series, name+"_") {
			found = append(found, series)
		}
	}
	sort.Strings(found)
	return found
}
