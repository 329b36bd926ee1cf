/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sound files beside a bed's configuration, with voices that a story can judge by their seeds:
 *
 *   hold.wav            30 s of seed 900
 *   words/<prompt>.wav  800 ms each, of one voice, seed 901, cut in the order of a message for user 102:
 *                       your-number-is, 1, 0, 2, registered; all other words are of seed 902
 */
#ifndef TIPRING_TESTS_STORY_SOUNDS_H
#define TIPRING_TESTS_STORY_SOUNDS_H

#define SOUNDS_HOLD_SEED  900
#define SOUNDS_WORD_SEED  901
#define SOUNDS_OTHER_SEED 902

int sounds_write(const char *directory); /* errno */
void sounds_remove(const char *directory);

#endif
