package httpd

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// crowd is a listener that bounds how many connections are open. Where all places
// are taken, the connection that has been idle longest makes room for a new one;
// where none is idle, the new one waits.
type crowd struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	idle *list.List // of net.Conn, the longest first
	of   map[net.Conn]*list.Element
}

func newCrowd(l net.Listener, size int) *crowd {
	return &crowd{
		Listener: l, places: make(chan struct{}, size), closed: make(chan struct{}),
		idle: list.New(), of: map[net.Conn]*list.Element{},
	}
}

// Accept waits for a connection and then for a place.
func (c *crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	select {
	case c.places <- struct{}{}:
		return conn, nil
	default:
		c.evict()
	}
	select {
	case c.places <- struct{}{}:
		return conn, nil
	case <-c.closed:
		_ = conn.Close()
		return nil, net.ErrClosed
	}
}

// Close ends the listening, not the connections.
func (c *crowd) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// note is the server's ConnState.
func (c *crowd) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.of[conn]; ok {
		c.idle.Remove(e)
		delete(c.of, conn)
	}
	switch state {
	case http.StateIdle:
		c.of[conn] = c.idle.PushBack(conn)
	case http.StateClosed, http.StateHijacked:
		<-c.places
	default: // new or active: it keeps its place and cannot be asked to leave
	}
}

// evict closes the connection that has been idle longest, if any is.
func (c *crowd) evict() {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := c.idle.Front()
	if e == nil {
		return
	}
	conn, _ := c.idle.Remove(e).(net.Conn)
	delete(c.of, conn)
	if t, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = t.NetConn() // TLS would wait for the client to take its farewell
	}
	_ = conn.Close()
}
