# tomahora: `make help` lists what there is.
GO ?= go
BIN := bin/tomahora
TOOL := $(GO) tool -modfile=tools/go.mod
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
FUZZTIME ?= 30s

# Only what is shipped is built by the profile, since that takes longer.
export GOFLAGS := $(GOFLAGS) -pgo=off

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: ui
ui: web/node_modules/.package-lock.json ## Build the web's scripts and styles into web/dist (needs Node 18 or later with npm)
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

# The program builds without npm too; its pages then say what they lack.
.PHONY: ui-if-npm
ui-if-npm:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory web/dist/manifest.json; \
	else echo "no npm: building without the web's scripts and styles"; fi

UI_SOURCES := web/package-lock.json web/build.mjs web/tsconfig.json $(shell find web/src -type f)

web/dist/manifest.json: $(UI_SOURCES)
	@$(MAKE) --no-print-directory ui

.PHONY: build
build: ui-if-npm ## Build bin/tomahora
	CGO_ENABLED=0 $(GO) build -pgo=auto -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/tomahora

.PHONY: demo
demo: build ## Serve the demo clinic on http://127.0.0.1:8080, token "demo" (ARGS="--listen …" to change)
	$(BIN) demo $(ARGS)

.PHONY: test
test: ui-if-npm ## Run all tests on both engines and in a browser, with the race detector (installs PostgreSQL and Chromium where it may)
	@.ci/postgres
	@.ci/browser
	$(GO) test -race -timeout 40m ./...

.PHONY: torture
torture: ## Try for TORTURE_TIME (5m) to make it double-book or lose a cita; TORTURE_SEED=N repeats the draws of a run
	@.ci/postgres
	TORTURE_TIME=$${TORTURE_TIME:-5m} $(GO) test ./torture -count=1 -timeout 0 -v

.PHONY: check
check: fmt vet lint vuln cover test ## All that must hold before a commit

.PHONY: fmt
fmt: ## Fail if a file is not gofmt-clean
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not gofmt-clean:"; echo "$$files"; exit 1; fi

.PHONY: vet
vet:
	$(GO) vet ./...

.PHONY: lint
lint: ## Run the pinned linter
	$(TOOL) golangci-lint run ./...

.PHONY: vuln
vuln: ## Look for known vulnerabilities (needs its online database, and says so when that is not reachable)
	@out=$$($(TOOL) govulncheck ./... 2>&1); status=$$?; echo "$$out" | tail -n 40; \
	if [ $$status -eq 0 ]; then exit 0; fi; \
	case "$$out" in \
	*"Vulnerability #"*) exit $$status;; \
	*"fetching vulnerabilities"*) echo "NOT SCANNED: the vulnerability database is not reachable from here";; \
	*) exit $$status;; esac

.PHONY: cover
cover: ## Fail if less than 95 % of the domain package is covered
	@$(GO) test -coverprofile=coverage.out . >/dev/null
	@$(GO) tool cover -func=coverage.out | awk '/^total:/ {print "domain coverage: " $$3; if ($$3+0 < 95) {print "want at least 95 %"; exit 1}}'

.PHONY: fuzz
fuzz: ## Run every fuzzer for FUZZTIME (30s)
	@for pkg in $$($(GO) list ./...); do \
		for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
		done; \
	done

.PHONY: fuzz-api
fuzz-api: build ## Ask the demo clinic whatever its OpenAPI document allows (needs Python 3 with venv and its package index)
	.ci/fuzz-api

.PHONY: bench
bench: build ## Measure both engines, in the store and over HTTP, beside the machine's own limits
	@.ci/postgres
	$(GO) run ./perf/bench -binary $(BIN)

.PHONY: profile
profile: build ## Write anew the profile by which the program is built, cmd/tomahora/default.pgo
	$(GO) run ./perf/bench -binary $(BIN) -engine sqlite -only http -rounds 2 -serverprofile $(CURDIR)/cmd/tomahora/default.pgo

.PHONY: performance
performance: build ## Measure as bench does, and write docs/performance.md
	@.ci/postgres
	$(GO) run ./perf/bench -binary $(BIN) -report docs/performance.md
