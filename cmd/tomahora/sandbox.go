package main

import (
	"context"

	"github.com/tomahora/tomahora"
	"github.com/tomahora/tomahora/httpd"
	"github.com/tomahora/tomahora/medilink"
	"github.com/tomahora/tomahora/sandbox"
)

// withSandbox lets callers ask for faults and move the clock and, where reset is
// not nil, make their clinic as it was at first.
func withSandbox(o medilink.Options, clock *sandbox.Clock, reset func(context.Context, tomahora.ClinicaID) error) medilink.Options {
	faults := sandbox.Faults{Auth: o.Auth, RequestID: httpd.RequestID, Observe: httpd.Observe}
	o.Sandbox = &medilink.Sandbox{Faults: faults.Around, Clock: clock, Reset: reset}
	return o
}
