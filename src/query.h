/*
 * query.h
 *		What is there now, asked in SQL as the owner.
 */
#ifndef BZ_QUERY_H
#define BZ_QUERY_H

extern void bz_query(const char *sql, int nargs, Oid *types, Datum *values, bool locks);

#endif /* BZ_QUERY_H */
