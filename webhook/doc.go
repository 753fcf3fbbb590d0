// Package webhook delivers what happens in the clinics to the URLs that asked to
// be told: at least once, in order for each thing it tells of, and without ever
// being in the way of who writes.
package webhook
