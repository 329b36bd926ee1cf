/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A bench for line echo cancellers in the manner of ITU-T G.168: the far talker's sound goes through a hybrid of our own making, a finite
 * impulse response, comes back with what the near talker says and with the line's noise, each rounded by A-law or not, and
 * is cleaned. The signals are our own after the descriptions in G.168 and P.501, not the recommendation's tables.
 * Levels are dBm0, times in samples (8 a millisecond) or ms where the name says so; the same numbers give the same sound.
 */
#ifndef TIPRING_TESTS_UNIT_ECHO_SUITE_H
#define TIPRING_TESTS_UNIT_ECHO_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUITE_TAPS_MAX 1024

struct suite_canceller {
	const char *name;
	void *(*make)(unsigned tail_ms, unsigned block_samples, bool muting, bool comfort_noise);
	void (*run)(void *canceller, int16_t *clean, const int16_t *far, const int16_t *near, size_t count);
	void (*drop)(void *canceller);
};

/* This project's, and one that knows the hybrid: what is left over by it is the law's rounding and the noise. */
extern const struct suite_canceller suite_ours, suite_perfect;

/* Some damped waves between 300 and 3100 Hz; erl_db by its energy. */
struct suite_hybrid {
	unsigned seed;
	double erl_db;
	unsigned delay_ms, spread_ms;
};

void suite_hybrid_taps(double taps[SUITE_TAPS_MAX], const struct suite_hybrid *hybrid);

struct suite_case {
	const struct suite_canceller *canceller;
	unsigned tail_ms;
	unsigned block_samples;      /* 0: 160 */
	struct suite_hybrid hybrid, later;
	size_t later_at;             /* the hybrid is another from then on; 0: never */
	bool a_law, muting, comfort_noise;
	double noise_dbm0;           /* 0: none */
	const double *far, *talk;    /* talk NULL: nobody at this end */
	size_t count;
};

/* What passed; each has `count` samples. */
struct suite_record {
	size_t count;
	int16_t *far, *near, *clean;
	double *echo, *talk, *noise;
	double us; /* of processor time in 20 ms of sound */
};

void suite_play(struct suite_record *record, const struct suite_case *c);
void suite_record_free(struct suite_record *record);

/* How much of the echo is gone: of its energy between two times to that of what is neither echo nor talk. */
double suite_erle_db(const struct suite_record *record, size_t from, size_t to);
/* How much louder the talk is than all that is not talk. */
double suite_talk_db(const struct suite_record *record, size_t from, size_t to);
/* When, in ms after the echo began, a window of 50 ms begins in which it is attenuated so much; 9999: never. */
double suite_time_to_ms(const struct suite_record *record, size_t from, double erle_db);
/* The longest stretch, in ms, of talk above -40 dBm0 that came out 10 dB weaker; steps of 5 ms. */
double suite_longest_cut_ms(const struct suite_record *record, size_t from, size_t to);
double suite_level_dbm0(const int16_t *samples, size_t count);

/* Signals, into `count` samples. */
void suite_noise(double *samples, size_t count, double level_dbm0, uint32_t seed);
/* The composite source signal: 49 ms voiced, 200 ms of noise, 101 ms of nothing, every second one upside down. */
void suite_css(double *samples, size_t count, double level_dbm0, uint32_t seed);
/* Syllables of a voice that has a pitch and formants, with pauses between. */
void suite_voice(double *samples, size_t count, double level_dbm0, uint32_t seed);
void suite_tone(double *samples, size_t count, double hz, double level_dbm0); /* added */
/* Sets the level of what is active (20 ms within 25 dB of the loudest). */
void suite_level_set(double *samples, size_t count, double level_dbm0);

#endif
