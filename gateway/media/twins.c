/* SPDX-License-Identifier: BSD-3-Clause */
#include <stddef.h>

#include "gateway/media/twins.h"

/* The oldest that may be this one's; of the other way. */
static struct twins_key *twin_find(struct twins *twins, enum twins_way way, char key, uint64_t now_ms)
{
	struct twins_key *found = NULL;

	for (unsigned i = 0; i < TWINS_MAX; i++) {
		struct twins_key *other = &twins->waiting[way][i];

		if (other->key == key && now_ms - other->at_ms <= TWINS_MS && (!found || other->at_ms < found->at_ms))
			found = other;
	}
	return found;
}

bool twins_is_second(struct twins *twins, enum twins_way way, char key, uint64_t now_ms)
{
	struct twins_key *twin = twin_find(twins, way == TWINS_EVENT ? TWINS_INFO : TWINS_EVENT, key, now_ms);

	if (twin) {
		twin->key = 0;
		return true;
	}
	twins->waiting[way][twins->next[way]++ % TWINS_MAX] = (struct twins_key){key, now_ms};
	return false;
}
