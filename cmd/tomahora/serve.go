package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"runtime/debug"
	"runtime/pprof"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/docsite"
	"github.com/tomahora/tomahora/httpd"
	"github.com/tomahora/tomahora/internal/obs"
	"github.com/tomahora/tomahora/mcp"
	"github.com/tomahora/tomahora/medilink"
	"github.com/tomahora/tomahora/medilink/openapi"
	"github.com/tomahora/tomahora/sandbox"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/web"
	"github.com/tomahora/tomahora/webhook"
)

// service are the flags of whatever serves.
type service struct {
	PublicURL     string `name:"public-url" help:"URL under which clients reach the server; links start with it. Default: what each request says." placeholder:"URL"`
	RateLimit     string `name:"rate-limit" help:"Requests a token may make, such as 20/m. Default: any number." placeholder:"N/m"`
	MetricsListen string `name:"metrics-listen" help:"Address of a listener of its own for /metrics. Without it /metrics is on the main one, if there is a --metrics-token." placeholder:"ADDR"`
	MetricsToken  string `name:"metrics-token" help:"Token that /metrics asks for, as a Bearer or as the password of Basic." placeholder:"SECRET"`
	Webhooks      bool   `name:"webhooks" default:"true" negatable:"" help:"Deliver webhooks. With --webhooks=false this process only answers, and another on the same database has to deliver."`
	receivers
	TrustedProxies []netip.Prefix `name:"trusted-proxies" help:"Networks whose X-Forwarded-Proto, -Host and -For are believed, such as 10.0.0.0/8." placeholder:"CIDR"`
}

// metrics are what the flags ask for; nil when they ask for none.
func (s service) metrics() *obs.Metrics {
	if s.MetricsListen == "" && s.MetricsToken == "" {
		return nil
	}
	return obs.New(version, time.Now)
}

// storeOptions are o with the metrics as what observes the store.
func storeOptions(o sqlstore.Options, m *obs.Metrics) sqlstore.Options {
	if m != nil {
		o.Observer = m
	}
	return o
}

// sandboxed is what callers may do to a server that is there to be tried out.
type sandboxed struct {
	clock *sandbox.Clock
	reset func(context.Context, tomahora.ClinicaID) error // nil: there is nothing to start anew
}

// entrance are the ways into the web beside a password, nil where there is none.
type entrance struct {
	oidc  *auth.OIDC
	first *web.FirstRun
}

// config is the server over a store, for browsers of the given origins; box is
// nil unless it is there to be tried out.
func (s service) config(env *environment, store *sqlstore.Store, m *obs.Metrics, sender *webhook.Sender, origins []string, box *sandboxed, in entrance) (httpd.Config, error) {
	options, err := s.api(env, store, sender, origins)
	if err != nil {
		return httpd.Config{}, err
	}
	cfg := httpd.Config{Docs: docsite.New(openapi.JSON), Store: store, Logger: env.logger, Clock: time.Now}
	if m != nil {
		m.WatchStore(store)
		options.Booked, cfg.Requests, cfg.Metrics = m.Booked, m, m.Handler()
		if s.MetricsToken != "" {
			cfg.Metrics = httpd.Guarded(s.MetricsToken, cfg.Metrics)
		}
	}
	if box != nil {
		options = withSandbox(options, box.clock, box.reset)
	}
	if cfg.MCP, err = newMCP(options); err != nil {
		return httpd.Config{}, err
	}
	cfg.API = medilink.New(options)
	cfg.Web = s.newWeb(options, in)
	return cfg, nil
}

// newWeb makes the face for people, beside the vendor's with these options.
func (s service) newWeb(o medilink.Options, in entrance) *web.Handler {
	sessions := auth.NewSessions(auth.SessionOptions{
		Store: o.Store, Passwords: auth.NewPasswords(passwordsAtOnce), Clock: time.Now,
		Secure:  func(r *http.Request) bool { return strings.HasPrefix(o.BaseURL(r), "https:") },
		Address: httpd.Address(s.TrustedProxies),
		Logger:  o.Logger,
	})
	return web.New(web.Options{
		Store: o.Store, Sessions: sessions, Doors: sessions, OIDC: in.oidc, FirstRun: in.first, Demo: o.Sandbox != nil && o.Sandbox.Reset != nil,
		Webhooks: o.Webhooks, BaseURL: o.BaseURL, RequestID: o.RequestID, Observe: o.Observe,
		Address: httpd.Address(s.TrustedProxies), RealClock: time.Now, Clock: businessClock(o), Stopping: o.Stopping, Logger: o.Logger,
	})
}

