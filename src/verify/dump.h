/*
 * dump.h
 *		Rows of chosen tables in a plain dump, or in what COPY wrote.
 */
#ifndef BZ_DUMP_H
#define BZ_DUMP_H

#include <stdio.h>

#include "leaf.h"

#define BZ_MAX_COLUMNS 16

/* What is done with a row: its values in the order of the columns asked for; false: stop, it is not what it should be */
typedef bool (*BzRowSink)(void *arg, const BzField *values);

/* A table that is asked for */
typedef struct BzDumpTable
{
	const char *name; /* with its schema, as in the dump */
	const char *const *columns;
	int ncolumns;
	BzRowSink sink;
	void *arg;
	long rows;
	bool found;
} BzDumpTable;

extern bool bz_dump_read(FILE *file, BzDumpTable *tables, int ntables, char *problem, size_t size);
extern bool bz_copy_read(FILE *file, BzDumpTable *table, char *problem, size_t size);
extern bool bz_bytes_of(BzField text, uint8_t *bytes, size_t size, size_t *length);
extern bool bz_integer_of(BzField text, int64_t *integer);

#endif /* BZ_DUMP_H */
