/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "dsp/mix.h"
#include "gateway/media/media_line.h"
#include "gateway/media/pages.h"

/* What points into the heap from such pages is no leak. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#define LEAKS_LOOK_INTO(pages, size) __lsan_register_root_region(pages, size)
#define LEAKS_LOOK_PAST(pages, size) __lsan_unregister_root_region(pages, size)
#else
#define LEAKS_LOOK_INTO(pages, size) ((void)0)
#define LEAKS_LOOK_PAST(pages, size) ((void)0)
#endif

#define NS_PER_MS 1000000ull
#define SAMPLES_PER_MS (FXS_RATE_HZ / 1000)

/* A tone that a digit is suspected under stays silent so long after the last suspicion, so that no scrap
 * of it is heard between the suspicion and the digit. */
#define SUSPICION_MS 120
#define CALL_GAIN_UNDER_TONE 0.25f /* speech goes on 12 dB softer, so that both are understood */
#define SPEAK_INPUTS         5
#define UNHEARD_MS           200 /* so long after a loop was opened its telephone hears nothing, whatever contacts do */
#define BLOCKS_A_TICK_MAX 2 /* a card that fell behind catches up by one block a tick */

static void event_push(struct media_line *line, const struct media_event *event)
{
	event_queue_push(&line->events, event);
	line->report.events_written = atomic_load(&line->events.written);
	line->report.events_dropped = atomic_load(&line->events.dropped);
	line->report_dirty = true;
}

static void push(struct media_line *line, enum media_event_kind kind, char digit, uint64_t at_ns)
{
	const struct media_event event = {.kind = kind, .digit = digit, .at_ns = at_ns};

	event_push(line, &event);
}

static bool is_live(const struct media_line *line, int i)
{
	return line->live & 1u << i;
}

/* By signalling, and once, however many calls it is for; not one that was down before the call. */
static void key_tell(struct media_line *line, char digit, unsigned duration_samples)
{
	const struct media_event event = {
		.kind = MEDIA_EVENT_KEY, .digit = digit, .at_ns = line->now_ns, .duration_ms = (uint16_t)(duration_samples * 1000 / FXS_RATE_HZ),
	};
	bool told = false;

	for (int i = 0; i < MEDIA_CALLS; i++)
		told = told || line->streams[i].key_down;
	if (told)
		event_push(line, &event);
}

static void digit_heard(struct media_line *line, char digit)
{
	line->tone_muted_until_ns = UINT64_MAX;
	push(line, MEDIA_EVENT_DIGIT, digit, line->now_ns);
}

/* As loud as the far end would have heard it. */
static unsigned key_volume(const struct media_line *line)
{
	int volume = (int)dsp_dtmf_rx_volume(line->dtmf) - line->taste->rx_gain_db;

	return volume < 0 ? 0 : volume > UA_DTMF_VOLUME_MAX ? UA_DTMF_VOLUME_MAX : (unsigned)volume;
}

static void dtmf_handler(char digit, bool on, unsigned duration_samples, void *arg)
{
	struct media_line *line = arg;

	if (!on)
		key_tell(line, digit, duration_samples);
	for (int i = 0; i < MEDIA_CALLS; i++)
		stream_key(&line->streams[i], digit, on, key_volume(line), duration_samples);
	if (on && fxs_hook_is_off_hook(line->hook))
		digit_heard(line, digit);
}

/* Pages of its own: those that an idle line never needs, of streams for calls that it never had, take no memory. calloc would write
 * zeros into what lies ready in the heap. */
