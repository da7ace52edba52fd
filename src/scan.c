/*
 * scan.c
 *		All stored timelines, account by account, as a reader's snapshot shows them.
 *
 * Chunks are read in the order of account numbers, and the registry beside them
 * as it lies: accounts are added in that order, so that nearly every chunk finds
 * its unit and category without a look-up.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/date.h"
#include "utils/fmgroids.h"
#include "utils/snapmgr.h"

#include "account.h"
#include "live.h"
#include "names.h"
#include "scan.h"

/* While the limits are not in force, say that nobody keeps the numbers up to date. */
void
bz_scan_warn(void)
{
	if (bz_state() != BZ_IS_LIVE)
		ereport(WARNING, errmsg("the establishment is not in force"),
				errdetail("Counts are those of the last time it was."), errhint("Run bianzhi.go_live()."));
}

/* Begin to read. */
void
bz_scan_start(BzScan *s)
{
	s->snapshot = GetActiveSnapshot();
	s->rel = table_open(bz_relid(BZ_CHUNK), AccessShareLock);
	s->index = index_open(bz_relid(BZ_CHUNK_PKEY), AccessShareLock);
	s->accounts = table_open(bz_relid(BZ_ACCOUNT), AccessShareLock);
	s->accounts_index = index_open(bz_relid(BZ_ACCOUNT_PKEY), AccessShareLock);
	s->slot = table_slot_create(s->rel, NULL);
	s->next_account = table_slot_create(s->accounts, NULL);
	s->other_account = table_slot_create(s->accounts, NULL);
	s->account_slot = s->next_account;
	s->scan = bz_index_beginscan(s->rel, s->index, s->snapshot, 0);
	index_rescan(s->scan, NULL, 0, NULL, 0);
	/* from the first page on, wherever others are reading */
	s->accounts_scan = table_beginscan_strat(s->accounts, s->snapshot, 0, NULL, true, false);
	s->accounts_probe = bz_index_beginscan(s->accounts, s->accounts_index, s->snapshot, 1);
	s->account = 0;
	s->unit = 0;
	s->accounts_end = false;
	s->with_ceilings = false;
}

/* The account in a slot; 0: none. */
static int64
account_in(TupleTableSlot *slot)
{
	if (TTS_EMPTY(slot))
		return 0;
	slot_getallattrs(slot);
	return DatumGetInt64(slot->tts_values[ACCOUNT_ID - 1]);
}

/* Come to the account of the chunk at hand; false: it has none. */
static bool
find_account(BzScan *s)
{
	ScanKeyData key;

	if (account_in(s->account_slot) == s->account)
		return true;
	s->account_slot = s->next_account;
	while (!s->accounts_end && account_in(s->next_account) < s->account)
		s->accounts_end = !table_scan_getnextslot(s->accounts_scan, ForwardScanDirection, s->next_account);
	if (account_in(s->next_account) == s->account)
		return true;
	s->account_slot = s->other_account;
	ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(s->account));
	index_rescan(s->accounts_probe, &key, 1, NULL, 0);
	return index_getnext_slot(s->accounts_probe, ForwardScanDirection, s->other_account) &&
		   account_in(s->other_account) == s->account;
}

/* Is the account that the scan has come to that of a ceiling? */
static bool
is_ceiling(const BzScan *s)
{
	return DatumGetBool(s->account_slot->tts_values[ACCOUNT_CEILING - 1]);
}

/*
 * Come to the next chunk; false at the end.  Chunks without an account (a
 * TRUNCATE of all units leaves some until the next recount) say nothing.
 */
bool
bz_scan_next(BzScan *s)
{
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (!index_getnext_slot(s->scan, ForwardScanDirection, s->slot))
			return false;
		slot_getallattrs(s->slot);
		s->account = DatumGetInt64(s->slot->tts_values[CHUNK_ACCOUNT - 1]);
		s->from = DatumGetDateADT(s->slot->tts_values[CHUNK_FROM - 1]);
		s->until = DatumGetDateADT(s->slot->tts_values[CHUNK_UNTIL - 1]);
	} while (!find_account(s) || (is_ceiling(s) && !s->with_ceilings));
	s->ceiling = is_ceiling(s);
	s->unit = DatumGetInt64(s->account_slot->tts_values[ACCOUNT_UNIT - 1]);
	s->category = s->account_slot->tts_values[ACCOUNT_CATEGORY - 1];
	return true;
}

/* Decode the chunk that the scan has come to. */
void
bz_scan_decode(BzScan *s, BzChunk *chunk)
{
	bz_chunk_decode(s->slot, chunk);
}

/* The levels on some days of the chunk that the scan has come to. */
void
bz_scan_levels(BzScan *s, const int32 *days, int ndays, TlLevels *levels)
{
	bz_chunk_levels(s->slot, days, ndays, levels);
}

/* End the scan. */
void
bz_scan_end(BzScan *s)
{
	index_endscan(s->scan);
	index_endscan(s->accounts_probe);
	table_endscan(s->accounts_scan);
	ExecDropSingleTupleTableSlot(s->slot);
	ExecDropSingleTupleTableSlot(s->next_account);
	ExecDropSingleTupleTableSlot(s->other_account);
	index_close(s->index, NoLock);
	index_close(s->accounts_index, NoLock);
	table_close(s->rel, NoLock);
	table_close(s->accounts, NoLock);
}
