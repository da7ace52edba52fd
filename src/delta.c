/*
 * delta.c
 *		What statements have changed and not yet applied.
 *
 * Row triggers note deltas; the trigger at the end of the statement applies
 * them, sorted by account, and hands what looks over its limit to the judge.
 *
 * A trigger of the user may write a source while the rows of the outer
 * statement are still being noted.  Its own flush then applies what the outer
 * statement has noted so far, too, so that no timeline lags behind; but it
 * leaves judging to the flush of the outermost statement that is open, because
 * the whole of that decides.
 */
#include "postgres.h"
#include "compat.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"

#include "account.h"
#include "catalogue.h"
#include "ceiling.h"
#include "chunk.h"
#include "chunk_cas.h"
#include "delta.h"
#include "errors.h"
#include "judge.h"
#include "names.h"
#include "seat_guard.h"
#include "source.h"
#include "trigger.h"

/* deltas that are applied before the statement ends, so that a bulk load needs no more memory than this */
#define MAX_OPEN 262144

/* a trigger depth at which a statement has noted something and not yet flushed */
typedef struct Frame
{
	int depth;
	SubTransactionId sub;
} Frame;

/* one side of a delta at an account */
typedef struct Event
{
	int account; /* index of Flush.account */
	int32 day;
	int32 amount;
	int8 level;
	int8 lines;
	int8 closed;
} Event;

typedef struct FlushAccount
{
	BzAccount *account;
	int nevents;
	int first;	/* place of its first event once sorted */
	bool bare;	/* charged with BZ_BARE already */
	int novers; /* ceilings over its quotas, -1: not asked yet */
	BzCeiling *over;
	TlRange within;
	BzApplied applied;
} FlushAccount;

typedef struct Flush
{
	FlushAccount *account;
	int naccounts, account_capacity;
	Event *event;
	int nevents, event_capacity;
} Flush;

/* all of these live in TopTransactionContext */
static BzDelta *delta;
static int ndeltas, nopen, /* of them, not yet applied */
	delta_capacity;
static BzPersonNote *person;
static int npersons, person_capacity;
static BzSuspect *suspect;
static int nsuspects, suspect_capacity;
static Frame *frame;
static int nframes, frame_capacity;
static uint64 flush_number;
static bool keeping; /* suspects are kept for one judgement of several statements */

/* Make room for one more in an array of this context. */
static void *
grown(MemoryContext where, void *array, int used, int *capacity, Size size)
{
	if (used < *capacity)
		return array;
	*capacity = *capacity == 0 ? 64 : *capacity * 2;
	if (array == NULL)
		return MemoryContextAllocHuge(where, *capacity * size);
	return repalloc_huge(array, *capacity * size);
}

static void
forget_all(void)
{
	/* the memory goes with its context */
	delta = NULL;
	person = NULL;
	suspect = NULL;
	frame = NULL;
	ndeltas = nopen = npersons = nsuspects = nframes = 0;
	delta_capacity = person_capacity = suspect_capacity = frame_capacity = 0;
}

/* Remember that a statement at the present depth has something to flush. */
static void
open_frame(void)
{
	int depth = bz_trigger_depth();

	for (int i = 0; i < nframes; i++)
		if (frame[i].depth == depth)
			return;
	frame = grown(TopTransactionContext, frame, nframes, &frame_capacity, sizeof(Frame));
	frame[nframes].depth = depth;
	frame[nframes++].sub = GetCurrentSubTransactionId();
}

/* Note what a row has changed. */
void
bz_delta_note(const BzDelta *what)
{
	open_frame();
	delta = grown(TopTransactionContext, delta, ndeltas, &delta_capacity, sizeof(BzDelta));
	delta[ndeltas] = *what;
	delta[ndeltas].applied = InvalidSubTransactionId;
	delta[ndeltas++].sub = GetCurrentSubTransactionId();
	nopen++;
}

/*
 * Note that a row has come to name a person, by resident id or (0) by number,
 * and whether it is a counted seat; or has ceased to.
 */
