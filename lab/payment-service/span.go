package main

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// span is one part of a trace, told to OTLP (JSON over HTTP) when it ends, where OTLP names a receiver.
type span struct {
	service, operation      string
	traceID, spanID, parent string
	began                   time.Time
}

// beginSpan goes on with the trace that traceparent names, or begins one.
func beginSpan(operation, traceparent string) span {
	s := span{operation: operation, spanID: hexadecimal(8), began: time.Now()}
	if parts := strings.Split(traceparent, "-"); len(parts) == 4 {
		s.traceID, s.parent = parts[1], parts[2]
	} else {
		s.traceID = hexadecimal(16)
	}
	return s
}

func (s span) traceparent() string { return "00-" + s.traceID + "-" + s.spanID + "-01" }

var spanReceiver = &http.Client{Timeout: 5 * time.Second}

func (s span) end(failure error) {
	receiver := setting("OTLP", "")
	if receiver == "" {
		return
	}
	told := map[string]any{
		"traceId": s.traceID, "spanId": s.spanID, "parentSpanId": s.parent, "name": s.operation, "kind": 2,
		"startTimeUnixNano": strconv.FormatInt(s.began.UnixNano(), 10),
		"endTimeUnixNano":   strconv.FormatInt(time.Now().UnixNano(), 10),
	}
	if failure != nil {
		told["status"] = map[string]any{"code": 2, "message": failure.Error()}
	}
	service := map[string]any{"key": "service.name", "value": map[string]any{"stringValue": setting("APP", "unknown")}}
	go post(spanReceiver, receiver+"/v1/traces", map[string]any{
		"resourceSpans": []any{map[string]any{
			"resource":   map[string]any{"attributes": []any{service}},
			"scopeSpans": []any{map[string]any{"spans": []any{told}}},
		}},
	})
}

func hexadecimal(bytes int) string {
	id := make([]byte, bytes)
	_, _ = rand.Read(id)
	return hex.EncodeToString(id)
}
