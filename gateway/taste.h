/* SPDX-License-Identifier: BSD-3-Clause */
/* A profile's country turned into sound and ring cadence: hands fxs/zone.h's texts to dsp/tone.h. Control thread. */
#ifndef TIPRING_GATEWAY_TASTE_H
#define TIPRING_GATEWAY_TASTE_H

#include "gateway/config/config.h"
#include "gateway/media/media.h"

struct taste; /* owns the tone definitions */

/* ENOENT: no such country; EINVAL: a tone of it cannot be read. */
int taste_alloc(struct taste **tastep, const struct config_profile *profile);
void taste_free(struct taste *taste);
const struct media_taste *taste_media(const struct taste *taste);

#endif