void
bz_delta_person(int64 who, BzResidentId named_by, bool enters, bool seat)
{
	open_frame();
	person = grown(TopTransactionContext, person, npersons, &person_capacity, sizeof(BzPersonNote));
	person[npersons].person = who;
	person[npersons].named_by = enters ? named_by : 0;
	person[npersons].enters = enters;
	person[npersons].seat = seat;
	person[npersons].applied = InvalidSubTransactionId;
	person[npersons++].sub = GetCurrentSubTransactionId();
}

static void
accuse(BzCharge what, int64 key)
{
	suspect = grown(TopTransactionContext, suspect, nsuspects, &suspect_capacity, sizeof(BzSuspect));
	suspect[nsuspects].charge = what;
	suspect[nsuspects].key = key;
	suspect[nsuspects++].sub = GetCurrentSubTransactionId();
}

static int
by_person(const void *a, const void *b)
{
	int64 x = ((const BzPersonNote *) a)->person;
	int64 y = ((const BzPersonNote *) b)->person;

	return x < y ? -1 : x > y;
}

/* so many persons are looked up by walking along the indexes rather than by descending for each */
#define MANY_PERSONS 64

/* Bring the open notes into order, one a person; returns how many. */
static int
open_persons(BzPersonNote **notes, Oid relid)
{
	BzPersonNote *open = MemoryContextAllocHuge(CurrentMemoryContext, (npersons + 1) * sizeof(BzPersonNote));
	int nnotes = 0;
	int n = 0;

	for (int i = 0; i < npersons; i++)
		if (person[i].applied == InvalidSubTransactionId)
			open[nnotes++] = person[i];
	qsort(open, nnotes, sizeof(BzPersonNote), by_person);
	for (int i = 0; i < nnotes; i++)
		if (n > 0 && open[n - 1].person == open[i].person)
		{
			open[n - 1].enters |= open[i].enters;
			open[n - 1].seat |= open[i].seat;
			/* found by two ids: the first is not the person's any more */
			if (open[n - 1].named_by != 0 && open[i].named_by != 0 &&
				open[n - 1].named_by != open[i].named_by)
				ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("person does not exist"),
						bz_errconstraint_on(relid, "establishment_account"));
			if (open[n - 1].named_by == 0)
				open[n - 1].named_by = open[i].named_by;
		}
		else
			open[n++] = open[i];
	*notes = open;
	return n;
}

/*
 * Hold every person that was named, in order, and then charge those who may now
 * have two seats.  Who leaves a seat is held as well, so that somebody who seats
 * the person elsewhere waits for the outcome.  Holding the row stands for the
 * check of a foreign key, too.
 */
static void
guard_persons(Oid relid)
{
	BzPersonNote *note;
	int n = open_persons(&note, relid);
	BzGuard guard;

	if (n == 0)
		return;
	bz_guard_open(&guard, n >= MANY_PERSONS ? BZ_GUARD_MANY_SEATS : BZ_GUARD_SEATS);
	for (int i = 0; i < n; i++)
		bz_guard_hold(&guard, note[i].person, note[i].named_by, note[i].enters, relid);
	for (int i = 0; i < n; i++)
		if (note[i].seat && bz_guard_crowded(&guard, note[i].person))
			accuse(BZ_SEAT, note[i].person);
	bz_guard_close(&guard);
}

/* The place of an account in this flush. */
static int
place_of(Flush *f, BzAccount *account)
{
	if (account->flush != flush_number)
	{
		f->account = grown(CurrentMemoryContext, f->account, f->naccounts, &f->account_capacity,
						   sizeof(FlushAccount));
		memset(&f->account[f->naccounts], 0, sizeof(FlushAccount));
		f->account[f->naccounts].account = account;
		f->account[f->naccounts].novers = -1;
		f->account[f->naccounts].within.from = TL_END;
		f->account[f->naccounts].within.to = TL_BEGIN;
		account->flush = flush_number;
		account->slot = f->naccounts++;
	}
	return account->slot;
}

static int
flush_account(Flush *f, int64 unit, int category, BzAccount **found)
{
	*found = bz_account(unit, category);
	return place_of(f, *found);
}