static struct media_line *pages_get(void)
{
	void *pages = mmap(NULL, sizeof(struct media_line), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (pages == MAP_FAILED)
		return NULL;
	LEAKS_LOOK_INTO(pages, sizeof(struct media_line));
	return pages;
}

static void pages_put(struct media_line *line)
{
	LEAKS_LOOK_PAST(line, sizeof(*line));
	(void)munmap(line, sizeof(*line));
}

int media_line_alloc(struct media_line **linep, struct media *media, struct fxs_bus *bus,
	const struct fxs_driver *driver, const char *channel, const struct media_taste *taste,
	unsigned block_samples, unsigned events_size, uint64_t now_ns)
{
	struct fxs_port_config config = {.channel = channel, .block_samples = block_samples};
	struct media_line *line = pages_get();
	bool off_hook = false;
	int err;

	if (!line)
		return ENOMEM;
	line->media = media;
	line->taste = taste;
	line->wish.tone = MEDIA_TONE_NONE;
	line->call_gain = 1;
	line->rx_gain = dsp_gain_factor(taste->rx_gain_db);
	line->tx_gain = dsp_gain_factor(taste->tx_gain_db);
	event_queue_init(&line->events, events_size);
	err = driver->port_open(&line->port, bus, &config, now_ns);
	if (!err)
		err = driver->hook_get(line->port, &off_hook);
	if (!err)
		err = fxs_hook_alloc(&line->hook, &taste->hook, off_hook, now_ns);
	if (!err)
		err = dsp_tone_alloc(&line->tone);
	if (!err)
		err = dsp_tone_alloc(&line->beep);
	if (!err)
		err = dsp_dtmf_rx_alloc(&line->dtmf, dtmf_handler, line);
	if (!err && taste->echo == MEDIA_ECHO_SOFTWARE)
		err = media_echo_alloc(&line->echo, taste, block_samples, driver->echo_delay(line->port));
	for (int i = 0; i < MEDIA_STREAMS && !err; i++)
		err = stream_init(&line->streams[i], true);
	for (int i = 0; i < MEDIA_STREAMS && !err && taste->key_low_dbm0; i++)
		stream_keys_usual(&line->streams[i], taste->key_low_dbm0, taste->key_high_dbm0);
	if (err) {
		media_line_free(line);
		return err;
	}
	line->report.off_hook = off_hook;
	line->report_dirty = true;
	*linep = line;
	return 0;
}

void media_line_free(struct media_line *line)
{
	if (!line)
		return;
	if (line->port)
		line->port->driver->port_close(line->port);
	fxs_hook_free(line->hook);
	dsp_tone_free(line->tone);
	dsp_tone_free(line->beep);
	dsp_dtmf_rx_free(line->dtmf);
	media_echo_free(&line->echo);
	for (int i = 0; i < MEDIA_STREAMS; i++)
		stream_free(&line->streams[i]);
	pages_put(line);
}

/* Nobody else is at the canceller before the first wish with sound. */
static void line_make_ready(struct media_line *line)
{
	if (line->ready)
		return;
	line->ready = true;
	pages_write(line, offsetof(struct media_line, streams));
	for (int i = 0; i < MEDIA_STREAMS; i++)
		pages_write(&line->streams[i], offsetof(struct stream, playout.conceal)); /* its coders are told at each wish */
	pages_write(&line->stats, sizeof(*line) - offsetof(struct media_line, stats));
	media_echo_make_ready(&line->echo);
}

void media_line_make_ready(struct media_line *line, const struct media_wish *wish)
{
	if (wish->sound)
		line_make_ready(line);
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		if (!wish->streams[i].id || line->streams_ready[i])
			continue;
		line_make_ready(line);
		line->streams_ready[i] = true;
		pages_write(&line->streams[i], sizeof(line->streams[i]));
	}
}

