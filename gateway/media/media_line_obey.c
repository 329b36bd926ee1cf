/* SPDX-License-Identifier: BSD-3-Clause */
/* What the control thread wishes of a line is put into force: port, tones, streams. */
#include <errno.h>

#include "gateway/media/media_line.h"

static const struct dsp_tone_def *tone_def(const struct media_taste *taste, const struct media_wish *wish)
{
	if (wish->tone == FXS_TONE_CALL_WAITING)
		return taste->waiting_tones[wish->pattern];
	return wish->tone < MEDIA_TONE_COUNT ? taste->tones[wish->tone] : NULL;
}

static void obey_tone(struct media_line *line, const struct media_wish *wish)
{
	const struct dsp_tone_def *def = tone_def(line->taste, wish);

	if (wish->tone == line->wish.tone && wish->tone_serial == line->wish.tone_serial)
		return;
	line->tone_muted_until_ns = 0;
	dsp_tone_start(line->tone, def);
	line->tone_new = def != NULL;
	/* No reset: the digit that ended the tone is still sounding and must not begin a second time. */
	dsp_dtmf_rx_dial_tone(line->dtmf, wish->tone_stops_at_digit);
}

static void obey_beep(struct media_line *line, const struct media_wish *wish)
{
	if (wish->beep_serial != line->wish.beep_serial)
		dsp_tone_start(line->beep, line->taste->tones[MEDIA_TONE_BEEP]);
}

/* Told once: it is tried again and again. */
static void refusal_note(struct media_line *line, int err)
{
	if (!err || err == line->report.refusal)
		return;
	line->report.refusal = err;
	line->report_dirty = true;
}

/* A bridge, or a hold sound. */
static bool goes_past(const struct media_wish *wish)
{
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		if (wish->streams[i].id && (i >= MEDIA_CALLS || wish->streams[i].plays_hold))
			return true;
	}
	return false;
}

/* The card's takes a power of two of taps. */
static int port_echo_set(struct media_line *line, bool on)
{
	unsigned taps = 64, wanted = line->taste->echo_tail_ms * (FXS_RATE_HZ / 1000);

	if (line->taste->echo != MEDIA_ECHO_KERNEL)
		return 0;
	while (taps < wanted)
		taps *= 2;
	return line->port->driver->echo_cancel_set(line->port, on ? taps : 0);
}

static int port_sound_set(struct media_line *line, bool on, uint64_t now_ns)
{
	const struct fxs_driver *driver = line->port->driver;
	int err = on ? driver->audio_start(line->port, now_ns) : driver->audio_stop(line->port);

	line->port_sounding = on && !err;
	media_echo_begin(&line->echo);
	refusal_note(line, port_echo_set(line, line->port_sounding));
	return err;
}

static void obey_sound(struct media_line *line, const struct media_wish *wish, uint64_t now_ns)
{
	bool needed = wish->sound || goes_past(wish);

	if (wish->sound != line->wish.sound)
		dsp_dtmf_rx_reset(line->dtmf, wish->tone_stops_at_digit);
	if (needed != line->port_sounding) {
		refusal_note(line, port_sound_set(line, needed, now_ns));
	}
	line->sounding = line->port_sounding || goes_past(wish);
}

static void obey_feed(struct media_line *line, const struct media_wish *wish, uint64_t now_ns)
{
	int err;

	if (wish->feed == line->feed)
		return;
	err = line->port->driver->feed_set(line->port, wish->feed, now_ns);
	if (!err)
		line->feed = wish->feed;
	refusal_note(line, err);
}

void media_line_port_obey(struct media_line *line, const struct media_wish *wish, uint64_t now_ns)
{
	if (line->ringing && (!wish->ring || wish->pattern != line->wish.pattern)) {
		line->port->driver->ring_stop(line->port, now_ns);
		line->ringing = false;
	}
	obey_feed(line, wish, now_ns);
	obey_sound(line, wish, now_ns);
}

