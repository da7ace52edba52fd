/*
 * entry.c
 *		Rows of the ledger, and their leaves.
 */
#include "postgres.h"
#include "compat.h"

#include "access/table.h"
#include "access/tableam.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "entry.h"
#include "names.h"

PG_FUNCTION_INFO_V1(ledger_hash);
PG_FUNCTION_INFO_V1(ledger_commitment);
PG_FUNCTION_INFO_V1(ledger_leaf);

/* The hasher of an algorithm. */
BzHasher *
bz_need_hasher(BzAlgorithm algorithm)
{
	BzHasher *h = bz_hasher(algorithm);

	if (h == NULL)
		ereport(ERROR, errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				errmsg("libcrypto does not offer the hash algorithm %s", bz_algorithm_name(algorithm)));
	return h;
}

/* Before anything that was hashed is believed. */
void
bz_hashed(const BzHasher *h)
{
	if (!bz_hasher_sound(h))
		ereport(ERROR, errcode(ERRCODE_INTERNAL_ERROR), errmsg("libcrypto could not compute a hash"));
}

/* The algorithm of a name, a text. */
BzAlgorithm
bz_need_algorithm(Datum name)
{
	text *t = DatumGetTextPP(name);
	BzAlgorithm algorithm;

	if (!bz_algorithm_find(VARDATA_ANY(t), VARSIZE_ANY_EXHDR(t), &algorithm))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("unknown hash algorithm \"%s\"", text_to_cstring(t)),
				errhint("There are sm3 and sha256."));
	return algorithm;
}

/* A text or bytea, wherever it is kept */
static BzField
field_of(Datum value, bool isnull)
{
	BzField f = {NULL, 0};

	if (!isnull)
	{
		struct varlena *v = PG_DETOAST_DATUM_PACKED(value);

		f.data = VARDATA_ANY(v);
		f.length = VARSIZE_ANY_EXHDR(v);
	}
	return f;
}

/* The columns of a row as an entry. */
void
bz_entry_of(const Datum *values, const bool *nulls, BzEntry *entry)
{
#define FIELD(column) field_of(values[(column) -1], nulls[(column) -1])
	entry->seq = DatumGetInt64(values[LEDGER_SEQ - 1]);
	entry->at = DatumGetTimestampTz(values[LEDGER_AT - 1]);
	entry->xact = DatumGetInt64(values[LEDGER_XACT - 1]);
	entry->session_user_name = FIELD(LEDGER_SESSION_USER);
	entry->current_user_name = FIELD(LEDGER_CURRENT_USER);
	entry->claimed_actor = FIELD(LEDGER_ACTOR);
	entry->relation = FIELD(LEDGER_RELATION);
	entry->operation = FIELD(LEDGER_OPERATION);
	entry->key = FIELD(LEDGER_KEY);
	entry->row_before = FIELD(LEDGER_BEFORE);
	entry->row_after = FIELD(LEDGER_AFTER);
	entry->salt = FIELD(LEDGER_SALT);
	entry->commitment = FIELD(LEDGER_COMMITMENT);
#undef FIELD
}

static void
hash_leaf(BzHasher *h, const BzEntry *entry, const BzHash *commitment, BzHash *leaf)
{
	uint8_t few[512];
	size_t size = bz_leaf_size(entry);
	uint8_t *bytes = size <= sizeof(few) ? few : palloc(size);

	bz_leaf_write(entry, commitment, bytes);
	bz_merkle_leaf(h, bytes, size, leaf);
	if (bytes != few)
		pfree(bytes);
}

/* The leaf of an entry. */
BzEntryProblem
bz_entry_leaf(BzHasher *h, const BzEntry *entry, BzHash *leaf)
{
	BzHash commitment;
	BzEntryProblem problem = bz_entry_commitment(h, entry, &commitment);

	if (problem == BZ_ENTRY_FINE)
		hash_leaf(h, entry, &commitment, leaf);
	return problem;
}

/* What is wrong with an entry that has no leaf. */
const char *
bz_entry_problem(BzEntryProblem problem)
{
	switch (problem)
	{
		case BZ_ENTRY_FINE:
			break;
		case BZ_ENTRY_SALT:
			return "an entry has neither a salt nor a commitment";
		case BZ_ENTRY_BOTH:
			return "an entry has a commitment beside what it replaces";
		case BZ_ENTRY_COMMITMENT:
			return "an entry has a commitment that is no hash";
	}
	return "an entry is in order";
}

bool
bz_field_is(const BzField *field, const char *text)
{
	return field->data != NULL && field->length == strlen(text) &&
		   memcmp(field->data, text, field->length) == 0;
}

