/* SPDX-License-Identifier: BSD-3-Clause */
#include "gateway/use.h"

/* A machine's signals must not be touched: no tone over them, and nothing cut out because it resembles a key. An alarm dialler and its
 * centre answer each other within fractions of a second (SIA DC-05), which events do not keep. A modem that cancels echo itself says so by the
 * turns of its answering tone (V.25), and dsp/echo.h obeys; one that does not needs it done here. */
static const struct use_traits table[USE_COUNT] = {
	/*              tones_over_call  hold_sound  fixed_playout  any_codec  echo_cancelled  echo_muted  shaped    flash  key_events */
	[USE_PHONE] = { true,            true,       false,         true,      true,           true,       true,     true,  true },
	[USE_FAX]   = { false,           false,      true,          false,     true,           false,      false,    true,  false }, /* somebody may talk before the pages */
	[USE_MODEM] = { false,           false,      true,          false,     true,           false,      false,    false, false },
	[USE_ALARM] = { false,           false,      true,          false,     true,           false,      false,    false, false },
	[USE_TTY]   = { true,            true,       true,          false,     true,           false,      true,     true,  true },
};

const struct use_traits *use_traits(enum use use)
{
	return &table[use];
}