// passwordsAtOnce bounds the memory that logging in takes: 19 MiB each.
const passwordsAtOnce = 4

// businessClock is the sandbox's where there is one.
func businessClock(o medilink.Options) func() time.Time {
	if o.Sandbox != nil {
		return o.Sandbox.Clock.Now
	}
	return o.Clock
}

// api makes the vendor's face over a store, for browsers of the given origins.
func (s service) api(env *environment, store tomahora.Store, sender *webhook.Sender, origins []string) (medilink.Options, error) {
	limit, err := httpd.ParseRate(s.RateLimit)
	if err != nil {
		return medilink.Options{}, usageError{fmt.Errorf("--rate-limit: %w", err)}
	}
	if err := checkPublicURL(s.PublicURL); err != nil {
		return medilink.Options{}, usageError{fmt.Errorf("--public-url: %w", err)}
	}
	if err := checkOrigins(origins); err != nil {
		return medilink.Options{}, usageError{fmt.Errorf("--cors-origin: %w", err)}
	}
	o := medilink.Options{
		Store:       store,
		Auth:        auth.New(store, time.Now),
		Webhooks:    sender,
		BaseURL:     httpd.BaseURL(s.PublicURL, s.TrustedProxies),
		CORSOrigins: origins,
		RequestID:   httpd.RequestID,
		Observe:     httpd.Observe,
		Clock:       time.Now,
		Stopping:    env.ctx.Done(),
		Logger:      env.logger,
	}
	if !limit.IsZero() {
		o.Limiter = httpd.NewLimiter(limit, time.Now)
	}
	return o, nil
}

// newMCP makes the face of AI assistants, beside the vendor's with these options
// and under the same limit.
func newMCP(o medilink.Options) (http.Handler, error) {
	return mcp.New(mcp.Options{
		Store: o.Store, Auth: o.Auth, Limiter: o.Limiter, RequestID: o.RequestID, Observe: o.Observe, Logger: o.Logger, Version: version,
	})
}

func checkPublicURL(s string) error {
	if s == "" {
		return nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is not an http or https URL without a query", s)
	}
	return nil
}

// checkOrigins accepts what a browser sends as an Origin, and "*".
func checkOrigins(origins []string) error {
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if origin != "*" && (err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin) {
			return fmt.Errorf("%q is neither * nor a scheme and host such as https://clinica.cl", origin)
		}
	}
	return nil
}

// limits are the flags that bound what clients can make the server wait for and
// keep.
type limits struct {
	HeaderTimeout   time.Duration `name:"header-timeout" default:"10s" help:"Time for the head of a request."`
	ReadTimeout     time.Duration `name:"read-timeout" default:"30s" help:"Time for a request with its body."`
	WriteTimeout    time.Duration `name:"write-timeout" default:"60s" help:"Time from the head of a request to the end of its answer."`
	IdleTimeout     time.Duration `name:"idle-timeout" default:"2m" help:"Time a connection may wait for its next request."`
	ShutdownTimeout time.Duration `name:"shutdown-timeout" default:"30s" help:"Time for requests under way when the server is told to stop."`
	MaxConnections  int           `name:"max-connections" default:"16384" help:"Connections open at once; one more takes the place of an idle one, or waits."`
	MaxWaiting      int           `name:"max-waiting" default:"1024" help:"Writes, and apart from them reads, that may wait for the database; one more is answered 503."`
}

