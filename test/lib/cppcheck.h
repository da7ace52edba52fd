/*
 * cppcheck.h
 *		What cppcheck must know of PostgreSQL, whose headers it does not read
 *		(test/lib/lint-c includes this file before each of ours).
 */
#define PG_VERSION_NUM 150000
#define SIZEOF_DATUM 8
#define USE_FLOAT8_BYVAL 1
#define FLOAT8PASSBYVAL 1
#define ENABLE_NLS 1

#define PGDLLEXPORT
#define PG_MODULE_MAGIC
#define PG_FUNCTION_INFO_V1(f) extern Datum f(FunctionCallInfo fcinfo)
#define PG_FUNCTION_ARGS FunctionCallInfo fcinfo
#define PG_TEXTDOMAIN(d) d
#define pg_attribute_noreturn()
#define pg_noreturn
#define pg_unreachable() abort()
#define StaticAssertDecl(condition, message) extern void bz_static_assert(int)
#define StaticAssertStmt(condition, message) ((void) 0)
#define Assert(condition) ((void) 0)
#define AssertMacro(condition) ((void) 0)

#define DEBUG1 14
#define LOG 15
#define NOTICE 18
#define WARNING 19
#define ERROR 21
#define ereport(level, ...) \
	do \
	{ \
		(void) (__VA_ARGS__); \
		if ((level) >= ERROR) \
			abort(); \
	} while (0)
#define elog(level, ...) \
	do \
	{ \
		errmsg_internal(__VA_ARGS__); \
		if ((level) >= ERROR) \
			abort(); \
	} while (0)

#define PG_TRY() if (sigsetjmp(0) == 0)
#define PG_CATCH() else
#define PG_FINALLY()
#define PG_END_TRY() (void) 0

#define foreach(cell, list) for (cell = list_head(list); cell != NULL; cell = lnext(list, cell))
