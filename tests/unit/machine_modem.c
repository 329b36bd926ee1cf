/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <spandsp.h>

#include "tests/unit/machine_modem.h"

#define ANSWER_FROM   (1000 * 8) /* samples */
#define PLAIN_FROM    (1700 * 8) /* SpanDSP's is shorter where it has no turns */
#define ANSWER_UNTIL  (4300 * 8)
#define MODEM_FROM    (4375 * 8) /* V.25: 75 ms after the tone */
#define CALLER_FROM   (4800 * 8) /* it has come here by then */
#define STEP_BITS     64         /* so many right in a row: it is in step */

const char *const modem_names[MODEM_KINDS] = {"V.21", "Bell 103", "V.22", "V.22bis"};

static const struct fsk_kind {
	int caller, answerer; /* the channel that each sends on */
} fsk_kinds[] = {
	[MODEM_V21] = {FSK_V21CH1, FSK_V21CH2},
	[MODEM_BELL103] = {FSK_BELL103CH1, FSK_BELL103CH2},
};

struct modem {
	enum modem_kind kind;
	bool calls, turns;
	modem_connect_tones_tx_state_t *answer;
	v22bis_state_t *v22bis;
	fsk_tx_state_t *fsk_tx;
	fsk_rx_state_t *fsk_rx;
	unsigned said, heard;      /* samples */
	uint32_t sends, received;  /* the last bits */
	unsigned right;            /* in a row */
	bool in_step;
	struct modem_result result;
};

struct modem_pair {
	struct modem modems[LINES];
};

/* ---- bits ---- */

static unsigned next_bit(uint32_t bits)
{
	return (bits >> 13 ^ bits >> 14) & 1;
}

static int bit_get(void *arg)
{
	struct modem *modem = arg;

	modem->sends = modem->sends << 1 | next_bit(modem->sends);
	return (int)(modem->sends & 1);
}

static void bit_judge(struct modem *modem, unsigned bit)
{
	bool right = bit == next_bit(modem->received) && (modem->received & 0x7fff) != 0;

	modem->received = modem->received << 1 | bit;
	modem->right = right ? modem->right + 1 : 0;
	if (modem->in_step) {
		modem->result.bits++;
		modem->result.wrong += !right;
	}
	modem->in_step = modem->in_step || modem->right >= STEP_BITS;
}

static void bit_put(void *arg, int bit)
{
	struct modem *modem = arg;

	if (bit >= 0)
		bit_judge(modem, (unsigned)bit & 1);
	else if (modem->in_step && (bit == SIG_STATUS_CARRIER_DOWN || bit == SIG_STATUS_TRAINING_FAILED || bit == SIG_STATUS_MODEM_RETRAIN_OCCURRED))
		modem->result.drops++;
}

/* ---- the machine ---- */

static unsigned modem_from(const struct modem *modem)
{
	return modem->calls ? CALLER_FROM : MODEM_FROM;
}

static bool is_fsk(const struct modem *modem)
{
	return modem->kind == MODEM_V21 || modem->kind == MODEM_BELL103;
}

static void modem_hear(void *arg, const int16_t *samples, size_t count)
{
	struct modem *modem = arg;

	modem->heard += (unsigned)count;
	if (modem->heard <= modem_from(modem))
		return;
	if (is_fsk(modem))
		fsk_rx(modem->fsk_rx, samples, (int)count);
	else
		v22bis_rx(modem->v22bis, samples, (int)count);
}

static void answer_say(struct modem *modem, int16_t *samples, size_t count)
{
	if (!modem->calls && modem->kind != MODEM_BELL103 && modem->said > (modem->turns ? ANSWER_FROM : PLAIN_FROM) && modem->said <= ANSWER_UNTIL)
		(void)modem_connect_tones_tx(modem->answer, samples, (int)count);
}

static void modem_say(void *arg, int16_t *samples, size_t count)
{
	struct modem *modem = arg;
	bool bell = modem->kind == MODEM_BELL103 && !modem->calls && modem->said > ANSWER_FROM;

	modem->said += (unsigned)count;
	answer_say(modem, samples, count);
	if (modem->said <= modem_from(modem) && !bell)
		return;
	if (is_fsk(modem))
		fsk_tx(modem->fsk_tx, samples, (int)count);
	else
		v22bis_tx(modem->v22bis, samples, (int)count);
}

static void fsk_make(struct modem *modem)
{
	const struct fsk_kind *kind = &fsk_kinds[modem->kind];
	int sends = modem->calls ? kind->caller : kind->answerer, receives = modem->calls ? kind->answerer : kind->caller;

	modem->fsk_tx = fsk_tx_init(NULL, &preset_fsk_specs[sends], bit_get, modem);
	modem->fsk_rx = fsk_rx_init(NULL, &preset_fsk_specs[receives], FSK_FRAME_MODE_SYNC, bit_put, modem);
	modem->result.bit_rate = 300;
}

static void one_make(struct modem *modem, enum modem_kind kind, bool calls, bool turns)
{
	modem->kind = kind;
	modem->calls = calls;
	modem->turns = turns;
	modem->sends = calls ? 0x1234 : 0x4321;
	modem->answer = modem_connect_tones_tx_init(NULL, turns ? MODEM_CONNECT_TONES_ANS_PR : MODEM_CONNECT_TONES_ANS);
	if (is_fsk(modem))
		fsk_make(modem);
	else
		modem->v22bis = v22bis_init(NULL, kind == MODEM_V22 ? 1200 : 2400, V22BIS_GUARD_TONE_NONE, calls, bit_get, modem, bit_put, modem);
}

void modem_make(struct modem_pair **pairp, enum modem_kind kind, bool turns)
{
	struct modem_pair *pair = calloc(1, sizeof(*pair));

	assert_non_null(pair);
	for (int i = 0; i < LINES; i++)
		one_make(&pair->modems[i], kind, i == 0, turns);
	*pairp = pair;
}

void modem_machines(struct modem_pair *pair, struct machine machines[LINES])
{
	for (int i = 0; i < LINES; i++)
		machines[i] = (struct machine){modem_hear, modem_say, &pair->modems[i]};
}

void modem_result(const struct modem_pair *pair, struct modem_result results[LINES])
{
	for (int i = 0; i < LINES; i++) {
		results[i] = pair->modems[i].result;
		if (!is_fsk(&pair->modems[i]))
			results[i].bit_rate = v22bis_get_current_bit_rate(pair->modems[i].v22bis);
	}
}

void modem_drop(struct modem_pair *pair)
{
	for (int i = 0; i < LINES; i++) {
		modem_connect_tones_tx_free(pair->modems[i].answer);
		if (is_fsk(&pair->modems[i])) {
			fsk_tx_free(pair->modems[i].fsk_tx);
			fsk_rx_free(pair->modems[i].fsk_rx);
		} else {
			v22bis_free(pair->modems[i].v22bis);
		}
	}
	free(pair);
}
