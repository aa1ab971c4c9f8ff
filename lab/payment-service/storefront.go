package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"runtime"
	"syscall"
	"time"
)

// work is the CPU time that a page takes, however long the kernel makes it wait for that.
const work = 4 * time.Millisecond

// serveStorefront renders pages for the sidecar in its pod. It never sees that a request was given up.
func serveStorefront() error {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		useCPU(work)
		slog.Info("page rendered", "request_id", r.Header.Get("X-Request-Id"))
		fmt.Fprintln(w, "a page")
	})
	return http.ListenAndServe(":8081", mux)
}

func useCPU(amount time.Duration) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for end := threadTime() + amount; threadTime() < end; {
		for range 1000 {
		}
	}
}

// threadTime is the CPU time of this thread so far (RUSAGE_THREAD of getrusage(2)).
func threadTime() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(1, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// patience is how long the sidecar waits for the service behind it.
const patience = 250 * time.Millisecond

// serveSidecar passes requests on to the service in its pod; for one that does not answer in time it says 502.
func serveSidecar() error {
	client := &http.Client{Timeout: patience}
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get("X-Request-Id")
		onward, err := http.NewRequestWithContext(r.Context(), r.Method, "http://127.0.0.1:8081"+r.URL.Path, nil)
		if err == nil {
			onward.Header.Set("X-Request-Id", id)
			var response *http.Response
			if response, err = client.Do(onward); err == nil {
				defer response.Body.Close()
				w.WriteHeader(response.StatusCode)
				_, _ = io.Copy(w, response.Body)
				return
			}
		}
		slog.Error("upstream request timeout", "request_id", id, "status", http.StatusBadGateway, "error", err.Error())
		http.Error(w, "bad gateway", http.StatusBadGateway)
	})
	return http.ListenAndServe(":8080", mux)
}
