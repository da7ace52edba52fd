/*
 * leavers.c
 *		How many of some people will leave, each with a probability, for SQL.
 */
#include "postgres.h"
#include "compat.h"

#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"

#include "distribution.h"

PG_FUNCTION_INFO_V1(leaver_distribution);
PG_FUNCTION_INFO_V1(leaver_quantile);
PG_FUNCTION_INFO_V1(at_least_probability);

static void
check_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* The distribution that an argument stands for: 0 to *n, and *possible of them can leave at all. */
static double *
distribution_argument(ArrayType *array, int *n, int *possible)
{
	const double *p = (const double *) ARR_DATA_PTR(array);
	double *pmf;
	double *work;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR, errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				errmsg("probabilities must be an array of one dimension"));
	if (array_contains_nulls(array))
		ereport(ERROR, errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("probabilities must not be null"));
	*n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	if (*n > BZ_DISTRIBUTION_MAX)
		ereport(ERROR, errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				errmsg("no more than %d probabilities can be taken", BZ_DISTRIBUTION_MAX));
	pmf = palloc(sizeof(double) * (*n + 1));
	work = palloc(sizeof(double) * BZ_DISTRIBUTION_WORK(*n));
	if (!bz_distribution(p, *n, pmf, work, check_interrupts))
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				errmsg("a probability must be from 0 to 1"));
	pfree(work);
	*possible = 0;
	for (int i = 0; i < *n; i++)
		*possible += p[i] > 0;
	return pmf;
}

/* leaver_distribution(p double precision[]) returns double precision[] */
Datum
leaver_distribution(PG_FUNCTION_ARGS)
{
	int n, possible;
	double *pmf = distribution_argument(PG_GETARG_ARRAYTYPE_P(0), &n, &possible);
	Size size = ARR_OVERHEAD_NONULLS(1) + sizeof(double) * (n + 1);
	ArrayType *result = palloc0(size);

	SET_VARSIZE(result, size);
	result->ndim = 1;
	result->elemtype = FLOAT8OID;
	ARR_DIMS(result)[0] = n + 1;
	ARR_LBOUND(result)[0] = 1;
	memcpy(ARR_DATA_PTR(result), pmf, sizeof(double) * (n + 1));
	PG_RETURN_ARRAYTYPE_P(result);
}

/* leaver_quantile(p double precision[], q double precision) returns integer */
Datum
leaver_quantile(PG_FUNCTION_ARGS)
{
	double q = PG_GETARG_FLOAT8(1);
	int n, possible;
	double *pmf = distribution_argument(PG_GETARG_ARRAYTYPE_P(0), &n, &possible);

	if (!(q >= 0 && q <= 1))
		ereport(ERROR, errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE), errmsg("a quantile must be from 0 to 1"));
	/* where the probability of the last ones is too small for a double, they are possible all the same */
	PG_RETURN_INT32(q == 1 ? possible : bz_distribution_quantile(pmf, n, q));
}

/* at_least_probability(p double precision[], at_least integer) returns double precision */
Datum
at_least_probability(PG_FUNCTION_ARGS)
{
	int n, possible;
	double *pmf = distribution_argument(PG_GETARG_ARRAYTYPE_P(0), &n, &possible);

	PG_RETURN_FLOAT8(bz_distribution_at_least(pmf, n, PG_GETARG_INT32(1)));
}