static void
add_event(Flush *f, int slot, const BzDelta *d, int32 day, int sign)
{
	Event *e;

	f->event = grown(CurrentMemoryContext, f->event, f->nevents, &f->event_capacity, sizeof(Event));
	e = &f->event[f->nevents++];
	e->account = slot;
	e->day = day;
	e->amount = sign * d->amount;
	e->level = d->level;
	e->lines = d->level == TL_AUTHORIZED ? sign * d->sign : 0;
	e->closed = d->closed ? sign * d->sign : 0;
	f->account[slot].nevents++;
}

static void
add_delta(Flush *f, int slot, const BzDelta *d)
{
	TlRange *within = &f->account[slot].within;

	if (d->from >= d->to || (d->amount == 0 && d->level != TL_AUTHORIZED))
		return;
	within->from = Min(within->from, d->from);
	within->to = Max(within->to, d->to);
	add_event(f, slot, d, d->from, 1);
	if (d->to != TL_END)
		add_event(f, slot, d, d->to, -1);
}

/* A quota line fills the ceilings above its unit. */
static void
add_to_ceilings(Flush *f, int slot, const BzDelta *d)
{
	if (!bz_any_ceilings())
		return;
	if (f->account[slot].novers < 0)
		f->account[slot].novers = bz_ceilings_over(d->unit, d->category, &f->account[slot].over);
	for (int i = 0; i < f->account[slot].novers; i++)
	{
		const BzCeiling *over = &f->account[slot].over[i];
		BzDelta part = *d;

		part.level = TL_FILLED;
		part.closed = false;
		part.from = Max(d->from, over->days.from);
		part.to = Min(d->to, over->days.to);
		add_delta(f, place_of(f, bz_ceiling_account(over->top, d->category)), &part);
	}
}

/* Refuse a row that does not belong where it says, whatever the limits. */
static void
check_place(const BzDelta *d, const BzAccount *account, const BzAccount *section, Oid relid)
{
	const BzCategory *category = bz_category(d->category);

	if (d->sign < 0)
		return;
	if (category == NULL)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("category \"%s\" does not exist", bz_category_code(d->category)),
				bz_errconstraint_on(relid, "establishment_account"));
	if (d->holds != 0 && (d->holds & bz_measure_bit(category->measure)) == 0)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("category \"%s\" is of a measure that this table does not hold", category->code),
				bz_errconstraint_on(relid, "establishment_account"));
	if (section != NULL && section->parent != d->unit)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit \"%s\" is no internal section of unit \"%s\"", bz_unit_key(d->section),
					   bz_unit_key(d->unit)),
				bz_errconstraint_on(relid, "establishment_account"));
	if (d->level == TL_AUTHORIZED)
		return;
	if (account->is_section && bz_measure_bit(category->measure) != BZ_HOLDS_BODY)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit \"%s\" is an internal section", bz_unit_key(d->unit)),
				errhint("Name the unit that it belongs to, and the section in the column for sections."),
				bz_errconstraint_on(relid, "establishment_account"));
	if (d->from < account->lives_from || d->to > account->lives_to)
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit \"%s\" does not exist on %s", bz_unit_key(d->unit),
					   bz_day_text(d->from < account->lives_from ? d->from : account->lives_to)),
				bz_errconstraint_on(relid, "establishment_account"));
	if (section != NULL && (d->from < section->lives_from || d->to > section->lives_to))
		ereport(ERROR, errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				errmsg("unit \"%s\" does not exist on %s", bz_unit_key(d->section),
					   bz_day_text(d->from < section->lives_from ? d->from : section->lives_to)),
				bz_errconstraint_on(relid, "establishment_account"));
}

/* A row that was written with the triggers off, in a unit that is not there, counts nowhere and may go. */
static bool
stood_nowhere(const BzDelta *d, int64 unit)
{
	const BzAccount *account;

	if (d->sign > 0)
		return false;
	account = bz_account(unit, d->category);
	return account->account_id == 0 && !account->unit_exists;
}

