/*
 * names.h
 *		The extension's own relations, by name, and whether they have changed.
 */
#ifndef BZ_NAMES_H
#define BZ_NAMES_H

#include "utils/rel.h"

typedef enum BzRel
{
	BZ_CATEGORY,
	BZ_UNIT,
	BZ_UNIT_PKEY,
	BZ_UNIT_KEY,
	BZ_UNIT_ALIAS,
	BZ_UNIT_ALIAS_IDX,
	BZ_CATEGORY_ALIAS,
	BZ_CATEGORY_ALIAS_PKEY,
	BZ_PERSON,
	BZ_PERSON_PKEY,
	BZ_PERSON_RESIDENT_ID,
	BZ_PERSON_FACT,
	BZ_CEILING_TABLE,
	BZ_ACCOUNT,
	BZ_ACCOUNT_PKEY,
	BZ_ACCOUNT_SEQ,
	BZ_ACCOUNT_KEY,
	BZ_CHUNK,
	BZ_CHUNK_PKEY,
	BZ_QUEUE,
	BZ_SOURCE,
	BZ_ENTRY_KIND,
	BZ_EXIT_KIND,
	BZ_OCCUPANCY,
	BZ_APPOINTMENT,
	BZ_STAMP,
	BZ_LIVE,
	BZ_STRENGTH,
	BZ_QUOTA,
	BZ_DIGEST_PLAN,
	BZ_DIGEST_PLAN_KEY,
	BZ_LEDGER,
	BZ_LEDGER_PKEY,
	BZ_LEDGER_SEQ,
	BZ_LEDGER_OPEN,
	BZ_AUDITED,
	BZ_LEDGER_BLOCK,
	BZ_LEDGER_TILE,
	BZ_LEDGER_TILE_PKEY,
	BZ_NRELS
} BzRel;

extern void bz_names_init(void);
extern Oid bz_relid(BzRel which);
extern Oid bz_type_oid(const char *name);
extern Oid bz_owner(void);
extern uint64 bz_generation(BzRel which);
extern void bz_forget_everywhere(void);

extern bool bz_may_read(Oid role, BzRel which);
extern void bz_as_owner(Oid *user, int *context);
extern const char *bz_day_text(int32 day);

#endif /* BZ_NAMES_H */
