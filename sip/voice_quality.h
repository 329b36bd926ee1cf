/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How good a connection sounds, by ITU-T G.107 (the E-model): all of its parameters have the recommendation's default values but
 * for the delay and for what coding and loss do. Pure; any thread.
 */
#ifndef TIPRING_SIP_VOICE_QUALITY_H
#define TIPRING_SIP_VOICE_QUALITY_H

/* ITU-T G.113 appendix I. */
struct ua_quality_codec {
	double ie;  /* impairment by the coding itself */
	double bpl; /* robustness against loss */
};
extern const struct ua_quality_codec ua_quality_g711;           /* what is lost is silence */
extern const struct ua_quality_codec ua_quality_g711_concealed; /* ... is made up (G.711 appendix I) */
extern const struct ua_quality_codec ua_quality_g729;           /* annex A */
extern const struct ua_quality_codec ua_quality_g726;           /* 32 kbit/s; how robust it is nobody has published: as G.711 concealed */

/* The rating factor R, 0..100: one_way_ms from mouth to ear; loss_percent of packets that do not sound; burst_ratio 1 for losses
 * by chance, more when they flock together. */
double ua_quality_r(const struct ua_quality_codec *codec, double one_way_ms, double loss_percent, double burst_ratio);

/* The mean opinion score that such an R stands for, 1..4.5 (annex B). */
double ua_quality_mos(double r);

#endif
