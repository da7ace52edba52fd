/*
 * catalogue.h
 *		The categories of establishment and their rules, as the engine reads them.
 */
#ifndef BZ_CATALOGUE_H
#define BZ_CATALOGUE_H

#include "utils/date.h"

typedef enum BzVerdict
{
	BZ_ALLOW,  /* nothing is said */
	BZ_RECORD, /* commits and leaves a lead */
	BZ_REFUSE
} BzVerdict;

typedef struct BzCategory
{
	const char *code;
	int parent;		 /* -1: none */
	int first_child; /* -1: none; the others follow next_sibling */
	int next_sibling;
	char measure; /* first letter of the column's value; 'l' for plan */
	BzVerdict enforcement;
	BzVerdict without_quota;
	BzVerdict past_excess;
	DateADT enforced_since;
	bool may_delay; /* its holders may choose to retire later */
	bool exists;
} BzCategory;

extern int bz_category_id(const char *code, int len);
extern const char *bz_category_code(int id);
extern const BzCategory *bz_category(int id);
extern bool bz_may_delay(int id);

#endif /* BZ_CATALOGUE_H */
