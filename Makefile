# bianzhi: a PostgreSQL extension, built with PGXS.
#
#   make                      build
#   make install              install (DESTDIR= is obeyed)
#   make test                 every test; installs what is missing on Debian when run as root
#   make matrix               the tests on PostgreSQL 15, 17 and 18, the later two in chroots; needs root
#   make demo                 published establishments, and a made-up city, in a private PostgreSQL, and what the limits do there
#   make demo-stop            stop it and remove it
#   make bench                what it costs: docs/performance.md; CASES='bulk oltp', ROUNDS=3, SHORT=1
#   make bench-nation         50,000,000 people on this machine; by hand; CITIES=13
#   make format               clang-format the C files
#   make po-update            bring src/po/*.po up to date with the messages in src/*.c
#   make with_llvm=no         build without LLVM bitcode
#   make BZ_FLAGS='-D...'     build with more compiler flags

EXTENSION = bianzhi
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" bianzhi.control)

# The install script is joined from these parts, in this order; a part may use
# what earlier parts made.
PARTS = bianzhi resident_id credit_code catalogue document stay hold unit person lead row_text ledger audit seal proof erase examine \
	account chunk rules source judge live strength quota ceiling digest seat away outside register recover key vacancy unit_ledger ask row truth \
	go_live attach problem_kind workday problem problem_step problem_do problem_block problem_board \
	holders retire reform_plan reform reform_undo leavers outlook attrition forecast unit_change change key_task focus age_band staff structure detect detect_body detect_seat detect_post detect_record inspect document_missing health catalogue_data problem_data
SQL_PARTS = $(patsubst %,src/%.sql,$(PARTS))

