/* SPDX-License-Identifier: BSD-3-Clause */
/* The frequencies and the keypad of ITU-T Q.23. Only for the files of this folder. */
#ifndef TIPRING_DSP_KEYPAD_H
#define TIPRING_DSP_KEYPAD_H

#define DTMF_ROWS    4
#define DTMF_COLUMNS 4

extern const double dsp_dtmf_row_hz[DTMF_ROWS];
extern const double dsp_dtmf_column_hz[DTMF_COLUMNS];
/* Row by row; a digit's place divided by four is its row, the rest its column. */
extern const char dsp_dtmf_digits[DTMF_ROWS * DTMF_COLUMNS + 1];

#endif