/* Resolve the open deltas to accounts: their own, and, for people, each category above. */
static void
expand(Flush *f, Oid relid)
{
	for (int i = 0; i < ndeltas; i++)
	{
		const BzDelta *d = &delta[i];
		int category = d->category;
		BzAccount *account;
		BzAccount *section = NULL;
		int slot;
		int section_slot;

		if (d->applied != InvalidSubTransactionId || stood_nowhere(d, d->unit))
			continue;
		slot = flush_account(f, d->unit, category, &account);
		section_slot = d->section == 0 || stood_nowhere(d, d->section)
						   ? -1
						   : flush_account(f, d->section, category, &section);
		check_place(d, account, section, relid);
		if (d->level == TL_AUTHORIZED)
			add_to_ceilings(f, slot, d);
		for (;;)
		{
			add_delta(f, slot, d);
			if (section_slot >= 0)
				add_delta(f, section_slot, d);
			if (d->level == TL_AUTHORIZED || bz_category(category) == NULL)
				break;
			category = bz_category(category)->parent;
			if (category < 0)
				break;
			slot = flush_account(f, d->unit, category, &account);
			if (section_slot >= 0)
				section_slot = flush_account(f, d->section, category, &section);
		}
	}
}

static void
create_missing(Flush *f, Oid relid)
{
	BzAccount **missing = NULL;
	int n = 0;

	for (int i = 0; i < f->naccounts; i++)
		if (f->account[i].account->account_id == 0)
		{
			if (missing == NULL)
				missing = palloc(f->naccounts * sizeof(BzAccount *));
			missing[n++] = f->account[i].account;
		}
	bz_account_create(missing, n, relid);
}

/*
 * The order in which accounts are taken.  Ceilings come last: a seat that is
 * left and taken back takes its unit's account first, and only then the ceilings.
 */
static int
by_order_of_taking(const void *a, const void *b)
{
	const BzAccount *x = (*(FlushAccount *const *) a)->account;
	const BzAccount *y = (*(FlushAccount *const *) b)->account;

	if (x->key.ceiling != y->key.ceiling)
		return x->key.ceiling - y->key.ceiling;
	return x->account_id < y->account_id ? -1 : x->account_id > y->account_id;
}

static int
by_day(const void *a, const void *b)
{
	int32 x = ((const Event *) a)->day;
	int32 y = ((const Event *) b)->day;

	return x < y ? -1 : x > y;
}

/* Bring the events of one account into a net change, one step a day. */
static int
net_change(Event *event, int n, TlStep *net)
{
	int nnet = 0;

	qsort(event, n, sizeof(Event), by_day);
	for (int i = 0; i < n; i++)
	{
		if (nnet == 0 || net[nnet - 1].day != event[i].day)
		{
			memset(&net[nnet], 0, sizeof(TlStep));
			net[nnet++].day = event[i].day;
		}
		net[nnet - 1].by.v[event[i].level] += event[i].amount;
		net[nnet - 1].by.v[TL_LINES] += event[i].lines;
		net[nnet - 1].by.v[TL_CLOSED] += event[i].closed;
	}
	return nnet;
}

/*
 * A last line that ends under people is a cut, and no more; unless the same
 * statement, or transaction, has put them there.  They may stand in any category
 * below.
 */
static void
accuse_below(int64 unit, int category)
{
	int64 account = bz_account_number(unit, category);

	if (account != 0)
		accuse(BZ_BARE, account);
	for (int child = bz_category(category)->first_child; child >= 0; child = bz_category(child)->next_sibling)
		accuse_below(unit, child);
}

/* Change the timelines of all accounts, in the order in which everybody takes them. */
static void
apply(Flush *f)
{
	Event *sorted = MemoryContextAllocHuge(CurrentMemoryContext, (f->nevents + 1) * sizeof(Event));
	FlushAccount **order = palloc(f->naccounts * sizeof(FlushAccount *));
	BzWriter writer;
	int most = 0;
	int place = 0;
	TlStep *net;

	for (int i = 0; i < f->naccounts; i++)
	{
		f->account[i].first = place;
		place += f->account[i].nevents;
		most = Max(most, f->account[i].nevents);
		order[i] = &f->account[i];
	}
	for (int i = 0; i < f->nevents; i++)
		sorted[f->account[f->event[i].account].first++] = f->event[i];
	net = MemoryContextAllocHuge(CurrentMemoryContext, (most + 1) * sizeof(TlStep));
	qsort(order, f->naccounts, sizeof(FlushAccount *), by_order_of_taking);

	bz_writer_open(&writer);
	for (int i = 0; i < f->naccounts; i++)
	{
		FlushAccount *a = order[i];
		bool ceiling = a->account->key.ceiling != 0;
		int n;

		if (a->nevents == 0)
			continue;
		CHECK_FOR_INTERRUPTS();
		n = net_change(sorted + a->first - a->nevents, a->nevents, net);
		bz_apply(&writer, a->account->account_id, net, n, a->within, ceiling, CurrentMemoryContext,
				 &a->applied);
		if (a->applied.uncovered && !ceiling && !a->account->is_section &&
			bz_category(a->account->key.category) != NULL)
			accuse_below(a->account->key.unit, a->account->key.category);
		if (a->applied.suspect)
			accuse(ceiling ? BZ_CEILING : BZ_LIMIT, a->account->account_id);
	}
	bz_writer_close(&writer);
}

