package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/tomahora/tomahora"
)

const (
	noopPath  = "/healthz"
	readyPath = "/readyz"
	citasPath = "/api/v5/citas/"
)

// served is a clinic with a server of its own.
type served struct {
	*clinic
	*server
	token string
}

// serve starts a server on a new clinic with so many old citas.
func (b *bench) serve(ctx context.Context, db database, past int64, env ...string) (s served, err error) {
	if s.clinic, err = b.newClinic(ctx, db, max(pacientes, past/oldPerPaciente)); err != nil {
		return s, err
	}
	if past > 0 {
		if err := s.age(ctx, past); err != nil {
			return s, err
		}
	}
	if s.token, err = s.clinic.token(ctx); err != nil {
		return s, err
	}
	if s.server, err = b.start(ctx, env, "serve", "--db", s.url); err != nil {
		return s, err
	}
	if err := s.await(ctx, readyPath, s.token); err != nil {
		return s, errors.Join(err, s.stop())
	}
	return s, nil
}

// measureHTTP books over HTTP, beside the server's own no-op.
func (b *bench) measureHTTP(ctx context.Context) (err error) {
	grouped, err := b.serve(ctx, b.sqlite(), 0, "TOMAHORA_CPU_PROFILE="+b.serverProfile)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, grouped.stop()) }()
	single, err := b.serve(ctx, b.sqlite(), 0, "TOMAHORA_MAX_BATCH=1")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, single.stop()) }()

	var order, noops, posts []*measurement
	for _, connections := range []int{1, 16, 64, 256} {
		noop := grouped.gets("GET "+noopPath, noopPath, connections)
		post := grouped.posts("POST "+citasPath, connections)
		noops, posts = append(noops, noop), append(posts, post)
		order = append(order, noop, post)
	}
	const at64, at256 = 2, 3
	alone := single.posts("POST "+citasPath+", one transaction each", 64)
	order = append(order[:2*at64+2], append([]*measurement{alone}, order[2*at64+2:]...)...)
	if err := measure(ctx, b.rounds, b.duration, order...); err != nil {
		return err
	}
	b.out.measurements("Over HTTP, closed loop on persistent connections, client on the same cores", "connections", append(append(noops, posts...), alone)...)
	b.compare(ratio{name: "POST /citas ÷ no-op, 64 connections", got: posts[at64].over(noops[at64]), must: 0.13, aim: 0.25})
	b.compare(ratio{name: "POST /citas ÷ no-op, 256 connections", got: posts[at256].over(noops[at256]), must: 0.17, aim: 0.35})
	b.compare(ratio{name: "group commit ÷ one transaction each, 64 connections, HTTP", got: posts[at64].over(alone), must: 2.5, aim: 4})
	return audits(ctx, map[*clinic][]*measurement{grouped.clinic: posts, single.clinic: {alone}})
}

// gets measures a path that answers 200 and does nothing.
func (s served) gets(name, path string, connections int) *measurement {
	request := get(path, s.token)
	return &measurement{name: name, callers: connections, cpu: s.cpu, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		return s.connect(ctx, n, func(w *wire) caller {
			return func(context.Context) (bool, error) {
				status, body, err := w.do(request)
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("status %d: %s", status, body)
				}
				return err == nil, err
			}
		})
	}}
}

// posts measures bookings.
func (s served) posts(name string, connections int) *measurement {
	return &measurement{name: name, callers: connections, cpu: s.cpu, open: func(ctx context.Context, n int) ([]caller, func(), error) {
		if err := s.stock(ctx); err != nil {
			return nil, nil, err
		}
		return s.connect(ctx, n, func(w *wire) caller {
			p := newPoster(s.token)
			return func(context.Context) (bool, error) {
				return booked(w.do(p.post(s.work.attempt())))
			}
		})
	}}
}

// booked sorts an answer as answered does.
func booked(status int, body []byte, err error) (accepted bool, unexpected error) {
	switch {
	case err != nil:
		return false, err
	case status == http.StatusCreated:
		return true, nil
	case status == http.StatusBadRequest && bytes.Contains(body, []byte(`"`+tomahora.CodeTopeProfesional+`"`)):
		return false, nil
	default:
		return false, fmt.Errorf("status %d: %s", status, body)
	}
}
