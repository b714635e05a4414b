# Two commands matter: `make dev` runs a whole Ringonce here, `make test` checks all of it.

.PHONY: dev test lint doc nextest bench-counts setup fmt help

dev: ## Run a whole Ringonce on this machine, with a walk-through to paste
	@cargo run --package ringonce-cli --bin ringonce -- dev

test: setup lint doc nextest ## Install what the tests need, and run them all

setup: ## Install what the tests need
	@scripts/setup

lint: ## Formatting, and clippy with warnings as errors
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- --deny warnings

doc: ## The documentation, with warnings as errors
	RUSTDOCFLAGS="--deny warnings" cargo doc --workspace --no-deps --locked --quiet

nextest: ## Unit, contract, end-to-end and process tests
	cargo nextest run --workspace --locked --no-fail-fast

bench-counts: ## Print what a lifecycle costs: round trips, write units, read units
	@cargo run --package ringonce-tests --bin bench-counts

fmt: ## Format the code
	cargo fmt --all

help: ## This list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile
