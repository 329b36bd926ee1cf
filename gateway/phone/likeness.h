/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether what was heard sounds like what was said, though its wave is another: a codec such as Opus keeps the sound alone, and there
 * recognise.h finds nothing. Compared is how loud each of 16 bands from 300 to 3300 Hz is, every 20 ms. Pure; any thread.
 */
#ifndef TIPRING_GATEWAY_PHONE_LIKENESS_H
#define TIPRING_GATEWAY_PHONE_LIKENESS_H

#include <stddef.h>
#include <stdint.h>

/* -1..1 of what was said, where it is most like it: delayed by up to what was heard more. 0: one of them is silent or steady. EINVAL: less
 * than half a second, or less heard than said. ENOMEM. */
int likeness(double *result, const int16_t *said, size_t said_count, const int16_t *heard, size_t heard_count);

#endif
