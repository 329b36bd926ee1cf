/* SPDX-License-Identifier: BSD-3-Clause */
#include <math.h>
#include <string.h>

#include "dsp/fft.h"

/*
 * Even samples are taken as the real parts and odd ones as the imaginary parts of HALF complex numbers. They stand in ROWS rows of
 * four: the columns are transformed side by side, one in each lane of the vectors (Stockham's way), then
 * turned by their twiddles and joined by fours.
 */
#define HALF (DSP_FFT_SIZE / 2)
#define ROWS (HALF / DSP_VECTOR_SIZE)

struct rows {
	dsp_vector re[ROWS], im[ROWS];
};

static float row_cos[ROWS], row_sin[ROWS];
static dsp_vector twiddle_cos[ROWS], twiddle_sin[ROWS];
static float turn_cos[HALF + 1], turn_sin[HALF + 1];

void dsp_fft_init(void)
{
	for (int i = 0; i < ROWS; i++) {
		row_cos[i] = (float)cos(2 * M_PI * i / ROWS);
		row_sin[i] = (float)-sin(2 * M_PI * i / ROWS);
	}
	for (int i = 0; i < ROWS; i++) {
		for (int lane = 0; lane < DSP_VECTOR_SIZE; lane++) {
			twiddle_cos[i][lane] = (float)cos(2 * M_PI * i * lane / HALF);
			twiddle_sin[i][lane] = (float)-sin(2 * M_PI * i * lane / HALF);
		}
	}
	for (int i = 0; i <= HALF; i++) {
		turn_cos[i] = (float)cos(2 * M_PI * i / DSP_FFT_SIZE);
		turn_sin[i] = (float)-sin(2 * M_PI * i / DSP_FFT_SIZE);
	}
}

/* One step of the columns' transforms, by fours: `length` numbers each, `stride` of them side by side. */
static void columns_step(struct rows *to, const struct rows *from, int length, int stride)
{
	int quarter = stride * length / 4;

	for (int p = 0; p < length / 4; p++) {
		float c1 = row_cos[p * stride], s1 = row_sin[p * stride];
		float c2 = row_cos[2 * p * stride], s2 = row_sin[2 * p * stride];
		float c3 = row_cos[3 * p * stride], s3 = row_sin[3 * p * stride];

		for (int q = 0; q < stride; q++) {
			int in = q + stride * p, out = q + stride * 4 * p;
			dsp_vector even_re = from->re[in] + from->re[in + 2 * quarter], even_im = from->im[in] + from->im[in + 2 * quarter];
			dsp_vector odd_re = from->re[in + quarter] + from->re[in + 3 * quarter];
			dsp_vector odd_im = from->im[in + quarter] + from->im[in + 3 * quarter];
			dsp_vector left_re = from->re[in] - from->re[in + 2 * quarter], left_im = from->im[in] - from->im[in + 2 * quarter];
			dsp_vector right_re = from->re[in + quarter] - from->re[in + 3 * quarter];
			dsp_vector right_im = from->im[in + quarter] - from->im[in + 3 * quarter];
			dsp_vector re1 = left_re + right_im, im1 = left_im - right_re;
			dsp_vector re2 = even_re - odd_re, im2 = even_im - odd_im;
			dsp_vector re3 = left_re - right_im, im3 = left_im + right_re;

			to->re[out] = even_re + odd_re;
			to->im[out] = even_im + odd_im;
			to->re[out + stride] = re1 * c1 - im1 * s1;
			to->im[out + stride] = re1 * s1 + im1 * c1;
			to->re[out + 2 * stride] = re2 * c2 - im2 * s2;
			to->im[out + 2 * stride] = re2 * s2 + im2 * c2;
			to->re[out + 3 * stride] = re3 * c3 - im3 * s3;
			to->im[out + 3 * stride] = re3 * s3 + im3 * c3;
		}
	}
}

/* The last step, by twos. */
static void columns_end(struct rows *to, const struct rows *from)
{
	for (int q = 0; q < ROWS / 2; q++) {
		to->re[q] = from->re[q] + from->re[q + ROWS / 2];
		to->im[q] = from->im[q] + from->im[q + ROWS / 2];
		to->re[q + ROWS / 2] = from->re[q] - from->re[q + ROWS / 2];
		to->im[q + ROWS / 2] = from->im[q] - from->im[q + ROWS / 2];
	}
}

