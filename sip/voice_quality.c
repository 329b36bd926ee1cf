/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>

#include "sip/voice_quality.h"

/* Default values of G.107 table 2, and what follows of them alone. */
#define RO    94.77 /* basic signal-to-noise ratio: all noises and loudness at their defaults */
#define IS    1.41  /* simultaneous impairments */
#define TELR  65.0  /* talker echo loudness rating, dB */
#define WEPL  110.0 /* weighted echo path loss, dB */

const struct ua_quality_codec ua_quality_g711 = {0, 4.3};
const struct ua_quality_codec ua_quality_g711_concealed = {0, 25.1};
const struct ua_quality_codec ua_quality_g729 = {11, 19};
const struct ua_quality_codec ua_quality_g726 = {7, 25.1};

static double square(double x)
{
	return x * x;
}

/* One's own echo, after twice the way (equations 7-19 to 7-24). */
static double talker_echo(double ms)
{
	double terv = TELR - 40 * log10((1 + ms / 10) / (1 + ms / 150)) + 6 * exp(-0.3 * square(ms));
	double half = (RO - (80 + 2.5 * (terv - 14))) / 2;

	return (half + sqrt(square(half) + 100) - 1) * (1 - exp(-ms));
}

/* 7-25, 7-26; the delay there and back. */
static double listener_echo(double ms)
{
	double half = (RO - 10.5 * (WEPL + 7) * pow(2 * ms + 1, -0.25)) / 2;

	return half + sqrt(square(half) + 169);
}

/* 7-27, 7-28: even without echo one waits. */
static double waiting(double ms)
{
	double x = ms > 100 ? log2(ms / 100) : 0;

	return ms > 100 ? 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2) : 0;
}

/* 7-29 */
static double coding(const struct ua_quality_codec *codec, double loss_percent, double burst_ratio)
{
	return codec->ie + (95 - codec->ie) * loss_percent / (loss_percent / burst_ratio + codec->bpl);
}

double ua_quality_r(const struct ua_quality_codec *codec, double one_way_ms, double loss_percent, double burst_ratio)
{
	double r = RO - IS - talker_echo(one_way_ms) - listener_echo(one_way_ms) - waiting(one_way_ms) -
		coding(codec, loss_percent, burst_ratio);

	return r < 0 ? 0 : r > 100 ? 100 : r;
}

double ua_quality_mos(double r)
{
	double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;

	return mos < 1 ? 1 : mos > 4.5 ? 4.5 : mos;
}