void media_line_ring_obey(struct media_line *line, uint64_t now_ns)
{
	int err;

	if (!line->wish.ring || line->ringing || fxs_hook_is_off_hook(line->hook))
		return;
	err = line->port->driver->ring_start(line->port, &line->taste->rings[line->wish.pattern], now_ns);
	line->ringing = !err;
	if (!err)
		line->feed = FXS_FEED_IDLE;
	else if (err != EBUSY)
		refusal_note(line, err);
}

static void streams_swap(struct stream *one, struct stream *other)
{
	struct stream kept = *one;

	*one = *other;
	*other = kept;
}

/* A stream keeps its clock and what it has to play when its place is another one now. */
static void streams_place(struct media_line *line, const struct media_wish *wish)
{
	for (int to = 0; to < MEDIA_STREAMS; to++) {
		for (int from = 0; from < MEDIA_STREAMS && wish->streams[to].id; from++) {
			if (from != to && line->streams[from].wish.id == wish->streams[to].id)
				streams_swap(&line->streams[to], &line->streams[from]);
		}
	}
}

/* Keys go on from one end of a bridge to the other as they came. */
static void streams_tie(struct media_line *line, const struct media_wish *wish)
{
	for (int from = 0; from < MEDIA_STREAMS; from++) {
		line->streams[from].onward = NULL;
		for (int to = MEDIA_CALLS; to < MEDIA_STREAMS; to++) {
			if (wish->streams[to].id && wish->hears[to] & 1u << from)
				line->streams[from].onward = &line->streams[to];
		}
	}
}

void media_line_stats_publish(struct media_line *line)
{
	for (int i = 0; i < MEDIA_STREAMS; i++)
		stream_stats_get(&line->streams[i], &line->stats.streams[i]);
	box_write(&line->stats_box, &line->stats, sizeof(line->stats));
}

static void stream_obey(struct media_line *line, int i, const struct stream_wish *wish)
{
	struct stream *stream = &line->streams[i];

	stream->now_ns = line->now_ns;
	if (stream->wish.id && stream->wish.id != wish->id)
		stream_stats_get(stream, &line->stats.ended[line->ended++ % MEDIA_ENDED]);
	stream_update(stream, wish);
}

/* What belongs to the line, not to one of its streams. What was heard in one call says nothing of the next. */
static void obey_machine(struct media_line *line, const struct media_wish *wish)
{
	bool talks = false;

	line->machine = false;
	for (int i = 0; i < MEDIA_CALLS; i++) {
		line->machine = line->machine || (wish->streams[i].id && wish->streams[i].machine);
		talks = talks || (wish->streams[i].id && wish->streams[i].sends);
	}
	if (!talks)
		line->fax_tone = (struct dsp_fax_tone){0};
	media_echo_mute(&line->echo, line->taste->echo_mutes && !line->machine);
}

void media_line_obey(struct media_line *line, uint64_t now_ns)
{
	struct media_wish wish;

	if (!box_read(&line->wish_box, &wish, sizeof(wish), &line->wish_sequence))
		return;
	line->now_ns = now_ns;
	line->report.refusal = 0;
	media_line_port_obey(line, &wish, now_ns);
	obey_tone(line, &wish);
	obey_beep(line, &wish);
	if (wish.prompts.serial != line->wish.prompts.serial)
		prompt_player_start(&line->prompts, &wish.prompts);
	fxs_hook_mode_set(line->hook, wish.hook_mode);
	obey_machine(line, &wish);
	streams_place(line, &wish);
	line->live = 0;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		stream_obey(line, i, &wish.streams[i]);
		line->live |= (uint8_t)(wish.streams[i].id ? 1u << i : 0);
	}
	media_line_stats_publish(line);
	streams_tie(line, &wish);
	line->wish = wish;
	media_line_ring_obey(line, now_ns);
	line->report.wish_sequence = line->wish_sequence;
	line->report_dirty = true;
}
