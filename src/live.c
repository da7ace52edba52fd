/*
 * live.c
 *		Whether the limits are in force, and what day it is.
 *
 * go_live() writes one random nonce into "stamp", which a dump carries, and
 * into "live", which it does not.  Both equal: live.  Stamp alone: restored.
 * Neither: loading.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "live.h"
#include "names.h"
#include "trigger.h"

static bool known;
static BzState state;
static uint64 known_stamp, known_live;

#ifdef BZ_TEST
static char *today_setting;
#endif

/* Called once, when the library is loaded. */
void
bz_live_init(void)
{
#ifdef BZ_TEST
	DefineCustomStringVariable("bianzhi.today",
							   "The day that the engine takes for today; in test builds only.", NULL,
							   &today_setting, "", PGC_USERSET, 0, NULL, NULL, NULL);
#endif
}

/* The one nonce of a table, or false where it has none. */
static bool
read_nonce(BzRel which, pg_uuid_t *nonce)
{
	Relation rel = table_open(bz_relid(which), AccessShareLock);
	TupleTableSlot *slot = table_slot_create(rel, NULL);
	TableScanDesc scan = table_beginscan(rel, SnapshotSelf, 0, NULL);
	bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);

	if (found)
	{
		bool isnull;

		*nonce = *DatumGetUUIDP(slot_getattr(slot, 1, &isnull));
	}
	table_endscan(scan);
	ExecDropSingleTupleTableSlot(slot);
	table_close(rel, NoLock);
	return found;
}

/* Loading, restored or live. */
BzState
bz_state(void)
{
	uint64 stamp_generation = bz_generation(BZ_STAMP);
	uint64 live_generation = bz_generation(BZ_LIVE);

	if (!known || known_stamp != stamp_generation || known_live != live_generation)
	{
		pg_uuid_t stamp, live;

		if (!read_nonce(BZ_STAMP, &stamp))
			state = BZ_LOADING;
		else if (read_nonce(BZ_LIVE, &live) && memcmp(&stamp, &live, sizeof(stamp)) == 0)
			state = BZ_IS_LIVE;
		else
			state = BZ_RESTORED;
		known_stamp = stamp_generation;
		known_live = live_generation;
		known = true;
	}
	return state;
}

static void
refuse_restored(void)
{
	ereport(ERROR, errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			errmsg("the establishment was restored from a dump and is not in force yet"),
			errhint("Its owner runs bianzhi.go_live() when everything is loaded."));
}

/* Refuse to read tables of applications that a dump has brought back: their columns may have other numbers now, which go_live() finds. */
void
bz_check_not_restored(void)
{
	if (bz_state() == BZ_RESTORED)
		refuse_restored();
}

/*
 * Is a write to be counted and judged?  In a restored database the owner loads
 * and everybody else is told to wait.
 */
bool
bz_enforcing(void)
{
	switch (bz_state())
	{
		case BZ_IS_LIVE:
			return true;
		case BZ_RESTORED:
			if (!has_privs_of_role(GetUserId(), bz_owner()))
				refuse_restored();
			return false;
		default:
			return false;
	}
}

/*
 * The day on which the transaction began, in the time zone that the session was
 * given: what a session sets for itself later does not move the boundary
 * between past and future.
 */
int32
bz_today(void)
{
	const char *name = GetConfigOptionResetString("timezone");
	pg_tz *zone = name == NULL ? NULL : pg_tzset(name);
	struct pg_tm tm;
	fsec_t fsec;
	int offset;

#ifdef BZ_TEST
	if (today_setting != NULL && today_setting[0] != '\0')
		return DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(today_setting)));
#endif
	if (timestamp2tm(GetCurrentTransactionStartTimestamp(), &offset, &tm, &fsec, NULL,
					 zone == NULL ? log_timezone : zone) != 0)
		ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range"));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

PG_FUNCTION_INFO_V1(is_live);
PG_FUNCTION_INFO_V1(today);
PG_FUNCTION_INFO_V1(live_changed);

/* is_live() returns bool */
Datum
is_live(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(bz_state() == BZ_IS_LIVE);
}

/* today() returns date */
Datum
today(PG_FUNCTION_ARGS)
{
	PG_RETURN_DATEADT(bz_today());
}

/* Trigger of "stamp" and "live": tell every session to look again. */
Datum
live_changed(PG_FUNCTION_ARGS)
{
	bz_check_trigger(fcinfo, "live_changed");
	CacheInvalidateRelcacheByRelid(bz_relid(BZ_STAMP));
	CacheInvalidateRelcacheByRelid(bz_relid(BZ_LIVE));
	PG_RETURN_POINTER(NULL);
}
