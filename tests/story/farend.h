/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The far end of a story: a program of somebody else's that tests/farends/NAME starts. It says "ready" in a line of its own when it
 * can be called, then whatever it likes; it reads commands from its input, ends by itself when it has seen what it wanted (status
 * 0) or had not (another), and at once when its input ends. One thread.
 */
#ifndef TIPRING_TESTS_STORY_FAREND_H
#define TIPRING_TESTS_STORY_FAREND_H

#include <stdbool.h>
#include <stddef.h>

struct farend;

/* words: the name, then its arguments. Functions return 0 or a positive errno. */
int farend_start(struct farend **endp, const char *const *words, size_t count);
/* Takes what it has said so far. */
void farend_step(struct farend *end);
/* The text stood in a line that it said; every line answers once, and those before it are passed over. */
bool farend_said(struct farend *end, const char *text);
/* It has ended and has said all; *status is its exit status or 128 + signal. */
bool farend_ended(struct farend *end, int *status);
int farend_tell(struct farend *end, const char *line);
/* What it said last, for who has to tell of a failure. */
const char *farend_last_words(const struct farend *end);
/* Ends it when it still goes on, and waits for it; NULL is fine. */
void farend_free(struct farend *end);

#endif
