package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/auth"
	"github.com/tomahora/tomahora/docsite"
	"github.com/tomahora/tomahora/httpd"
	"github.com/tomahora/tomahora/medilink"
	"github.com/tomahora/tomahora/medilink/openapi"
	"github.com/tomahora/tomahora/sqlstore"
	"github.com/tomahora/tomahora/webhook"
)

// service are the flags of whatever serves.
type service struct {
	PublicURL string `name:"public-url" help:"URL under which clients reach the server; links start with it. Default: what each request says." placeholder:"URL"`
	RateLimit string `name:"rate-limit" help:"Requests a token may make, such as 20/m. Default: any number." placeholder:"N/m"`
	Webhooks  bool   `name:"webhooks" default:"true" negatable:"" help:"Deliver webhooks. With --webhooks=false this process only answers, and another on the same database has to deliver."`
	receivers
	TrustedProxies []netip.Prefix `name:"trusted-proxies" help:"Networks whose X-Forwarded-Proto and -Host are believed, such as 10.0.0.0/8." placeholder:"CIDR"`
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
		Logger:      env.logger,
	}
	if !limit.IsZero() {
		o.Limiter = httpd.NewLimiter(limit, time.Now)
	}
	return o, nil
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

type serveCmd struct {
	database
	service
	Listen      string   `default:":8080" help:"Address to listen on."`
	TLSCert     string   `name:"tls-cert" type:"existingfile" help:"Certificate (PEM); with --tls-key, serve HTTPS." placeholder:"FILE"`
	TLSKey      string   `name:"tls-key" type:"existingfile" help:"Key of the certificate (PEM)." placeholder:"FILE"`
	CORSOrigins []string `name:"cors-origin" help:"Origin whose pages may call the API from a browser, such as https://clinica.cl, or * for any; repeatable. Default: none." placeholder:"ORIGIN"`
	NoMigrate   bool     `name:"no-migrate" help:"Refuse a database whose schema is not current, instead of migrating it."`
	MaxBatch    int      `name:"max-batch" hidden:"" help:"Updates that may share a commit; for measuring."`
}

func (c serveCmd) Run(env *environment) error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	store, err := c.open(env, sqlstore.Options{NoMigrate: c.NoMigrate, MaxBatch: c.MaxBatch})
	if err != nil {
		return err
	}
	sender := c.sender()
	options, err := c.api(env, store, sender, c.CORSOrigins)
	if err != nil {
		return errors.Join(err, store.Close())
	}
	delivered := c.deliver(env, store, sender)
	err = listen(env, c.Listen, nil, httpd.Config{
		API: medilink.New(options), Docs: docsite.New(openapi.JSON), Store: store,
		Logger: env.logger, Clock: time.Now, CertFile: c.TLSCert, KeyFile: c.TLSKey,
	})
	delivered()
	return errors.Join(err, store.Close())
}

// listen serves until the program is told to stop. Told, if any, hears of the
// address once there is one.
func listen(env *environment, address string, told func(net.Addr), cfg httpd.Config) error {
	var lc net.ListenConfig
	l, err := lc.Listen(env.ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", address, err)
	}
	env.logger.InfoContext(env.ctx, "listening", "addr", l.Addr().String(), "version", version)
	if told != nil {
		told(l.Addr())
	}
	if err := httpd.New(cfg).Serve(env.ctx, l); err != nil {
		return err
	}
	env.logger.InfoContext(context.WithoutCancel(env.ctx), "stopped")
	return nil
}
