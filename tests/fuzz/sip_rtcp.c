/* SPDX-License-Identifier: BSD-3-Clause */
/* A datagram of RTCP from anywhere: what is read of it can be written and read again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sip/rtcp.h"

#define SSRC 0x01020304u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[UA_RTCP_BYTES_MAX];
	struct ua_rtcp_report report, again;

	if (ua_rtcp_parse(&report, data, size, SSRC))
		return 0;
	if (ua_rtcp_parse(&again, bytes, ua_rtcp_compose(&report, bytes, sizeof(bytes)), SSRC))
		abort();
	if (again.ssrc != report.ssrc || again.bye != report.bye || again.has_block != report.has_block ||
		again.has_voip != report.has_voip || again.block.lost != report.block.lost || strcmp(again.cname, report.cname))
		abort();
	return 0;
}
