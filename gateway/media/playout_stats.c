/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/media/playout_stats.h"

/* What has looked like a burst is one when a second bad packet belongs to it; else it was one of the gap's. */
static void run_close(struct playout_bursts *bursts)
{
	if (bursts->run_bad > 1) {
		bursts->bursts++;
		bursts->burst_packets += bursts->run_packets;
		bursts->burst_bad += bursts->run_bad;
	} else {
		bursts->gap_packets += bursts->run_packets;
		bursts->gap_bad += bursts->run_bad;
	}
	bursts->gap_packets += bursts->good_run;
	bursts->run_packets = bursts->run_bad = bursts->good_run = 0;
}

void playout_bursts_note(struct playout_bursts *bursts, bool good)
{
	if (good) {
		if (!bursts->run_bad)
			bursts->gap_packets++;
		else if (++bursts->good_run >= PLAYOUT_BURST_GMIN)
			run_close(bursts);
		return;
	}
	bursts->run_packets += bursts->good_run + 1;
	bursts->run_bad++;
	bursts->good_run = 0;
}
