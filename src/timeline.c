/*
 * timeline.c
 *		Step functions over days.  See timeline.h.
 */
#include "timeline.h"

#include <string.h>

/* Add "by" to "to", level by level. */
void
tl_add(TlLevels *to, const TlLevels *by)
{
	for (int i = 0; i < TL_NLEVELS; i++)
		to->v[i] += by->v[i];
}

/* Does "l" change nothing? */
bool
tl_is_zero(const TlLevels *l)
{
	for (int i = 0; i < TL_NLEVELS; i++)
		if (l->v[i] != 0)
			return false;
	return true;
}

/*
 * Numbers are stored seven bits a byte, lowest first, with the sign in the
 * lowest bit: most steps are a few days apart and change one level by one, and
 * so take three bytes.
 */
static uint8_t *
put_number(uint8_t *out, int64_t value)
{
	uint64_t u = ((uint64_t) value << 1) ^ (value < 0 ? UINT64_MAX : 0);

	while (u >= 0x80)
	{
		*out++ = (uint8_t) (u | 0x80);
		u >>= 7;
	}
	*out++ = (uint8_t) u;
	return out;
}

/* Read a number whose first byte says that there are more. */
static const uint8_t *
get_long_number(const uint8_t *in, const uint8_t *end, int64_t *value)
{
	uint64_t u = 0;

	for (int shift = 0; shift < 64 && in < end; shift += 7)
	{
		uint8_t byte = *in++;

		u |= (uint64_t) (byte & 0x7f) << shift;
		if (byte < 0x80)
		{
			/* no byte too many, no bit beyond the 64th */
			if (byte == 0 || (shift == 63 && byte > 1))
				return NULL;
			*value = (int64_t) (u >> 1) ^ -(int64_t) (u & 1);
			return in;
		}
	}
	return NULL;
}

/* Read a number; NULL where the bytes are not the ones put_number() writes. */
static inline const uint8_t *
get_number(const uint8_t *in, const uint8_t *end, int64_t *value)
{
	if (in < end && *in < 0x80)
	{
		*value = (*in >> 1) ^ -(int64_t) (*in & 1);
		return in + 1;
	}
	return get_long_number(in, end, value);
}

/*
 * Encode a chunk: the levels just before its first day, the number of steps,
 * and for each step the days since the one before (the first: the day itself),
 * a mask of the levels that change, and by how much.  "out" has room for
 * TL_ENCODED_MAX(n) bytes; returns how many were written.
 */
size_t
tl_encode(const TlLevels *before, const TlStep *steps, int n, uint8_t *out)
{
	uint8_t *p = out;
	int64_t day = 0;

	p = put_number(p, n);
	for (int i = 0; i < TL_NLEVELS; i++)
		p = put_number(p, before->v[i]);
	for (int s = 0; s < n; s++)
	{
		uint8_t *mask;

		p = put_number(p, (int64_t) steps[s].day - day);
		day = steps[s].day;
		mask = p++;
		*mask = 0;
		for (int i = 0; i < TL_NLEVELS; i++)
			if (steps[s].by.v[i] != 0)
			{
				*mask |= (uint8_t) (1 << i);
				p = put_number(p, steps[s].by.v[i]);
			}
	}
	return (size_t) (p - out);
}

/* The number of steps of an encoded chunk, or -1 if it is not one. */
int
tl_count(const uint8_t *in, size_t len)
{
	int64_t n;

	/* a step takes three bytes at least: no chunk can claim more than it holds */
	if (get_number(in, in + len, &n) == NULL || n < 0 || n > (int64_t) (len / 3))
		return -1;
	return (int) n;
}

/* Read what stands before the steps: how many there are, and the levels. */
static const uint8_t *
get_head(const uint8_t *in, const uint8_t *end, int64_t *n, TlLevels *before)
{
	in = get_number(in, end, n);
	for (int i = 0; in != NULL && i < TL_NLEVELS; i++)
		in = get_number(in, end, &before->v[i]);
	return in;
}

