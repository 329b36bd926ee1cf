// SPDX-License-Identifier: GPL-2.0
#include <linux/kernel.h>
#include <linux/minmax.h>
#include "pair.h"

/* The hook switch and the dial's contact in series, with the chatter that both make. */
static bool contact_closed(struct pair *p)
{
	bool closed = p->off_hook && !p->broken;

	if (closed != p->last_switch) {
		p->last_switch = closed;
		p->chatter_ms = p->knobs.bounce_ms;
	}
	if (!p->chatter_ms)
		return closed;
	/* it ends as it began: with the new state */
	return (--p->chatter_ms & 1) ? !closed : closed;
}

/*
 * Ring trip: direct current in the loop takes ring voltage away, after a while, and until the card
 * starts the next burst. A telephone that lets go before it was noticed goes on ringing.
 */
static bool ring_voltage(struct pair *p, bool wanted)
{
	if (!wanted) {
		p->tripped = false;
		p->untold_ms = 0;
		return false;
	}
	if (p->contact && p->untold_ms++ >= p->knobs.trip_ms)
		p->tripped = true;
	if (!p->contact)
		p->untold_ms = 0;
	return !p->tripped;
}

/* A card that looks at the hook now and then, and believes what it sees only when it stays. */
static void look_at_hook(struct pair *p, bool current_seen)
{
	__u32 period = max(p->knobs.sample_ms, 1u);

	if (++p->since_look_ms < period)
		return;
	p->since_look_ms = 0;
	if (p->seen != current_seen) {
		p->seen = current_seen;
		p->settle_ms = 0;
	} else if (p->settle_ms < p->knobs.settle_ms) {
		p->settle_ms += period;
	}
	if (p->settle_ms >= p->knobs.settle_ms)
		p->told_off_hook = p->seen;
}

static void note(bool *is, bool will_be, __u64 *on_ns, __u64 *off_ns, __u64 now_ns)
{
	if (*is != will_be)
		*(will_be ? on_ns : off_ns) = now_ns;
	*is = will_be;
}

static void count_onhook_time(struct pair *p)
{
	if (p->ringing)
		p->onhook_ms = PAIR_OHT_MS;
	else if (p->told_off_hook)
		p->onhook_ms = 0;
	else if (p->onhook_ms)
		p->onhook_ms--;
}

void pair_step(struct pair *p, enum pair_feed feed, __u64 now_ns)
{
	bool was_ringing = p->ringing;
	bool ring;

	p->contact = contact_closed(p) && !p->knobs.cut;
	ring = ring_voltage(p, feed == PAIR_RING) && !p->knobs.cut;
	p->battery = feed != PAIR_OPEN && !p->knobs.cut;
	note(&p->ringing, ring, &p->ring_on_ns, &p->ring_off_ns, now_ns);
	note(&p->current_flows, p->contact && p->battery, &p->closed_ns, &p->opened_ns, now_ns);
	p->ring_bursts += ring && !was_ringing;
	look_at_hook(p, p->current_flows && !ring);
	count_onhook_time(p);
}

bool pair_hears(const struct pair *p)
{
	return p->battery && !p->ringing && (p->current_flows || p->onhook_ms);
}

bool pair_speaks(const struct pair *p)
{
	return p->current_flows && !p->ringing;
}

void pair_echo(struct pair *p, const __s16 *out, __s16 *in)
{
	unsigned int i, k;

	for (i = 0; i < PAIR_SAMPLES; i++) {
		__s64 sum = 0;

		p->newest = (p->newest + 1) % TIPWIRE_TAPS_MAX;
		p->past[p->newest] = out[i];
		for (k = 0; k < p->knobs.taps; k++)
			sum += p->knobs.tap[k] *
			       p->past[(p->newest + TIPWIRE_TAPS_MAX - k) % TIPWIRE_TAPS_MAX];
		in[i] = clamp_t(__s64, in[i] + (sum >> 15), -32768, 32767);
	}
}
