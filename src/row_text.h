/*
 * row_text.h
 *		The canonical text of a row.
 */
#ifndef BZ_ROW_TEXT_H
#define BZ_ROW_TEXT_H

#include "access/tupdesc.h"

typedef struct BzRowText BzRowText;

extern BzRowText *bz_row_text_plan(TupleDesc desc, MemoryContext context);
extern text *bz_row_text(BzRowText *plan, const Datum *values, const bool *nulls);
extern text *bz_key_text(BzRowText *plan, const AttrNumber *attnos, int n, const Datum *values);

#endif /* BZ_ROW_TEXT_H */
