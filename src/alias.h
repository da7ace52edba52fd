/*
 * alias.h
 *		What applications call units, categories and people.
 */
#ifndef BZ_ALIAS_H
#define BZ_ALIAS_H

#include "utils/rel.h"

#include "idcheck.h"

extern void bz_alias_init(void);
extern int64 bz_alias_unit(const char *system, const char *word, int32 day, bool is_key);
extern int bz_alias_category(const char *system, const char *word);
extern int64 bz_person_with(BzResidentId id);
extern bool bz_resident_id_of(int64 person, BzResidentId *id);
extern RegProcedure bz_index_equality(Relation index);

#endif /* BZ_ALIAS_H */
