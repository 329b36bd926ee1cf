/* SPDX-License-Identifier: BSD-3-Clause */
/* What a transfer reads of a message: Refer-To, Replaces, Refer-Sub, the status in a NOTIFY's body; and the Contacts of a 3xx. */
#include <re.h>
#include <assert.h>
#include <string.h>

#include "sip/moved.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void moved_check(const struct sip_msg *msg)
{
	struct ua_moved_set *set = ua_moved_read(msg, "sip:1@example.org");

	for (unsigned i = 0; set && i < set->count; i++) {
		const struct ua_moved moved = ua_moved_of(set, i);

		assert(!i || set->ranks[i] <= set->ranks[i - 1]);
		assert(moved.uri[0] && !strpbrk(moved.uri, "\r\n") && !strpbrk(moved.proxy, "\r\n"));
	}
	mem_deref(set);
}

static void read_all(const struct sip_msg *msg)
{
	struct ua_refer_target target;
	struct ua_replaces replaces;
	unsigned status = ua_sipfrag_status(msg);

	assert(status == 0 || (status >= 100 && status <= 699));
	if (ua_refer_text_target(&target, msg) == 0) {
		assert(!strpbrk(target.uri, "\r\n"));
		assert(!strpbrk(target.replaces, "\r\n"));
	}
	(void)ua_replaces_read(&replaces, msg);
	(void)ua_refer_text_silent(msg);
	moved_check(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct mbuf *mb = mbuf_alloc(size + 1);
	struct sip_msg *msg = NULL;

	if (mb && !mbuf_write_mem(mb, data, size)) {
		mb->pos = 0;
		if (!sip_msg_decode(&msg, mb))
			read_all(msg);
	}
	mem_deref(msg);
	mem_deref(mb);
	return 0;
}