static void pronounce(struct media_line *line, const struct fxs_hook_verdict *verdicts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct fxs_hook_verdict *verdict = &verdicts[i];

		switch (verdict->kind) {
		case FXS_HOOK_OFF_HOOK:
			/* Until control has heard of it: chatter of the switch must not hang up. */
			fxs_hook_mode_set(line->hook, line->ringing ? FXS_HOOK_IN_CALL : FXS_HOOK_COLLECTING);
			push(line, MEDIA_EVENT_LIFTED, 0, verdict->edge_ns);
			break;
		case FXS_HOOK_ON_HOOK:
			line->report.hang_ups++;
			push(line, MEDIA_EVENT_HUNG_UP, 0, verdict->edge_ns);
			break;
		case FXS_HOOK_FLASH:
			push(line, MEDIA_EVENT_FLASH, 0, verdict->edge_ns);
			break;
		case FXS_HOOK_PULSE_BEGUN:
			line->tone_muted_until_ns = UINT64_MAX;
			break;
		case FXS_HOOK_DIGIT:
			digit_heard(line, verdict->digit);
			break;
		}
	}
	if (count)
		line->report.off_hook = fxs_hook_is_off_hook(line->hook);
}

void media_line_watch(struct media_line *line, uint64_t now_ns)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];
	struct fxs_event event;

	line->now_ns = now_ns;
	while (line->port->driver->event_read(line->port, now_ns, &event) == 0) {
		switch (event.kind) {
		case FXS_EVENT_OFF_HOOK:
		case FXS_EVENT_ON_HOOK:
			pronounce(line, verdicts,
				fxs_hook_edge(line->hook, event.kind == FXS_EVENT_OFF_HOOK, event.at_ns,
					verdicts));
			break;
		case FXS_EVENT_FAULT:
		case FXS_EVENT_FAULT_CLEARED:
			line->report.fault = event.kind == FXS_EVENT_FAULT;
			line->report_dirty = true;
			break;
		case FXS_EVENT_RING_BURST:
		case FXS_EVENT_RING_PAUSE:
			break;
		}
	}
	media_line_judge(line, now_ns);
}

void media_line_judge(struct media_line *line, uint64_t now_ns)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];
	size_t count;

	line->now_ns = now_ns;
	while (fxs_hook_next_ns(line->hook) <= now_ns &&
		(count = fxs_hook_step(line->hook, now_ns, verdicts)) > 0)
		pronounce(line, verdicts, count);
}

static void streams_tick(struct media_line *line, bool reports_wait)
{
	line->reports_wait = false;
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		if (is_live(line, i) && reports_wait)
			stream_tick(&line->streams[i], line->now_ns);
		else if (is_live(line, i))
			stream_tick_unheard(&line->streams[i], line->now_ns);
	}
}

void media_line_heal(struct media_line *line, uint64_t now_ns)
{
	struct fxs_hook_verdict verdicts[FXS_HOOK_VERDICTS_MAX];
	bool off_hook;

	line->now_ns = now_ns;
	streams_tick(line, true);
	media_line_stats_publish(line);
	if (line->port->driver->hook_get(line->port, &off_hook) == 0)
		pronounce(line, verdicts, fxs_hook_edge(line->hook, off_hook, now_ns, verdicts));
	media_line_port_obey(line, &line->wish, now_ns);
}

/* Over an open loop comes no digit, but the end of one that was on when it opened. */
static bool digits_may_come(const struct media_line *line)
{
	return line->wish.hook_mode != FXS_HOOK_IDLE &&
		(fxs_hook_loop_is_closed(line->hook) || dsp_dtmf_rx_suspects(line->dtmf));
}

/* What the telephone says, NULL where it has no part, and what those bring whom this stream hears. */
static void send_block(struct media_line *line, int to, const int16_t *samples, size_t count)
{
	const int16_t *inputs[1 + MEDIA_STREAMS] = {samples};
	int16_t sum[FXS_BLOCK_SAMPLES_MAX];

	if (!is_live(line, to))
		return;
	if (samples && !line->wish.hears[to]) {
		samples = hold_player_mix(&line->streams[to].hold, &line->taste->hold, line->streams[to].wish.plays_hold, samples, sum,
			count);
		stream_send(&line->streams[to], samples, count);
		return;
	}
	for (int i = 0; i < MEDIA_STREAMS; i++)
		inputs[1 + i] = line->wish.hears[to] & 1u << i && line->streams[i].wish.receives ? line->brought[i] : NULL;
	dsp_mix_sum(sum, inputs, 1 + MEDIA_STREAMS, count);
	stream_send(&line->streams[to], sum, count);
}