MODULE_big = bianzhi
SOURCES = $(sort $(wildcard src/*.c))
OBJS = $(SOURCES:.c=.o)
DATA_built = bianzhi--$(EXTVERSION).sql

# the verifier that needs no server: its own files, and the pure rooms that it shares with the library
VERIFIER = src/verify/bianzhi-verify
VERIFIER_SOURCES = $(sort $(wildcard src/verify/*.c))
VERIFIER_OBJS = $(VERIFIER_SOURCES:.c=.o) $(patsubst %,src/%.o,hasher merkle leaf json instant evidence)

LANGUAGES = $(sort $(patsubst src/po/%.po,%,$(wildcard src/po/*.po)))
MO_FILES = $(patsubst %,src/po/%.mo,$(LANGUAGES))

BZ_FLAGS =
PG_CPPFLAGS = -I$(srcdir)/src -DBZ_VERSION='"$(EXTVERSION)"' -DBZ_PKGLIBDIR='"$(pkglibdir)"' \
	-DBZ_LOCALEDIR='"$(localedir)"' $(BZ_FLAGS)
PG_CFLAGS = -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare
# the server loads libraries with RTLD_GLOBAL: our calls must not end in a namesake of another library
SHLIB_LINK = -Wl,-Bsymbolic -lcrypto

# test/run knows how to run the tests
NO_INSTALLCHECK = 1
EXTRA_CLEAN = $(DATA_built) $(MO_FILES) $(VERIFIER) $(VERIFIER_SOURCES:.c=.o) build.flags src/po/bianzhi.pot results tmp_check

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifneq ($(PGXS),)
include $(PGXS)
else
all install:
	@echo "$(PG_CONFIG) not found: install postgresql-server-dev-15, or say PG_CONFIG=..." >&2; exit 1
endif

$(DATA_built): $(SQL_PARTS) build.flags
	cat $(SQL_PARTS) > $@

# PGXS knows nothing of headers; and what is built is as old as the flags and the list of files it was built with
BUILT_WITH = $(VERIFIER_SOURCES) $(EXTVERSION) $(PG_CONFIG) $(MAJORVERSION) $(CFLAGS) $(BZ_FLAGS) $(SOURCES) $(SQL_PARTS)
$(OBJS) $(OBJS:.o=.bc) $(VERIFIER_OBJS): $(wildcard src/*.h src/verify/*.h) build.flags
build.flags: FORCE
	@printf "%s\n" '$(subst ','\'',$(BUILT_WITH))' >$@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# its bound on errors counts on each operation being rounded, and so on none being fused with another; -O3 has its loops done several
# entries at a time, which changes no result
src/distribution.o: CFLAGS += -O3 -ffp-contract=off
src/distribution.bc: BITCODE_CFLAGS += -ffp-contract=off

# translations: PGXS wants nls.mk and po/ at the top, ours stand in src/po
MSGFMT ?= msgfmt
XGETTEXT ?= xgettext
MSGMERGE ?= msgmerge
GETTEXT_TRIGGERS = _ gettext gettext_noop errmsg errmsg_plural:1,2 errdetail errdetail_log \
	errdetail_plural:1,2 errdetail_log_plural:1,2 errhint errhint_plural:1,2 errcontext GUC_check_errdetail
GETTEXT_FORMATS = _:1:pass-c-format $(foreach f,errmsg errdetail errdetail_log errhint errcontext GUC_check_errdetail,$f:1:c-format) \
	$(foreach f,errmsg_plural errdetail_plural errdetail_log_plural errhint_plural,$f:1:c-format $f:2:c-format)

all: $(MO_FILES) $(VERIFIER)

$(VERIFIER): $(VERIFIER_OBJS)
	$(CC) $(CFLAGS) $(VERIFIER_OBJS) $(LDFLAGS) $(LDFLAGS_EX) -lcrypto -o $@

src/po/%.mo: src/po/%.po
	$(MSGFMT) -c -o $@ $<

install: install-translations install-verifier
installdirs: installdirs-translations installdirs-verifier
uninstall: uninstall-translations uninstall-verifier

installdirs-verifier:
	$(MKDIR_P) '$(DESTDIR)$(bindir)'

install-verifier: $(VERIFIER) installdirs-verifier
	$(INSTALL_PROGRAM) $(VERIFIER) '$(DESTDIR)$(bindir)/'

uninstall-verifier:
	rm -f '$(DESTDIR)$(bindir)/bianzhi-verify'

installdirs-translations:
	$(foreach l,$(LANGUAGES),$(MKDIR_P) '$(DESTDIR)$(localedir)/$l/LC_MESSAGES' &&) :

install-translations: $(MO_FILES) installdirs-translations
	$(foreach l,$(LANGUAGES),$(INSTALL_DATA) src/po/$l.mo '$(DESTDIR)$(localedir)/$l/LC_MESSAGES/bianzhi-$(MAJORVERSION).mo' &&) :

uninstall-translations:
	$(foreach l,$(LANGUAGES),rm -f '$(DESTDIR)$(localedir)/$l/LC_MESSAGES/bianzhi-$(MAJORVERSION).mo' &&) :

src/po/bianzhi.pot: $(SOURCES) Makefile
	$(XGETTEXT) --language=C --from-code=UTF-8 --no-wrap --sort-by-file --add-location=file --add-comments=translator \
		--copyright-holder='bianzhi developers' --package-name=bianzhi --package-version=$(EXTVERSION) \
		$(addprefix --keyword=,$(GETTEXT_TRIGGERS)) $(addprefix --flag=,$(GETTEXT_FORMATS)) \
		--output=$@ --force-po $(SOURCES)

po-update: src/po/bianzhi.pot
	for po in $(patsubst %,src/po/%.po,$(LANGUAGES)); do \
		$(MSGMERGE) --quiet --update --backup=none --no-wrap --no-fuzzy-matching --sort-by-file --add-location=file $$po $< && \
		msgattrib --no-obsolete --no-wrap --sort-by-file --add-location=file -o $$po $$po || exit 1; \
	done

# every message in src/*.c has a translation, and every translation a message
po-check: src/po/bianzhi.pot
	test/lib/po-check $< $(patsubst %,src/po/%.po,$(LANGUAGES))

# bring the layout of the C files up to .clang-format
format:
	clang-format -i src/*.c src/*.h src/verify/*.c src/verify/*.h

test:
	test/run

matrix:
	test/matrix/run

bench:
	@test/bench/run

bench-nation:
	@test/bench/run nation

demo:
	@test/demo/run

demo-stop:
	@test/demo/stop

FORCE:

.PHONY: FORCE bench bench-nation format test matrix demo demo-stop po-update po-check install-verifier installdirs-verifier uninstall-verifier install-translations installdirs-translations uninstall-translations
