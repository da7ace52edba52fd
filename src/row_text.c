/*
 * row_text.c
 *		The canonical text of a row: docs/row-text.md.
 *
 * One row has one text, whatever the session has set.  The types that the
 * office's tables are made of are written here, or by output functions that
 * look at no setting; all others by their output functions with the settings
 * that those look at pinned, which costs more than the row itself.
 */
#include "postgres.h"
#include "compat.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/shortest_dec.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/guc.h"
#include "utils/lsyscache.h"
#include "utils/rangetypes.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "names.h"
#include "row_text.h"

/* How the values of a column are written */
typedef enum Form
{
	FORM_BOOL,
	FORM_INT2,
	FORM_INT4,
	FORM_INT8,
	FORM_FLOAT4,
	FORM_FLOAT8,
	FORM_TEXT,
	FORM_DATE,
	FORM_TIME,
	FORM_TIMESTAMP,
	FORM_TIMESTAMPTZ,
	FORM_INTERVAL,
	FORM_DATERANGE,
	FORM_JSON,	 /* what its output function says stands in the text as it is */
	FORM_SAFE,	 /* by its output function, which looks at no setting */
	FORM_PLAIN,	 /* likewise, and what it says needs no escapes */
	FORM_PINNED, /* by its output function, with settings pinned */
} Form;

typedef struct TextColumn
{
	AttrNumber attno;
	Form form;
	char *label; /* "name": */
	int label_len;
	FmgrInfo output;
} TextColumn;

struct BzRowText
{
	int natts;
	int n;
	bool may_pin;
	TypeCacheEntry *daterange;
	TextColumn *column;	 /* in the order of their names */
	TextColumn **by_att; /* by number; NULL: dropped */
};

/* long enough for what is written without an output function, but for text */
#define VALUE_BUFFER (2 * MAXDATELEN + 16)

/* What an output function may look at. */
static const struct
{
	const char *name, *value;
} pinned[] = {
	{"datestyle", "ISO, YMD"},		  {"intervalstyle", "postgres"}, {"timezone", "UTC"},
	{"extra_float_digits", "1"},	  {"bytea_output", "hex"},		 {"search_path", "pg_catalog, pg_temp"},
	{"quote_all_identifiers", "off"}, {"lc_monetary", "C"},
};

static int
pin_settings(void)
{
	int level = NewGUCNestLevel();

	for (int i = 0; i < lengthof(pinned); i++)
		(void) set_config_option(pinned[i].name, pinned[i].value, PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE,
								 true, 0, false);
	return level;
}

/* Does the output function of a type look at settings? */
static Form
form_of(Oid type)
{
	Oid base = getBaseType(type);
	Oid element;

	switch (base)
	{
		case BOOLOID:
			return FORM_BOOL;
		case INT2OID:
			return FORM_INT2;
		case INT4OID:
			return FORM_INT4;
		case INT8OID:
			return FORM_INT8;
		case FLOAT4OID:
			return FORM_FLOAT4;
		case FLOAT8OID:
			return FORM_FLOAT8;
		case TEXTOID:
		case VARCHAROID:
		case BPCHAROID:
			return FORM_TEXT;
		case DATEOID:
			return FORM_DATE;
		case TIMEOID:
			return FORM_TIME;
		case TIMESTAMPOID:
			return FORM_TIMESTAMP;
		case TIMESTAMPTZOID:
			return FORM_TIMESTAMPTZ;
		case INTERVALOID:
			return FORM_INTERVAL;
		case DATERANGEOID:
			return FORM_DATERANGE;
		case JSONOID:
		case JSONBOID:
			return FORM_JSON;
		case NUMERICOID:
		case UUIDOID:
		case OIDOID:
			return FORM_PLAIN;
		case NAMEOID:
		case CHAROID:
		case BITOID:
		case VARBITOID:
		case INETOID:
		case CIDROID:
		case INT4RANGEOID:
		case INT8RANGEOID:
		case NUMRANGEOID:
		case INT4MULTIRANGEOID:
		case INT8MULTIRANGEOID:
			return FORM_SAFE;
	}
	if (base == bz_type_oid("resident_id") || base == bz_type_oid("credit_code"))
		return FORM_PLAIN;
	if (get_typtype(base) == TYPTYPE_ENUM)
		return FORM_SAFE;
	element = get_element_type(base);
	if (OidIsValid(element))
		switch (form_of(element))
		{
			case FORM_BOOL:
			case FORM_INT2:
			case FORM_INT4:
			case FORM_INT8:
			case FORM_TEXT:
			case FORM_JSON:
			case FORM_SAFE:
			case FORM_PLAIN:
				return FORM_SAFE;
			default:
				break;
		}
	return FORM_PINNED;
}

/* Text as a JSON string, without its quotes: runs of ordinary characters are copied as they are. */
static void
put_escaped(StringInfo out, const char *text, int len)
{
	int run = 0;

	for (int i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char) text[i];
		char escape;

		if (likely(c >= ' ' && c != '"' && c != '\\'))
			continue;
		appendBinaryStringInfo(out, text + run, i - run);
		run = i + 1;
		switch (c)
		{
			case '"':
			case '\\':
				escape = (char) c;
				break;
			case '\b':
				escape = 'b';
				break;
			case '\f':
				escape = 'f';
				break;
			case '\n':
				escape = 'n';
				break;
			case '\r':
				escape = 'r';
				break;
			case '\t':
				escape = 't';
				break;
			default:
				appendStringInfo(out, "\\u%04x", c);
				continue;
		}
		appendStringInfoChar(out, '\\');
		appendStringInfoChar(out, escape);
	}
	appendBinaryStringInfo(out, text + run, len - run);
}

static int
by_label(const void *a, const void *b)
{
	return strcmp(((const TextColumn *) a)->label, ((const TextColumn *) b)->label);
}

/* How the rows of a type are written; lives in the context given. */
BzRowText *
bz_row_text_plan(TupleDesc desc, MemoryContext context)
{
	MemoryContext outer = MemoryContextSwitchTo(context);
	BzRowText *plan = palloc0(sizeof(BzRowText));

	plan->natts = desc->natts;
	plan->column = palloc0(desc->natts * sizeof(TextColumn));
	plan->by_att = palloc0(desc->natts * sizeof(TextColumn *));
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);
		TextColumn *c = &plan->column[plan->n];
		Oid output;
		bool varlena;

		if (att->attisdropped)
			continue;
		c->attno = att->attnum;
		c->form = form_of(att->atttypid);
		/* by name, until they are in order */
		c->label = pstrdup(NameStr(att->attname));
		getTypeOutputInfo(att->atttypid, &output, &varlena);
		fmgr_info_cxt(output, &c->output, context);
		plan->may_pin |= c->form == FORM_PINNED;
		if (c->form == FORM_DATERANGE)
			plan->daterange = lookup_type_cache(DATERANGEOID, TYPECACHE_RANGE_INFO);
		plan->n++;
	}
	qsort(plan->column, plan->n, sizeof(TextColumn), by_label);
	for (int i = 0; i < plan->n; i++)
	{
		TextColumn *c = &plan->column[i];
		StringInfoData label;

		initStringInfo(&label);
		appendStringInfoChar(&label, '"');
		put_escaped(&label, c->label, strlen(c->label));
		appendStringInfoString(&label, "\":");
		pfree(c->label);
		c->label = label.data;
		c->label_len = label.len;
		plan->by_att[c->attno - 1] = c;
	}
	MemoryContextSwitchTo(outer);
	return plan;
}

static int
write_date(char *buffer, DateADT day)
{
	struct pg_tm tm = {0};

	if (DATE_NOT_FINITE(day))
		EncodeSpecialDate(day, buffer);
	else
	{
		j2date(day + POSTGRES_EPOCH_JDATE, &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
		EncodeDateOnly(&tm, USE_ISO_DATES, buffer);
	}
	return strlen(buffer);
}

static int
write_timestamp(char *buffer, Timestamp at, bool in_utc)
{
	struct pg_tm tm;
	fsec_t fsec;

	if (TIMESTAMP_NOT_FINITE(at))
		EncodeSpecialTimestamp(at, buffer);
	else
	{
		if (timestamp2tm(at, NULL, &tm, &fsec, NULL, NULL) != 0)
			ereport(ERROR, errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE), errmsg("timestamp out of range"));
		tm.tm_isdst = 0;
		EncodeDateTime(&tm, fsec, in_utc, 0, NULL, USE_ISO_DATES, buffer);
	}
	return strlen(buffer);
}

