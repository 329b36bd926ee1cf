/* SPDX-License-Identifier: BSD-3-Clause */
/* Which tone a refused call leaves in the ear: the cause of a Reason header (ITU-T Q.850) before the SIP status. */
#ifndef TIPRING_GATEWAY_CAUSE_H
#define TIPRING_GATEWAY_CAUSE_H

#include "gateway/line/line_fsm.h"

/* q850_cause 0: none given; status 0: none. Returns one of the LINE_EV_ENDED_* events. */
enum line_event cause_event(unsigned q850_cause, unsigned status);

#endif
