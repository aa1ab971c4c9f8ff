package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

// failuresBeforeExit in a row and the process gives up: the service's authors trust the restart to help.
const failuresBeforeExit = 3

type service struct {
	database string
	// failures in a row of connections to the database, of requests and of the check in the background alike.
	failures atomic.Int64
	reached  atomic.Bool
	metrics  *counters
}

func serve() error {
	s := &service{database: setting("DATABASE", "10.96.45.12:5432"), metrics: newCounters()}
	version := setting("VERSION", "unknown")
	slog.Info("payment-service starting", "version", version, "database", s.database)
	s.metrics.help("payments_total", "counter", "Payments by outcome.")
	s.metrics.help("database_connection_failures_total", "counter", "Connections to the database that failed.")
	s.metrics.add(`payments_total{outcome="paid"}`, 0)
	s.metrics.add(`payments_total{outcome="failed"}`, 0)
	s.metrics.add("database_connection_failures_total", 0)
	go s.watchDatabase()

	mux := http.NewServeMux()
	mux.HandleFunc("/pay", s.pay)
	mux.HandleFunc("/healthz", s.health)
	mux.HandleFunc("/metrics", s.metrics.serve)
	return http.ListenAndServe(":8080", mux)
}

func (s *service) pay(w http.ResponseWriter, r *http.Request) {
	id := r.Header.Get("X-Request-Id")
	if id == "" {
		id = newRequestID()
	}
	began := time.Now()
	if err := s.useDatabase("PAY " + id); err != nil {
		s.metrics.add(`payments_total{outcome="failed"}`, 1)
		slog.Error("payment failed", "request_id", id, "error", err.Error(), "took_ms", time.Since(began).Milliseconds())
		http.Error(w, "payment failed: database unavailable", http.StatusBadGateway)
		return
	}
	s.metrics.add(`payments_total{outcome="paid"}`, 1)
	slog.Info("payment accepted", "request_id", id, "took_ms", time.Since(began).Milliseconds())
	w.Header().Set("X-Request-Id", id)
	fmt.Fprintln(w, "paid", id)
}

// health is ready while the last look at the database succeeded.
func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	if !s.reached.Load() || s.failures.Load() > 0 {
		http.Error(w, "database not reached", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// watchDatabase looks at once and then every second.
func (s *service) watchDatabase() {
	for {
		if err := s.useDatabase("PING"); err != nil {
			slog.Warn("database not reached", "database", s.database, "error", err.Error())
		}
		time.Sleep(time.Second)
	}
}

// useDatabase counts failures in a row and, as the incident's service does, ends the process when they are too many.
func (s *service) useDatabase(line string) error {
	err := exchange(s.database, line)
	if err == nil {
		s.failures.Store(0)
		s.reached.Store(true)
		return nil
	}
	s.metrics.add("database_connection_failures_total", 1)
	if s.failures.Add(1) >= failuresBeforeExit {
		fmt.Printf("FATAL: database connection refused: %s\n", s.database)
		os.Exit(1)
	}
	return err
}

func newRequestID() string {
	id := make([]byte, 8)
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}
