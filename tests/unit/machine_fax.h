/* SPDX-License-Identifier: BSD-3-Clause */
/* Fax terminals, SpanDSP's, that send and receive one page of the test's own making. */
#ifndef TIPRING_TESTS_MACHINE_FAX_H
#define TIPRING_TESTS_MACHINE_FAX_H

#include <stdbool.h>

#include "tests/unit/machine_lines.h"

#define FAX_ROWS 100

#define FAX_ALL_MODEMS 0 /* up to V.17 */

struct fax_config {
	int modems;  /* T30_SUPPORT_..., or FAX_ALL_MODEMS */
	bool ecm;
	unsigned seed; /* of the page */
	unsigned rows; /* of it; 0: FAX_ROWS */
};

struct fax_result {
	bool over;            /* both have hung up */
	int status[LINES];    /* T30_ERR_OK is 0: of who sends, of who receives */
	bool equal;           /* the page is what was sent */
	unsigned rows;
	int bit_rate, bad_rows, ecm_repeats;
	unsigned trainings;   /* DCS sent: one is enough */
	unsigned repeats;     /* RTN, RTP, PIN, PIP, PPR, CRP, FTT seen by who sends */
};

struct fax;

/* The first line sends to the second. The page's files are in a folder of its own. */
void fax_make(struct fax **faxp, const struct fax_config *config);
void fax_machines(struct fax *fax, struct machine machines[LINES]);
bool fax_is_over(void *fax);
void fax_result(struct fax *fax, struct fax_result *result);
void fax_drop(struct fax *fax);
const char *fax_status_text(int status);

#endif