static bool is_sent(const struct media_line *line)
{
	bool sent = false;

	for (int i = 0; i < MEDIA_CALLS; i++)
		sent = sent || (is_live(line, i) && line->streams[i].wish.sends);
	return sent;
}

/* By the receiver of digits, by who is at the far end, or by the telephone itself; not while it rings, nor while it is hung up after
 * a call and may still flash. */
static bool is_heard(const struct media_line *line)
{
	return is_sent(line) || line->wish.echo || digits_may_come(line);
}

/* What may be of a key stays out of the sound of who gets keys as events; who else speaks in a three-way call does not. */
static void say_block(struct media_line *line, int to, const int16_t *samples, size_t count)
{
	struct stream *stream = &line->streams[to];
	bool suspected = dsp_dtmf_rx_suspects(line->dtmf), mixed = line->wish.hears[to] != 0;

	stream_suspect(stream, suspected && !mixed);
	if (!stream->wish.plays_hold)
		send_block(line, to, suspected && mixed && stream_mutes_keys(stream) ? NULL : samples, count);
}

static bool may_be_fax(const struct media_line *line, const struct stream *stream)
{
	return line->taste->hears_fax && stream->wish.id && !stream->fax;
}

static void fax_listen(struct media_line *line, const int16_t *samples, size_t count)
{
	bool wanted = false;
	enum dsp_fax heard;

	for (int i = 0; i < MEDIA_CALLS; i++)
		wanted = wanted || (may_be_fax(line, &line->streams[i]) && line->streams[i].wish.sends);
	if (!wanted)
		return;
	heard = dsp_fax_tone_feed(&line->fax_tone, samples, (unsigned)count);
	for (int i = 0; i < MEDIA_CALLS && heard; i++) {
		if (line->streams[i].wish.sends && !line->streams[i].wish.plays_hold)
			stream_fax(&line->streams[i], heard, line->fax_tone.repeated, false);
	}
}

static void fax_listen_far(struct media_line *line, struct stream *stream, const int16_t *samples, size_t count)
{
	enum dsp_fax heard;

	if (!may_be_fax(line, stream) || !stream->wish.receives)
		return;
	heard = dsp_fax_tone_feed(&stream->fax_tone, samples, (unsigned)count);
	stream_fax(stream, heard, stream->fax_tone.repeated, true);
}

/* Digits first, which dial tone that comes back would hide. */
static void hear_block(struct media_line *line, int16_t *samples, size_t count)
{
	fax_listen(line, samples, count); /* first: the canceller takes a tone away that comes from the far end too */
	media_echo_clean(&line->echo, samples, count);
	if (digits_may_come(line)) {
		dsp_dtmf_rx_feed(line->dtmf, samples, count);
		if (line->wish.tone_stops_at_digit && dsp_dtmf_rx_suspects(line->dtmf) &&
		    line->tone_muted_until_ns != UINT64_MAX)
			line->tone_muted_until_ns = line->now_ns + SUSPICION_MS * NS_PER_MS;
	}
	if (line->taste->high_pass && !line->machine)
		dsp_hum_filter_run(&line->hum, samples, count);
	if (line->taste->level_control && !line->machine)
		dsp_level_run(&line->level, samples, count);
	dsp_gain_apply(line->rx_gain, samples, count);
	memcpy(line->said, samples, count * sizeof(*samples));
}

/* What the telephone says. A stream's clock goes on also where nothing of it is sent. */
static void listen_block(struct media_line *line, int16_t *samples, size_t count)
{
	if (is_heard(line))
		hear_block(line, samples, count);
	else
		media_echo_skip(&line->echo, count);
	for (int i = 0; i < MEDIA_CALLS; i++) {
		if (is_live(line, i))
			say_block(line, i, samples, count);
	}
}

