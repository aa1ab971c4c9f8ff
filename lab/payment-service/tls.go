package main

import (
	"fmt"
	"log/slog"
	"net/http"
)

// serveTLS answers over TLS with the certificate that it finds at its start: it does not look again.
func serveTLS() error {
	slog.Info("payment-service serves TLS", "certificate", "/tls/tls.crt")
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	return http.ListenAndServeTLS(":8443", "/tls/tls.crt", "/tls/tls.key", mux)
}
