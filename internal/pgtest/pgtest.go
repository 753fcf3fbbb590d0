// Package pgtest runs PostgreSQL servers for tests and measurements: each in a
// folder and on a socket of its own, durable as one in earnest, and gone when the
// process that started it is.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// superuser is the role of every connection; a socket only lets in who may
// enter its folder.
const superuser = "tomahora"

// startTimeout is far more than a start takes, also after a crash.
const startTimeout = time.Minute

// Server is a PostgreSQL server. Its methods are for one goroutine at a time,
// but for URL.
type Server struct {
	bin   string // folder of the programs
	dir   string // the server's own: data, socket and log
	cmd   *exec.Cmd
	alive io.Closer // the server stops when this is closed
	done  chan struct{}
	next  atomic.Int64
}

// Start makes a cluster in a temporary folder and starts it with the given
// settings ("name=value") beside PostgreSQL's defaults.
func Start(ctx context.Context, settings ...string) (*Server, error) {
	return start(ctx, settings, func(s *Server) error {
		return s.run(ctx, "initdb", "--pgdata", s.data(), "--username", superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	})
}

// StartStandby starts a standby that copies s and follows it. Name it in the
// primary's synchronous_standby_names as "standby" to wait for it at commit.
func (s *Server) StartStandby(ctx context.Context, settings ...string) (*Server, error) {
	return start(ctx, settings, func(standby *Server) error {
		return standby.run(ctx, "pg_basebackup", "--pgdata", standby.data(), "--write-recovery-conf", "--checkpoint", "fast", "--no-sync",
			"--dbname", "application_name=standby host="+s.dir+" user="+superuser)
	})
}

func start(ctx context.Context, settings []string, fill func(*Server) error) (s *Server, err error) {
	s = &Server{}
	if s.bin, err = programs(); err != nil {
		return nil, err
	}
	if s.dir, err = os.MkdirTemp("", "tomahora-pg-"); err != nil { // short, as the name of a socket has to be
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(s.dir))
		}
	}()
	if c, err := unprivileged(); err != nil {
		return nil, err
	} else if c != nil {
		if err := os.Chown(s.dir, int(c.Uid), int(c.Gid)); err != nil {
			return nil, err
		}
	}
	if err := fill(s); err != nil {
		return nil, err
	}
	config := append([]string{"listen_addresses=''", "unix_socket_directories='" + s.dir + "'", "max_connections=200"}, settings...)
	if err := appendTo(filepath.Join(s.data(), "postgresql.auto.conf"), strings.Join(config, "\n")+"\n"); err != nil {
		return nil, err
	}
	return s, s.Restart(ctx)
}

// ErrMissing says that PostgreSQL is not installed.
var ErrMissing = errors.New("PostgreSQL's server programs (initdb, postgres) are not installed; on Debian: apt-get install postgresql")

// programs finds the folder of the server's programs, which Debian keeps out of
// the PATH.
func programs() (string, error) {
	versions, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(versions) > 0 {
		return filepath.Dir(slices.MaxFunc(versions, func(a, b string) int { return major(a) - major(b) })), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", ErrMissing
	}
	return filepath.Dir(initdb), nil
}

// major is the version in a path such as /usr/lib/postgresql/15/bin/initdb.
func major(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // 0 for a folder of another name
	return n
}

// unprivileged is whom a server runs as when this process is root, which
// PostgreSQL refuses to be; nil means as the process itself.
func unprivileged() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // nobody else is a valid answer
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, err
		}
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// command prepares one of PostgreSQL's programs.
func (s *Server) command(name string, args ...string) (*exec.Cmd, error) {
	credential, err := unprivileged()
	cmd := exec.Command(name, args...) //nolint:noctx // a server outlives the context it was started in
	cmd.Dir = s.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Setpgid: true}
	return cmd, err
}

// run runs a program to its end.
func (s *Server) run(ctx context.Context, name string, args ...string) error {
	cmd, err := s.command(filepath.Join(s.bin, name), args...)
	if err != nil {
		return err
	}
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Start(); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	defer stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, output.Bytes())
	}
	return nil
}

// guard runs the postmaster until its standard input ends, as it does when the
// process that holds the other end is gone, however it went.
const guard = `"$@" & server=$!; (read _; kill -INT $server) <&3 & wait $server`

