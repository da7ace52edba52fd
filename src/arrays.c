/*
 * arrays.c
 *		Arrays of numbers over days, for many accounts one after the other.
 *
 * Most accounts have the same number throughout in most of their arrays.  Such
 * an array is made once, and compressed, as a table would have it: what is
 * written to the result is a fraction then.  Those met last are kept.
 */
#include "postgres.h"
#include "compat.h"

#include "access/toast_internals.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/memutils.h"

#include "arrays.h"

#define KEPT_ARRAYS 1024

typedef struct KeptArray
{
	int64 bits;
	Oid type;
	Datum array; /* 0: none */
} KeptArray;

struct BzArrays
{
	MemoryContext context; /* of what is kept */
	MemoryContext account; /* of what an account has of its own */
	int n;
	KeptArray kept[KEPT_ARRAYS];
};

/* Refuse a number that a column cannot hold. */
void
bz_raise_out_of_range(void)
{
	ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("integer out of range"));
}

/* Begin to make arrays of "n" numbers, in the current memory context. */
BzArrays *
bz_arrays(int n)
{
	BzArrays *arrays = palloc0(sizeof(BzArrays));

	arrays->context = CurrentMemoryContext;
	arrays->account = AllocSetContextCreate(CurrentMemoryContext, "bianzhi arrays of an account", 0,
											64 * 1024, 1024 * 1024);
	arrays->n = n;
	return arrays;
}

/* Go on to the next account: forget the arrays of the one before. */
void
bz_arrays_next(BzArrays *arrays)
{
	MemoryContextReset(arrays->account);
}

/* An array without its numbers: of "n" elements, of which "nnulls" are null. */
static ArrayType *
empty_array(Oid type, int n, int nnulls)
{
	Size offset = nnulls > 0 ? ARR_OVERHEAD_WITHNULLS(1, n) : ARR_OVERHEAD_NONULLS(1);
	Size size = offset + (n - nnulls) * (type == FLOAT8OID ? sizeof(double) : sizeof(int32));
	ArrayType *array = palloc(size);

	memset(array, 0, offset);
	SET_VARSIZE(array, size);
	array->ndim = 1;
	array->dataoffset = nnulls > 0 ? offset : 0;
	array->elemtype = type;
	ARR_DIMS(array)[0] = n;
	ARR_LBOUND(array)[0] = 1;
	return array;
}

/* The array of which all elements are one number. */
static Datum
constant_array(BzArrays *arrays, Oid type, int64 bits)
{
	uint32 hash = murmurhash32((uint32) bits ^ (uint32) ((uint64) bits >> 32) ^ type);
	KeptArray *kept = &arrays->kept[hash % KEPT_ARRAYS];
	MemoryContext outer;
	ArrayType *array;
	Datum compressed;

	if (kept->array != 0 && kept->bits == bits && kept->type == type)
		return kept->array;
	outer = MemoryContextSwitchTo(arrays->context);
	if (kept->array != 0)
		pfree(DatumGetPointer(kept->array));
	array = empty_array(type, arrays->n, 0);
	for (int i = 0; i < arrays->n; i++)
	{
		if (type == FLOAT8OID)
			((int64 *) ARR_DATA_PTR(array))[i] = bits;
		else
			((int32 *) ARR_DATA_PTR(array))[i] = bz_seats(bits);
	}
	compressed = toast_compress_datum(PointerGetDatum(array), TOAST_PGLZ_COMPRESSION);
	*kept = (KeptArray){bits, type, PointerGetDatum(array)};
	if (DatumGetPointer(compressed) != NULL)
	{
		kept->array = compressed;
		pfree(array);
	}
	MemoryContextSwitchTo(outer);
	return kept->array;
}

/*
 * An array of a number on each of the days, of "type" float8 or int4; the latter
 * from int64s.  "first" is that of the first day, the next one "stride" bytes on.
 * Where "authorized" is not NULL, it is null on days on which nothing is authorised.
 * It is valid until the next account.
 */
Datum
bz_array(BzArrays *arrays, Oid type, const void *first, Size stride, const TlLevels *authorized)
{
	int n = arrays->n;
	int64 one, differ = 0;
	int nnulls = 0;
	MemoryContext outer;
	ArrayType *array;
	char *value;

	for (int i = 0; authorized != NULL && i < n; i++)
		nnulls += authorized[i].v[TL_LINES] <= 0;
	memcpy(&one, first, sizeof(one));
	for (int i = 0; i < n; i++)
	{
		int64 bits;

		memcpy(&bits, (const char *) first + i * stride, sizeof(bits));
		differ |= bits ^ one;
	}
	if (nnulls == 0 && differ == 0)
		return constant_array(arrays, type, one);

	outer = MemoryContextSwitchTo(arrays->account);
	array = empty_array(type, n, nnulls);
	MemoryContextSwitchTo(outer);
	value = ARR_DATA_PTR(array);
	for (int i = 0; i < n; i++)
	{
		const char *from = (const char *) first + i * stride;

		if (nnulls > 0 && authorized[i].v[TL_LINES] <= 0)
			continue;
		if (type == FLOAT8OID)
		{
			memcpy(value, from, sizeof(double));
			value += sizeof(double);
		}
		else
		{
			*(int32 *) value = bz_seats(*(const int64 *) from);
			value += sizeof(int32);
		}
		if (nnulls > 0)
			ARR_NULLBITMAP(array)[i / 8] |= 1 << (i % 8);
	}
	return PointerGetDatum(array);
}

/* The days, as an array, in the current memory context. */
Datum
bz_array_of_days(const int32 *day, int n)
{
	Datum *days = palloc((n + 1) * sizeof(Datum));

	for (int i = 0; i < n; i++)
		days[i] = DateADTGetDatum(day[i]);
	return PointerGetDatum(construct_array(days, n, DATEOID, sizeof(DateADT), true, TYPALIGN_INT));
}
