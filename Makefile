# What a person types here. `make` alone lists it.

PRODUCTS := CalculatorStdio CalculatorJWT CalculatorHTTP CalculatorOAuth CalculatorBridge

SHELL := /bin/sh
PREFIX = /usr/local
SECONDS = 60
MINUTES = 2
PAUSE = 20
RUNS = 10
PART = 1/1
DIR = .build/cert
LINT_BUILD = .build-lint

RELEASE := .build/release
DIST := .build/dist
BINARIES := $(PRODUCTS:%=$(DIST)/%)
SOURCES := Package.swift $(shell find Sources 2>/dev/null)
SWIFT_CODE := $(wildcard Package.swift Sources Tests Benchmarks Fuzz)
CLIENTS := Tests/ExecutableTests/clients
VENVS := $(patsubst %,.venv/%/.ready,modern handshake legacy idp)

# macOS brings the Swift runtime along and has none to link statically.
ifeq ($(shell uname -s),Darwin)
RELEASE_FLAGS := -c release
STRIP := strip -x
else
# The C++ library under the Swift runtime is linked in as well, and so is the library that unwinds the
# stack: a linker takes the first that it finds, and in this folder there are only the static ones.
# Less memory, and a faster start.
# lld comes with Swift. The default linker warns of mktemp, which Foundation contains and nothing
# here calls.
# glibc 2.36, that of Debian 12, is the first that reads packed relocations: 20 KB in place of 1 MB,
# which each start would read.
STATIC := .build/static
PACKED := $(shell getconf GNU_LIBC_VERSION 2>/dev/null | \
	awk '$$2 >= 2.36 { print "-Xlinker -z -Xlinker pack-relative-relocs" }')
RELEASE_FLAGS := -c release --static-swift-stdlib -Xlinker -L$(CURDIR)/$(STATIC) \
	-Xswiftc -use-ld=lld -Xlinker --no-export-dynamic $(PACKED)
STRIP := strip
endif

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

.PHONY: help
help:
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## Install what building, running and testing need, where it is missing
	@scripts/setup.sh build run test

.PHONY: build
build: needs-build ## Build for debugging
	@echo "==> Building for debugging"
	@for product in $(PRODUCTS); do swift build --product $$product || exit 1; done

.PHONY: run
run: $(DIST)/CalculatorStdio $(DIST)/CalculatorJWT $(DIST)/CalculatorHTTP needs-run ## Build, then show calls that are allowed, and some that are refused
	@echo "==> ✓ is a call that the server allows, ✗ one that it refuses"
	@scripts/demo.sh $(DIST)/CalculatorStdio
	@scripts/demo-jwt.sh $(DIST)/CalculatorJWT
	@scripts/demo-http.sh $(DIST)/CalculatorHTTP $(DIST)/CalculatorJWT
	@printf '\n%s\n' "All answers are as expected. Next: connect your client (README.md), or read guide/README.md"

.PHONY: run-http
run-http: $(DIST)/CalculatorHTTP $(DIST)/CalculatorJWT needs-run ## Show the calls over HTTP alone
	@scripts/demo-http.sh $(DIST)/CalculatorHTTP $(DIST)/CalculatorJWT
	@printf '\n%s\n' "All answers are as expected. Next: chapter 4 of the guide, guide/04-http.md"

.PHONY: run-oauth
run-oauth: $(DIST)/CalculatorOAuth $(DIST)/CalculatorHTTP needs-run ## Show the sign-in of CalculatorOAuth, from no token to one that has ended
	@echo "==> ✓ is what the server allows, ✗ what it refuses"
	@scripts/demo-signin.sh $(DIST)/CalculatorOAuth $(DIST)/CalculatorHTTP
	@printf '\n%s\n' "All answers are as expected. Next: chapter 9 of the guide, guide/09-sign-in.md"

.PHONY: run-oauth-idp
run-oauth-idp: $(DIST)/CalculatorOAuth .venv/idp/.ready needs-run ## Show CalculatorOAuth with a small identity provider on this machine
	@scripts/demo-oauth.sh $(DIST)/CalculatorOAuth .venv/idp/bin/nanoidp
	@printf '\n%s\n' "All answers are as expected. Next: chapter 8 of the guide, guide/08-identity-provider.md"

