/*
 * judge.c
 *		The queue, and the only place that refuses.
 *
 * A flush that finds something suspect puts it into the table "queue".  The
 * constraint trigger of that table fires at the end of the outer statement, or
 * at commit if it is deferred, and judges by what is then there and by what was
 * there when the statement, or the transaction, began.  Nothing is paid where
 * nothing is suspect.
 */
#include "postgres.h"
#include "compat.h"

#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "account.h"
#include "catalogue.h"
#include "chunk.h"
#include "errors.h"
#include "judge.h"
#include "live.h"
#include "names.h"
#include "prove.h"
#include "seat_guard.h"
#include "together.h"
#include "trigger.h"

/* columns of bianzhi.queue */
#define QUEUE_CHARGE 2
#define QUEUE_KEY 3
#define QUEUE_SINCE 4
#define QUEUE_RELID 5
#define QUEUE_ROUND 6
#define QUEUE_WRITER 7

/* where the queue's own statement judges, the command since which is kept as a negative number: no other statement's */
#define OWN(since) (-(int64) (since) -1)

/* charges are being put into the queue, and judged there unless they are deferred */
static bool in_own_statement = false;

/* how often judging is put off for triggers that still have to fire: as many as cascades can be deep */
#define MAX_ROUNDS 32

/* An account under judgement */
typedef struct Account
{
	int64 unit;
	int category;
	bool ceiling; /* what is filled are quotas */
} Account;

/*
 * What was found out of order.  Of several stretches that do not touch, those
 * that reach today or later count, and the first of them is named.
 */
typedef struct Finding
{
	bool found;
	bool present; /* some of it is today or later */
	int32 first;  /* first day */
	int32 until;  /* day after the last */
	bool closed;  /* for a line that closes the account, not for want of room */
	bool room;	  /* on the day after, what was asked would fit */
	TlLevels now; /* on the first day */
	TlLevels was; /* before the scope */
	int64 asked;  /* what the scope added on the first day */
} Finding;

/* What was found in an account */
typedef struct Case
{
	Account account;
	bool together; /* judged with accounts of other units: one may grow as another shrinks */
	bool refuse;
	Finding breach;	  /* the load grew, and is over */
	Finding cut;	  /* what is authorised shrank below the load */
	Finding negative; /* what is authorised fell below zero */
} Case;

/*
 * Run a statement of ours as the owner.  What triggers it fires is queued with
 * the statement that called us, or, if "fire" is set, fired at its own end.
 */
static void
execute(const char *sql, int nargs, Oid *types, Datum *values, bool fire)
{
	Oid user;
	int context;
	SPIPlanPtr plan;

	bz_as_owner(&user, &context);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	plan = SPI_prepare(sql, nargs, types);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed for \"%s\"", sql);
	if (SPI_execute_snapshot(plan, values, NULL, InvalidSnapshot, InvalidSnapshot, false, fire, 0) < 0)
		elog(ERROR, "SPI_execute_snapshot failed for \"%s\"", sql);
	SPI_finish();
	SetUserIdAndSecContext(user, context);
}

