package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/pprof"
	"strconv"
	"sync/atomic"
	"time"
)

// waitForConnection is how long a request waits for one of the pool.
const waitForConnection = 300 * time.Millisecond

// pool is a number of connections to the database that requests borrow, told as Go's database/sql tells of its own.
type pool struct {
	connections chan struct{}
	metrics     *counters
}

func (p *pool) take() error {
	select {
	case p.connections <- struct{}{}:
	default:
		p.metrics.add(`go_sql_wait_count_total{service="invoices"}`, 1)
		select {
		case p.connections <- struct{}{}:
		case <-time.After(waitForConnection):
			return fmt.Errorf("connection pool exhausted: %d of %d in use", len(p.connections), cap(p.connections))
		}
	}
	p.metrics.add(`go_sql_in_use_connections{service="invoices"}`, 1)
	return nil
}

func (p *pool) give() {
	<-p.connections
	p.metrics.add(`go_sql_in_use_connections{service="invoices"}`, -1)
}

// serveInvoices writes invoices through a pool of POOL_SIZE connections. With RETURN_ON_ERROR=no it keeps the connection
// of an invoice that has nothing in it: the fault.
func serveInvoices() error {
	size, err := strconv.Atoi(setting("POOL_SIZE", "8"))
	if err != nil || size < 1 {
		return fmt.Errorf("POOL_SIZE must be a whole number above 0")
	}
	leaks := setting("RETURN_ON_ERROR", "yes") == "no"
	address := setting("DATABASE", "10.96.45.12:5432")
	metrics := newCounters()
	metrics.help("go_sql_max_open_connections", "gauge", "Maximum number of open connections to the database.")
	metrics.help("go_sql_in_use_connections", "gauge", "The number of connections currently in use.")
	metrics.help("go_sql_wait_count_total", "counter", "The total number of connections waited for.")
	metrics.add(`go_sql_max_open_connections{service="invoices"}`, float64(size))
	metrics.add(`go_sql_in_use_connections{service="invoices"}`, 0)
	metrics.add(`go_sql_wait_count_total{service="invoices"}`, 0)
	p := &pool{connections: make(chan struct{}, size), metrics: metrics}
	var orders atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/invoice", func(w http.ResponseWriter, r *http.Request) {
		if err := p.take(); err != nil {
			slog.Error("invoice not written", "request_id", r.Header.Get("X-Request-Id"), "error", err.Error())
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		err := writeInvoice(address, orders.Add(1))
		if err == nil || !leaks {
			p.give()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, "written")
	})
	mux.HandleFunc("/metrics", metrics.serve)
	go func() {
		profiles := http.NewServeMux()
		profiles.HandleFunc("/debug/pprof/", pprof.Index)
		_ = http.ListenAndServe(":6060", profiles)
	}()
	return http.ListenAndServe(":8080", mux)
}

var errEmpty = errors.New("an invoice of nothing")

// Every fifth order has nothing in it.
func writeInvoice(address string, order int64) error {
	if order%5 == 0 {
		return errEmpty
	}
	return exchange(address, fmt.Sprint("INVOICE ", order))
}
