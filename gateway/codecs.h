/* SPDX-License-Identifier: BSD-3-Clause */
/* Which codecs a call may use, in which order. */
#ifndef TIPRING_GATEWAY_CODECS_H
#define TIPRING_GATEWAY_CODECS_H

#include <stddef.h>
#include <stdint.h>

#include "dsp/codec.h"

/* None: all zero, which is taken for PCMU and PCMA. */
struct codecs {
	uint8_t count;
	uint8_t list[DSP_CODEC_COUNT]; /* enum dsp_codec, the best first */
};

/* Names with blanks between them, as "PCMU opus", each once, at least one; case does not matter. EINVAL. */
int codecs_parse(struct codecs *codecs, const char *text);
/* The names that there are, as "PCMU, PCMA or opus". */
void codecs_names(char *text, size_t size);

/* Leaves those that keep a machine's signals as they are: G.711. */
void codecs_keep_exact(struct codecs *codecs);

#endif
