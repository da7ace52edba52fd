/*
 * bianzhi.c
 *		The front door: module magic and what happens when the library is loaded.
 */
#include "postgres.h"
#include "compat.h"

#include <dlfcn.h>

#include "account.h"
#include "alias.h"
#include "audit.h"
#include "delta.h"
#include "ledger.h"
#include "live.h"
#include "names.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "recover.h"
#include "seat.h"
#include "source.h"
#include "together.h"

BZ_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

/*
 * Bind our message catalogue.  pg_bindtextdomain() knows only the server's own
 * locale directory, so a library that was installed below a DESTDIR (and is
 * served from there by extension_destdir) would speak English.  Where our own
 * path ends in the directory we were built for, what stands before it is that
 * DESTDIR, mostly empty; a relocated server falls back on what it knows.
 * (The address asked for is that of a static function: "_PG_init" may be bound
 * to another library's.)
 */
static void
bind_texts(void)
{
#ifdef ENABLE_NLS
	Dl_info self;
	const char *file;
	size_t dir_len = strlen(BZ_PKGLIBDIR);
	size_t prefix_len;

	if (dladdr((void *) bind_texts, &self) == 0 || self.dli_fname == NULL ||
		(file = strrchr(self.dli_fname, '/')) == NULL || (size_t) (file - self.dli_fname) < dir_len ||
		strncmp(file - dir_len, BZ_PKGLIBDIR, dir_len) != 0)
	{
		pg_bindtextdomain(TEXTDOMAIN);
		return;
	}

	prefix_len = (file - self.dli_fname) - dir_len;
	bindtextdomain(TEXTDOMAIN, psprintf("%.*s%s", (int) prefix_len, self.dli_fname, BZ_LOCALEDIR));
	pg_bind_textdomain_codeset(TEXTDOMAIN);
#endif
}

void
_PG_init(void)
{
	bind_texts();
	bz_names_init();
	bz_live_init();
	bz_account_init();
	bz_alias_init();
	bz_together_init();
	bz_delta_init();
	bz_source_init();
	bz_seat_init();
	bz_recover_init();
	bz_ledger_init();
	bz_audit_init();
}
