/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "sip/invite_private.h"

/* Later descriptions have the m= lines of the first ones, in their order (RFC 3264 s8). */
static void keep_shape(struct ua_sdp *sdp, const struct ua_sdp *shape)
{
	if (sdp->other_count)
		return;
	memcpy(sdp->others, shape->others, sizeof(sdp->others));
	sdp->other_count = shape->other_count;
	sdp->audio_index = shape->audio_index;
}

static bool print(const struct ua_invite *invite, const struct ua_sdp *sdp, char *text, size_t size)
{
	return ua_sdp_print(sdp, invite->sdp_id, invite->sdp_version, text, size) != 0;
}

char *ua_session_text(struct ua_invite *invite, const struct ua_sdp *sdp)
{
	char text[UA_SDP_TEXT_MAX];
	struct ua_sdp whole = *sdp;

	keep_shape(&whole, &invite->shape);
	if (!print(invite, &whole, text, sizeof(text)))
		return NULL;
	if (invite->sdp_text && !strcmp(invite->sdp_text, text))
		return mem_ref(invite->sdp_text);
	if (invite->sdp_text)
		invite->sdp_version++;
	if (!print(invite, &whole, text, sizeof(text)))
		return NULL;
	invite->sdp_text = mem_deref(invite->sdp_text);
	if (str_dup(&invite->sdp_text, text))
		return NULL;
	ua_session_note(invite, &whole);
	return mem_ref(invite->sdp_text);
}

void ua_session_note(struct ua_invite *invite, const struct ua_sdp *sdp)
{
	invite->shape = *sdp;
}
