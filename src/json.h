/*
 * json.h
 *		Just enough of JSON to read digests and proofs.
 *
 * Pure C: no allocation; any bytes may come in.  Texts are unescaped where they stand.
 */
#ifndef BZ_JSON_H
#define BZ_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A value, as it is written; no text: it is not there */
typedef struct BzJson
{
	char *text;
	size_t length;
} BzJson;

extern bool bz_json_read(char *text, size_t length, BzJson *value);
extern bool bz_json_object(BzJson object, const char *const *names, int n, BzJson *values);
extern bool bz_json_is_array(BzJson value);
extern bool bz_json_next(BzJson *array, BzJson *element, bool *end);
extern bool bz_json_is_null(BzJson value);
extern bool bz_json_integer(BzJson value, int64_t *integer);
extern bool bz_json_string(BzJson value, const char **text, size_t *length);

#endif /* BZ_JSON_H */
