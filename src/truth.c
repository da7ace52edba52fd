/*
 * truth.c
 *		Stored timelines against their sources: reading them back, and writing them anew.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "funcapi.h"
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
#include "judge.h"
#include "live.h"
#include "names.h"
#include "query.h"
#include "scan.h"
#include "trigger.h"

/* rows of the recomputation that are fetched at a time */
#define FETCH_ROWS 10000

PG_FUNCTION_INFO_V1(stored);
PG_FUNCTION_INFO_V1(recount_accounts);
PG_FUNCTION_INFO_V1(ceilings_changed);

static void
put_steps(ReturnSetInfo *result, int64 unit, Datum category, bool ceiling, const BzLine *line)
{
	for (int i = 0; i < line->n; i++)
	{
		Datum values[4 + TL_NLEVELS] = {Int64GetDatum(unit), category, BoolGetDatum(ceiling),
										DateADTGetDatum(line->steps[i].day)};
		bool nulls[4 + TL_NLEVELS] = {false};

		for (int l = 0; l < TL_NLEVELS; l++)
			values[4 + l] = Int64GetDatum(line->steps[i].by.v[l]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * stored(unit_id bigint): by how much each level of each account changes on each
 * day, as stored.  Chunks that do not fit together show as a change on the day
 * on which the later one begins.
 */
Datum
stored(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int64 only = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi account",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext outer = CurrentMemoryContext;
	BzScan scan;
	BzLine line = {NULL, 0};
	TlLevels level = {{0}};
	int capacity = 0;
	int64 account = 0;
	int64 unit = 0;
	Datum category = (Datum) 0;
	bool ceiling = false;

	InitMaterializedSRF(fcinfo, 0);
	bz_scan_warn();
	bz_scan_start(&scan);
	scan.with_ceilings = true;
	while (bz_scan_next(&scan))
	{
		BzChunk chunk;

		if (scan.account != account)
		{
			put_steps(result, unit, category, ceiling, &line);
			MemoryContextReset(context);
			memset(&line, 0, sizeof(line));
			memset(&level, 0, sizeof(level));
			capacity = 0;
			account = scan.account;
			unit = scan.unit;
			ceiling = scan.ceiling;
			MemoryContextSwitchTo(context);
			category = PointerGetDatum(DatumGetTextPCopy(scan.category));
			MemoryContextSwitchTo(outer);
		}
		if (only != 0 && only != unit)
			continue;
		MemoryContextSwitchTo(context);
		/* what is damaged shows as missing */
		if (bz_chunk_try_decode(scan.slot, &chunk))
			bz_line_append(&line, &level, &capacity, chunk.from, &chunk.before, chunk.steps, chunk.nsteps);
		MemoryContextSwitchTo(outer);
	}
	put_steps(result, unit, category, ceiling, &line);
	bz_scan_end(&scan);
	return (Datum) 0;
}

/* An account and the timeline that its sources say it should have */
typedef struct Want
{
	BzAccount *account;
	BzLine line;
	int capacity;
	bool is_new; /* has no account yet */
} Want;

static bool
same_line(const BzLine *a, const BzLine *b)
{
	if (a->n != b->n)
		return false;
	for (int i = 0; i < a->n; i++)
		if (a->steps[i].day != b->steps[i].day ||
			memcmp(&a->steps[i].by, &b->steps[i].by, sizeof(TlLevels)) != 0)
			return false;
	return true;
}

/* Make the timelines of these accounts be as wanted; returns how many were not, and, if asked, which. */
static int64
settle(BzWriter *writer, Want *want, int n, int64 *which)
{
	BzAccount **missing = palloc((n + 1) * sizeof(BzAccount *));
	int nmissing = 0;
	int64 changed = 0;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi account",
												  ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < n; i++)
	{
		want[i].is_new = want[i].account->account_id == 0;
		if (want[i].is_new && want[i].line.n > 0)
			missing[nmissing++] = want[i].account;
	}
	bz_account_create(missing, nmissing, InvalidOid);
	for (int i = 0; i < n; i++)
	{
		BzLine old;
		MemoryContext outer;
		bool same;

		CHECK_FOR_INTERRUPTS();
		if (want[i].account->account_id == 0)
			continue;
		/* what is damaged cannot be read, and is simply replaced */
		outer = MemoryContextSwitchTo(context);
		same = !want[i].is_new && bz_line_read(want[i].account->account_id, &old) &&
			   same_line(&old, &want[i].line);
		MemoryContextSwitchTo(outer);
		MemoryContextReset(context);
		if (same)
			continue;
		bz_replace(writer, want[i].account->account_id, want[i].line.steps, want[i].line.n);
		if (which != NULL)
			which[changed] = want[i].account->account_id;
		changed++;
	}
	MemoryContextDelete(context);
	pfree(missing);
	return changed;
}

/* The columns of a row: unit, category, whether it is a ceiling's account, day (NULL: the account alone), the five levels */
static void
take_row(Want **want, int *n, int *capacity, HeapTuple tuple, TupleDesc desc)
{
	Datum values[4 + TL_NLEVELS];
	bool nulls[4 + TL_NLEVELS];
	int64 unit;
	text *code;
	int category;
	BzAccount *account;
	Want *w;

	heap_deform_tuple(tuple, desc, values, nulls);
	unit = DatumGetInt64(values[0]);
	code = DatumGetTextPP(values[1]);
	category = bz_category_id(VARDATA_ANY(code), VARSIZE_ANY_EXHDR(code));
	account = DatumGetBool(values[2]) ? bz_ceiling_account(unit, category) : bz_account(unit, category);

	if (*n == 0 || (*want)[*n - 1].account != account)
	{
		if (*n == *capacity)
			*want = repalloc(*want, (*capacity *= 2) * sizeof(Want));
		memset(&(*want)[*n], 0, sizeof(Want));
		(*want)[(*n)++].account = account;
	}
	if (nulls[3])
		return;
	w = &(*want)[*n - 1];
	if (w->line.n == w->capacity)
	{
		w->capacity = w->capacity == 0 ? 16 : w->capacity * 2;
		w->line.steps = w->line.steps == NULL ? palloc(w->capacity * sizeof(TlStep))
											  : repalloc_huge(w->line.steps, w->capacity * sizeof(TlStep));
	}
	w->line.steps[w->line.n].day = DatumGetDateADT(values[3]);
	for (int l = 0; l < TL_NLEVELS; l++)
		w->line.steps[w->line.n].by.v[l] = DatumGetInt64(values[4 + l]);
	w->line.n++;
}

/*
 * recount_accounts(unit_id bigint) returns bigint: write the timelines of all
 * accounts, or of a unit's, anew where they are not what the sources say;
 * returns how many were not.  Writers wait meanwhile, and none can have written
 * a source and committed without its timeline; so the fresh snapshot of the
 * recomputation and the timelines under the lock speak of the same moment.
 */
Datum
recount_accounts(PG_FUNCTION_ARGS)
{
	Oid types[] = {INT8OID};
	Datum values[] = {PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0)};
	char nulls[] = {PG_ARGISNULL(0) ? 'n' : ' '};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi recount",
												  ALLOCSET_DEFAULT_SIZES);
	BzWriter writer;
	SPIPlanPtr plan;
	Portal portal;
	Want *want;
	int n = 0;
	int capacity = 64;
	int64 changed = 0;

	if (IsolationUsesXactSnapshot())
		ereport(ERROR, errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				errmsg("timelines can be recounted at isolation level READ COMMITTED only"));
	LockRelationOid(bz_relid(BZ_CHUNK), ShareRowExclusiveLock);
	/* what was changed with the triggers off, or arrived where they do not fire, nobody has been told */
	bz_forget_everywhere();
	bz_account_forget(false);
	CommandCounterIncrement();
	bz_account_begin();
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (PG_ARGISNULL(0) &&
		SPI_execute("DELETE FROM bianzhi.chunk AS c WHERE NOT EXISTS (SELECT 1 FROM bianzhi.account AS a"
					" WHERE a.account_id OPERATOR(pg_catalog.=) c.account_id)",
					false, 0) < 0)
		elog(ERROR, "could not delete timelines without an account");
	plan = SPI_prepare(
		"SELECT w.* FROM ("
		"SELECT unit_id, category, is_ceiling, day, authorized, lines, closed, filled, reserved"
		" FROM bianzhi.recomputed($1)"
		" UNION ALL SELECT unit_id, category, is_ceiling, NULL, 0, 0, 0, 0, 0 FROM bianzhi.account"
		" WHERE $1 IS NULL OR unit_id OPERATOR(pg_catalog.=) $1) AS w"
		" ORDER BY w.unit_id, w.category COLLATE \"C\", w.is_ceiling, w.day NULLS FIRST",
		1, types);
	if (plan == NULL)
		elog(ERROR, "SPI_prepare failed");
	portal = SPI_cursor_open(NULL, plan, values, nulls, false);
	MemoryContextSwitchTo(context);
	bz_writer_open(&writer);
	want = palloc(capacity * sizeof(Want));
	for (;;)
	{
		SPI_cursor_fetch(portal, true, FETCH_ROWS);
		MemoryContextSwitchTo(context);
		for (uint64 i = 0; i < SPI_processed; i++)
			take_row(&want, &n, &capacity, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
		if (SPI_processed == 0)
			break;
		SPI_freetuptable(SPI_tuptable);
		/* the last account may go on in the next rows */
		if (n > 1)
		{
			changed += settle(&writer, want, n - 1, NULL);
			for (int i = 0; i < n - 1; i++)
				if (want[i].line.steps != NULL)
					pfree(want[i].line.steps);
			want[0] = want[n - 1];
			n = 1;
		}
	}
	changed += settle(&writer, want, n, NULL);
	bz_writer_close(&writer);
	SPI_cursor_close(portal);
	SPI_finish();
	PG_RETURN_INT64(changed);
}

/*
 * AFTER ... FOR EACH STATEMENT of ceilings, and of what says which unit stands
 * below which: recount what is given out, and have it judged as if the quotas
 * had been moved.  Ceilings are few, and so are such changes.
 */
Datum
ceilings_changed(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	BzScope scope = {false, GetActiveSnapshot()->curcid};
	Oid relid;
	BzWriter writer;
	Want *want;
	int64 *changed;
	int n = 0;
	int capacity = 64;
	int64 nchanged;
	BzSuspect *suspect;

	bz_check_fired_for(fcinfo, "ceilings_changed", false);
	if (bz_state() != BZ_IS_LIVE)
		PG_RETURN_POINTER(NULL);
	relid = RelationGetRelid(trigger->tg_relation);
	/* a version that a change of the unit leaves behind is counted with that, when all its rows are changed */
	if (relid != bz_relid(BZ_CEILING_TABLE) && relid != bz_relid(BZ_UNIT) && bz_trigger_depth() > 1)
		PG_RETURN_POINTER(NULL);
	LockRelationOid(bz_relid(BZ_CHUNK), ShareRowExclusiveLock);
	if (relid != bz_relid(BZ_CEILING_TABLE) && !bz_any_ceilings())
		PG_RETURN_POINTER(NULL);
	CommandCounterIncrement();
	bz_account_begin();

	bz_query(
		"SELECT unit_id, category, is_ceiling, day, authorized, lines, closed, filled, reserved"
		" FROM bianzhi.recomputed_ceilings(NULL)"
		" UNION ALL SELECT unit_id, category, is_ceiling, NULL, 0, 0, 0, 0, 0 FROM bianzhi.account WHERE is_ceiling"
		" ORDER BY 1, 2, 3, 4 NULLS FIRST",
		0, NULL, NULL, false);
	want = palloc(capacity * sizeof(Want));
	for (uint64 i = 0; i < SPI_processed; i++)
		take_row(&want, &n, &capacity, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	changed = palloc((n + 1) * sizeof(int64));
	bz_writer_open(&writer);
	nchanged = settle(&writer, want, n, changed);
	bz_writer_close(&writer);

	suspect = palloc0((nchanged + 1) * sizeof(BzSuspect));
	for (int64 i = 0; i < nchanged; i++)
	{
		suspect[i].charge = relid == bz_relid(BZ_CEILING_TABLE) ? BZ_CEILING_CUT : BZ_CEILING;
		suspect[i].key = changed[i];
	}
	if (!bz_delta_kept(suspect, (int) nchanged))
		bz_judge_queue(suspect, (int) nchanged, scope, relid, TRIGGER_FIRED_BY_TRUNCATE(trigger->tg_event));
	SPI_finish();
	PG_RETURN_POINTER(NULL);
}
