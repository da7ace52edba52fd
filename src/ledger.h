/*
 * ledger.h
 *		Entries of the ledger, appended.
 */
#ifndef BZ_LEDGER_H
#define BZ_LEDGER_H

/* The columns of bianzhi.ledger */
typedef enum BzLedgerColumn
{
	LEDGER_SEQ = 1,
	LEDGER_AT,
	LEDGER_XACT,
	LEDGER_SESSION_USER,
	LEDGER_CURRENT_USER,
	LEDGER_ACTOR,
	LEDGER_RELATION,
	LEDGER_OPERATION,
	LEDGER_KEY,
	LEDGER_BEFORE,
	LEDGER_AFTER,
	LEDGER_SALT,
	LEDGER_COMMITMENT,
	LEDGER_NCOLUMNS = LEDGER_COMMITMENT
} BzLedgerColumn;

#define BZ_SALT_BYTES 16

extern void bz_ledger_init(void);
extern bool bz_ledger_is_open(void);
extern int64
bz_ledger_append(const char *relation, const char *operation, text *key, text *before, text *after);

#endif /* BZ_LEDGER_H */