/* The first day from "day" on that no quota line of the account covers, TL_END if there is none. */
static int32
next_bare(const BzApplied *applied, int32 day)
{
	for (int i = 0; i < applied->nbare; i++)
		if (applied->bare[i].to > day)
			return Max(day, applied->bare[i].from);
	return TL_END;
}

/* Is some day of the delta bare in every account of its path? */
static bool
stands_bare(const Flush *f, const BzDelta *d)
{
	int32 day = d->from;
	int32 tried;

	do
	{
		tried = day;
		for (int category = d->category; category >= 0; category = bz_category(category)->parent)
			day = next_bare(&f->account[bz_account(d->unit, category)->slot].applied, day);
		if (day >= d->to)
			return false;
	} while (day != tried);
	return true;
}

/*
 * Charge rows that stand where their unit has no quota line at all.  A
 * section's accounts are no part of this: its unit's are.
 */
static void
charge_bare(Flush *f)
{
	bool any = false;

	for (int i = 0; i < f->naccounts; i++)
		any |= f->account[i].applied.nbare > 0;
	if (!any)
		return;
	for (int i = 0; i < ndeltas; i++)
	{
		const BzDelta *d = &delta[i];
		FlushAccount *own;

		if (d->applied != InvalidSubTransactionId || d->amount <= 0 || d->level == TL_AUTHORIZED ||
			bz_category(d->category)->without_quota == BZ_ALLOW)
			continue;
		own = &f->account[bz_account(d->unit, d->category)->slot];
		if (!own->bare && own->applied.nbare > 0 && stands_bare(f, d))
		{
			own->bare = true;
			accuse(BZ_BARE, own->account->account_id);
		}
	}
}

/*
 * What was applied is forgotten, unless it was noted further out than where we
 * are: should we roll back, it is open again.
 */
static void
close_applied(void)
{
	SubTransactionId here = GetCurrentSubTransactionId();
	int kept = 0;

	for (int i = 0; i < ndeltas; i++)
		if (delta[i].sub < here)
		{
			if (delta[i].applied == InvalidSubTransactionId)
				delta[i].applied = here;
			delta[kept++] = delta[i];
		}
	ndeltas = kept;
	nopen = 0;
	kept = 0;
	for (int i = 0; i < npersons; i++)
		if (person[i].sub < here)
		{
			if (person[i].applied == InvalidSubTransactionId)
				person[i].applied = here;
			person[kept++] = person[i];
		}
	npersons = kept;
}

/*
 * Apply what is open.  The lock on the timelines comes first: who changes the
 * catalogue or the days of a unit holds a stronger one, so that all of this
 * statement is counted by the same rules.
 */
static void
apply_open(Oid relid)
{
	MemoryContext context;
	MemoryContext outer;
	Flush f = {0};

	if (nopen == 0 && npersons == 0)
		return;
	context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi flush", ALLOCSET_DEFAULT_SIZES);
	outer = MemoryContextSwitchTo(context);

	/* the statement's own rows are to be seen by who looks for second seats */
	CommandCounterIncrement();
	LockRelationOid(bz_relid(BZ_CHUNK), RowExclusiveLock);
	bz_account_begin();
	flush_number++;
	guard_persons(relid);
	expand(&f, relid);
	create_missing(&f, relid);
	apply(&f);
	charge_bare(&f);
	close_applied();
	CommandCounterIncrement();

	MemoryContextSwitchTo(outer);
	MemoryContextDelete(context);
}

