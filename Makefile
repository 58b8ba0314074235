# tcpviz: `make run` and `make test` are all that is needed on a fresh Debian or Ubuntu.
# V=1 shows the commands; BUILD=DIR builds somewhere else; SAN=1 builds with ASan and UBSan.
VERSION := 0.1.0
BUILD ?= build
PREFIX ?= /usr/local
DESTDIR ?=

CC ?= gcc
SAN_FLAGS := $(if $(SAN),-fsanitize=address$(,)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
comma := ,
SAN_FLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
COV_FLAGS := $(if $(COV),--coverage -O0)
WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror
CFLAGS ?= -O2 -g
ALL_CFLAGS := -std=c11 -D_GNU_SOURCE -DTCPVIZ_VERSION='"$(VERSION)"' -Isrc -MMD -MP $(WARN) $(CFLAGS) \
              -fstack-protector-strong $(SAN_FLAGS) $(COV_FLAGS)
LDLIBS := -lncursesw -ltinfo -lpcap -luv -lmnl -lunistring
LDFLAGS += $(SAN_FLAGS) $(COV_FLAGS) -Wl,--as-needed -Wl,-z,relro,-z,now

Q := $(if $(V),,@)
SRC := $(wildcard src/*/*.c)
OBJ := $(SRC:src/%.c=$(BUILD)/obj/%.o)
LIB := $(filter-out $(BUILD)/obj/app/main.o,$(OBJ)) $(BUILD)/obj/builtin_table.o
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
PO := $(wildcard assets/po/*.po)
MO := $(PO:assets/%.po=$(BUILD)/assets/%.mo)
ASSETS := $(wildcard assets/scripts/*.tcpviz assets/themes/*.theme)

.PHONY: all unit clean
all: $(BUILD)/tcpviz

$(BUILD)/tcpviz: $(BUILD)/obj/app/main.o $(LIB)
	@echo "  LD   $@"
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/obj/%.o: src/%.c
	@echo "  CC   $<"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

# The assets: one assembler file that includes them, with a table of their names.
$(BUILD)/obj/builtin_table.o: $(ASSETS) $(MO) Makefile
	@mkdir -p $(@D)
	$(Q)n=0; names=$$(for f in $(ASSETS:assets/%=%) $(MO:$(BUILD)/assets/%=%); do echo $$f; done | LC_ALL=C sort); \
	{ echo '	.section .rodata'; for f in $$names; do n=$$((n+1)); p=assets/$$f; [ -f $$p ] || p=$(BUILD)/assets/$$f; \
	  printf 's%d: .asciz "%s"\nd%d: .incbin "%s"\ne%d: .byte 0\n' $$n $$f $$n $$p $$n; done; \
	  printf '\t.section .data.rel.ro,"aw"\n\t.balign 8\n\t.globl builtin_table, builtin_count\nbuiltin_table:\n'; n=0; \
	  for f in $$names; do n=$$((n+1)); printf '\t.quad s%d, d%d, e%d - d%d\n' $$n $$n $$n $$n; done; \
	  printf '\t.quad 0, 0, 0\nbuiltin_count: .quad %d\n\t.section .note.GNU-stack,"",@progbits\n' $$n; } > $(@:.o=.s)
	$(Q)$(CC) -c -o $@ $(@:.o=.s)

$(BUILD)/assets/po/%.mo: assets/po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

unit: $(UNIT)
	$(Q)for t in $(UNIT); do $$t || exit 1; done

$(BUILD)/unit/%: tests/unit/%.c $(LIB)
	@echo "  TEST $@"
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests -MF $@.d $(LDFLAGS) -o $@ $< $(filter $(UNIT_LIB_$*),$(LIB)) $(if $(UNIT_LIB_$*),,$(LIB)) -lcmocka $(LDLIBS)

clean:
	rm -rf $(BUILD)

-include $(OBJ:.o=.d) $(wildcard $(BUILD)/unit/*.d)