.PHONY: run-upstream
run-upstream: $(DIST)/CalculatorOAuth $(DIST)/CalculatorHTTP needs-run ## Show calls of Jira, Confluence and Jenkins, which are fakes on this machine
	@echo "==> ✓ is what the servers allow, ✗ what they refuse"
	@scripts/demo-upstream.sh $(DIST)/CalculatorOAuth $(DIST)/CalculatorHTTP
	@printf '\n%s\n' "All answers are as expected. Next: chapter 11 of the guide, guide/11-in-between.md"

.PHONY: cert
cert: needs-build ## Make a certificate for this machine: make cert DIR=.build/cert
	@scripts/make-cert.sh "$(DIR)"

.PHONY: test
test: setup $(VENVS) ## Run all tests
	@scripts/skipped.sh
	@echo "==> Building the executables that the tests drive"
	@$(MAKE) --no-print-directory release-build
	@echo "==> Testing"
	@swift test

.PHONY: vectors
vectors: needs-run ## Fetch the test vectors that a clone lacks, into .vectors
	@scripts/vectors.sh .vectors

.PHONY: lint
lint: needs-build ## Check the format, and build with warnings as errors
	@echo "==> Checking the format; make format mends it"
	@swift format lint --strict --recursive --parallel $(SWIFT_CODE)
	@echo "==> Checking that the compiler sees text that is handled as Characters"
	@scripts/check-text.sh
	@echo "==> Building with warnings as errors"
	@CALCULATOR_BENCHMARKS=1 CALCULATOR_STRICT=1 swift build --build-tests --scratch-path $(LINT_BUILD)

.PHONY: reference
reference: needs-build ## Write the settings of guide/reference.md and examples/.env.example from their tables
	@WRITE_REFERENCE=1 swift test --filter SettingsTests/aDocumentHoldsWhatTheTablesSay

.PHONY: format
format: ## Format the Swift code in place
	@swift format --in-place --recursive --parallel $(SWIFT_CODE)

.PHONY: release
release: $(BINARIES) ## Build stripped executables with the Swift runtime inside, in .build/dist
	@ls -l $(BINARIES)

.PHONY: install
install: $(BINARIES) ## Install the executables: make install PREFIX=/usr/local
	@mkdir -p "$(DESTDIR)$(PREFIX)/bin"
	@install -m 755 $(BINARIES) "$(DESTDIR)$(PREFIX)/bin"
	@for product in $(PRODUCTS); do echo "==> Installed $(DESTDIR)$(PREFIX)/bin/$$product"; done

.PHONY: sanitize
sanitize: needs-build ## Run the tests of the code under the address and the thread sanitizer
	@echo "==> Testing with the address sanitizer"
	@# The test runner itself leaks a little, so leaks are not looked for. A thousand connections take
	@# minutes, and are left to the thread sanitizer.
	@ASAN_OPTIONS=detect_leaks=0 swift test --sanitize address --scratch-path .build-asan \
		--skip ExecutableTests --skip InMemoryTokenStore --skip aThousand
	@echo "==> Testing what many tasks share with the thread sanitizer"
	@TSAN_OPTIONS=suppressions=$(CURDIR)/scripts/tsan-suppressions.txt \
		swift test --sanitize thread --scratch-path .build-tsan \
		--filter 'TokenIssuerTests|HTTPTransportTests|AttackTests.HTTP|ResourceServerTests|MCPServiceOAuthTests|HTTPClientTests'

.PHONY: fuzz
fuzz: needs-build ## Fuzz the parsers: make fuzz SECONDS=60
	@scripts/fuzz.sh $(SECONDS)

.PHONY: differential
differential: needs-build ## Compare the parser of HTTP with NIOHTTP1: make differential SECONDS=60
	@scripts/fuzz.sh $(SECONDS) Differential

.PHONY: mutate
mutate: needs-build ## Take out one guard after the other, and see that a test notices each: make mutate PART=1/4
	@python3 scripts/mutate.py --part $(PART)

.PHONY: soak
soak: needs-build $(DIST)/CalculatorHTTP $(DIST)/CalculatorOAuth .venv/modern/.ready ## Load the servers over HTTP and see that nothing grows: make soak MINUTES=2
	@python3 scripts/soak.py --binary $(DIST)/CalculatorHTTP --minutes $(MINUTES)
	@.venv/modern/bin/python scripts/soak.py --oauth --binary $(DIST)/CalculatorOAuth --minutes $(MINUTES)

