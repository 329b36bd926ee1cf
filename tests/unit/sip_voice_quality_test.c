/* SPDX-License-Identifier: BSD-3-Clause */
/* Ratings against published ones. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "sip/voice_quality.h"

static void assert_near(double value, double published, double tolerance)
{
	if (fabs(value - published) > tolerance)
		fail_msg("%.3f instead of %.3f +- %.3f", value, published, tolerance);
}

static void test_with_all_defaults_the_rating_is_that_of_the_recommendation(void **state)
{
	(void)state;
	/* ITU-T G.107 s7.7 */
	assert_near(ua_quality_r(&ua_quality_g711, 0, 0, 1), 93.2, 0.05);
	assert_near(ua_quality_mos(93.2), 4.41, 0.005);
}

static void test_ratings_stand_for_scores_as_in_the_recommendations_table(void **state)
{
	/* ITU-T G.107 table B.1 */
	static const struct {
		double r, mos;
	} rows[] = {{90, 4.34}, {80, 4.03}, {70, 3.60}, {60, 3.10}, {50, 2.58}, {0, 1}, {100, 4.5}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_near(ua_quality_mos(rows[i].r), rows[i].mos, 0.01);
}

static void test_loss_costs_what_the_appendix_lists(void **state)
{
	/* ITU-T G.113 (1999) table I.2, losses by chance; whole numbers, read from measurements that the formula is fitted to */
	static const struct {
		const struct ua_quality_codec *codec;
		double percent, ie, tolerance;
	} rows[] = {
		{&ua_quality_g729, 0, 11, 0.01}, {&ua_quality_g729, 1, 15, 0.5}, {&ua_quality_g729, 2, 19, 0.5},
		{&ua_quality_g729, 3, 23, 0.6}, {&ua_quality_g729, 4, 26, 0.5},
		{&ua_quality_g711_concealed, 1, 5, 1.5}, {&ua_quality_g711_concealed, 2, 7, 0.5},
		{&ua_quality_g711_concealed, 3, 10, 0.5}, {&ua_quality_g711_concealed, 5, 15, 1},
		{&ua_quality_g711_concealed, 7, 20, 1}, {&ua_quality_g711_concealed, 10, 25, 2.1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_near(ua_quality_r(rows[i].codec, 0, 0, 1) + rows[i].codec->ie - ua_quality_r(rows[i].codec, 0, rows[i].percent, 1),
			rows[i].ie, rows[i].tolerance);
}

static void test_delay_costs_what_is_known_of_the_model(void **state)
{
	/* R. G. Cole, J. H. Rosenbluth, "Voice over IP performance monitoring", 2001: a straight line with a bend at 177.3 ms
	 * fitted to the model */
	static const double ms[] = {25, 50, 100, 150, 175, 200, 250, 300};

	(void)state;
	for (size_t i = 0; i < sizeof(ms) / sizeof(ms[0]); i++)
		assert_near(93.2 - ua_quality_r(&ua_quality_g711, ms[i], 0, 1),
			0.024 * ms[i] + (ms[i] > 177.3 ? 0.11 * (ms[i] - 177.3) : 0), 2.5);
}

static void test_losses_that_flock_together_cost_more(void **state)
{
	(void)state;
	assert_true(ua_quality_r(&ua_quality_g711_concealed, 0, 3, 2) < ua_quality_r(&ua_quality_g711_concealed, 0, 3, 1));
}

static void test_nothing_is_below_the_scales(void **state)
{
	(void)state;
	assert_near(ua_quality_r(&ua_quality_g729, 2000, 100, 8), 0, 0);
	for (double r = 0; r < 7; r += 0.5)
		assert_true(ua_quality_mos(r) >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_all_defaults_the_rating_is_that_of_the_recommendation),
		cmocka_unit_test(test_ratings_stand_for_scores_as_in_the_recommendations_table),
		cmocka_unit_test(test_loss_costs_what_the_appendix_lists),
		cmocka_unit_test(test_delay_costs_what_is_known_of_the_model),
		cmocka_unit_test(test_losses_that_flock_together_cost_more),
		cmocka_unit_test(test_nothing_is_below_the_scales),
	};

	return cmocka_run_group_tests_name("sip voice_quality", tests, NULL, NULL);
}
