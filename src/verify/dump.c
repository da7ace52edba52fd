/*
 * dump.c
 *		Rows of chosen tables in a plain dump, or in what COPY wrote.
 *
 * Text format only.  Any bytes may come in: what is not understood is said to
 * be so, with its line, and nothing is believed of it.
 */
#define _POSIX_C_SOURCE 200809L

#include "dump.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

/* columns of a table in the file; more than those asked for may be there */
#define MAX_FILE_COLUMNS 64

typedef struct Lines
{
	FILE *file;
	char *line;
	size_t capacity;
	size_t length; /* without the end of the line */
	long number;
} Lines;

/* Where each column of the file goes among those asked for; -1: nowhere */
typedef struct Columns
{
	int to[MAX_FILE_COLUMNS];
	int n;
} Columns;

static bool
next_line(Lines *l)
{
	ssize_t length = getline(&l->line, &l->capacity, l->file);

	if (length < 0)
		return false;
	l->number++;
	l->length = (size_t) length;
	if (l->length > 0 && l->line[l->length - 1] == '\n')
		l->length--;
	l->line[l->length] = '\0';
	return true;
}

static bool
complain(const Lines *l, char *problem, size_t size, const char *what)
{
	snprintf(problem, size, "line %ld: %s", l->number, what);
	return false;
}

/* Note a column of the file. */
static bool
add_column(Columns *c, const BzDumpTable *table, const char *name, size_t length)
{
	if (c->n == MAX_FILE_COLUMNS)
		return false;
	c->to[c->n] = -1;
	for (int i = 0; i < table->ncolumns; i++)
		if (strlen(table->columns[i]) == length && memcmp(table->columns[i], name, length) == 0)
			c->to[c->n] = i;
	c->n++;
	return true;
}

/* Is each column that was asked for there once? */
static bool
complete(const Columns *c, const BzDumpTable *table)
{
	for (int i = 0; i < table->ncolumns; i++)
	{
		int n = 0;

		for (int j = 0; j < c->n; j++)
			n += c->to[j] == i;
		if (n != 1)
			return false;
	}
	return true;
}

static int
digit_of(char c, int base)
{
	int value = -1;

	if (c >= '0' && c <= '9')
		value = c - '0';
	else if (c >= 'a' && c <= 'f')
		value = c - 'a' + 10;
	else if (c >= 'A' && c <= 'F')
		value = c - 'A' + 10;
	return value < base ? value : -1;
}

/* The character of an escape in COPY's text format, of which the backslash has been read; steps over it. */
static char
unescape(const char **at, const char *end)
{
	static const char letter[] = "bfnrtv";
	static const char meaning[] = "\b\f\n\r\t\v";
	char c = *(*at)++;
	const char *found = c == '\0' ? NULL : strchr(letter, c);
	int value, digit;

	if (found != NULL)
		return meaning[found - letter];
	value = digit_of(c, 8);
	if (value >= 0)
	{
		for (int i = 0; i < 2 && *at < end && (digit = digit_of(**at, 8)) >= 0; i++, (*at)++)
			value = value * 8 + digit;
		return (char) value;
	}
	if (c == 'x' && *at < end && (value = digit_of(**at, 16)) >= 0)
	{
		(*at)++;
		if (*at < end && (digit = digit_of(**at, 16)) >= 0)
		{
			(*at)++;
			value = value * 16 + digit;
		}
		return (char) value;
	}
	return c;
}

/* One value, unescaped in its place */
static bool
read_value(char *text, size_t length, BzField *value)
{
	const char *at = text;
	const char *end = text + length;
	char *to = text;

	value->data = NULL;
	value->length = 0;
	if (length == 2 && text[0] == '\\' && text[1] == 'N')
		return true;
	while (at < end)
	{
		if (*at != '\\')
		{
			*to++ = *at++;
			continue;
		}
		at++;
		if (at == end)
			return false;
		*to++ = unescape(&at, end);
	}
	value->data = text;
	value->length = (size_t) (to - text);
	return true;
}

/* The rows of a section: up to a line with \. alone, or, where that need not be, the end of the file */
static bool
read_rows(Lines *l, const Columns *columns, BzDumpTable *table, bool to_end, char *problem, size_t size)
{
	if (!complete(columns, table))
		return complain(l, problem, size, "the columns are not those of the table");
	table->found = true;
	while (next_line(l))
	{
		BzField values[BZ_MAX_COLUMNS] = {{NULL, 0}};
		char *at = l->line;
		char *end = l->line + l->length;

		if (l->length == 2 && l->line[0] == '\\' && l->line[1] == '.')
			return true;
		for (int i = 0; i < columns->n; i++)
		{
			char *tab = at > end ? NULL : memchr(at, '\t', (size_t) (end - at));
			BzField value;

			if (at > end || (tab == NULL) != (i == columns->n - 1))
				return complain(l, problem, size, "the row has not as many values as there are columns");
			if (tab == NULL)
				tab = end;
			if (!read_value(at, (size_t) (tab - at), &value))
				return complain(l, problem, size, "a value ends in the middle of an escape");
			if (columns->to[i] >= 0)
				values[columns->to[i]] = value;
			at = tab + 1;
		}
		table->rows++;
		if (!table->sink(table->arg, values))
			return complain(l, problem, size, "a value is not of its type");
	}
	return to_end || complain(l, problem, size, "the data end without \\.");
}