/* The tone goes on also where nobody hears it. */
static const int16_t *tone_block(struct media_line *line, int16_t *samples, size_t count)
{
	bool muted = line->now_ns < line->tone_muted_until_ns && line->wish.tone_stops_at_digit;

	if (!dsp_tone_is_playing(line->tone))
		return NULL;
	if (line->open_samples >= UNHEARD_MS * SAMPLES_PER_MS) {
		dsp_tone_skip(line->tone, count);
		return NULL;
	}
	dsp_tone_fill(line->tone, samples, count);
	return muted ? NULL : samples;
}

static const int16_t *stream_block(struct media_line *line, int i, size_t count)
{
	if (!is_live(line, i))
		return NULL;
	stream_play(&line->streams[i], line->brought[i], count);
	return line->brought[i];
}

static const int16_t *beep_block(struct media_line *line, int16_t *samples, size_t count)
{
	if (!dsp_tone_is_playing(line->beep))
		return NULL;
	dsp_tone_fill(line->beep, samples, count);
	return samples;
}

static const int16_t *prompt_block(struct media_line *line, int16_t *samples, size_t count)
{
	return prompt_player_fill(&line->prompts, line->spoken, samples, count) ? samples : NULL;
}

/* Of a beep and of the call waiting tone, in whose pauses all is as ever; ringback tone in a call that goes on is not meant. */
static bool is_under_tone(const struct media_line *line)
{
	return dsp_tone_sounds(line->beep) ||
		(line->wish.tone == FXS_TONE_CALL_WAITING && dsp_tone_sounds(line->tone));
}

/* What all calls bring, softer while a tone is laid over it; the other parties of a three-way call hear it as ever. */
static const int16_t *call_block(struct media_line *line, int16_t *samples, size_t count)
{
	float before = line->call_gain, gain = is_under_tone(line) ? CALL_GAIN_UNDER_TONE : 1;
	const int16_t *inputs[MEDIA_CALLS];
	unsigned calls = 0;

	line->call_gain = gain;
	for (int i = 0; i < MEDIA_CALLS; i++) {
		const int16_t *brought = stream_block(line, i, count);

		if (!brought)
			continue;
		inputs[calls++] = brought;
		fax_listen_far(line, &line->streams[i], brought, count);
	}
	if (!calls || (calls == 1 && gain == 1 && before == 1))
		return calls ? inputs[0] : NULL;
	dsp_mix_sum(samples, inputs, calls, count);
	if (gain != 1 || before != 1)
		dsp_mix_ramp(samples, count, before, gain);
	return samples;
}

/* What the telephone hears, always through the mixer. The call comes first: it asks where the tones are. */
static void speak_block(struct media_line *line, size_t count)
{
	int16_t tone[FXS_BLOCK_SAMPLES_MAX], beep[FXS_BLOCK_SAMPLES_MAX], call[FXS_BLOCK_SAMPLES_MAX];
	int16_t prompt[FXS_BLOCK_SAMPLES_MAX], out[FXS_BLOCK_SAMPLES_MAX];
	const int16_t *inputs[SPEAK_INPUTS];

	line->open_samples = fxs_hook_loop_is_closed(line->hook) ? 0 : line->open_samples + (uint32_t)count;
	inputs[0] = call_block(line, call, count);
	inputs[1] = tone_block(line, tone, count);
	inputs[2] = beep_block(line, beep, count);
	inputs[3] = prompt_block(line, prompt, count);
	inputs[4] = line->wish.echo ? line->said : NULL;
	dsp_mix_sum(out, inputs, SPEAK_INPUTS, count);
	dsp_gain_apply(line->tx_gain, out, count);
	if (line->port->driver->write(line->port, out, count) == 0)
		media_echo_written(&line->echo, out, count);
}