static void
enqueue(const BzSuspect *suspect, int n, int64 since, BzWrite write, int round, bool fire)
{
	Oid types[] = {INT4ARRAYOID, INT8ARRAYOID, INT8OID, OIDOID, INT4OID, OIDOID};
	Datum *charge = palloc((n + 1) * sizeof(Datum));
	Datum *key = palloc((n + 1) * sizeof(Datum));
	Datum values[] = {0,
					  0,
					  Int64GetDatum(since),
					  ObjectIdGetDatum(write.relid),
					  Int32GetDatum(round),
					  ObjectIdGetDatum(write.writer)};
	int kept = 0;

	for (int i = 0; i < n; i++)
	{
		/* many rows of one account raise one charge each part of a long statement */
		if (i > 0 && suspect[i].charge == suspect[i - 1].charge && suspect[i].key == suspect[i - 1].key)
			continue;
		charge[kept] = Int32GetDatum(suspect[i].charge);
		key[kept++] = Int64GetDatum(suspect[i].key);
	}
	if (kept == 0)
		return;
	values[0] = PointerGetDatum(construct_array(charge, kept, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	values[1] = PointerGetDatum(
		construct_array(key, kept, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
	execute("INSERT INTO bianzhi.queue (charge, key, since, relid, round, writer)"
			" SELECT s.charge, s.key, $3, $4, $5, $6"
			" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS s (charge, key)",
			6, types, values, fire);
}

/*
 * Put suspects into the queue, to be judged when the statement or the
 * transaction ends.
 *
 * "own_statement": they are judged at the end of the queue's own statement.
 * TRUNCATE does not clean up after triggers of other tables that are queued with
 * it; but it makes no load grow, so nothing can still come that matters.  A
 * reorganisation is many statements, of which the last has ended.
 */
void
bz_judge_queue(const BzSuspect *suspect, int n, BzScope scope, Oid relid, bool own_statement)
{
	PG_TRY();
	{
		in_own_statement = own_statement;
		enqueue(suspect, n, own_statement ? OWN(scope.since) : (int64) scope.since,
				(BzWrite){relid, GetUserId()}, 0, own_statement);
	}
	PG_FINALLY();
	{
		in_own_statement = false;
	}
	PG_END_TRY();
}

/* Add a stretch of days, if it is later than those that came before, to a finding; only days from "since" on. */
static void
add_finding(Finding *finding, int32 from, int32 to, int32 since, int32 today, const TlLevels *now,
			const TlLevels *was, bool closed)
{
	from = Max(from, since);
	if (from >= to)
		return;
	if (!finding->found || (!finding->present && to > today && from > finding->until))
	{
		finding->found = true;
		finding->first = from;
		finding->now = *now;
		finding->was = *was;
		finding->asked = tl_load(now) - tl_load(was);
		finding->closed = closed;
	}
	finding->present |= to > today;
	finding->until = to;
	finding->room = false;
}

static void
leave_lead_text(const char *kind, int64 unit, const char *subject, const char *evidence)
{
	Oid types[] = {TEXTOID, INT8OID, TEXTOID, TEXTOID};
	Datum values[] = {CStringGetTextDatum(kind), Int64GetDatum(unit), CStringGetTextDatum(subject),
					  CStringGetTextDatum(evidence)};

	execute(
		"INSERT INTO bianzhi.lead (kind, unit_id, subject, evidence) VALUES ($1, $2, $3, $4::pg_catalog.jsonb)",
		4, types, values, true);
}

static void
leave_lead(const char *kind, int64 unit, const char *category, const Finding *finding)
{
	StringInfoData evidence;

	initStringInfo(&evidence);
	appendStringInfoString(&evidence, "{\"category\": ");
	escape_json(&evidence, category);
	appendStringInfo(&evidence, ", \"first\": \"%s\", \"until\": \"%s\"", bz_day_text(finding->first),
					 bz_day_text(finding->until));
	if (finding->now.v[TL_LINES] > 0)
		appendStringInfo(&evidence, ", \"authorized\": " INT64_FORMAT, finding->now.v[TL_AUTHORIZED]);
	appendStringInfo(&evidence, ", \"filled\": " INT64_FORMAT ", \"reserved\": " INT64_FORMAT "}",
					 finding->now.v[TL_FILLED], finding->now.v[TL_RESERVED]);
	leave_lead_text(kind, unit, category, evidence.data);
}

/* Refuse: say which unit, category and day; how many only where the writer may read the strength of units; never who. */
static void
refuse_limit(const Account *account, const Finding *finding, bool bare, int32 room, BzWrite write)
{
	const char *unit = bz_unit_key(account->unit);
	const char *category = bz_category_code(account->category);
	const char *day = bz_day_text(finding->first);
	bool tell = bz_may_read(write.writer, BZ_STRENGTH);

	if (!bare)
		bz_prove_excess(account->unit, account->category, false, finding->first);
	ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
			bare ? errmsg("no establishment quota: unit \"%s\", category \"%s\", first on %s", unit, category,
						  day)
			: finding->closed
				? errmsg("establishment closed to entries: unit \"%s\", category \"%s\", first on %s", unit,
						 category, day)
				: errmsg("establishment limit exceeded: unit \"%s\", category \"%s\", first on %s", unit,
						 category, day),
			tell && !bare
				? errdetail("authorized %lld, filled %lld, reserved %lld, asked %lld",
							(long long) finding->now.v[TL_AUTHORIZED], (long long) finding->was.v[TL_FILLED],
							(long long) finding->was.v[TL_RESERVED], (long long) finding->asked)
				: 0,
			room != TL_END ? errhint("room from %s", bz_day_text(room)) : 0,
			bz_errconstraint_on(write.relid, "establishment_limit"));
}

/* Look at an account: what is out of order in it, by L2, L3, L6, L17's closed accounts, and quotas below zero. */
static void
examine(int64 id, BzScope scope, Case *found)
{
	const BzCategory *rules;
	BzLine now_line, was_line;
	TlCursor c[2];
	int64 *units;
	int32 today = bz_today();
	int32 day = TL_BEGIN;

	memset(found, 0, sizeof(*found));
	bz_account_read(id, &found->account.unit, &found->account.category, &found->account.ceiling);
	rules = bz_category(found->account.category);
	if (rules == NULL)
		return;
	found->together = !found->account.ceiling && bz_together_units(found->account.unit, scope, &units) > 0;
	bz_line_scope(id, scope, &now_line, &was_line);
	tl_start(&c[0], now_line.steps, now_line.n);
	tl_start(&c[1], was_line.steps, BZ_BREAK == BZ_BREAK_NET ? 0 : was_line.n);

	while (day < TL_END)
	{
		const TlLevels *now = &c[0].now;
		const TlLevels *was = &c[1].now;
		int32 next;
		int64 asked;
		bool over;
		bool closed;

		tl_advance(c, 2, day);
		next = tl_next_day(c, 2);
		asked = tl_load(now) - tl_load(was);
		over = now->v[TL_LINES] > 0 && tl_load(now) > now->v[TL_AUTHORIZED];
		closed = now->v[TL_LINES] > 0 && now->v[TL_CLOSED] > 0 && !over && !found->together;
		if (now->v[TL_AUTHORIZED] < 0 && now->v[TL_AUTHORIZED] < was->v[TL_AUTHORIZED])
			add_finding(&found->negative, day, next, TL_BEGIN, today, now, was, false);
		if (asked > 0 && (over || closed))
			add_finding(&found->breach, day, next, rules->enforced_since, today, now, was, closed);
		else if ((over && (was->v[TL_LINES] == 0 ||
						   (now->v[TL_AUTHORIZED] < was->v[TL_AUTHORIZED] &&
							tl_load(now) - now->v[TL_AUTHORIZED] > tl_load(was) - was->v[TL_AUTHORIZED]))) ||
				 (now->v[TL_LINES] == 0 && was->v[TL_LINES] > 0 && tl_load(now) > 0 &&
				  !found->account.ceiling))
			add_finding(&found->cut, day, next, TL_BEGIN, today, now, was, false);
		else if (asked > 0 && found->breach.found && day == found->breach.until)
			found->breach.room = true;
		day = next;
	}
	found->refuse = !found->together && found->breach.found && rules->enforcement == BZ_REFUSE &&
					(found->breach.present || rules->past_excess == BZ_REFUSE);
}

/* Does one category stand above the other, or is it the same? */
static bool
on_one_path(int a, int b)
{
	for (int up = a; up >= 0; up = bz_category(up)->parent)
		if (up == b)
			return true;
	for (int up = b; up >= 0; up = bz_category(up)->parent)
		if (up == a)
			return true;
	return false;
}

/* The day from which a refused account and all that refuse with it on its path have room; TL_END: none is known. */
static int32
room_from(const Case *refused, const Case *all, int n)
{
	int32 day = refused->breach.until;

	for (int i = 0; i < n; i++)
		if (all[i].refuse && all[i].account.unit == refused->account.unit &&
			on_one_path(all[i].account.category, refused->account.category))
		{
			if (!all[i].breach.room)
				return TL_END;
			day = Max(day, all[i].breach.until);
		}
	return day;
}

/*
 * Judge an account together with those of other units.  False: an excess has
 * only come from there, which is legal; otherwise it is refused, or recorded as
 * any other.
 */
static bool
grew_together(const Case *one, const BzCategory *rules, BzScope scope, BzWrite write)
{
	BzGrowth growth = bz_together_growth(one->account.unit, one->account.category, scope);

	if (!growth.found || rules->enforcement != BZ_REFUSE ||
		(!growth.present && rules->past_excess != BZ_REFUSE))
		return growth.found;
	bz_prove_excess(growth.unit, one->account.category, false, growth.first);
	ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
			growth.closed
				? errmsg("establishment closed to entries: unit \"%s\", category \"%s\", first on %s",
						 bz_unit_key(growth.unit), rules->code, bz_day_text(growth.first))
				: errmsg("the reorganization adds to the excess: unit \"%s\", category \"%s\", first on %s",
						 bz_unit_key(growth.unit), rules->code, bz_day_text(growth.first)),
			!growth.closed && bz_may_read(write.writer, BZ_STRENGTH)
				? errdetail("all units concerned over by %lld, before by %lld", (long long) growth.now,
							(long long) growth.was)
				: 0,
			bz_errconstraint_on(write.relid, "establishment_limit"));
}

/* Refuse an account, or leave leads for what is only recorded. */
static void
decide(const Case *one, const Case *all, int n, BzScope scope, BzWrite write)
{
	const BzCategory *rules = bz_category(one->account.category);
	int64 unit = one->account.unit;
	const char *code = bz_category_code(one->account.category);

	if (one->negative.found)
		ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
				errmsg("authorized establishment below zero: unit \"%s\", category \"%s\", first on %s",
					   bz_unit_key(unit), code, bz_day_text(one->negative.first)),
				bz_errconstraint_on(write.relid, "quota_not_negative"));
	if (rules == NULL || rules->enforcement == BZ_ALLOW)
		return;
	if (one->refuse)
		refuse_limit(&one->account, &one->breach, false, room_from(one, all, n), write);
	if (one->together && !grew_together(one, rules, scope, write))
	{
		const Finding *over = one->breach.found ? &one->breach : &one->cut;

		if (over->found)
			leave_lead(over->present ? "over_by_reform" : "past_excess", unit, code, over);
		return;
	}
	if (one->breach.found)
		leave_lead(one->breach.present ? "recorded_excess" : "past_excess", unit, code, &one->breach);
	if (one->cut.found)
		leave_lead(one->cut.present ? "over_by_cut" : "past_excess", unit, code, &one->cut);
}

/*
 * Judge what is given out under a ceiling: L15.  To set a ceiling ("cut"), even
 * a first one, below what is given out is legal, as it is to cut a quota.
 */
static void
judge_ceiling(int64 id, bool cut, BzScope scope, BzWrite write)
{
	Case one;
	const Finding *over = &one.breach;
	const char *unit;
	const char *category;

	examine(id, scope, &one);
	unit = bz_unit_key(one.account.unit);
	category = bz_category_code(one.account.category);
	if (one.refuse && !cut)
	{
		bz_prove_excess(one.account.unit, one.account.category, true, over->first);
		ereport(ERROR, errcode(ERRCODE_CHECK_VIOLATION),
				errmsg("establishment ceiling exceeded: unit \"%s\", category \"%s\", first on %s", unit,
					   category, bz_day_text(over->first)),
				bz_may_read(write.writer, BZ_STRENGTH)
					? errdetail("ceiling %lld, given out %lld, asked %lld",
								(long long) over->now.v[TL_AUTHORIZED], (long long) over->was.v[TL_FILLED],
								(long long) over->asked)
					: 0,
				bz_errconstraint_on(write.relid, "establishment_ceiling"));
	}
	if (one.breach.found)
		leave_lead("over_ceiling", one.account.unit, category, &one.breach);
	if (one.cut.found)
		leave_lead("over_ceiling", one.account.unit, category, &one.cut);
}

/* The load of an account's own category: its load less that of the categories below. */
static int64
own_load(const TlCursor *c, int n, bool was)
{
	int64 load = tl_load(&c[was].now);

	for (int i = 2; i < n; i += 2)
		load -= tl_load(&c[i + was].now);
	return load;
}

/* Judge rows that may stand where no account of their path has a quota line: L5. */
static void
judge_bare(int64 id, BzScope scope, BzWrite write)
{
	Account account;
	const BzCategory *rules;
	TlCursor *c; /* own now and was, the children's now and was, then the ancestors' now */
	int n = 2;
	int nown;
	Finding breach = {0};
	int32 today = bz_today();
	int32 day = TL_BEGIN;
	BzLine now, was;
	const char *code;

	bz_account_read(id, &account.unit, &account.category, &account.ceiling);
	rules = bz_category(account.category);
	code = bz_category_code(account.category);
	if (rules == NULL || rules->without_quota == BZ_ALLOW || rules->enforcement == BZ_ALLOW)
		return;

	for (int child = rules->first_child; child >= 0; child = bz_category(child)->next_sibling)
		n += 2;
	nown = n;
	for (int up = rules->parent; up >= 0; up = bz_category(up)->parent)
		n++;
	c = palloc(n * sizeof(TlCursor));
	bz_line_scope(id, scope, &now, &was);
	tl_start(&c[0], now.steps, now.n);
	tl_start(&c[1], was.steps, was.n);
	n = 2;
	for (int child = rules->first_child; child >= 0; child = bz_category(child)->next_sibling)
	{
		bz_line_scope(bz_account_number(account.unit, child), scope, &now, &was);
		tl_start(&c[n++], now.steps, now.n);
		tl_start(&c[n++], was.steps, was.n);
	}
	for (int up = rules->parent; up >= 0; up = bz_category(up)->parent)
	{
		now = bz_line_now(bz_account_number(account.unit, up));
		tl_start(&c[n++], now.steps, now.n);
	}

	while (day < TL_END)
	{
		int32 next;
		bool bare;
		int64 asked;

		tl_advance(c, n, day);
		next = tl_next_day(c, n);
		bare = c[0].now.v[TL_LINES] == 0;
		for (int i = nown; i < n; i++)
			bare &= c[i].now.v[TL_LINES] == 0;
		asked = own_load(c, nown, false) - own_load(c, nown, true);
		if (bare && asked > 0)
			add_finding(&breach, day, next, rules->enforced_since, today, &c[0].now, &c[1].now, false);
		day = next;
	}
	if (!breach.found)
		return;
	if (rules->without_quota == BZ_REFUSE && rules->enforcement == BZ_REFUSE &&
		(breach.present || rules->past_excess == BZ_REFUSE))
		refuse_limit(&account, &breach, true, TL_END, write);
	leave_lead("not_configured", account.unit, code, &breach);
}

static int
seats_on(const BzSeat *seat, int n, int32 day)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += seat[i].days.from <= day && day < seat[i].days.to;
	return count;
}

