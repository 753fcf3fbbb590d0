package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const attempts = 5

// api talks to a server.
type api struct {
	url, token string
	fallas     []string // for trying out, in a sandbox only
	client     *http.Client
}

func newAPI(url, token string, fallas []string) *api {
	return &api{strings.TrimRight(url, "/"), token, fallas, &http.Client{Timeout: 30 * time.Second}}
}

// apiError is what the server does not accept. The code is stable: it decides, not
// the message.
type apiError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// isTaken tells that somebody else won the hour.
func (e *apiError) isTaken() bool {
	return e.Code == "tope_profesional" || e.Code == "tope_sillon" || e.Code == "tope_reserva"
}

// q is a filter, {"column": {"operator": value}}.
type q map[string]map[string]any

func (f q) String() string {
	text, _ := json.Marshal(f) //nolint:errchkjson // texts and numbers always have JSON
	return string(text)
}

// read gets what data is to hold; the parameters come as names and values in turn.
func (a *api) read(ctx context.Context, path string, data any, params ...string) error {
	query := url.Values{}
	for i := 0; i < len(params); i += 2 {
		query.Set(params[i], params[i+1])
	}
	return a.call(ctx, http.MethodGet, path+"?"+query.Encode(), nil, data)
}

// call makes a request, under a key if it writes, until there is an answer that is
// of use.
func (a *api) call(ctx context.Context, method, path string, body, data any) error {
	key := rand.Text()
	for attempt := 1; ; attempt++ {
		again, err := a.send(ctx, method, path, key, body, data)
		if again == nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if attempt == attempts {
			return fmt.Errorf("%s %s: %s en %d intentos", method, path, again.why, attempts)
		}
		wait := again.after
		if wait == 0 {
			wait = time.Duration(attempt) * time.Second / 2
		}
		fmt.Printf("  %s %s: %s; se repite con la misma clave en %g s.\n", method, path, again.why, wait.Seconds())
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
}

// retry says why a request has to be repeated, and after how long if the server
// said so.
type retry struct {
	why   string
	after time.Duration
}

// send is one attempt.
func (a *api) send(ctx context.Context, method, path, key string, body, data any) (*retry, error) {
	r, err := a.request(ctx, method, path, key, body)
	if err != nil {
		return nil, err
	}
	resp, err := a.client.Do(r)
	if err != nil {
		return &retry{why: "sin respuesta"}, err // perhaps it was done, perhaps not
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return &retry{why: "sin respuesta"}, err
	}
	if resp.StatusCode == http.StatusTooManyRequests || resp.StatusCode >= http.StatusInternalServerError {
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // 0 where it says nothing
		return &retry{strconv.Itoa(resp.StatusCode), time.Duration(seconds) * time.Second}, nil
	}
	var said struct {
		Data  json.RawMessage `json:"data"`
		Error *apiError       `json:"error"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return nil, fmt.Errorf("%s %s: %d: %w", method, path, resp.StatusCode, err)
	}
	if said.Error != nil {
		return nil, said.Error
	}
	if resp.Header.Get("Idempotent-Replayed") != "" {
		fmt.Println("  Ya estaba hecho: es la respuesta de antes.")
	}
	return nil, json.Unmarshal(said.Data, data)
}

func (a *api) request(ctx context.Context, method, path, key string, body any) (*http.Request, error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		sent = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(ctx, method, a.url+path, sent)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Token "+a.token)
	r.Header.Set("Content-Type", "application/json")
	if method != http.MethodGet {
		r.Header.Set("Idempotency-Key", key)
	}
	if path == "/citas" && len(a.fallas) > 0 {
		r.Header.Set("X-Tomahora-Falla", a.fallas[0])
		a.fallas = a.fallas[1:]
		r.GetBody = nil // net/http would repeat it by itself
	}
	return r, nil
}
