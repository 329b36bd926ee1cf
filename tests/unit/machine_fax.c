/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <spandsp.h>
#include <tiffio.h>

#include "tests/unit/machine_fax.h"

#define WIDTH     1728
#define ROW_BYTES (WIDTH / 8)
#define PATH_BYTES 80
#define ALL_MODEMS (T30_SUPPORT_V27TER | T30_SUPPORT_V29 | T30_SUPPORT_V17)

struct fax {
	struct fax_config config;
	char folder[32], sent[PATH_BYTES], received[PATH_BYTES];
	fax_state_t *terminals[LINES];
	bool over[LINES];
	int status[LINES];
	t30_stats_t stats; /* of who receives, at the end of the page */
	unsigned trainings, repeats;
};

static uint32_t random_next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* Lines of letters, or what looks like it from afar: some black runs, the same for a few rows. */
static void row_make(uint8_t row[ROW_BYTES], unsigned seed, unsigned number)
{
	uint32_t state = (seed + number / 3) * 2654435761u + 1;
	unsigned at = 100;

	memset(row, 0, ROW_BYTES);
	if (number % 24 >= 15)
		return;
	for (at += random_next(&state) % 100; at < WIDTH - 150; at += 20 + random_next(&state) % 120) {
		unsigned length = 3 + random_next(&state) % 30;

		for (; length; length--, at++)
			row[at / 8] |= (uint8_t)(0x80 >> at % 8);
	}
}

static void page_write(const char *path, unsigned seed, unsigned rows)
{
	uint8_t row[ROW_BYTES];
	TIFF *tiff = TIFFOpen(path, "w");

	assert(tiff);
	TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, WIDTH);
	TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, rows);
	TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1);
	TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_CCITT_T6);
	TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE);
	TIFFSetField(tiff, TIFFTAG_FILLORDER, FILLORDER_LSB2MSB);
	TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows);
	TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 204.0);
	TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 98.0);
	TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
	for (unsigned i = 0; i < rows; i++) {
		row_make(row, seed, i);
		if (TIFFWriteScanline(tiff, row, i, 0) != 1)
			abort();
	}
	TIFFClose(tiff);
}

/* How many rows it has; *equal: all of them are what was sent. */
static unsigned page_compare(const char *path, unsigned seed, unsigned rows_sent, bool *equal)
{
	uint8_t row[ROW_BYTES], wanted[ROW_BYTES];
	TIFF *tiff = access(path, R_OK) ? NULL : TIFFOpen(path, "r");
	uint32_t width = 0, rows = 0;

	*equal = false;
	if (!tiff)
		return 0;
	TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width);
	TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &rows);
	*equal = width == WIDTH && rows == rows_sent;
	for (unsigned i = 0; i < rows && *equal; i++) {
		row_make(wanted, seed, i);
		*equal = TIFFReadScanline(tiff, row, i, 0) == 1 && memcmp(row, wanted, ROW_BYTES) == 0;
	}
	TIFFClose(tiff);
	return rows;
}

/* ---- the terminals ---- */

static void on_over(t30_state_t *t30, void *arg, int status)
{
	struct fax *fax = arg;
	int n = t30 == fax_get_t30_state(fax->terminals[1]);

	fax->over[n] = true;
	fax->status[n] = status;
}

static int on_page(t30_state_t *t30, void *arg, int message)
{
	struct fax *fax = arg;

	(void)message;
	t30_get_transfer_statistics(t30, &fax->stats);
	return T30_ERR_OK;
}

/* Of who sends: how often it has to begin anew. */
static void on_frame(t30_state_t *t30, void *arg, int incoming, const uint8_t *message, int length)
{
	struct fax *fax = arg;
	int type = length > 2 ? message[2] & 0xfe : 0;

	(void)t30;
	if (!incoming && type == (T30_DCS & 0xfe))
		fax->trainings++;
	if (incoming && (type == T30_RTN || type == T30_RTP || type == T30_PPR || type == T30_FTT || type == T30_CRP))
		fax->repeats++;
}

static void terminal_make(struct fax *fax, int n)
{
	fax_state_t *terminal = fax_init(NULL, n == 0);
	t30_state_t *t30;

	assert(terminal);
	fax->terminals[n] = terminal;
	t30 = fax_get_t30_state(terminal);
	fax_set_transmit_on_idle(terminal, TRUE);
	t30_set_tx_ident(t30, n ? "102" : "101");
	t30_set_supported_modems(t30, fax->config.modems != FAX_ALL_MODEMS ? fax->config.modems : ALL_MODEMS);
	t30_set_ecm_capability(t30, fax->config.ecm);
	t30_set_supported_compressions(t30, T30_SUPPORT_T4_1D_COMPRESSION | T30_SUPPORT_T4_2D_COMPRESSION | T30_SUPPORT_T6_COMPRESSION);
	t30_set_phase_e_handler(t30, on_over, fax);
	if (n) {
		t30_set_rx_file(t30, fax->received, -1);
		t30_set_phase_d_handler(t30, on_page, fax);
	} else {
		t30_set_tx_file(t30, fax->sent, -1, -1);
		t30_set_real_time_frame_handler(t30, on_frame, fax);
	}
}

void fax_make(struct fax **faxp, const struct fax_config *config)
{
	struct fax *fax = calloc(1, sizeof(*fax));

	assert(fax);
	fax->config = *config;
	fax->config.rows = config->rows ? config->rows : FAX_ROWS;
	snprintf(fax->folder, sizeof(fax->folder), "/tmp/tipring-fax.XXXXXX");
	if (!mkdtemp(fax->folder))
		abort();
	snprintf(fax->sent, sizeof(fax->sent), "%s/sent.tif", fax->folder);
	snprintf(fax->received, sizeof(fax->received), "%s/received.tif", fax->folder);
	page_write(fax->sent, fax->config.seed, fax->config.rows);
	for (int i = 0; i < LINES; i++)
		terminal_make(fax, i);
	*faxp = fax;
}

static void terminal_hear(void *terminal, const int16_t *samples, size_t count)
{
	int16_t heard[FXS_BLOCK_SAMPLES_MAX];

	memcpy(heard, samples, count * sizeof(*samples));
	fax_rx(terminal, heard, (int)count);
}

static void terminal_say(void *terminal, int16_t *samples, size_t count)
{
	(void)fax_tx(terminal, samples, (int)count);
}

void fax_machines(struct fax *fax, struct machine machines[LINES])
{
	for (int i = 0; i < LINES; i++)
		machines[i] = (struct machine){terminal_hear, terminal_say, fax->terminals[i]};
}

bool fax_is_over(void *arg)
{
	const struct fax *fax = arg;

	return fax->over[0] && fax->over[1];
}

void fax_result(struct fax *fax, struct fax_result *result)
{
	*result = (struct fax_result){
		.over = fax_is_over(fax), .status = {fax->status[0], fax->status[1]}, .bit_rate = fax->stats.bit_rate,
		.bad_rows = fax->stats.bad_rows, .ecm_repeats = fax->stats.error_correcting_mode_retries, .trainings = fax->trainings,
		.repeats = fax->repeats,
	};
	result->rows = page_compare(fax->received, fax->config.seed, fax->config.rows, &result->equal);
}

const char *fax_status_text(int status)
{
	return t30_completion_code_to_str(status);
}

void fax_drop(struct fax *fax)
{
	for (int i = 0; i < LINES; i++)
		fax_free(fax->terminals[i]);
	unlink(fax->sent);
	unlink(fax->received);
	rmdir(fax->folder);
	free(fax);
}
