# Two commands matter: `make dev` runs a whole Ringonce here, `make test` checks all of it.

# The functions' architecture, x86_64 or arm64: of the programs that are built and of the functions that are deployed. arm64
# is a fifth cheaper, and taken where this machine can build for it.
ARCH ?= $(if $(shell rustup target list --installed 2>/dev/null | grep -x aarch64-unknown-linux-gnu),arm64,x86_64)
# Which of samconfig.toml's deployments: default or dev.
ENV ?= default

.PHONY: dev watch test test-all test-packages lint doc nextest browser clients screenshots bench-counts bench bench-large bench-cold test-stack contract-ministack fuzz scale-sim sim prove mutants mutants-domain sabotage setup fmt deny help check-api openapi check-template package deploy

dev: ## Run a whole Ringonce on this machine, with a walk-through to paste
	@cargo run --bin ringonce -- dev

watch: setup ## Run the functions under `cargo lambda watch`, over the same engine, stream and schedule
	@scripts/watch

test: setup lint doc nextest browser clients check-api ## Install what the tests need, and run them all

# Everything is built once here: what makes building again quick would take time and disk for nothing.
test-all: export CARGO_INCREMENTAL = 0
test-all: test package test-packages sim ## The same, the packages that are deployed, and 10,000 seeds of the simulation

setup: ## Install what the tests need
	@scripts/setup

lint: ## Formatting, and clippy with warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings

doc: ## The documentation, with warnings as errors
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked --quiet

nextest: ## Unit, contract, end-to-end, template and process tests
	cargo build --workspace --bins --locked
	cargo nextest run --workspace --locked --no-fail-fast -E 'not binary(packaged) and not binary(stack)'

browser: setup ## Go through the shop, the person's pages and the console with a browser; how they look is kept in target/browser
	@cargo build --quiet --bin ringonce --bin crowd --locked
	@node --test --test-concurrency=1 --test-timeout=600000 --test-force-exit tests/browser/*.test.js

clients: setup ## Check the clients and the examples beside a running Ringonce
	@cargo build --quiet --bin ringonce --locked
	@clients/check

# What the documents show.
SHOTS = shop back consent mine console console-release

screenshots: browser ## Take the documents' pictures anew
	@mkdir -p docs/img
	@cp $(SHOTS:%=target/browser/%.png) docs/img

test-packages: ## Test what `make package` built: sizes, recorded events, permissions, cold start
	ARCH=$(ARCH) cargo nextest run --workspace --test packaged --locked --no-fail-fast --success-output immediate

bench-counts: ## Print what a lifecycle costs: round trips, write units, read units
	@cargo run --bin bench-counts

bench: setup ## Measure beside what one would build instead, write docs/benchmarks.md, and measure a release to 20,000
	@scripts/bench

bench-large: ## Measure a release to 100,000
	@cargo run --quiet --profile bench --package ringonce-tests --bin bench -- 100000

# How long `make fuzz` tries each target.
SECONDS ?= 60

bench-cold: package ## Measure cold starts of the packages beside a bare function and the SDK's defaults, each beside its target
	@scripts/bench-cold

test-stack: package ## Run the whole stack on MiniStack: a lifecycle, a delivery by the stream, a sweep by the schedule, the doctor
	@scripts/with-ministack cargo nextest run --workspace --test stack --locked --no-fail-fast

contract-ministack: setup ## Run the contract suite on MiniStack, another engine than the embedded one
	@cargo build --quiet --workspace --test contract --locked
	@scripts/with-ministack sh -c 'RINGONCE_TEST_ENDPOINT=$$RINGONCE_MINISTACK RINGONCE_HISTORIES=20 cargo nextest run --workspace --test contract --locked --no-fail-fast'

fuzz: ## Try each fuzz target with made-up input for SECONDS, and print a line of it (SEED, TARGET choose others)
	@cargo run --quiet --bin fuzz -- $(SECONDS)

scale-sim: ## Simulate a release to a million people, and write the tables of ARCHITECTURE.md
	@cargo run --quiet --package scale-sim --bin scale-sim

prove: ## Run all that proves a promise, and print one table (SEEDS, REDEEMS, FROM, SEED choose others)
	@scripts/prove

sim: ## Simulate: seeded crashes, lost answers, skewed clocks, lying providers (SEEDS, FROM choose others)
	cargo run --quiet --bin sim

mutants: ## Take out and negate each clause of each condition: a test has to notice (ONLY looks at those that hold a text)
	@python3 scripts/mutants.py "$$(cargo test --quiet --profile bench --package ringonce-tests --test contract --locked --no-run --message-format=json | sed -n 's/.*"name":"contract".*"executable":"\([^"]*\)".*/\1/p')" $(ONLY)

mutants-domain: ## Change the domain's code place by place, by cargo-mutants: one of its tests has to fail (FILE looks at those alone)
	@scripts/mutants-domain $(FILE)

sabotage: ## Break a promise by one line at a time, in a copy: the test that docs/proof.md names has to notice
	@python3 scripts/sabotage.py $(ONLY)

check-api: setup ## Test a running Ringonce against openapi.json with generated calls (SEED, CALLS choose others)
	scripts/check-api

openapi: ## Write openapi.json from the code
	@cargo run --quiet --bin openapi

check-template: setup ## Check template.yaml with sam validate, cfn-lint and checkov, before and after SAM's translation
	scripts/check-template

package: setup ## Build the packages that are deployed, for ARCH, and print their sizes
	scripts/package $(ARCH)

deploy: package ## Deploy the packages with SAM as ENV of samconfig.toml says; DEPLOY="--guided" asks for what it does not know
	scripts/with-tools sam deploy --template target/lambda/template.json --config-file $(CURDIR)/samconfig.toml --config-env $(ENV) $(DEPLOY)

deny: ## Check licences, banned crates and sources against deny.toml; advisories where there is a database of them
	cargo nextest run --package ringonce-tests --test security --locked supply
	@if command -v cargo-deny >/dev/null; then cargo deny --offline check bans licenses sources; fi
	@if command -v cargo-deny >/dev/null && [ -d "$${CARGO_HOME:-$$HOME/.cargo}/advisory-dbs" ]; then cargo deny --offline check advisories; fi

fmt: ## Format the code
	cargo fmt --all

help: ## This list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile
