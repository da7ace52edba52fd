/*
 * json.c
 *		Just enough of JSON to read digests and proofs.
 *
 * A value is passed over before it is read, so what is read is well formed.
 * Names and values that are not asked for are passed over; a name that comes
 * twice is refused, as two readers might choose differently.
 */
#include "json.h"

#include <string.h>

#include "hex.h"

#define MAX_DEPTH 32

typedef struct Reader
{
	char *at;
	char *end;
} Reader;

static void
skip_space(Reader *r)
{
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r'))
		r->at++;
}

static bool
take(Reader *r, char c)
{
	skip_space(r);
	if (r->at == r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

/* Four digits of a \u escape; -1: they are none */
static int32_t
hex_unit(const char *at, const char *end)
{
	int32_t unit = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++)
	{
		int digit = bz_hex_digit(at[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static bool
skip_string(Reader *r)
{
	if (!take(r, '"'))
		return false;
	for (; r->at < r->end; r->at++)
	{
		if (*r->at == '"')
		{
			r->at++;
			return true;
		}
		if ((unsigned char) *r->at < 0x20)
			return false;
		if (*r->at != '\\')
			continue;
		r->at++;
		if (r->at == r->end || *r->at == '\0' || strchr("\"\\/bfnrtu", *r->at) == NULL)
			return false;
		if (*r->at == 'u')
		{
			if (hex_unit(r->at + 1, r->end) < 0)
				return false;
			r->at += 4;
		}
	}
	return false;
}

static bool
skip_word(Reader *r, const char *word)
{
	size_t length = strlen(word);

	if ((size_t) (r->end - r->at) < length || memcmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool
skip_digits(Reader *r)
{
	char *start = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return r->at > start;
}

static bool
skip_number(Reader *r)
{
	if (r->at < r->end && *r->at == '-')
		r->at++;
	if (!skip_digits(r))
		return false;
	if (r->at < r->end && *r->at == '.')
	{
		r->at++;
		if (!skip_digits(r))
			return false;
	}
	if (r->at < r->end && (*r->at == 'e' || *r->at == 'E'))
	{
		r->at++;
		if (r->at < r->end && (*r->at == '+' || *r->at == '-'))
			r->at++;
		if (!skip_digits(r))
			return false;
	}
	return true;
}

static bool
skip_scalar(Reader *r)
{
	switch (*r->at)
	{
		case '"':
			return skip_string(r);
		case 't':
			return skip_word(r, "true");
		case 'f':
			return skip_word(r, "false");
		case 'n':
			return skip_word(r, "null");
		default:
			return skip_number(r);
	}
}

/* Pass over a value, and over what stands in it */
static bool
skip_value(Reader *r)
{
	char closing[MAX_DEPTH];
	int depth = 0;

	for (;;)
	{
		bool opened = false;

		skip_space(r);
		if (r->at == r->end)
			return false;
		if (*r->at == '{' || *r->at == '[')
		{
			if (depth == MAX_DEPTH)
				return false;
			closing[depth++] = *r->at++ == '{' ? '}' : ']';
			opened = true;
		}
		else if (!skip_scalar(r))
			return false;

		/* what may come now: the end of what is open, or the next value in it */
		for (;;)
		{
			if (depth == 0)
				return true;
			if (take(r, closing[depth - 1]))
			{
				depth--;
				opened = false;
				continue;
			}
			if (!opened && !take(r, ','))
				return false;
			if (closing[depth - 1] == '}' && (!skip_string(r) || !take(r, ':')))
				return false;
			break;
		}
	}
}

/* A whole text as a value; false: it is none. */
bool
bz_json_read(char *text, size_t length, BzJson *value)
{
	Reader r = {text, text + length};

	skip_space(&r);
	value->text = r.at;
	if (!skip_value(&r))
		return false;
	value->length = (size_t) (r.at - value->text);
	skip_space(&r);
	return r.at == r.end;
}

/* The values of an object under n names; false: it is no object, or a name comes twice. */
bool
bz_json_object(BzJson object, const char *const *names, int n, BzJson *values)
{
	Reader r = {object.text, object.text};

	memset(values, 0, (size_t) n * sizeof(BzJson));
	if (object.text == NULL)
		return false;
	r.end += object.length;
	if (!take(&r, '{'))
		return false;
	while (!take(&r, '}'))
	{
		char *name;
		size_t length;
		BzJson value;

		(void) take(&r, ',');
		skip_space(&r);
		name = r.at + 1;
		if (!skip_string(&r))
			return false;
		length = (size_t) (r.at - name) - 1;
		if (!take(&r, ':'))
			return false;
		skip_space(&r);
		value.text = r.at;
		if (!skip_value(&r))
			return false;
		value.length = (size_t) (r.at - value.text);
		for (int i = 0; i < n; i++)
			if (strlen(names[i]) == length && memcmp(names[i], name, length) == 0)
			{
				if (values[i].text != NULL)
					return false;
				values[i] = value;
			}
	}
	return true;
}

bool
bz_json_is_array(BzJson value)
{
	return value.text != NULL && value.text[0] == '[';
}

/* Take the next element off an array; *end: there was none left.  False: it is no array. */
bool
bz_json_next(BzJson *array, BzJson *element, bool *end)
{
	Reader r = {array->text, array->text};

	if (array->text == NULL)
		return false;
	r.end += array->length;
	/* what is left of an array begins with the bracket or the comma before the next element */
	if (!take(&r, '[') && !take(&r, ','))
	{
		*end = take(&r, ']');
		return *end;
	}
	*end = take(&r, ']');
	if (*end)
		return true;
	skip_space(&r);
	element->text = r.at;
	if (!skip_value(&r))
		return false;
	element->length = (size_t) (r.at - element->text);
	skip_space(&r);
	array->text = r.at;
	array->length = (size_t) (r.end - r.at);
	return true;
}

bool
bz_json_is_null(BzJson value)
{
	return value.length == 4 && memcmp(value.text, "null", 4) == 0;
}

/* A number without fraction and exponent, in 64 bits */
bool
bz_json_integer(BzJson value, int64_t *integer)
{
	size_t i = 0;
	bool negative;
	uint64_t n = 0;

	if (value.text == NULL)
		return false;
	negative = value.text[0] == '-';
	for (i = negative; i < value.length; i++)
	{
		if (value.text[i] < '0' || value.text[i] > '9' || n > (uint64_t) INT64_MAX / 10)
			return false;
		n = n * 10 + (uint64_t) (value.text[i] - '0');
		if (n > (uint64_t) INT64_MAX)
			return false;
	}
	*integer = negative ? -(int64_t) n : (int64_t) n;
	return i > (size_t) negative;
}

/* The code point of the escape at hand, of which the 'u' has been read; steps over it.  -1: it is none. */
static int32_t
escaped_point(const char **at, const char *end)
{
	int32_t point = hex_unit(*at, end);

	*at += 4;
	if (point >= 0xDC00 && point <= 0xDFFF)
		return -1;
	if (point >= 0xD800 && point <= 0xDBFF)
	{
		int32_t low = end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? hex_unit(*at + 2, end) : -1;

		if (low < 0xDC00 || low > 0xDFFF)
			return -1;
		*at += 6;
		point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
	}
	/* PostgreSQL's texts have no NUL */
	return point == 0 ? -1 : point;
}

static char *
put_point(char *to, int32_t point)
{
	if (point < 0x80)
		*to++ = (char) point;
	else if (point < 0x800)
	{
		*to++ = (char) (0xC0 | point >> 6);
		*to++ = (char) (0x80 | (point & 0x3F));
	}
	else if (point < 0x10000)
	{
		*to++ = (char) (0xE0 | point >> 12);
		*to++ = (char) (0x80 | (point >> 6 & 0x3F));
		*to++ = (char) (0x80 | (point & 0x3F));
	}
	else
	{
		*to++ = (char) (0xF0 | point >> 18);
		*to++ = (char) (0x80 | (point >> 12 & 0x3F));
		*to++ = (char) (0x80 | (point >> 6 & 0x3F));
		*to++ = (char) (0x80 | (point & 0x3F));
	}
	return to;
}

/* A string, unescaped in its place: what holds it cannot be read again. */
bool
bz_json_string(BzJson value, const char **text, size_t *length)
{
	static const char escape[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char *at, *end;
	char *to;

	if (value.text == NULL || value.text[0] != '"')
		return false;
	to = value.text + 1;
	at = value.text + 1;
	end = value.text + value.length - 1;
	*text = to;
	while (at < end)
	{
		if (*at != '\\')
		{
			*to++ = *at++;
			continue;
		}
		at++;
		if (*at == 'u')
		{
			int32_t point;

			at++;
			point = escaped_point(&at, end);
			if (point < 0)
				return false;
			to = put_point(to, point);
		}
		else
			*to++ = meaning[strchr(escape, *at++) - escape];
	}
	*length = (size_t) (to - *text);
	return true;
}
