/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Fourier transform of DSP_FFT_SIZE real samples, single precision, and back. A spectrum is DSP_FFT_BINS complex numbers,
 * real and imaginary parts apart; the arrays are padded with zeros to whole vectors. Only for the files of this folder.
 */
#ifndef TIPRING_DSP_FFT_H
#define TIPRING_DSP_FFT_H

#define DSP_FFT_SIZE 256
#define DSP_FFT_BINS (DSP_FFT_SIZE / 2 + 1)
#define DSP_FFT_PADDED (DSP_FFT_BINS + 3)

typedef float dsp_vector __attribute__((vector_size(16)));
#define DSP_VECTOR_SIZE 4

struct dsp_spectrum {
	float re[DSP_FFT_PADDED] __attribute__((aligned(16)));
	float im[DSP_FFT_PADDED] __attribute__((aligned(16)));
};

/* Makes the tables; dsp_init calls it. */
void dsp_fft_init(void);
void dsp_fft_forward(struct dsp_spectrum *spectrum, const float *samples);
/* Exactly undoes it. */
void dsp_fft_backward(float *samples, const struct dsp_spectrum *spectrum);

#endif
