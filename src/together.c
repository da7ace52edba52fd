/*
 * together.c
 *		Units that are judged together, as a reorganisation moves seats between
 *		them.
 *
 * An account by itself may never grow over what it is authorised (L2).  Where a
 * reorganisation moves people from one body to another, an excess goes with
 * them: there the excess of all accounts of the bodies concerned counts, in each
 * category by itself, and that may not grow on any day.  What is taken away from
 * all of them is a cut, and legal (L3), so an excess may grow by as much.
 *
 * Who may link units is the room "reform" alone.  A link holds for the statement
 * that made it; where judging is deferred, for the transaction, whose net change
 * decides.  It is kept in memory only: what it has to do with ends, or is rolled
 * back, together with it.
 */
#include "postgres.h"
#include "compat.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#include "account.h"
#include "catalogue.h"
#include "chunk.h"
#include "live.h"
#include "together.h"

typedef struct Link
{
	int64 unit;
	int64 other;
	CommandId since; /* of the statement that made it */
	SubTransactionId sub;
} Link;

static Link *links; /* in TopTransactionContext */
static int nlinks, capacity;

static void
together_xact(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_PREPARE || event == XACT_EVENT_ABORT)
	{
		/* the memory goes with its context */
		links = NULL;
		nlinks = capacity = 0;
	}
}

/* What a subtransaction that rolls back has linked lies at the end of the list. */
static void
together_subxact(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		while (nlinks > 0 && links[nlinks - 1].sub >= sub)
			nlinks--;
}

/* Called once, when the library is loaded. */
void
bz_together_init(void)
{
	RegisterXactCallback(together_xact, NULL);
	RegisterSubXactCallback(together_subxact, NULL);
}

/* From now on these two are judged together, in the statement that began with a command, or the transaction. */
void
bz_together_link(int64 unit, int64 other, CommandId since)
{
	if (nlinks == capacity)
	{
		capacity = capacity == 0 ? 16 : capacity * 2;
		links = links == NULL ? MemoryContextAlloc(TopTransactionContext, capacity * sizeof(Link))
							  : repalloc(links, capacity * sizeof(Link));
	}
	links[nlinks++] = (Link){unit, other, since, GetCurrentSubTransactionId()};
}

static bool
is_among(const int64 *units, int n, int64 unit)
{
	for (int i = 0; i < n; i++)
		if (units[i] == unit)
			return true;
	return false;
}

/* The units that are judged together with a unit, itself included; none: it is judged by itself. */
int
bz_together_units(int64 unit, BzScope scope, int64 **units)
{
	int n = 1;
	bool more = nlinks > 0;

	if (nlinks == 0)
		return 0;
	*units = palloc((nlinks + 1) * sizeof(int64));
	(*units)[0] = unit;
	while (more)
	{
		more = false;
		for (int i = 0; i < nlinks; i++)
		{
			bool has_unit = is_among(*units, n, links[i].unit);

			if ((!scope.whole_transaction && links[i].since != scope.since) ||
				has_unit == is_among(*units, n, links[i].other))
				continue;
			(*units)[n++] = has_unit ? links[i].other : links[i].unit;
			more = true;
		}
	}
	return n > 1 ? n : 0;
}

static int64
excess(const TlLevels *level)
{
	return level->v[TL_LINES] > 0 ? Max(tl_load(level) - level->v[TL_AUTHORIZED], 0) : 0;
}

/* What became of the excess of all accounts on a day; each has two cursors: now, and before the scope. */
static BzGrowth
growth_on(const TlCursor *c, const int64 *units, int n, int32 day)
{
	BzGrowth growth = {.first = day};
	int64 cut = 0;
	int64 entered = 0;
	int64 most = 0;

	for (int i = 0; i < n; i++)
	{
		const TlLevels *now = &c[2 * i].now;
		const TlLevels *was = &c[2 * i + 1].now;

		growth.was += excess(was);
		growth.now += excess(now);
		cut += was->v[TL_AUTHORIZED] - now->v[TL_AUTHORIZED];
		if (now->v[TL_LINES] > 0 && now->v[TL_CLOSED] > 0)
			entered += tl_load(now) - tl_load(was);
	}
	growth.closed = entered > 0;
	growth.found = growth.closed || growth.now - growth.was > Max(cut, 0);
	for (int i = 0; i < n && growth.found; i++)
	{
		const TlLevels *now = &c[2 * i].now;
		const TlLevels *was = &c[2 * i + 1].now;
		int64 added = growth.closed ? tl_load(now) - tl_load(was) : excess(now) - excess(was);

		if (added > most && (!growth.closed || now->v[TL_CLOSED] > 0))
		{
			most = added;
			growth.unit = units[i];
		}
	}
	return growth;
}

/*
 * How the excess of all units that are judged together with one grew in a
 * category.  Of several stretches of days those that reach today or later count,
 * and the first of them is told.
 */
BzGrowth
bz_together_growth(int64 unit, int category, BzScope scope)
{
	int64 *units;
	int n = bz_together_units(unit, scope, &units);
	TlCursor *c = palloc((2 * n + 1) * sizeof(TlCursor));
	BzGrowth growth = {0};
	int32 today = bz_today();
	int32 since = bz_category(category)->enforced_since;
	int32 day = TL_BEGIN;

	for (int i = 0; i < n; i++)
	{
		BzLine now, was;

		bz_line_scope(bz_account_number(units[i], category), scope, &now, &was);
		tl_start(&c[2 * i], now.steps, now.n);
		tl_start(&c[2 * i + 1], was.steps, was.n);
	}
	while (day < TL_END)
	{
		int32 next;
		BzGrowth here;

		CHECK_FOR_INTERRUPTS();
		tl_advance(c, 2 * n, day);
		next = tl_next_day(c, 2 * n);
		here = growth_on(c, units, n, Max(day, since));
		if (here.found && next > since)
		{
			here.present = growth.present || next > today;
			here.until = next;
			if (!growth.found || (!growth.present && next > today && day > growth.until))
				growth = here;
			growth.present = here.present;
			growth.until = next;
		}
		day = next;
	}
	return growth;
}
