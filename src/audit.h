/*
 * audit.h
 *		What happens to the rows of audited tables, written to the ledger.
 */
#ifndef BZ_AUDIT_H
#define BZ_AUDIT_H

/* The columns of bianzhi.audited that are read here */
#define AUDITED_LABEL 2
#define AUDITED_AUDITED 3

extern void bz_audit_init(void);

#endif /* BZ_AUDIT_H */
