package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// wire is one persistent connection to a server on this machine. It knows no
// more HTTP than that server speaks, so that measuring leaves the processors to
// what is measured.
type wire struct {
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

// answerTimeout ends a run whose server hangs.
const answerTimeout = 20 * time.Second

func dial(ctx context.Context, address string) (*wire, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &wire{conn: conn, r: bufio.NewReader(conn)}, nil
}

func (w *wire) close() { _ = w.conn.Close() } // nothing is under way

// do sends the bytes of a request and returns the answer's status and body, which
// is good until the next request.
func (w *wire) do(request []byte) (status int, body []byte, err error) {
	if _, err := w.conn.Write(request); err != nil {
		return 0, nil, err
	}
	status, length, err := w.readHead()
	if err != nil {
		return 0, nil, err
	}
	if cap(w.body) < length {
		w.body = make([]byte, length)
	}
	w.body = w.body[:length]
	_, err = io.ReadFull(w.r, w.body)
	return status, w.body, err
}

// readHead reads up to the body.
func (w *wire) readHead() (status, length int, err error) {
	line, err := w.r.ReadSlice('\n')
	if err != nil {
		return 0, 0, err
	}
	const before = len("HTTP/1.1 ")
	if len(line) < before+3 {
		return 0, 0, fmt.Errorf("status line %q", line)
	}
	if status, err = strconv.Atoi(string(line[before : before+3])); err != nil {
		return 0, 0, err
	}
	length = -1
	for {
		if line, err = w.r.ReadSlice('\n'); err != nil {
			return 0, 0, err
		}
		name, value, found := bytes.Cut(line, []byte(": "))
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			if length < 0 {
				return 0, 0, errors.New("an answer without Content-Length")
			}
			return status, length, nil
		case found && len(name) == len("Content-Length") && strings.EqualFold(string(name), "Content-Length"):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, 0, err
			}
		}
	}
}

// get is a GET request as bytes.
func get(path, token string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token " + token + "\r\n\r\n")
}

// poster makes POST requests in one buffer.
type poster struct {
	head    []byte // up to the value of Content-Length
	request []byte
	json    []byte
}

func newPoster(token string) *poster {
	return &poster{head: []byte("POST " + citasPath + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token " + token +
		"\r\nContent-Type: application/json\r\nContent-Length: ")}
}

// post is the request of an attempt, good until the next one.
func (p *poster) post(a attempt) []byte {
	p.json = a.appendJSON(p.json[:0])
	p.request = append(p.request[:0], p.head...)
	p.request = strconv.AppendInt(p.request, int64(len(p.json)), 10)
	p.request = append(p.request, "\r\n\r\n"...)
	p.request = append(p.request, p.json...)
	return p.request
}
