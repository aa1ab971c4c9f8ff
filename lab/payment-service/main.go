// payment-service is the small program that the lab's incident and some small ones happen to. Its modes:
//
//	serve  takes payments over HTTP; each needs a fresh connection to the database
//	db     the database: answers each line that it is sent
//	load   the users: pays continuously and counts what it gets
//	tls    answers over TLS, with the certificate that it found at its start
//	stock  goroutines that all wait for one lock, with net/http/pprof on port 6060
//	wishlist, cache      a service that reads from a cache, with logs and traces of each request
//	storefront, sidecar  a service, and the proxy that stands in front of it in its pod
//	invoices             a service with a pool of connections to the database
package main

import (
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(logs(), nil)))
	modes := map[string]func() error{
		"serve": serve, "db": database, "load": load, "tls": serveTLS, "stock": serveStock,
		"wishlist": serveWishlist, "cache": serveCache, "storefront": serveStorefront, "sidecar": serveSidecar, "invoices": serveInvoices,
	}
	run, known := modes[append(os.Args, "")[1]]
	if !known {
		fmt.Fprintln(os.Stderr, "usage: payment-service serve|db|load|tls|stock|wishlist|cache|storefront|sidecar|invoices")
		os.Exit(2)
	}
	go func() {
		// PID 1 of a container has no default action for SIGTERM.
		terminated := make(chan os.Signal, 1)
		signal.Notify(terminated, syscall.SIGTERM)
		<-terminated
		os.Exit(0)
	}()
	if err := run(); err != nil {
		slog.Error("stopped", "error", err.Error())
		os.Exit(1)
	}
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}