/*
 * Read the day of a step, given that of the step before.  Whether the gap takes
 * one byte or two cannot be predicted, so both are read without a branch.
 */
static inline const uint8_t *
get_day(const uint8_t *in, const uint8_t *end, bool first, int64_t *day)
{
	int64_t gap;
	uint64_t more, high;

	if (end - in < 3)
		return NULL;
	more = in[0] >> 7;
	high = in[1] & (0 - more);
	if (high - more < 0x7f)
	{
		uint64_t u = (in[0] & 0x7f) | high << 7;

		gap = (int64_t) (u >> 1) ^ -(int64_t) (u & 1);
		in += 1 + more;
	}
	else
		in = get_number(in, end, &gap);
	if (in == NULL || (!first && gap <= 0) || gap > UINT32_MAX || gap < INT32_MIN)
		return NULL;
	*day += gap;
	return *day < TL_BEGIN || *day >= TL_END ? NULL : in;
}

/* Read what a step changes and add it to "to"; damaged bytes may lead to any sum. */
static inline const uint8_t *
get_changes(const uint8_t *in, const uint8_t *end, TlLevels *to)
{
	unsigned mask;

	if (in == end || *in == 0 || *in >= 1 << TL_NLEVELS)
		return NULL;
	for (mask = *in++; mask != 0; mask &= mask - 1)
	{
		int64_t *level = &to->v[__builtin_ctz(mask)];
		int64_t by;

		in = get_number(in, end, &by);
		if (in == NULL || by == 0)
			return NULL;
		*level = (int64_t) ((uint64_t) *level + (uint64_t) by);
	}
	return in;
}

/*
 * Decode a chunk.  Returns the number of steps, or -1 where the bytes are not
 * what tl_encode() writes or hold more than "capacity" steps.
 */
int
tl_decode(const uint8_t *in, size_t len, TlLevels *before, TlStep *steps, int capacity)
{
	const uint8_t *end = in + len;
	int64_t n;
	int64_t day = 0;

	in = get_head(in, end, &n, before);
	if (in == NULL || n < 0 || n > capacity)
		return -1;
	for (int s = 0; s < n; s++)
	{
		memset(&steps[s].by, 0, sizeof(steps[s].by));
		in = get_day(in, end, s == 0, &day);
		if (in == NULL || (in = get_changes(in, end, &steps[s].by)) == NULL)
			return -1;
		steps[s].day = (int32_t) day;
	}
	return in == end ? (int) n : -1;
}

/*
 * The levels of an encoded chunk on some of its days, in ascending order.
 * Nothing is read beyond the last of them.  False: the bytes up to there are
 * not what tl_encode() writes.
 */
bool
tl_levels(const uint8_t *in, size_t len, const int32_t *days, int ndays, TlLevels *levels)
{
	const uint8_t *end = in + len;
	TlLevels now;
	int64_t n;
	int64_t day = 0;
	int at = 0;

	in = get_head(in, end, &n, &now);
	if (in == NULL || n < 0)
		return false;
	for (int64_t s = 0; s < n; s++)
	{
		in = get_day(in, end, s == 0, &day);
		if (in == NULL)
			return false;
		for (; at < ndays && days[at] < day; at++)
			levels[at] = now;
		if (at == ndays)
			return true;
		in = get_changes(in, end, &now);
		if (in == NULL)
			return false;
	}
	for (; at < ndays; at++)
		levels[at] = now;
	return in == end;
}

/*
 * Merge two lists of steps, each in ascending order of day without a day said
 * twice.  A step that two changes cancel is left out.  "out" has room for
 * na + nb; returns how many there are.
 */
int
tl_merge(const TlStep *a, int na, const TlStep *b, int nb, TlStep *out)
{
	int i = 0;
	int j = 0;
	int n = 0;

	while (i < na || j < nb)
	{
		if (j == nb || (i < na && a[i].day < b[j].day))
			out[n] = a[i++];
		else if (i == na || b[j].day < a[i].day)
			out[n] = b[j++];
		else
		{
			out[n] = a[i++];
			tl_add(&out[n].by, &b[j++].by);
		}
		if (!tl_is_zero(&out[n].by))
			n++;
	}
	return n;
}

