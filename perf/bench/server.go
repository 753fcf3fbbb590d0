package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// server is the program under measurement, as a child process.
type server struct {
	cmd     *exec.Cmd
	address string
	exited  chan error
}

// start runs the program on a free port of this machine. It does not wait until
// the server answers.
func (b *bench) start(ctx context.Context, env []string, args ...string) (*server, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(b.serverLog, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the child has its own
	s := &server{address: address, exited: make(chan error, 1)}
	s.cmd = exec.CommandContext(ctx, b.binary, append(args, "--listen", address)...)
	s.cmd.Env = append(os.Environ(), env...)
	s.cmd.Stdout, s.cmd.Stderr = log, log
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { s.exited <- s.cmd.Wait() }()
	return s, nil
}

// freeAddress is one nobody listens on now.
func freeAddress(ctx context.Context) (string, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// stop ends the server as an operator would.
func (s *server) stop() error {
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	select {
	case err := <-s.exited:
		if err != nil {
			return fmt.Errorf("the server ended badly: %w", err)
		}
		return nil
	case <-time.After(answerTimeout):
		return errors.Join(errors.New("the server does not stop"), s.cmd.Process.Kill())
	}
}

func (s *server) cpu() time.Duration { return processCPU(s.cmd.Process.Pid) }

// await asks for a path every millisecond until it is answered with 200.
func (s *server) await(ctx context.Context, path, token string) error {
	deadline := time.Now().Add(answerTimeout)
	request := get(path, token)
	for {
		err := s.ask(ctx, request)
		if err == nil {
			return nil
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("no answer to GET %s: %w", path, err)
		}
		select {
		case gone := <-s.exited:
			s.exited <- gone
			return fmt.Errorf("`%s` ended (%w); -log FILE keeps what it said", strings.Join(s.cmd.Args, " "), gone)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

func (s *server) ask(ctx context.Context, request []byte) error {
	w, err := dial(ctx, s.address)
	if err != nil {
		return err
	}
	defer w.close()
	if err := w.conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return err
	}
	status, _, err := w.do(request)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("status %d", status)
	}
	return err
}

// connect opens n connections and makes a caller of each.
func (s *server) connect(ctx context.Context, n int, newCaller func(*wire) caller) ([]caller, func(), error) {
	var wires []*wire
	done := func() {
		for _, w := range wires {
			w.close()
		}
	}
	callers := make([]caller, 0, n)
	for range n {
		w, err := dial(ctx, s.address)
		if err == nil {
			err = w.conn.SetDeadline(time.Now().Add(answerTimeout)) // a measurement is shorter
		}
		if err != nil {
			done()
			return nil, nil, err
		}
		wires = append(wires, w)
		callers = append(callers, newCaller(w))
	}
	return callers, done, nil
}