/* Past the telephone. */
static void past_block(struct media_line *line, size_t count)
{
	for (int i = MEDIA_CALLS; i < MEDIA_STREAMS; i++)
		(void)stream_block(line, i, count);
	for (int i = MEDIA_CALLS; i < MEDIA_STREAMS; i++)
		send_block(line, i, NULL, count);
	for (int i = 0; i < MEDIA_CALLS; i++) {
		if (is_live(line, i) && line->streams[i].wish.plays_hold)
			send_block(line, i, line->said, count);
	}
}

/* By the card's clock, or else by the tick's: the dummy's telephone says nothing while it is hung up, nor does a card that is out
 * of order. One that is late makes up for it. */
static void past_serve(struct media_line *line, int blocks, size_t count)
{
	line->dry_ticks = blocks ? 0 : line->dry_ticks + 1;
	if (line->port->driver->clock == FXS_CLOCK_TIMER || line->dry_ticks >= BLOCKS_A_TICK_MAX)
		blocks = 1;
	while (blocks-- > 0)
		past_block(line, count);
}

static void id_report(struct media_line *line, uint32_t *reported, uint32_t id)
{
	line->report_dirty = line->report_dirty || id != *reported;
	*reported = id;
}

static void silence_report(struct media_line *line)
{
	for (int i = 0; i < MEDIA_STREAMS; i++) {
		const struct stream *stream = &line->streams[i];
		bool live = is_live(line, i);

		id_report(line, &line->report.silent_ids[i], live ? stream_silent_id(stream) : 0);
		id_report(line, &line->report.quiet_ids[i], live ? stream_quiet_id(stream) : 0);
		id_report(line, &line->report.forged_ids[i], live ? stream_forged_id(stream) : 0);
	}
}

static void fax_report(struct media_line *line)
{
	for (int i = 0; i < MEDIA_CALLS; i++) {
		const struct stream *stream = &line->streams[i];

		line->report.faxes[i].heard = stream->fax;
		line->report.faxes[i].far = stream->fax_far;
		id_report(line, &line->report.faxes[i].id, stream->fax ? stream->wish.id : 0);
	}
}

/* A tone takes the place of what waits to be played, but not of speech that goes on under it. Returns how many blocks
 * more are to be written. */
static int tone_hurry(struct media_line *line, size_t count)
{
	bool speech = false;
	int blocks;

	if (!line->tone_new)
		return 0;
	line->tone_new = false;
	for (int i = 0; i < MEDIA_CALLS; i++)
		speech = speech || (line->streams[i].wish.id && line->streams[i].wish.receives);
	if (speech)
		return 0;
	blocks = (int)line->port->driver->write_overtake(line->port);
	media_echo_unwritten(&line->echo, (size_t)blocks * count);
	return blocks;
}

/* A card's blocks are answered one for one, so that its buffers keep their depth. The dummy's telephone only
 * answers what it was sent: one block goes out each tick, and what comes back late is simply late. */
void media_line_tick(struct media_line *line, uint64_t now_ns, size_t count)
{
	const struct fxs_driver *driver = line->port->driver;
	int16_t samples[FXS_BLOCK_SAMPLES_MAX];
	int blocks = 0;

	line->now_ns = now_ns;
	line->report.ticks++;
	media_line_ring_obey(line, now_ns);
	streams_tick(line, line->reports_wait);
	while (blocks < BLOCKS_A_TICK_MAX && driver->read(line->port, samples, count) == 0) {
		listen_block(line, samples, count);
		blocks++;
	}
	past_serve(line, blocks, count);
	if (blocks == 0)
		line->report.blocks_missing++;
	else
		blocks += tone_hurry(line, count);
	if (driver->clock == FXS_CLOCK_TIMER)
		blocks = 1;
	while (blocks-- > 0)
		speak_block(line, count);
	silence_report(line);
	fax_report(line);
}

bool media_line_publish(struct media_line *line)
{
	if (!line->report_dirty)
		return false;
	line->report_dirty = false;
	box_write(&line->report_box, &line->report, sizeof(line->report));
	return true;
}