static void transpose(dsp_vector v[4])
{
	dsp_vector a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5);
	dsp_vector b = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7);
	dsp_vector c = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5);
	dsp_vector d = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);

	v[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
	v[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
	v[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
	v[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

static void join(dsp_vector *out_re, dsp_vector *out_im, const struct rows *rows)
{
	for (int k = 0; k < ROWS; k += 4) {
		dsp_vector re[4], im[4];

		for (int i = 0; i < 4; i++) {
			const dsp_vector *c = &twiddle_cos[k + i], *s = &twiddle_sin[k + i];

			re[i] = rows->re[k + i] * *c - rows->im[k + i] * *s;
			im[i] = rows->re[k + i] * *s + rows->im[k + i] * *c;
		}
		transpose(re);
		transpose(im);
		dsp_vector even_re = re[0] + re[2], even_im = im[0] + im[2];
		dsp_vector odd_re = re[1] + re[3], odd_im = im[1] + im[3];
		dsp_vector left_re = re[0] - re[2], left_im = im[0] - im[2];
		dsp_vector right_re = re[1] - re[3], right_im = im[1] - im[3];
		int at = k / 4;

		out_re[at] = even_re + odd_re;
		out_im[at] = even_im + odd_im;
		out_re[at + ROWS / 4] = left_re + right_im;
		out_im[at + ROWS / 4] = left_im - right_re;
		out_re[at + ROWS / 2] = even_re - odd_re;
		out_im[at + ROWS / 2] = even_im - odd_im;
		out_re[at + ROWS * 3 / 4] = left_re - right_im;
		out_im[at + ROWS * 3 / 4] = left_im + right_re;
	}
}

static void complex_forward(dsp_vector *out_re, dsp_vector *out_im, struct rows *rows)
{
	struct rows other;

	/* ROWS is 32: 4 * 4 * 2. */
	columns_step(&other, rows, ROWS, 1);
	columns_step(rows, &other, ROWS / 4, 4);
	columns_end(&other, rows);
	join(out_re, out_im, &other);
}

void dsp_fft_forward(struct dsp_spectrum *spectrum, const float *samples)
{
	struct rows rows;
	float re[HALF + 4] __attribute__((aligned(16))), im[HALF + 4] __attribute__((aligned(16)));

	for (int i = 0; i < HALF; i++) {
		((float *)rows.re)[i] = samples[2 * i];
		((float *)rows.im)[i] = samples[2 * i + 1];
	}
	complex_forward((dsp_vector *)re, (dsp_vector *)im, &rows);
	re[HALF] = re[0];
	im[HALF] = im[0];
	for (int k = 0; k <= HALF; k++) {
		float sum_re = re[k] + re[HALF - k], sum_im = im[k] - im[HALF - k];
		float diff_re = re[k] - re[HALF - k], diff_im = im[k] + im[HALF - k];

		spectrum->re[k] = 0.5f * (sum_re + turn_cos[k] * diff_im + turn_sin[k] * diff_re);
		spectrum->im[k] = 0.5f * (sum_im - turn_cos[k] * diff_re + turn_sin[k] * diff_im);
	}
	for (int k = HALF + 1; k < DSP_FFT_PADDED; k++)
		spectrum->re[k] = spectrum->im[k] = 0;
}

/* The inverse is the forward transform of the conjugate, conjugated: here, of real and imaginary parts swapped. */
void dsp_fft_backward(float *samples, const struct dsp_spectrum *spectrum)
{
	struct rows rows;
	dsp_vector re[ROWS], im[ROWS];
	const float *sre = spectrum->re, *sim = spectrum->im;
	float *zre = (float *)rows.re, *zim = (float *)rows.im;

	for (int k = 0; k < HALF; k++) {
		float sum_re = sre[k] + sre[HALF - k], sum_im = sim[k] - sim[HALF - k];
		float diff_re = sre[k] - sre[HALF - k], diff_im = sim[k] + sim[HALF - k];

		zim[k] = sum_re - turn_cos[k] * diff_im + turn_sin[k] * diff_re;
		zre[k] = sum_im + turn_cos[k] * diff_re + turn_sin[k] * diff_im;
	}
	complex_forward(re, im, &rows);
	for (int i = 0; i < HALF; i++) {
		samples[2 * i] = ((float *)im)[i] * (1.0f / DSP_FFT_SIZE);
		samples[2 * i + 1] = ((float *)re)[i] * (1.0f / DSP_FFT_SIZE);
	}
}