/* a bound that has a blank, as one before Christ has, stands in quotes */
static int
write_bound(char *buffer, const RangeBound *bound)
{
	int len;

	if (bound->infinite)
		return 0;
	len = write_date(buffer, DatumGetDateADT(bound->val));
	if (strchr(buffer, ' ') == NULL)
		return len;
	memmove(buffer + 1, buffer, len);
	buffer[0] = '"';
	buffer[len + 1] = '"';
	return len + 2;
}

static int
write_daterange(TypeCacheEntry *type, char *buffer, const RangeType *range)
{
	RangeBound lower, upper;
	bool empty;
	int len = 0;

	range_deserialize(type, range, &lower, &upper, &empty);
	if (empty)
		return strlen(strcpy(buffer, "empty"));
	buffer[len++] = lower.inclusive ? '[' : '(';
	len += write_bound(buffer + len, &lower);
	buffer[len++] = ',';
	len += write_bound(buffer + len, &upper);
	buffer[len++] = upper.inclusive ? ']' : ')';
	return len;
}

/*
 * The text of a value, and whether it needs escapes in a JSON string.  What is
 * returned may be the buffer.
 */
static const char *
value_text(BzRowText *plan, TextColumn *c, Datum value, char *buffer, int *len, bool *escapes)
{
	const char *result = buffer;
	struct pg_tm tm = {0};
	struct pg_itm itm;
	fsec_t fsec;

	*escapes = false;
	switch (c->form)
	{
		case FORM_BOOL:
			buffer[0] = DatumGetBool(value) ? 't' : 'f';
			*len = 1;
			break;
		case FORM_INT2:
			*len = pg_ltoa(DatumGetInt16(value), buffer);
			break;
		case FORM_INT4:
			*len = pg_ltoa(DatumGetInt32(value), buffer);
			break;
		case FORM_INT8:
			*len = pg_lltoa(DatumGetInt64(value), buffer);
			break;
		case FORM_FLOAT4:
			*len = float_to_shortest_decimal_buf(DatumGetFloat4(value), buffer);
			break;
		case FORM_FLOAT8:
			*len = double_to_shortest_decimal_buf(DatumGetFloat8(value), buffer);
			break;
		case FORM_TEXT:
		{
			text *t = DatumGetTextPP(value);

			*escapes = true;
			*len = VARSIZE_ANY_EXHDR(t);
			return VARDATA_ANY(t);
		}
		case FORM_DATE:
			*len = write_date(buffer, DatumGetDateADT(value));
			break;
		case FORM_TIME:
			time2tm(DatumGetTimeADT(value), &tm, &fsec);
			EncodeTimeOnly(&tm, fsec, false, 0, USE_ISO_DATES, buffer);
			*len = strlen(buffer);
			break;
		case FORM_TIMESTAMP:
			*len = write_timestamp(buffer, DatumGetTimestamp(value), false);
			break;
		case FORM_TIMESTAMPTZ:
			*len = write_timestamp(buffer, DatumGetTimestampTz(value), true);
			break;
		case FORM_INTERVAL:
			interval2itm(*DatumGetIntervalP(value), &itm);
			EncodeInterval(&itm, INTSTYLE_POSTGRES, buffer);
			*len = strlen(buffer);
			break;
		case FORM_DATERANGE:
			*escapes = true;
			*len = write_daterange(plan->daterange, buffer, DatumGetRangeTypeP(value));
			break;
		default:
			*escapes = c->form != FORM_PLAIN;
			result = OutputFunctionCall(&c->output, value);
			*len = strlen(result);
			break;
	}
	return result;
}

/* A value as it stands in a JSON text. */
static void
put_value(BzRowText *plan, TextColumn *c, Datum value, bool as_string, StringInfo out)
{
	char buffer[VALUE_BUFFER];
	int len;
	bool escapes;
	const char *text = value_text(plan, c, value, buffer, &len, &escapes);

	if (c->form == FORM_JSON && !as_string)
	{
		appendBinaryStringInfo(out, text, len);
		return;
	}
	appendStringInfoChar(out, '"');
	if (escapes)
		put_escaped(out, text, len);
	else
		appendBinaryStringInfo(out, text, len);
	appendStringInfoChar(out, '"');
}

