/*
 * compat.h
 *		What differs between the PostgreSQL majors we support, and the switches
 *		of test builds: every "#if" on a version or a switch stands here.
 */
#ifndef BZ_COMPAT_H
#define BZ_COMPAT_H

#include "access/genam.h"
#include "access/heapam.h"
#include "executor/executor.h"
#include "catalog/pg_class.h"
#include "fmgr.h"
#include "storage/lock.h"
#include "utils/acl.h"

#if PG_VERSION_NUM < 150000 || PG_VERSION_NUM >= 190000
#error "bianzhi supports PostgreSQL 15 to 18"
#endif

/* messages of this library are looked up in its own catalogue */
#undef TEXTDOMAIN
#define TEXTDOMAIN PG_TEXTDOMAIN("bianzhi")

#if PG_VERSION_NUM >= 180000
#define BZ_MODULE_MAGIC PG_MODULE_MAGIC_EXT(.name = "bianzhi", .version = BZ_VERSION)
#else
#define BZ_MODULE_MAGIC PG_MODULE_MAGIC
#endif

/* heap_update() tells which indexes want a new entry from 16 on; a heap-only tuple wants none */
static inline TM_Result
bz_heap_update(Relation rel, ItemPointer tid, HeapTuple tuple, CommandId cid, TM_FailureData *failure,
			   LockTupleMode *mode)
{
#if PG_VERSION_NUM >= 160000
	TU_UpdateIndexes unused;

	return heap_update(rel, tid, tuple, cid, InvalidSnapshot, true, failure, mode, &unused);
#else
	return heap_update(rel, tid, tuple, cid, InvalidSnapshot, true, failure, mode);
#endif
}

#if PG_VERSION_NUM >= 180000
#define bz_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, NULL, nkeys, 0)
#define bz_check_index_constraints(info, slot, estate, tid)                                                  \
	ExecCheckIndexConstraints(info, slot, estate, tid, NULL, NIL)
#else
#define bz_index_beginscan(rel, index, snapshot, nkeys) index_beginscan(rel, index, snapshot, nkeys, 0)
#define bz_check_index_constraints(info, slot, estate, tid)                                                  \
	ExecCheckIndexConstraints(info, slot, estate, tid, NIL)
#endif

#if PG_VERSION_NUM >= 160000
#define bz_insert_index_tuples(info, slot, estate, conflict)                                                 \
	ExecInsertIndexTuples(info, slot, estate, false, true, conflict, NIL, false)
#else
#define bz_insert_index_tuples(info, slot, estate, conflict)                                                 \
	ExecInsertIndexTuples(info, slot, estate, false, true, conflict, NIL)
#endif

#if PG_VERSION_NUM >= 180000
#define bz_form_minimal_tuple(desc, values, nulls) heap_form_minimal_tuple(desc, values, nulls, 0)
#else
#define bz_form_minimal_tuple(desc, values, nulls) heap_form_minimal_tuple(desc, values, nulls)
#endif

/* a range that is none says so without an error from 16 on */
#if PG_VERSION_NUM >= 160000
#define bz_make_range(type, lower, upper) make_range(type, lower, upper, false, NULL)
#else
#define bz_make_range(type, lower, upper) make_range(type, lower, upper, false)
#endif

/* an index may keep something from one insert to the next from 17 on */
#if PG_VERSION_NUM >= 170000
#define bz_index_insert_cleanup(index, info) index_insert_cleanup(index, info)
#else
#define bz_index_insert_cleanup(index, info) ((void) 0)
#endif

/* does a role own a table? */
static inline bool
bz_owns_table(Oid relid, Oid role)
{
#if PG_VERSION_NUM >= 160000
	return object_ownercheck(RelationRelationId, relid, role);
#else
	return pg_class_ownercheck(relid, role);
#endif
}

/* does this transaction hold a lock that writers take? */
static inline bool
bz_lock_held(const LOCKTAG *tag)
{
#if PG_VERSION_NUM >= 170000
	return LockHeldByMe(tag, RowExclusiveLock, true);
#else
	for (LOCKMODE mode = RowExclusiveLock; mode <= AccessExclusiveLock; mode++)
		if (LockHeldByMe(tag, mode))
			return true;
	return false;
#endif
}

/*
 * Test builds can be broken on purpose (-DBZ_BREAK=n): a race spec that passes
 * on its mutant tests nothing.
 */
#define BZ_BREAK_CAS 1	 /* a lost compare-and-swap is written over */
#define BZ_BREAK_WAIT 2	 /* timelines are read with the transaction's snapshot */
#define BZ_BREAK_NET 3	 /* a breach is judged without netting what else was changed */
#define BZ_BREAK_SEAT 4	 /* persons are not locked */
#define BZ_BREAK_QUEUE 5 /* a breach is judged at once, never deferred */
#ifndef BZ_BREAK
#define BZ_BREAK 0
#endif

#ifdef USE_ASSERT_CHECKING
#define BZ_ASSERT_BUILD true
#else
#define BZ_ASSERT_BUILD false
#endif

#endif /* BZ_COMPAT_H */
