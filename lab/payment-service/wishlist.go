package main

import (
	"bufio"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// serveWishlist answers with what the cache has, and traces and logs each request under its id.
func serveWishlist() error {
	cache := setting("CACHE", "10.96.45.32:6379")
	mux := http.NewServeMux()
	mux.HandleFunc("/wishlist", func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		whole := beginSpan("POST /wishlist", r.Header.Get("Traceparent"))
		err := exchange(cache, fmt.Sprintf("GET %s %s", id, whole.traceparent()))
		whole.end(err)
		took := time.Since(whole.began).Milliseconds()
		if err != nil {
			slog.Error("wishlist not read", "request_id", id, "trace_id", whole.traceID, "error", err.Error(), "took_ms", took)
			http.Error(w, "wishlist not read", http.StatusServiceUnavailable)
			return
		}
		slog.Info("wishlist read", "request_id", id, "trace_id", whole.traceID, "took_ms", took)
		fmt.Fprintln(w, "wishlist of", id)
	})
	return http.ListenAndServe(":8080", mux)
}

// stall is how long the cache looks through what it keeps for what has expired.
const stall = 700 * time.Millisecond

// serveCache answers each line. With SWEEP=each-read it sweeps before each answer, and not once in a while: the fault.
func serveCache() error {
	sweepsEachRead := setting("SWEEP", "hourly") == "each-read"
	listener, err := net.Listen("tcp", ":6379")
	if err != nil {
		return err
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer connection.Close()
			for lines := bufio.NewScanner(connection); lines.Scan(); {
				read(lines.Text(), sweepsEachRead)
				fmt.Fprintln(connection, "OK", lines.Text())
			}
		}()
	}
}

func read(line string, sweeps bool) {
	words := strings.Fields(line + " - -")
	part := beginSpan("GET", words[2])
	if sweeps {
		time.Sleep(stall)
	}
	part.end(nil)
	slog.Info("read", "request_id", words[1], "trace_id", part.traceID, "took_ms", time.Since(part.began).Milliseconds())
}
