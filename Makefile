# A thin front: CMake builds, scripts/ do the rest. `make help` lists what there is.
.DEFAULT_GOAL = build
.PHONY: build demo models test bench asan tsan valgrind fuzz fuzz-smoke format tidy check bare reference install clean help \
    setup configure verify verify-all

PREFIX = /usr/local
BUILD = build/release
SECONDS_EACH = 600

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F '|' '{ printf "%-20s %s\n", $$1, $$2 }'

setup: ## install what the build needs (as root), or say how
	@scripts/setup

configure: setup
	@scripts/configure $(BUILD)

build: configure ## the library and the command, in build/release
	@scripts/build $(BUILD)

demo: build ## the loop in a minute: search, scores, labels, measured against the truth
	@scripts/demo $(BUILD)

models: build ## make the models of models/ from nothing, in build/models, and measure them (about an hour)
	@scripts/models $(BUILD)

test: configure ## build and run all tests
	@scripts/test --build $(BUILD)

bench: configure ## build and run the benches
	@scripts/build $(BUILD) benches
	@for bench in $(BUILD)/bench/bench_*; do if [ -f $$bench ] && [ -x $$bench ]; then $$bench || exit 1; fi; done

asan: setup ## all tests under the address and undefined-behaviour sanitizers
	@scripts/test --build build/asan

tsan: setup ## the tests with threads and fibers under the thread sanitizer
	@scripts/test --build build/tsan --only '^test_(core|store|search|policy|eval)_|^test_cli_(shapes|json)'

valgrind: configure ## the quick tests under Valgrind
	@scripts/test --build $(BUILD) --label light --wrap 'valgrind -q --error-exitcode=9 --leak-check=full'

fuzz: setup ## every fuzz target for SECONDS_EACH=600 seconds
	@scripts/fuzz $(SECONDS_EACH)

fuzz-smoke: setup ## every fuzz target for 5 seconds
	@scripts/fuzz --driver 5

format: ## write all C files as clang-format 14 does
	@scripts/check-format --fix

tidy: configure ## clang-tidy over the sources
	@cmake --build $(BUILD)
	@find src -name '*.c' | xargs -P 2 -n 4 clang-tidy --quiet -p $(BUILD)

verify: build ## every claim of the recipes with scripted policies (minutes)
	@$(BUILD)/cairn recipe verify

verify-all: build ## the same also of the recipes that train decoders; new records in recipes/records, and docs/recipes.md from them
	@$(BUILD)/cairn recipe verify --tier all --out recipes/records
	@scripts/check-recipes --write $(BUILD)

reference: build ## write docs/reference.md from the options tables
	@scripts/check-reference --write $(BUILD)

check: build ## layers, licences, symbols, mathematics, reference, recipes, all examples of help and pages, format
	@status=0; \
	scripts/check-layers || status=1; \
	for check in licences exports libm reference recipes readme contributing examples; do scripts/check-$$check $(BUILD) || status=1; done; \
	scripts/check-format || status=1; \
	exit $$status

bare: ## `make demo` and `make test` in a bare Debian 12 and a bare Debian 13 (as root)
	@status=0; for suite in bookworm trixie; do scripts/bare-root $$suite || status=1; done; exit $$status

install: build ## library, headers, command, pages and models under PREFIX=/usr/local (DESTDIR is honoured)
	@cmake --install $(BUILD) --prefix $(PREFIX) >$(BUILD)/install.log || { cat $(BUILD)/install.log; exit 1; }
	@scripts/installed $(PREFIX)

clean: ## remove build/
	@rm -rf build
