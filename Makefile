# tomahora: `make help` lists what there is.
GO ?= go
BIN := bin/tomahora
TOOL := $(GO) tool -modfile=tools/go.mod
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
FUZZTIME ?= 30s

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## Build bin/tomahora
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o $(BIN) ./cmd/tomahora

.PHONY: demo
demo: build ## Serve the demo clinic on http://127.0.0.1:8080, token "demo" (ARGS="--listen …" to change)
	$(BIN) demo $(ARGS)

.PHONY: test
test: ## Run all tests, with the race detector (PostgreSQL is installed where this is root on Debian)
	.ci/postgres
	$(GO) test -race ./...

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
bench: build ## Measure bookings over HTTP and in the store, beside the machine's own limits
	$(GO) run ./perf/bench -binary $(BIN)