func (l limits) check() error {
	for name, d := range map[string]time.Duration{
		"header-timeout": l.HeaderTimeout, "read-timeout": l.ReadTimeout, "write-timeout": l.WriteTimeout,
		"idle-timeout": l.IdleTimeout, "shutdown-timeout": l.ShutdownTimeout,
	} {
		if d <= 0 {
			return usageError{fmt.Errorf("--%s: %s is no time to wait; give more than 0, such as 30s", name, d)}
		}
	}
	if l.MaxConnections < 1 || l.MaxWaiting < 1 {
		return usageError{errors.New("--max-connections and --max-waiting must be at least 1")}
	}
	return nil
}

// ownFiles is how many files are kept for the database and the log, whatever the
// clients do.
const ownFiles = 128

// connections is MaxConnections, or as many as the system lets us have.
func (l limits) connections(env *environment) int {
	files, known := openFiles()
	if !known || uint64(l.MaxConnections)+ownFiles <= files {
		return l.MaxConnections
	}
	most := max(1, int(files)-ownFiles)
	env.logger.WarnContext(env.ctx, "fewer connections than --max-connections, for want of open files (ulimit -n)", "connections", most)
	return most
}

func (l limits) server(env *environment) httpd.Limits {
	return httpd.Limits{
		HeaderTimeout: l.HeaderTimeout, ReadTimeout: l.ReadTimeout, WriteTimeout: l.WriteTimeout,
		IdleTimeout: l.IdleTimeout, ShutdownTimeout: l.ShutdownTimeout, MaxConnections: l.connections(env),
	}
}

// provider are the flags of whom people may come in with.
type provider struct {
	OIDCIssuer       string `name:"oidc-issuer" help:"URL of an OpenID Connect provider, by which users may come in whose email it verified." placeholder:"URL"`
	OIDCClientID     string `name:"oidc-client-id" help:"What the provider calls this program." placeholder:"ID"`
	OIDCClientSecret string `name:"oidc-client-secret" help:"The secret that goes with it." placeholder:"SECRET"`
	OIDCNombre       string `name:"oidc-nombre" default:"OpenID Connect" help:"What people call the provider." placeholder:"NAME"`
}