/* Start to walk a whole timeline: before its first step every level is zero. */
void
tl_start(TlCursor *c, const TlStep *steps, int n)
{
	c->steps = steps;
	c->n = n;
	c->next = 0;
	memset(&c->now, 0, sizeof(c->now));
}

/* The next day on which one of "n" timelines changes, TL_END if none does. */
int32_t
tl_next_day(const TlCursor *c, int n)
{
	int32_t day = TL_END;

	for (int i = 0; i < n; i++)
		if (c[i].next < c[i].n && c[i].steps[c[i].next].day < day)
			day = c[i].steps[c[i].next].day;
	return day;
}

/* Walk "n" timelines to "day": their "now" is then what holds on it. */
void
tl_advance(TlCursor *c, int n, int32_t day)
{
	for (int i = 0; i < n; i++)
		while (c[i].next < c[i].n && c[i].steps[c[i].next].day <= day)
			tl_add(&c[i].now, &c[i].steps[c[i].next++].by);
}

static void
note_fault(TlFindings *found, TlFault fault, int32_t day, TlLevel level)
{
	if (found->fault == TL_SOUND)
	{
		found->fault = fault;
		found->fault_day = day;
		found->fault_level = level;
	}
}

/*
 * Look at what one change did to a stretch of timeline.
 *
 * "before" and "steps" are the stretch as it is after the change; "net_before"
 * and "net" are the change itself, in the same form; "within" is the stretch.
 * Found are levels that no sound change can reach, the ranges in which no quota
 * line is in force, and whether the judge has to look.  A change that was the
 * last to raise the load or to lower what is authorised on a day leaves that
 * day over its limit if the whole statement does; so a day that is over after
 * such a change is suspect, and no breach can hide from this.
 *
 * "found->bare" has room for n + nnet + 1 ranges.
 */
void
tl_inspect(const TlLevels *before, const TlStep *steps, int n, const TlLevels *net_before, const TlStep *net,
		   int nnet, TlRange within, TlFindings *found)
{
	TlCursor c[2];
	int32_t day = within.from;

	tl_start(&c[0], steps, n);
	tl_start(&c[1], net, nnet);
	c[0].now = *before;
	c[1].now = *net_before;
	found->fault = TL_SOUND;
	found->suspect = false;
	found->uncovered = false;
	found->nbare = 0;

	while (day < within.to)
	{
		const TlLevels *now = &c[0].now;
		const TlLevels *by = &c[1].now;
		int32_t next;

		tl_advance(c, 2, day);
		next = tl_next_day(c, 2);
		if (next > within.to)
			next = within.to;

		for (int i = 0; i < TL_NLEVELS; i++)
		{
			if (by->v[i] == 0)
				continue;
			if (now->v[i] < 0 && i != TL_AUTHORIZED)
				note_fault(found, TL_UNDERFLOW, day, (TlLevel) i);
			if (now->v[i] > TL_LEVEL_MAX || now->v[i] < -(int64_t) TL_LEVEL_MAX)
				note_fault(found, TL_OVERFLOW, day, (TlLevel) i);
		}

		if (now->v[TL_LINES] == 0)
		{
			if (found->nbare > 0 && found->bare[found->nbare - 1].to == day)
				found->bare[found->nbare - 1].to = next;
			else
			{
				found->bare[found->nbare].from = day;
				found->bare[found->nbare++].to = next;
			}
			if (by->v[TL_LINES] < 0 && tl_load(now) > 0)
				found->suspect = found->uncovered = true;
		}
		else if (tl_load(by) > 0 || by->v[TL_AUTHORIZED] < 0 || by->v[TL_LINES] != 0 || by->v[TL_CLOSED] > 0)
		{
			if (tl_load(now) > now->v[TL_AUTHORIZED] || now->v[TL_AUTHORIZED] < 0 || now->v[TL_CLOSED] > 0)
				found->suspect = true;
		}
		day = next;
	}
}