/* COPY name (column, ...) FROM stdin; -1: not of a table asked for */
static int
copy_of(const Lines *l, BzDumpTable *tables, int ntables, Columns *columns)
{
	static const char tail[] = ") FROM stdin;";
	const char *at = l->line;
	const char *end;

	if (strncmp(at, "COPY ", 5) != 0 || l->length < 5 + sizeof(tail) ||
		strcmp(l->line + l->length - (sizeof(tail) - 1), tail) != 0)
		return -1;
	at += 5;
	end = l->line + l->length - (sizeof(tail) - 1);
	for (int i = 0; i < ntables; i++)
	{
		size_t length = strlen(tables[i].name);

		if (strncmp(at, tables[i].name, length) != 0 || strncmp(at + length, " (", 2) != 0)
			continue;
		at += length + 2;
		columns->n = 0;
		while (at < end)
		{
			const char *comma = memchr(at, ',', (size_t) (end - at));
			const char *stop = comma == NULL ? end : comma;
			bool quoted = stop - at >= 2 && at[0] == '"' && stop[-1] == '"';

			if (!add_column(columns, &tables[i], at + quoted, (size_t) (stop - at) - 2 * quoted))
				return -1;
			at = comma == NULL ? end : comma + 1;
			while (at < end && *at == ' ')
				at++;
		}
		return i;
	}
	return -1;
}

/* Read the sections of the tables asked for in a plain dump. */
bool
bz_dump_read(FILE *file, BzDumpTable *tables, int ntables, char *problem, size_t size)
{
	Lines l = {.file = file};
	bool good = true;

	while (good && next_line(&l))
	{
		Columns columns;
		int i = copy_of(&l, tables, ntables, &columns);

		if (i >= 0)
			good = read_rows(&l, &columns, &tables[i], false, problem, size);
	}
	if (good && ferror(file))
		good = complain(&l, problem, size, "the file cannot be read");
	free(l.line);
	return good;
}

/* Read what COPY ... TO ... WITH (HEADER) wrote of one table. */
bool
bz_copy_read(FILE *file, BzDumpTable *table, char *problem, size_t size)
{
	Lines l = {.file = file};
	Columns columns = {.n = 0};
	bool good = next_line(&l);

	for (char *at = l.line; good && at != NULL;)
	{
		char *tab = memchr(at, '\t', (size_t) (l.line + l.length - at));

		good = add_column(&columns, table, at, (size_t) ((tab == NULL ? l.line + l.length : tab) - at));
		at = tab == NULL ? NULL : tab + 1;
	}
	good = good ? read_rows(&l, &columns, table, true, problem, size)
				: complain(&l, problem, size, "there is no line with the names of the columns");
	if (good && ferror(file))
		good = complain(&l, problem, size, "the file cannot be read");
	free(l.line);
	return good;
}

/* A bytea, in either of its formats; false: it is none, or longer than there is room. */
bool
bz_bytes_of(BzField text, uint8_t *bytes, size_t size, size_t *length)
{
	const char *at = text.data;
	const char *end = at + text.length;

	*length = 0;
	if (text.length >= 2 && at[0] == '\\' && at[1] == 'x')
	{
		for (at += 2; at < end; at += 2)
		{
			int high = digit_of(at[0], 16);
			int low = end - at < 2 ? -1 : digit_of(at[1], 16);

			if (high < 0 || low < 0 || *length == size)
				return false;
			bytes[(*length)++] = (uint8_t) (high << 4 | low);
		}
		return true;
	}
	while (at < end)
	{
		int value = (unsigned char) *at++;

		if (value == '\\')
		{
			if (at < end && *at == '\\')
				at++;
			else
			{
				if (end - at < 3)
					return false;
				value = 0;
				for (int i = 0; i < 3; i++)
				{
					int digit = digit_of(*at++, 8);

					if (digit < 0)
						return false;
					value = value * 8 + digit;
				}
				if (value > 255)
					return false;
			}
		}
		if (*length == size)
			return false;
		bytes[(*length)++] = (uint8_t) value;
	}
	return true;
}

/* A bigint */
bool
bz_integer_of(BzField text, int64_t *integer)
{
	char digits[24];
	char *end;

	if (text.data == NULL || text.length == 0 || text.length > 20)
		return false;
	memcpy(digits, text.data, text.length);
	digits[text.length] = '\0';
	if (digits[0] != '-' && (digits[0] < '0' || digits[0] > '9'))
		return false;
	*integer = strtoll(digits, &end, 10);
	return end == digits + text.length;
}