/*
 * The scope of the present statement: what was changed since its command began.
 * Every flush of one statement, of all its data-modifying CTEs too, runs under
 * the snapshot that the statement was given, whatever commands we count since.
 */
static BzScope
statement_scope(void)
{
	BzScope scope = {false, GetActiveSnapshot()->curcid};

	return scope;
}

/* Called after each row: a statement of very many rows applies them in parts. */
void
bz_delta_check_size(Oid relid)
{
	if (nopen >= MAX_OPEN)
		apply_open(relid);
}

/*
 * The end of a statement: apply what is open at any depth.  If no statement
 * further out is open, this was the outer one: what looks over is put into the
 * queue, to be judged when the statement or the transaction ends.
 */
void
bz_delta_flush(Oid relid, bool truncate)
{
	int depth = bz_trigger_depth();
	bool outermost = true;
	int kept = 0;

	apply_open(relid);
	for (int i = 0; i < nframes; i++)
		if (frame[i].depth < depth)
		{
			outermost = false;
			frame[kept++] = frame[i];
		}
	nframes = kept;
	if (!outermost || nsuspects == 0 || keeping)
		return;
	if (BZ_BREAK == BZ_BREAK_QUEUE)
		bz_judge_now(suspect, nsuspects, statement_scope(), (BzWrite){relid, GetUserId()});
	else
		bz_judge_queue(suspect, nsuspects, statement_scope(), relid, truncate);
	nsuspects = 0;
}

/* From now on keep what looks over its limit, for one judgement of several statements; or cease to. */
void
bz_delta_keep(bool keep)
{
	keeping = keep;
}

/* Keep suspects that were found otherwise; false: none are kept now. */
bool
bz_delta_kept(const BzSuspect *others, int n)
{
	for (int i = 0; i < n && keeping; i++)
		accuse(others[i].charge, others[i].key);
	return keeping;
}

/* Put what was kept into the queue, to be judged by what was there before a command. */
void
bz_delta_judge_kept(CommandId since, Oid relid)
{
	bz_judge_queue(suspect, nsuspects, (BzScope){false, since}, relid, true);
	nsuspects = 0;
}

/*
 * Before the end of the transaction: rows whose statement had no trigger of
 * ours at its end (the apply worker of logical replication fires none).
 */
static void
flush_left_over(void)
{
	BzScope scope = {true, 0};

	if (nopen == 0 && npersons == 0 && nsuspects == 0)
		return;
	PushActiveSnapshot(GetTransactionSnapshot());
	apply_open(InvalidOid);
	bz_judge_now(suspect, nsuspects, scope, (BzWrite){InvalidOid, GetUserId()});
	PopActiveSnapshot();
	forget_all();
}

static void
delta_xact(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_PRE_COMMIT:
		case XACT_EVENT_PRE_PREPARE:
			flush_left_over();
			break;
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_PREPARE:
		case XACT_EVENT_ABORT:
			forget_all();
			break;
		default:
			break;
	}
}

/*
 * What a subtransaction that rolls back has noted lies at the end of each list:
 * numbers of subtransactions only grow, and its own are all at least "sub".
 * What it applied for others is open again.
 */
static void
delta_subxact(SubXactEvent event, SubTransactionId sub, SubTransactionId parent, void *arg)
{
	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	while (ndeltas > 0 && delta[ndeltas - 1].sub >= sub)
		ndeltas--;
	nopen = 0;
	for (int i = 0; i < ndeltas; i++)
	{
		if (delta[i].applied >= sub)
			delta[i].applied = InvalidSubTransactionId;
		nopen += delta[i].applied == InvalidSubTransactionId;
	}
	while (nsuspects > 0 && suspect[nsuspects - 1].sub >= sub)
		nsuspects--;
	while (nframes > 0 && frame[nframes - 1].sub >= sub)
		nframes--;
	while (npersons > 0 && person[npersons - 1].sub >= sub)
		npersons--;
	for (int i = 0; i < npersons; i++)
		if (person[i].applied >= sub)
			person[i].applied = InvalidSubTransactionId;
}

/* Called once, when the library is loaded. */
void
bz_delta_init(void)
{
	RegisterXactCallback(delta_xact, NULL);
	RegisterSubXactCallback(delta_subxact, NULL);
}
