package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// load is where users feel it: a request that gets no answer counts as a 503, because a pod that died
// has taken its own counters with it.
func load() error {
	service := setting("SERVICE", "payment-service")
	target := setting("TARGET", "http://10.96.45.20/pay")
	perSecond, err := strconv.Atoi(setting("REQUESTS_PER_SECOND", "20"))
	if err != nil || perSecond < 1 {
		return fmt.Errorf("REQUESTS_PER_SECOND must be a whole number above 0")
	}
	metrics := newCounters()
	metrics.help("http_requests_total", "counter", "Requests as their sender saw them end.")
	metrics.help("http_request_duration_seconds", "histogram", "How long requests took.")
	for _, code := range []string{"200", "502", "503"} {
		metrics.add(series(service, code), 0)
	}
	// A new connection for each request, so that each is balanced anew.
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	go func() {
		// Nobody complains about a shop that has not opened yet.
		for code := 0; code != http.StatusOK; code, _ = request(client, target, newRequestID()) {
			time.Sleep(100 * time.Millisecond)
		}
		for range time.Tick(time.Second / time.Duration(perSecond)) {
			go requestOnce(client, target, service, metrics)
		}
	}()
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", metrics.serve)
	return http.ListenAndServe(":9100", mux)
}

func requestOnce(client *http.Client, target, service string, metrics *counters) {
	id := newRequestID()
	began := time.Now()
	code, err := request(client, target, id)
	took := time.Since(began)
	metrics.add(series(service, strconv.Itoa(code)), 1)
	metrics.observe("http_request_duration_seconds", fmt.Sprintf("service=%q", service), took.Seconds())
	if code >= 500 {
		slog.Error("request failed", "request_id", id, "code", code, "error", fmt.Sprint(err), "took_ms", took.Milliseconds())
	}
}

func request(client *http.Client, target, id string) (int, error) {
	message, err := http.NewRequest(http.MethodPost, target, nil)
	if err != nil {
		return http.StatusServiceUnavailable, err
	}
	message.Header.Set("X-Request-Id", id)
	response, err := client.Do(message)
	if err != nil {
		return http.StatusServiceUnavailable, err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode, nil
}

func series(service, code string) string {
	return fmt.Sprintf("http_requests_total{service=%q,code=%q}", service, code)
}
