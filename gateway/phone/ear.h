/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a telephone's user hears: tones by name, voices, silence, each with the time of its
 * beginning and end to within 5 ms. Nothing here comes from the exchange's own signal processing.
 *
 * Sound is cut where its level passes -45 dBm0 (silence is 10 ms below that) and where it stops to
 * be the same sines; 40 ms of it are enough to tell tones 10 Hz apart, shorter pieces are judged as
 * well as they can be. cadence.h names the result, which for a tone that differs from others by its
 * cadence only takes as long as that cadence.
 *
 * One thread; time is CLOCK_MONOTONIC in ns and always an argument. Only ear_alloc allocates.
 */
#ifndef TIPRING_GATEWAY_PHONE_EAR_H
#define TIPRING_GATEWAY_PHONE_EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gateway/phone/cadence.h"

struct ear;

/* ENOENT: a country that tones.h has not. Handler: from within the functions below. */
int ear_alloc(struct ear **earp, const char *country, uint64_t now_ns, cadence_h *handler,
	void *arg);
void ear_free(struct ear *ear);

/* Sound began or ended to flow; no sound is silence. */
void ear_flow(struct ear *ear, bool on, uint64_t at_ns);
/* The user lifted or hung up: sound that ends after that was not the exchange's to end. */
void ear_hook(struct ear *ear, bool off_hook);
/* end_ns: when the last of the samples was heard. */
void ear_feed(struct ear *ear, const int16_t *samples, size_t count, uint64_t end_ns);
/* Time goes on; to be called now and then while no sound flows. */
void ear_tick(struct ear *ear, uint64_t now_ns);

/* Since when it has been silent; UINT64_MAX while there is sound. */
uint64_t ear_silent_since_ns(const struct ear *ear);

/* What it judges by. */
const struct tones_country *ear_country(const struct ear *ear);

#endif