// oidc is nil where there is no provider.
func (p provider) oidc() (*auth.OIDC, error) {
	if p.OIDCIssuer == "" && p.OIDCClientID == "" && p.OIDCClientSecret == "" {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	if p.OIDCIssuer == "" || p.OIDCClientID == "" || p.OIDCClientSecret == "" {
		return nil, usageError{errors.New("--oidc-issuer, --oidc-client-id and --oidc-client-secret go together")}
	}
	if err := checkPublicURL(p.OIDCIssuer); err != nil {
		return nil, usageError{fmt.Errorf("--oidc-issuer: %w", err)}
	}
	return auth.NewOIDC(auth.OIDCOptions{
		Issuer: p.OIDCIssuer, ClientID: p.OIDCClientID, ClientSecret: p.OIDCClientSecret, Nombre: p.OIDCNombre,
	}), nil
}

type serveCmd struct {
	database
	service
	provider
	limits
	retention
	Listen      string   `default:":8080" help:"Address to listen on."`
	TLSCert     string   `name:"tls-cert" type:"existingfile" help:"Certificate (PEM); with --tls-key, serve HTTPS." placeholder:"FILE"`
	TLSKey      string   `name:"tls-key" type:"existingfile" help:"Key of the certificate (PEM)." placeholder:"FILE"`
	CORSOrigins []string `name:"cors-origin" help:"Origin whose pages may call the API from a browser, such as https://clinica.cl, or * for any; repeatable. Default: none." placeholder:"ORIGIN"`
	NoMigrate   bool     `name:"no-migrate" help:"Refuse a database whose schema is not current, instead of migrating it."`
	Sandbox     bool     `help:"Let callers make requests fail and move the business clock, to try out their programs; not for real pacientes."`
	MaxBatch    int      `name:"max-batch" hidden:"" help:"Updates that may share a commit; for measuring."`
	CPUProfile  string   `name:"cpu-profile" hidden:"" help:"Write a CPU profile to this file; for measuring."`
}

func (c serveCmd) Run(env *environment) error {
	stop, err := profiled(c.CPUProfile)
	if err != nil {
		return err
	}
	return errors.Join(c.serve(env), stop())
}

// profiled writes a CPU profile to a file, if there is a name for one, until it is
// stopped.
func profiled(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func (c serveCmd) serve(env *environment) error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.checkRetention(); err != nil {
		return err
	}
	oidc, err := c.oidc()
	if err != nil {
		return err
	}
	m, clock := c.metrics(), sandbox.NewClock(time.Now)
	store, err := c.open(env, storeOptions(sqlstore.Options{
		NoMigrate: c.NoMigrate, MaxBatch: c.MaxBatch, MaxWaiting: c.MaxWaiting, Clock: clock.Now,
	}, m))
	if err != nil {
		return err
	}
	var box *sandboxed
	if c.Sandbox {
		env.logger.WarnContext(env.ctx, "sandbox: callers may make requests fail and move the business clock")
		box = &sandboxed{clock: clock}
	}
	sender := c.sender()
	first, err := firstRun(env, store)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	cfg, err := c.config(env, store, m, sender, c.CORSOrigins, box, entrance{oidc, first})
	if err != nil {
		return errors.Join(err, store.Close())
	}
	cfg.CertFile, cfg.KeyFile, cfg.Limits = c.TLSCert, c.TLSKey, c.server(env)
	swept, delivered := c.sweep(env, store, undelivered), c.deliver(env, store, sender)
	err = c.listen(env, c.Listen, c.inviteTo(env, first), cfg)
	delivered()
	swept()
	return errors.Join(err, store.Close())
}

// firstRun lets the first clinic of an empty database be made in a browser, by
// whoever has a code that only this process knows; nil where there is a clinic.
func firstRun(env *environment, store *sqlstore.Store) (*web.FirstRun, error) {
	clinicas, err := store.Clinicas(env.ctx)
	if err != nil || len(clinicas) > 0 {
		return nil, err
	}
	return &web.FirstRun{Code: auth.NewPassword()}, nil
}

// inviteTo tells the operator where the first clinic is made, and the code.
func (c serveCmd) inviteTo(env *environment, first *web.FirstRun) func(net.Addr) {
	if first == nil {
		return nil
	}
	return func(addr net.Addr) {
		base := strings.TrimRight(c.PublicURL, "/")
		if base == "" {
			_, port, _ := net.SplitHostPort(addr.String()) // a listener's own
			base = "http://localhost:" + port
			if c.TLSCert != "" {
				base = "https://localhost:" + port
			}
		}
		env.logger.WarnContext(env.ctx, "the database has no clinic yet; set one up in a browser, with this code", "url", base+"/inicio?codigo="+first.Code, "code", first.Code)
	}
}

// listen serves until the program is told to stop, or one of its listeners
// fails. Told, if any, hears of the main address once there is one.
func (s service) listen(env *environment, address string, told func(net.Addr), cfg httpd.Config) error {
	group, ctx := errgroup.WithContext(env.ctx)
	if s.MetricsListen != "" {
		l, err := listenOn(env, s.MetricsListen)
		if err != nil {
			return err
		}
		env.logger.InfoContext(ctx, "listening for scrapes of metrics", "addr", l.Addr().String())
		own := httpd.Config{Metrics: cfg.Metrics, Logger: env.logger, Clock: cfg.Clock}
		cfg.Metrics = nil
		group.Go(func() error { return httpd.New(own).Serve(ctx, l) })
	}
	group.Go(func() error {
		l, err := listenOn(env, address)
		if err != nil {
			return err
		}
		env.logger.InfoContext(ctx, "listening", "addr", l.Addr().String(), "version", version)
		if told != nil {
			told(l.Addr())
		}
		return httpd.New(cfg).Serve(ctx, l)
	})
	// What migrations and the demo's data took is of no use any more.
	group.Go(func() error { debug.FreeOSMemory(); return nil })
	if err := group.Wait(); err != nil {
		return err
	}
	env.logger.InfoContext(context.WithoutCancel(env.ctx), "stopped")
	return nil
}

func listenOn(env *environment, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(env.ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}