/* The unit of the seat that began last before or on a day. */
static int64
unit_on(const BzSeat *seat, int n, int32 day)
{
	int64 unit = 0;
	int32 from = TL_BEGIN;

	for (int i = 0; i < n; i++)
		if (seat[i].days.from <= day && day < seat[i].days.to && seat[i].days.from >= from)
		{
			unit = seat[i].unit;
			from = seat[i].days.from;
		}
	return unit;
}

static int
by_day(const void *a, const void *b)
{
	int32 x = *(const int32 *) a;
	int32 y = *(const int32 *) b;

	return x < y ? -1 : x > y;
}

/* A second seat that lies wholly in the past is history: it leaves a lead. */
static void
second_seat_lead(int64 person, int64 unit, int32 first, int32 until)
{
	leave_lead_text("second_seat", unit, "",
					psprintf("{\"person_ids\": [" INT64_FORMAT "], \"first\": \"%s\", \"until\": \"%s\"}",
							 person, bz_day_text(first), bz_day_text(until)));
}

/* Judge the seats of a person: L13. */
static void
judge_seat(int64 person, BzScope scope, BzWrite write)
{
	BzSeat *now, *was;
	int nnow, nwas;
	int32 today = bz_today();
	int32 *day;
	int n = 0;
	BzGuard guard;
	int32 past_first = TL_END;
	int32 past_until = TL_END;

	bz_guard_open(&guard, BZ_GUARD_SEATS);
	bz_guard_seats(&guard, person, scope, &now, &nnow, &was, &nwas);
	bz_guard_close(&guard);
	if (!bz_seats_overlap(now, nnow))
		return;
	day = palloc(2 * (nnow + nwas) * sizeof(int32));
	for (int i = 0; i < nnow + nwas; i++)
	{
		const TlRange *r = i < nnow ? &now[i].days : &was[i - nnow].days;

		day[n++] = r->from;
		day[n++] = r->to;
	}
	qsort(day, n, sizeof(int32), by_day);
	for (int i = 0; i + 1 < n; i++)
	{
		int seats = seats_on(now, nnow, day[i]);

		if (day[i] == day[i + 1] || seats < 2 ||
			(BZ_BREAK != BZ_BREAK_NET && seats <= seats_on(was, nwas, day[i])))
			continue;
		if (day[i + 1] > today)
			ereport(ERROR, errcode(ERRCODE_EXCLUSION_VIOLATION),
					errmsg("a person would hold a second seat on %s", bz_day_text(day[i])),
					bz_errconstraint_on(write.relid, "one_seat"));
		past_first = Min(past_first, day[i]);
		past_until = day[i + 1];
	}
	if (past_first != TL_END)
		second_seat_lead(person, unit_on(now, nnow, past_first), past_first, past_until);
}

