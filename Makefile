# Every line is one plain command; `make` alone says which there are.
.DEFAULT_GOAL := help
.PHONY: help run seed test proof generate check lint coverage bench release deps

help: ## What there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Build and serve on port 8080 (PORT, DATABASE_PATH and .env change it)
	cargo run --package spaces-server

seed: ## Fill the database with a demo workspace, to look around in
	cargo run --package spaces-server -- seed

test: deps ## Everything: formatting, drift, lints, docs, Rust, TypeScript, contract tests, browser
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo lockstep check
	cargo lockstep lint
	cargo test --workspace
	cargo lockstep coverage target/recordings --require constraints
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps
	npm --prefix ts-types test

proof: test ## The tests, then mutants for them to find; target/proof/report.md tells all of it, schema by schema
	cargo run --package spaces-proof -- report --every $(or $(EVERY),1)

generate: ## Write everything that follows from openapi.yaml
	cargo lockstep generate

check: ## Fail if something that follows from openapi.yaml is stale
	cargo lockstep check

lint: ## Fail on findings in openapi.yaml
	cargo lockstep lint

coverage: ## What of the contract the last run of the tests has seen: statuses, headers, credentials, each rule kept and broken
	cargo lockstep coverage target/recordings --require constraints

bench: ## The generated layer against hand-written handlers, and every operation of the whole server
	cargo bench --package spaces-bench

release: ## A small, fast server in target/release
	SPACES_COMMIT=$$(git rev-parse --short HEAD) SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) cargo build --release --package spaces-server

# What the tests need beyond Rust, Node, Python and git; each is installed once.
deps: ts-types/node_modules/.installed tests/browser/node_modules/.installed tests/judges/node_modules/.installed target/python/.installed ## What the tests need
	@test -n "$$CHROMIUM" || command -v chromium > /dev/null || tests/browser/install-chromium

%/node_modules/.installed: %/package-lock.json
	npm --prefix $* ci --no-audit --no-fund
	touch $@

target/python/.installed: tests/requirements.txt
	python3 -m venv target/python
	target/python/bin/pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
	touch $@