// Restart starts a server that was stopped, killed or never started, and waits
// until it answers.
func (s *Server) Restart(ctx context.Context) error {
	if err := s.launch(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		err := s.ping(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.done:
			return fmt.Errorf("the server ended: %s", s.tail())
		case <-ctx.Done():
			return errors.Join(err, ctx.Err(), s.Stop())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *Server) launch() (err error) {
	if s.cmd, err = s.command("/bin/sh", "-c", guard, "sh", filepath.Join(s.bin, "postgres"), "-D", s.data()); err != nil {
		return err
	}
	log, err := os.OpenFile(s.log(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = read.Close() }()
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.ExtraFiles = log, log, []*os.File{read}
	if err := s.cmd.Start(); err != nil {
		return errors.Join(err, write.Close())
	}
	s.alive, s.done = write, make(chan struct{})
	go func(cmd *exec.Cmd, done chan struct{}) {
		_ = cmd.Wait() // how it ended is in the log
		close(done)
	}(s.cmd, s.done)
	return nil
}

func (s *Server) ping(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// tail is the end of the server's log.
func (s *Server) tail() string {
	text, err := os.ReadFile(s.log())
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// Stop stops the server as an operator would who does not wait for clients; the
// data stays, so that it can be started again.
func (s *Server) Stop() error {
	if s.alive == nil {
		return nil
	}
	err := s.alive.Close()
	s.alive = nil
	<-s.done
	return err
}

// Close stops the server and removes all it had.
func (s *Server) Close() error { return errors.Join(s.Stop(), os.RemoveAll(s.dir)) }

// Kill kills the postmaster and all its processes with SIGKILL, as when a machine
// loses its power, but for what the system has in memory.
func (s *Server) Kill() error {
	postmaster, err := s.Postmaster()
	if err != nil {
		return err
	}
	processes, err := children(postmaster)
	if err != nil {
		return err
	}
	processes = append(processes, postmaster)
	for _, pid := range slices.Backward(processes) { // the postmaster first, or it would restart the others
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	for _, pid := range processes {
		for isRunning(pid) {
			time.Sleep(time.Millisecond)
		}
	}
	err = s.Stop()
	// The killed may linger as zombies, which the next postmaster takes for a
	// server that lives.
	for _, lock := range []string{filepath.Join(s.data(), "postmaster.pid"), filepath.Join(s.dir, ".s.PGSQL.5432.lock")} {
		err = errors.Join(err, os.RemoveAll(lock))
	}
	return err
}

// children are the processes that a process has started.
func children(parent int) ([]int, error) {
	folders, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var list []int
	for _, folder := range folders {
		pid, err := strconv.Atoi(filepath.Base(folder))
		if err != nil {
			return nil, err
		}
		if _, ppid := stat(pid); ppid == strconv.Itoa(parent) {
			list = append(list, pid)
		}
	}
	return list, nil
}

// isRunning tells whether a process has anything left, as a zombie has not.
func isRunning(pid int) bool {
	state, _ := stat(pid)
	return state != "" && state != "Z" && state != "X"
}

// stat is a process's state and its parent, "" when there is no such process.
func stat(pid int) (state, parent string) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", ""
	}
	// pid (name) state ppid …, and the name may hold anything.
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	return fields[0], fields[1]
}

// Promote makes a standby a primary.
func (s *Server) Promote(ctx context.Context) error {
	return s.run(ctx, "pg_ctl", "promote", "--pgdata", s.data(), "--wait")
}

// Postmaster is the process id of the postmaster.
func (s *Server) Postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}

// URL is that of a database of the server.
func (s *Server) URL(database string) string {
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: url.Values{"host": {s.dir}, "user": {superuser}}.Encode()}).String()
}

// Exec runs a statement in a database.
func (s *Server) Exec(ctx context.Context, database, sql string) error {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

// Processes runs a query of process ids, such as those of a view of activity.
func (s *Server) Processes(ctx context.Context, sql string) (pids []int, err error) {
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, sql)
	if err == nil {
		pids, err = pgx.CollectRows(rows, pgx.RowTo[int])
	}
	return pids, errors.Join(err, conn.Close(ctx))
}

// NewDatabase makes a database, a copy of the template unless that is "", and
// returns its name.
func (s *Server) NewDatabase(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("t%d", s.next.Add(1))
	sql := "CREATE DATABASE " + name
	if template != "" {
		sql += " TEMPLATE " + template + " STRATEGY FILE_COPY"
	}
	return name, s.Exec(ctx, "postgres", sql)
}

func appendTo(file, text string) error {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Close())
}