.PHONY: nightly
nightly: SECONDS = 600
nightly: MINUTES = 30
nightly: setup $(BINARIES) .venv/idp/.ready ## Run what is too long for each commit: sanitizers, fuzz, mutants, soak, the guide, ten test runs
	@scripts/setup.sh nightly
	@scripts/nightly.sh $(SECONDS) $(MINUTES) $(PAUSE) $(RUNS)

.PHONY: bench
bench: setup $(BINARIES) .venv/modern/.ready ## Measure speed and size beside other servers
	@scripts/setup.sh bench
	@echo "==> Measuring; let the machine do nothing else"
	@.venv/modern/bin/python Benchmarks/stdio/bench.py --binary $(DIST)/CalculatorStdio \
		--jwt-binary $(DIST)/CalculatorJWT
	@.venv/modern/bin/python Benchmarks/stdio/timing.py --binary $(DIST)/CalculatorStdio
	@.venv/modern/bin/python Benchmarks/http/bench.py --binary $(DIST)/CalculatorHTTP \
		--jwt-binary $(DIST)/CalculatorJWT
	@.venv/modern/bin/python Benchmarks/http/timing.py --binary $(DIST)/CalculatorHTTP
	@.venv/modern/bin/python -W ignore Benchmarks/http/oauth.py --folder $(DIST)
	@.venv/modern/bin/python Benchmarks/http/exchange.py --folder $(DIST)
	@CALCULATOR_BENCHMARKS=1 $(MAKE) --no-print-directory release-build \
		PRODUCTS="JWTBenchmark PipelineBenchmark" >&2
	@$(RELEASE)/PipelineBenchmark
	@.venv/modern/bin/python Benchmarks/JWT/bench.py $(RELEASE)/JWTBenchmark

# --- The guide -----------------------------------------------------------------------------------

.PHONY: guide
guide: $(BINARIES) .venv/idp/.ready ## Run every command of the guide and compare what it prints
	@python3 guide/tools/test_run.py --quiet
	@python3 guide/tools/run.py --bin $(DIST)

.PHONY: idp
idp: .venv/idp/.ready ## Install the small identity provider that chapter 8 of the guide uses

.PHONY: attack
attack: $(BINARIES) ## Attack the servers; every attack must fail
	@PATH="$(CURDIR)/$(DIST):$$PATH" python3 guide/attacks/attack.py

.PHONY: attack-weak
attack-weak: ## Attack naive servers; every attack succeeds
	@python3 guide/attacks/attack.py --weak --i-know-this-is-insecure

.PHONY: site
site: .venv/site/.ready ## Build the guide as a small site, in site/
	@NO_MKDOCS_2_WARNING=1 .venv/site/bin/python -m mkdocs build --quiet --strict
	@python3 guide/tools/check_site.py site
	@echo "==> Open site/index.html, or: python3 -m http.server --directory site"

.PHONY: bundle
bundle: $(DIST)/CalculatorStdio .venv/modern/.ready ## Pack CalculatorStdio for Claude Desktop, in .build/dist
	@.venv/modern/bin/python guide/tools/bundle.py $(DIST)/CalculatorStdio $(DIST)/CalculatorStdio.mcpb

.PHONY: clean
clean: ## Remove all that was built
	rm -rf .build .build-* .venv site

.PHONY: needs-build
needs-build:
	@scripts/setup.sh build

.PHONY: needs-run
needs-run:
	@scripts/setup.sh run

.PHONY: release-build
release-build: $(STATIC)
	@for product in $(PRODUCTS); do swift build $(RELEASE_FLAGS) --product $$product || exit 1; done

$(STATIC):
	@mkdir -p $@
	@add() { library=$$(clang -print-file-name=$$1); [ ! -e "$$library" ] || ln -s "$$library" $@/$$2; }; \
		add libstdc++.a libstdc++.a; add libgcc_eh.a libgcc_s.a

$(DIST)/%: $(SOURCES)
	@scripts/setup.sh build
	@echo "==> Building $* for release"
	@$(MAKE) --no-print-directory release-build PRODUCTS=$*
	@mkdir -p $(DIST)
	@cp $(RELEASE)/$* $@
	@$(STRIP) $@

# Of the last one only the diagrams' script is wanted: it comes without what it stands on.
.venv/site/.ready: guide/requirements.txt guide/requirements-diagrams.txt
	@scripts/setup.sh venv .venv/site $<
	@.venv/site/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--requirement guide/requirements-diagrams.txt

# Made anew where the requirements change.
.venv/%/.ready: $(CLIENTS)/requirements-%.txt
	@scripts/setup.sh venv .venv/$* $<