/* Begin to read entries. */
void
bz_entries_open(BzEntryScan *s, BzHasher *h, Snapshot snapshot)
{
	s->rel = table_open(bz_relid(BZ_LEDGER), AccessShareLock);
	s->index = index_open(bz_relid(BZ_LEDGER_PKEY), AccessShareLock);
	s->slot = table_slot_create(s->rel, NULL);
	s->scan = bz_index_beginscan(s->rel, s->index, snapshot, 2);
	s->context = AllocSetContextCreate(CurrentMemoryContext, "bianzhi entry", ALLOCSET_DEFAULT_SIZES);
	s->hasher = h;
}

/* Go to the entries from one number up to another, which is not among them. */
void
bz_entries_between(BzEntryScan *s, int64 from, int64 until)
{
	ScanKeyData keys[2];

	ScanKeyInit(&keys[0], 1, BTGreaterEqualStrategyNumber, F_INT8GE, Int64GetDatum(from));
	ScanKeyInit(&keys[1], 1, BTLessStrategyNumber, F_INT8LT, Int64GetDatum(until));
	index_rescan(s->scan, keys, 2, NULL, 0);
}

/* Come to the next entry, in the order of numbers; false at the end. */
bool
bz_entries_next(BzEntryScan *s)
{
	MemoryContext outer;

	CHECK_FOR_INTERRUPTS();
	if (!index_getnext_slot(s->scan, ForwardScanDirection, s->slot))
		return false;
	MemoryContextReset(s->context);
	slot_getallattrs(s->slot);
	outer = MemoryContextSwitchTo(s->context);
	bz_entry_of(s->slot->tts_values, s->slot->tts_isnull, &s->entry);
	MemoryContextSwitchTo(outer);
	return true;
}

/* End. */
void
bz_entries_close(BzEntryScan *s)
{
	index_endscan(s->scan);
	ExecDropSingleTupleTableSlot(s->slot);
	index_close(s->index, NoLock);
	table_close(s->rel, NoLock);
	MemoryContextDelete(s->context);
}

static Datum
hash_datum(const BzHash *hash)
{
	bytea *result = palloc(VARHDRSZ + BZ_HASH_SIZE);

	SET_VARSIZE(result, VARHDRSZ + BZ_HASH_SIZE);
	memcpy(VARDATA(result), hash, BZ_HASH_SIZE);
	return PointerGetDatum(result);
}

/* ledger_hash(algorithm text, data bytea) returns bytea */
Datum
ledger_hash(PG_FUNCTION_ARGS)
{
	BzHasher *h = bz_need_hasher(bz_need_algorithm(PG_GETARG_DATUM(0)));
	bytea *data = PG_GETARG_BYTEA_PP(1);
	BzHash hash;

	bz_hash_begin(h);
	bz_hash_add(h, VARDATA_ANY(data), VARSIZE_ANY_EXHDR(data));
	bz_hash_end(h, &hash);
	bz_hashed(h);
	return hash_datum(&hash);
}

/* ledger_commitment(algorithm text, salt bytea, row_before text, row_after text) returns bytea; either text may be NULL */
Datum
ledger_commitment(PG_FUNCTION_ARGS)
{
	BzHasher *h;
	BzEntry entry = {0};
	BzHash commitment;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_NULL();
	h = bz_need_hasher(bz_need_algorithm(PG_GETARG_DATUM(0)));
	entry.salt = field_of(PG_GETARG_DATUM(1), false);
	entry.row_before = field_of(PG_ARGISNULL(2) ? (Datum) 0 : PG_GETARG_DATUM(2), PG_ARGISNULL(2));
	entry.row_after = field_of(PG_ARGISNULL(3) ? (Datum) 0 : PG_GETARG_DATUM(3), PG_ARGISNULL(3));
	if (bz_entry_commitment(h, &entry, &commitment) != BZ_ENTRY_FINE)
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("a salt has %d bytes", BZ_SALT_SIZE));
	bz_hashed(h);
	return hash_datum(&commitment);
}

/*
 * ledger_leaf(algorithm text, entry bianzhi.ledger) returns bytea: the hash of
 * the leaf of an entry.
 */
Datum
ledger_leaf(PG_FUNCTION_ARGS)
{
	BzHasher *h = bz_need_hasher(bz_need_algorithm(PG_GETARG_DATUM(0)));
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(1);
	Relation rel = table_open(bz_relid(BZ_LEDGER), AccessShareLock);
	HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
	Datum *values = palloc(RelationGetDescr(rel)->natts * sizeof(Datum));
	bool *nulls = palloc(RelationGetDescr(rel)->natts * sizeof(bool));
	BzEntry entry;
	BzEntryProblem problem;
	BzHash leaf;

	heap_deform_tuple(&tuple, RelationGetDescr(rel), values, nulls);
	bz_entry_of(values, nulls, &entry);
	problem = bz_entry_leaf(h, &entry, &leaf);
	if (problem != BZ_ENTRY_FINE)
		ereport(ERROR, errcode(ERRCODE_DATA_CORRUPTED), errmsg_internal("%s", bz_entry_problem(problem)));
	bz_hashed(h);
	table_close(rel, NoLock);
	return hash_datum(&leaf);
}