static int
by_charge(const void *a, const void *b)
{
	const BzSuspect *x = a;
	const BzSuspect *y = b;

	if (x->charge != y->charge)
		return x->charge < y->charge ? -1 : 1;
	return x->key < y->key ? -1 : x->key > y->key;
}

/* Judge at once, in the fixed order of charges; raises or returns. */
void
bz_judge_now(const BzSuspect *suspect, int n, BzScope scope, BzWrite write)
{
	BzSuspect *sorted = palloc((n + 1) * sizeof(BzSuspect));
	Case *limit = palloc((n + 1) * sizeof(Case));
	int nlimits = 0;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi judge",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = MemoryContextSwitchTo(context);

	for (int i = 0; i < n; i++)
		sorted[i] = suspect[i];
	qsort(sorted, n, sizeof(BzSuspect), by_charge);
	for (int i = 0; i < n; i++)
	{
		if (i > 0 && by_charge(&sorted[i], &sorted[i - 1]) == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		switch (sorted[i].charge)
		{
			case BZ_SEAT:
				judge_seat(sorted[i].key, scope, write);
				break;
			case BZ_CEILING:
			case BZ_CEILING_CUT:
				judge_ceiling(sorted[i].key, sorted[i].charge == BZ_CEILING_CUT, scope, write);
				break;
			case BZ_BARE:
				judge_bare(sorted[i].key, scope, write);
				break;
			case BZ_LIMIT:
				examine(sorted[i].key, scope, &limit[nlimits++]);
				break;
		}
		MemoryContextReset(context);
	}
	for (int i = 0; i < nlimits; i++)
	{
		decide(&limit[i], limit, nlimits, scope, write);
		MemoryContextReset(context);
	}
	MemoryContextSwitchTo(outer);
	MemoryContextDelete(context);
	pfree(limit);
	pfree(sorted);
}

/* What is judged together */
typedef struct Docket
{
	BzSuspect *suspect;
	int n;
	BzWrite write;
	int round;
} Docket;

/*
 * Take out of the queue what is judged together: all that one statement has put
 * there, or, where judging was deferred, all there is.  Where several roles have
 * written, nobody's right to read counts.
 */
static void
empty_queue(Docket *docket, int64 since, bool all)
{
	Relation rel = table_open(bz_relid(BZ_QUEUE), RowExclusiveLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, SnapshotSelf, 0, NULL);
	int capacity = 8;

	memset(docket, 0, sizeof(*docket));
	docket->suspect = palloc(capacity * sizeof(BzSuspect));
	while (table_scan_getnextslot(scan, ForwardScanDirection, slot))
	{
		Oid writer;

		slot_getallattrs(slot);
		if (!all && DatumGetInt64(slot->tts_values[QUEUE_SINCE - 1]) != since)
			continue;
		if (docket->n == capacity)
			docket->suspect = repalloc(docket->suspect, (capacity *= 2) * sizeof(BzSuspect));
		docket->suspect[docket->n].charge = DatumGetInt32(slot->tts_values[QUEUE_CHARGE - 1]);
		docket->suspect[docket->n++].key = DatumGetInt64(slot->tts_values[QUEUE_KEY - 1]);
		writer = DatumGetObjectId(slot->tts_values[QUEUE_WRITER - 1]);
		if (docket->n == 1)
			docket->write.writer = writer;
		else if (docket->write.writer != writer)
			docket->write.writer = InvalidOid;
		docket->write.relid = DatumGetObjectId(slot->tts_values[QUEUE_RELID - 1]);
		docket->round = Max(docket->round, DatumGetInt32(slot->tts_values[QUEUE_ROUND - 1]));
		simple_heap_delete(rel, &slot->tts_tid);
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	CommandCounterIncrement();
}

/*
 * Does some trigger still have to fire that may change a source?  A foreign key
 * with ON DELETE CASCADE, or a trigger of the user, may take a seat away that
 * the same statement has filled.  Only tables that this transaction writes can
 * have such events.
 */
static bool
more_to_come(void)
{
	Relation rel = table_open(RelationRelationId, AccessShareLock);
	SysScanDesc scan = systable_beginscan(rel, InvalidOid, false, NULL, 0, NULL);
	HeapTuple tuple;
	bool more = false;

	while (!more && HeapTupleIsValid(tuple = systable_getnext(scan)))
	{
		Form_pg_class form = (Form_pg_class) GETSTRUCT(tuple);
		LOCKTAG tag;

		if (!form->relhastriggers || form->oid == bz_relid(BZ_QUEUE))
			continue;
		SET_LOCKTAG_RELATION(tag, MyDatabaseId, form->oid);
		more = bz_lock_held(&tag) && AfterTriggerPendingOnRel(form->oid);
	}
	systable_endscan(scan);
	table_close(rel, NoLock);
	return more;
}

PG_FUNCTION_INFO_V1(judge);

/*
 * Constraint trigger of "queue".  The first row of a statement that fires brings
 * all of the statement's to judgement, so that they come in their order; the
 * others find the queue empty.  If triggers still have to fire that came before
 * us, they all go back to the end of the line; not for ever, as checks that a
 * user has deferred wait until commit.
 *
 * Fired under the snapshot of the statement that queued, this is the end of
 * that statement, and its own net change decides; otherwise the check was
 * deferred, and the transaction's does.
 */
Datum
judge(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Docket docket;
	BzScope scope;
	int64 since;
	bool isnull;

	bz_check_fired_for(fcinfo, "judge", true);
	since = DatumGetInt64(
		heap_getattr(trigger->tg_trigtuple, QUEUE_SINCE, RelationGetDescr(trigger->tg_relation), &isnull));
	if (since < 0)
		scope = (BzScope){!in_own_statement, (CommandId) OWN(since)};
	else
		scope = (BzScope){since != (int64) GetActiveSnapshot()->curcid, (CommandId) since};
	/* some charges are judged within the command that has queued them */
	CommandCounterIncrement();
	empty_queue(&docket, since, scope.whole_transaction);
	if (docket.n == 0)
		PG_RETURN_POINTER(NULL);
	if (docket.round < MAX_ROUNDS && !in_own_statement && more_to_come())
	{
		enqueue(docket.suspect, docket.n, since, docket.write, docket.round + 1, scope.whole_transaction);
		PG_RETURN_POINTER(NULL);
	}
	bz_judge_now(docket.suspect, docket.n, scope, docket.write);
	PG_RETURN_POINTER(NULL);
}
