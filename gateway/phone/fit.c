/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "gateway/phone/fit.h"

#define RATE_HZ     8000.0
#define TERMS_MAX   (2 * TONES_HZ_MAX)
#define FULL_DBM0   3.14 /* of a sine with peak 32767 */
#define PIVOT_SMALL 1e-3 /* per sample: less, and two frequencies look the same */

struct equations {
	double left[TERMS_MAX][TERMS_MAX];
	double right[TERMS_MAX];
	size_t terms;
};

/* A pointer turning at one frequency: cheaper than cos() and sin() of every sample. */
struct turning {
	double cosine, sine, step_cosine, step_sine;
};

static double radians(unsigned hz, double sample)
{
	return 2 * M_PI * hz * sample / RATE_HZ;
}

static void turning_step(struct turning *turning)
{
	double cosine = turning->cosine * turning->step_cosine - turning->sine * turning->step_sine;

	turning->sine = turning->cosine * turning->step_sine + turning->sine * turning->step_cosine;
	turning->cosine = cosine;
}

static void equations_add(struct equations *equations, const double *term, double sample)
{
	for (size_t row = 0; row < equations->terms; row++) {
		equations->right[row] += term[row] * sample;
		for (size_t column = row; column < equations->terms; column++)
			equations->left[row][column] += term[row] * term[column];
	}
}

static void equations_make(struct equations *equations, const struct fit *fit,
	const double *samples, size_t count)
{
	struct turning turning[TONES_HZ_MAX];
	double term[TERMS_MAX];

	memset(equations, 0, sizeof *equations);
	equations->terms = 2 * fit->count;
	for (size_t k = 0; k < fit->count; k++)
		turning[k] = (struct turning){1, 0, cos(radians(fit->hz[k], 1)),
			sin(radians(fit->hz[k], 1))};
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < fit->count; k++) {
			term[2 * k] = turning[k].cosine;
			term[2 * k + 1] = turning[k].sine;
			turning_step(&turning[k]);
		}
		equations_add(equations, term, samples[i]);
	}
	for (size_t row = 0; row < equations->terms; row++) {
		for (size_t column = 0; column < row; column++)
			equations->left[row][column] = equations->left[column][row];
	}
}

/* Gauss without exchange of rows: the matrix is symmetric and positive. */
static int equations_solve(struct equations *equations, double *solution, size_t count)
{
	size_t terms = equations->terms;

	for (size_t pivot = 0; pivot < terms; pivot++) {
		if (equations->left[pivot][pivot] < PIVOT_SMALL * (double)count)
			return -1;
		for (size_t row = pivot + 1; row < terms; row++) {
			double factor = equations->left[row][pivot] / equations->left[pivot][pivot];

			for (size_t column = pivot; column < terms; column++)
				equations->left[row][column] -= factor * equations->left[pivot][column];
			equations->right[row] -= factor * equations->right[pivot];
		}
	}
	for (size_t row = terms; row-- > 0;) {
		double sum = equations->right[row];

		for (size_t column = row + 1; column < terms; column++)
			sum -= equations->left[row][column] * solution[column];
		solution[row] = sum / equations->left[row][row];
	}
	return 0;
}

double fit_at(const struct fit *fit, long sample)
{
	double sum = 0;

	for (size_t k = 0; k < fit->count; k++) {
		double angle = radians(fit->hz[k], (double)sample);

		sum += fit->cosine[k] * cos(angle) + fit->sine[k] * sin(angle);
	}
	return sum;
}

/* Least squares leave a rest that stands upright on the solution, so its share needs no second look
 * at the samples. */
static void shares_find(struct fit *fit, const double *right, double energy)
{
	double sines = 0, weakest = INFINITY, explained = 0;

	for (size_t k = 0; k < fit->count; k++) {
		double power = fit->cosine[k] * fit->cosine[k] + fit->sine[k] * fit->sine[k];

		explained += fit->cosine[k] * right[2 * k] + fit->sine[k] * right[2 * k + 1];
		sines += power;
		weakest = fmin(weakest, power);
	}
	if (energy > 0 && sines > 0) {
		fit->explained = fmax(0, explained / energy);
		fit->weakest = weakest / sines;
	}
}

void fit_find(struct fit *fit, const unsigned *hz, const double *samples, size_t count)
{
	struct equations equations;
	double right[TERMS_MAX], solution[TERMS_MAX] = {0}, energy = 0;

	assert(count >= 16 && count <= FIT_SAMPLES_MAX);
	memset(fit, 0, sizeof *fit);
	for (size_t k = 0; k < TONES_HZ_MAX && hz[k]; k++)
		fit->hz[fit->count++] = hz[k];
	for (size_t i = 0; i < count; i++)
		energy += samples[i] * samples[i];
	fit->power = energy / (double)count;
	equations_make(&equations, fit, samples, count);
	memcpy(right, equations.right, sizeof right);
	if (equations_solve(&equations, solution, count))
		return;
	for (size_t k = 0; k < fit->count; k++) {
		fit->cosine[k] = solution[2 * k];
		fit->sine[k] = solution[2 * k + 1];
	}
	shares_find(fit, right, energy);
}

static double phase(const struct fit *fit, size_t k)
{
	return atan2(-fit->sine[k], fit->cosine[k]);
}

double fit_drift(const struct fit *from, const struct fit *to, size_t k, size_t samples)
{
	return remainder(phase(to, k) - phase(from, k) - radians(from->hz[k], (double)samples), 2 * M_PI);
}

double fit_dbm0(double power)
{
	if (power <= 0)
		return -96;
	return FULL_DBM0 + 10 * log10(power / (32767.0 * 32767.0 / 2));
}
