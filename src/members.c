/*
 * members.c
 *		Which entries are members of a block: an int8multirange.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "utils/multirangetypes.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "members.h"

/* Add a span behind those there are; one that goes on where the last ends makes that longer. */
void
bz_members_add(BzMembers *m, int64 from, int64 until)
{
	if (m->n > 0 && m->span[m->n - 1].until == from)
	{
		m->span[m->n - 1].until = until;
		return;
	}
	if (m->n == m->capacity)
	{
		m->capacity = m->capacity == 0 ? 16 : m->capacity * 2;
		m->span = m->span == NULL ? palloc(m->capacity * sizeof(BzSpan))
								  : repalloc_huge(m->span, m->capacity * sizeof(BzSpan));
	}
	m->span[m->n].from = from;
	m->span[m->n].until = until;
	m->n++;
}

/* Add the spans of a stored value; false: it has an end that is open. */
bool
bz_members_read(Datum multirange, BzMembers *m)
{
	TypeCacheEntry *type = lookup_type_cache(INT8MULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO)->rngtype;
	MultirangeType *stored = DatumGetMultirangeTypeP(multirange);
	int32 n;
	RangeType **range;

	multirange_deserialize(type, stored, &n, &range);
	for (int i = 0; i < n; i++)
	{
		RangeBound lower, upper;
		bool empty;

		range_deserialize(type, range[i], &lower, &upper, &empty);
		if (empty || lower.infinite || upper.infinite)
			return false;
		bz_members_add(m, DatumGetInt64(lower.val), DatumGetInt64(upper.val));
	}
	return true;
}

/* The value to store. */
Datum
bz_members_datum(const BzMembers *m)
{
	TypeCacheEntry *type = lookup_type_cache(INT8MULTIRANGEOID, TYPECACHE_MULTIRANGE_INFO)->rngtype;
	RangeType **range = palloc(m->n * sizeof(RangeType *));

	for (int i = 0; i < m->n; i++)
	{
		RangeBound first = {.val = Int64GetDatum(m->span[i].from), .inclusive = true, .lower = true};
		RangeBound end = {.val = Int64GetDatum(m->span[i].until)};

		range[i] = bz_make_range(type, &first, &end);
	}
	return MultirangeTypePGetDatum(make_multirange(INT8MULTIRANGEOID, type, m->n, range));
}

static int
by_from(const void *a, const void *b)
{
	int64 x = ((const BzSpan *) a)->from;
	int64 y = ((const BzSpan *) b)->from;

	return (x > y) - (x < y);
}

/* Bring spans from several blocks into order, and join those that touch or overlap. */
void
bz_members_sort(BzMembers *m)
{
	int kept = 0;

	if (m->n == 0)
		return;
	qsort(m->span, m->n, sizeof(BzSpan), by_from);
	for (int i = 1; i < m->n; i++)
		if (m->span[i].from <= m->span[kept].until)
			m->span[kept].until = Max(m->span[kept].until, m->span[i].until);
		else
			m->span[++kept] = m->span[i];
	m->n = kept + 1;
}

/* How many numbers there are. */
int64
bz_members_count(const BzMembers *m)
{
	int64 count = 0;

	for (int i = 0; i < m->n; i++)
		count += m->span[i].until - m->span[i].from;
	return count;
}
