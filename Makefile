# tcpviz: `make run` and `make test` are all that a fresh Debian or Ubuntu needs.
# V=1 shows the commands, BUILD=DIR builds elsewhere, SAN=1 builds with ASan and UBSan, ARGS='…' goes to `make run`.
VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=
CC ?= gcc
comma := ,
SAN_FLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined$(if $(FUZZ),$(comma)fuzzer-no-link -fsanitize-coverage-ignorelist=tests/fuzz/uncovered) -fno-sanitize-recover=all -fno-omit-frame-pointer)
COV_FLAGS := $(if $(COV),--coverage -O0 -fprofile-update=atomic -DCOVERAGE)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CFLAGS ?= -O2 -g
FLAGS := -std=c11 -D_GNU_SOURCE -DTCPVIZ_VERSION='"$(VERSION)"' -Isrc -MMD -MP $(WARN) $(CFLAGS) \
         -fstack-protector-strong $(SAN_FLAGS) $(COV_FLAGS)
LDLIBS := -lncursesw -ltinfo -lpcap -luv -lmnl -lunistring -lz -lzstd
LINK := $(CC) $(LDFLAGS) $(SAN_FLAGS) $(COV_FLAGS) -Wl,--as-needed -Wl,-z,relro,-z,now
Q := $(if $(V),,@)
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif

SRC := $(wildcard src/*/*.c)
OBJ := $(SRC:src/%.c=$(BUILD)/obj/%.o)
LIB := $(filter-out $(BUILD)/obj/app/main.o,$(OBJ)) $(BUILD)/obj/builtin.o
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
MO := $(patsubst assets/%.po,$(BUILD)/assets/%.mo,$(wildcard assets/po/*.po))
ASSETS := $(sort $(wildcard assets/scripts/*.tcpviz assets/themes/*.theme assets/report/*))

.PHONY: all run test test-long bench unit fuzz fuzzers lint coverage deps deps-test deps-fuzz deps-lint deps-cover install uninstall clean
all: $(BUILD)/tcpviz

$(BUILD)/tcpviz: $(BUILD)/obj/app/main.o $(LIB)
	@echo "  LD   $@"
	$(Q)$(LINK) -o $@ $^ $(LDLIBS)

# What each of millions of segments goes through. Small structures are cleared by moves where the compiler can be told so:
# `rep stos` takes longer to start than they take.
CLEAR := -mmemset-strategy=vector_loop:256:noalign,libcall:-1:noalign
HOT := -O3 $(shell $(CC) $(CLEAR) -E -x c /dev/null >/dev/null 2>&1 && echo $(CLEAR))
$(BUILD)/obj/core/%.o $(BUILD)/obj/session/%.o $(BUILD)/obj/scene/%.o $(BUILD)/obj/export/%.o: private FLAGS += $(if $(filter -O2,$(CFLAGS)),$(HOT))

$(BUILD)/obj/%.o: src/%.c Makefile
	@echo "  CC   $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(FLAGS) -c -o $@ $<

# The assets: one assembler file that includes them, and a table of their names, in order.
$(BUILD)/obj/builtin.o: $(ASSETS) $(MO) Makefile
	@echo "  PACK $@"
	@mkdir -p $(@D)
	$(Q)n=0; set -- $(foreach n,$(sort $(ASSETS:assets/%=%) $(MO:$(BUILD)/assets/%=%)),$n $(filter assets/$n $(BUILD)/assets/$n,$(ASSETS) $(MO))); \
	{ echo '.section .rodata'; while [ $$# -gt 0 ]; do n=$$((n+1)); \
	    printf 's%d: .asciz "%s"\nd%d: .incbin "%s"\ne%d: .byte 0\n' $$n "$$1" $$n "$$2" $$n; shift 2; done; \
	  printf '.section .data.rel.ro,"aw"\n.balign 8\n.globl builtin_table, builtin_count\nbuiltin_table:\n'; \
	  i=0; while [ $$i -lt $$n ]; do i=$$((i+1)); printf '.quad s%d, d%d, e%d - d%d\n' $$i $$i $$i $$i; done; \
	  printf '.quad 0, 0, 0\nbuiltin_count: .quad %d\n.section .note.GNU-stack,"",@progbits\n' $$n; } > $(@:.o=.s)
	$(Q)$(CC) -c -o $@ $(@:.o=.s)

$(BUILD)/assets/%.mo: assets/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check-format -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(LIB)
	@echo "  TEST $@"
	@mkdir -p $(@D)
	$(Q)$(LINK) $(FLAGS) -Itests -o $@ $< $(LIB) -lcmocka $(LDLIBS)

unit: $(UNIT)

# Foreign bytes, RUNS inputs for each target (0: a minute), from the seeds on; what is found stands in $(BUILD)/fuzz/found.
RUNS ?= 0
FUZZERS := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(wildcard tests/fuzz/*.c))
fuzzers: $(FUZZERS)
$(FUZZERS): $(BUILD)/%: tests/fuzz/%.c $(LIB)
	$(Q)$(LINK) $(FLAGS) -fsanitize=fuzzer -Itests -o $@ $< $(LIB) $(LDLIBS)
fuzz: deps-fuzz
	$(Q)$(MAKE) --no-print-directory CC=clang SAN=1 FUZZ=1 WARN=-w BUILD=$(BUILD)/fuzz fuzzers
	$(Q)tests/fuzz/all $(BUILD)/fuzz $(RUNS)

# Mermaid's own parser, where npm is there to bring it; the test that asks it is left out elsewhere.
$(BUILD)/npm/installed: tests/exports/package.json
	@mkdir -p $(@D)
	$(Q)if command -v npm >/dev/null && command -v node >/dev/null; then \
	    echo "  NPM  $(@D)"; cp $< $(@D); \
	    npm install --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent && touch $@ || echo "  npm could not install Mermaid"; fi

# What is missing is installed before anything is built: a list of prerequisites would do both at once.
run: deps
	$(Q)$(MAKE) --no-print-directory all
	$(Q)assets/apparmor/offer $(BUILD)/tcpviz
	$(Q)$(BUILD)/tcpviz $(ARGS)

test: deps-test
	$(Q)$(MAKE) --no-print-directory all unit
	$(Q)$(MAKE) --no-print-directory SAN=1 BUILD=$(BUILD)/san all unit
	$(Q)$(MAKE) --no-print-directory $(BUILD)/npm/installed
	$(Q)python3 tests/run $(BUILD) $(TESTS)

test-long: deps-test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 tests/run --long $(BUILD) $(TESTS)

# What the wire costs, beside a plain bridge of the kernel; as root, on a machine that does nothing else.
bench: deps-test
	$(Q)$(MAKE) --no-print-directory all
	$(Q)python3 tests/bench/wire.py $(BUILD)

lint: deps-lint
	$(Q)$(MAKE) --no-print-directory all
	$(Q)tests/lint/all $(BUILD)

coverage: deps-cover
	$(Q)$(MAKE) --no-print-directory COV=1 CFLAGS=-g BUILD=$(BUILD)/cov all unit
	$(Q)rc=0; python3 tests/run --coverage $(BUILD)/cov $(TESTS) || rc=1; \
	gcovr --root . --filter src/ --fail-under-line 85 $(BUILD)/cov || rc=1; \
	gcovr --root . --filter src/core/ --fail-under-line 95 --print-summary -o $(BUILD)/cov/core.txt $(BUILD)/cov || rc=1; exit $$rc

deps:
	$(Q).ci/deps build
deps-test:
	$(Q).ci/deps test
deps-fuzz:
	$(Q).ci/deps fuzz
deps-lint:
	$(Q).ci/deps lint
deps-cover:
	$(Q).ci/deps cover

install: all
	install -D -m 755 $(BUILD)/tcpviz $(DESTDIR)$(PREFIX)/bin/tcpviz
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 man/tcpviz.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 man/tcpviz-script.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man7 man/tcpviz-wire.7
	install -D -m 644 assets/completions/tcpviz $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcpviz

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/tcpviz $(DESTDIR)$(PREFIX)/share/man/man1/tcpviz.1 \
	  $(DESTDIR)$(PREFIX)/share/man/man5/tcpviz-script.5 $(DESTDIR)$(PREFIX)/share/man/man7/tcpviz-wire.7 $(DESTDIR)$(PREFIX)/share/bash-completion/completions/tcpviz

clean:
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(wildcard $(BUILD)/unit/*.d $(BUILD)/*.d)
