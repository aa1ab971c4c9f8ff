package main

import (
	"net/http"
	"net/http/pprof"
	"runtime"
	"sync"
	"time"
)

// stock is a service whose requests all wait for one lock, which is held much longer than it needs to be.
type stock struct {
	lock sync.Mutex
	left int
	kept []byte
}

// reserveUnderOneLock does its slow work while it holds the lock: the fault.
func (s *stock) reserveUnderOneLock() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.left--
	time.Sleep(2 * time.Millisecond)
}

func serveStock() error {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(int(time.Millisecond))
	// So much is in every sample of the heap, and a profile tells of it once it was collected.
	s := &stock{left: 1 << 30, kept: make([]byte, 8<<20)}
	runtime.GC()
	for range 16 {
		go func() {
			for {
				s.reserveUnderOneLock()
			}
		}()
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	return http.ListenAndServe(":6060", mux)
}