/* Begin a text: the length that stands before it is filled in by finish(). */
static void
begin(StringInfo out)
{
	static const char header[VARHDRSZ];

	initStringInfo(out);
	appendBinaryStringInfo(out, header, VARHDRSZ);
}

static text *
finish(StringInfo out)
{
	SET_VARSIZE(out->data, out->len);
	return (text *) out->data;
}

/* The canonical text of a row. */
text *
bz_row_text(BzRowText *plan, const Datum *values, const bool *nulls)
{
	StringInfoData out;
	char separator = '{';
	int level = 0;

	begin(&out);
	for (int i = 0; i < plan->n; i++)
	{
		TextColumn *c = &plan->column[i];

		if (nulls[c->attno - 1])
			continue;
		if (c->form == FORM_PINNED && level == 0)
			level = pin_settings();
		appendStringInfoChar(&out, separator);
		appendBinaryStringInfo(&out, c->label, c->label_len);
		put_value(plan, c, values[c->attno - 1], false, &out);
		separator = ',';
	}
	if (level != 0)
		AtEOXact_GUC(true, level);
	if (separator == '{')
		appendStringInfoChar(&out, '{');
	appendStringInfoChar(&out, '}');
	return finish(&out);
}

/* The text of a key, none of whose columns is NULL: of one column its text, of several an array of texts. */
text *
bz_key_text(BzRowText *plan, const AttrNumber *attnos, int n, const Datum *values)
{
	StringInfoData out;
	int level = 0;

	begin(&out);
	for (int i = 0; i < n; i++)
	{
		TextColumn *c = plan->by_att[attnos[i] - 1];

		if (c->form == FORM_PINNED && level == 0)
			level = pin_settings();
		if (n == 1)
		{
			char buffer[VALUE_BUFFER];
			int len;
			bool escapes;
			const char *text = value_text(plan, c, values[attnos[i] - 1], buffer, &len, &escapes);

			appendBinaryStringInfo(&out, text, len);
			break;
		}
		appendStringInfoChar(&out, i == 0 ? '[' : ',');
		put_value(plan, c, values[attnos[i] - 1], true, &out);
	}
	if (level != 0)
		AtEOXact_GUC(true, level);
	if (n > 1)
		appendStringInfoChar(&out, ']');
	return finish(&out);
}

/* What a call of canonical_row() keeps for the next. */
typedef struct Kept
{
	Oid type;
	int32 typmod;
	uint64 identifier; /* of the type as it was */
	MemoryContext context;
	BzRowText *plan;
} Kept;

PG_FUNCTION_INFO_V1(canonical_row);

/* canonical_row(record) returns text */
Datum
canonical_row(PG_FUNCTION_ARGS)
{
	HeapTupleHeader row = PG_GETARG_HEAPTUPLEHEADER(0);
	Oid type = HeapTupleHeaderGetTypeId(row);
	int32 typmod = HeapTupleHeaderGetTypMod(row);
	TupleDesc desc = lookup_rowtype_tupdesc(type, typmod);
	uint64 identifier = assign_record_type_identifier(type, typmod);
	Kept *kept = fcinfo->flinfo->fn_extra;
	HeapTupleData tuple;
	Datum *values = palloc(desc->natts * sizeof(Datum));
	bool *nulls = palloc(desc->natts * sizeof(bool));
	text *result;

	if (kept == NULL || kept->type != type || kept->typmod != typmod || kept->identifier != identifier)
	{
		if (kept == NULL)
		{
			kept = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Kept));
			kept->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "bianzhi row text",
												  ALLOCSET_SMALL_SIZES);
			fcinfo->flinfo->fn_extra = kept;
		}
		kept->type = InvalidOid;
		MemoryContextReset(kept->context);
		kept->plan = bz_row_text_plan(desc, kept->context);
		kept->typmod = typmod;
		kept->identifier = identifier;
		kept->type = type;
	}

	tuple.t_len = HeapTupleHeaderGetDatumLength(row);
	ItemPointerSetInvalid(&tuple.t_self);
	tuple.t_tableOid = InvalidOid;
	tuple.t_data = row;
	heap_deform_tuple(&tuple, desc, values, nulls);
	result = bz_row_text(kept->plan, values, nulls);
	ReleaseTupleDesc(desc);
	PG_RETURN_TEXT_P(result);
}
