/* SPDX-License-Identifier: BSD-3-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "dsp/wav.h"
#include "gateway/config/config.h"

#define SIP     "sip {\nlisten = \"127.0.0.1\"\n}\n"
#define ACCOUNT "account \"a\" {\nuser = \"101\"\ndomain = \"example.com\"\nserver = \"127.0.0.1\"\n}\n"
#define LINE    "line \"1\" {\ndriver = dummy\nchannel = \"1\"\naccount = \"a\"\n}\n"

static char dir[] = "/tmp/tipring-config-XXXXXX";
static char main_path[64], lines_path[80], complaints[4096];

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	chmod(path, 0640);
}

static int load(const char *text, struct config **config)
{
	FILE *errors = fmemopen(complaints, sizeof(complaints), "w");
	int err;

	memset(complaints, 0, sizeof(complaints));
	write_file(main_path, text);
	err = config_load(config, main_path, errors);
	fclose(errors);
	return err;
}

/* The text is refused, and the complaint holds the line number and both words. */
static void expect_refused(const char *text, const char *line, const char *value, const char *allowed)
{
	struct config *config = NULL;
	char place[128];

	snprintf(place, sizeof(place), "%s:%s: ", main_path, line);
	assert_int_not_equal(load(text, &config), 0);
	assert_null(config);
	if (!strstr(complaints, place) || !strstr(complaints, value) || !strstr(complaints, allowed))
		fail_msg("wanted line %s, %s and %s in: %s", line, value, allowed, complaints);
}

static void test_a_small_configuration_takes_the_defaults(void **state)
{
	struct config *config = NULL;

	(void)state;
	assert_int_equal(load(SIP ACCOUNT LINE, &config), 0);
	assert_int_equal(config->line_count, 1);
	assert_string_equal(config->lines[0].name, "1");
	assert_ptr_equal(config->lines[0].account, &config->accounts[0]);
	assert_int_equal(config->lines[0].profile->flash_max_ms, 1200);
	assert_string_equal(config->lines[0].profile->country.text, "us");
	assert_int_equal(config->sip.port, 5060);
	assert_int_equal(config->accounts[0].expires_s, 3600);
	config_free(config);
}

static void word_path(char path[96], const char *name)
{
	snprintf(path, 96, "%s/words/%s.wav", dir, name);
}

static void test_marks_have_names_and_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned value;
	} rows[] = {{"CS3", 24}, {"cs0", 0}, {"EF", 46}, {"af31", 26}, {"AF43", 38}, {"va", 44}, {"0", 0}, {"63", 63}};
	struct config *config;
	char text[512];

	(void)state;
	assert_int_equal(load(SIP ACCOUNT LINE, &config), 0);
	assert_int_equal(config->sip.sip_dscp, 24);
	assert_int_equal(config->sip.rtp_dscp, 46);
	config_free(config);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(text, sizeof(text), "sip {\nlisten = \"127.0.0.1\"\nsip_dscp = %s\nrtp_dscp = %s\n}\n" ACCOUNT LINE,
			rows[i].text, rows[i].text);
		assert_int_equal(load(text, &config), 0);
		assert_int_equal(config->sip.sip_dscp, rows[i].value);
		assert_int_equal(config->sip.rtp_dscp, rows[i].value);
		config_free(config);
	}
}

/* A folder that is named without a slash before it stands beside the configuration. */
static void test_words_are_read_and_a_wrong_one_is_named(void **state)
{
	static const char text[] = SIP "media {\nprompts = words\n}\n" ACCOUNT LINE;
	static const int16_t samples[] = {5, 6, 7};
	struct config *config = NULL;
	char folder[96], seven[96], eight[96];

	(void)state;
	word_path(seven, "7");
	word_path(eight, "8");
	snprintf(folder, sizeof(folder), "%s/words", dir);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_int_equal(dsp_wav_write(seven, samples, 3), 0);
	assert_int_equal(load(text, &config), 0);
	assert_int_equal(config->prompts.sounds[PROMPT_0 + 7].count, 3);
	assert_int_equal(config->prompts.sounds[PROMPT_0 + 8].count, 0);
	config_free(config);
	config = NULL;
	write_file(eight, "RIFF and no more");
	expect_refused(text, "1", "8.wav", "8000 Hz, one channel");
	unlink(seven);
	unlink(eight);
	rmdir(folder);
	assert_int_equal(load(text, &config), 0);
	config_free(config);
}

/* Of one file there is one copy, whoever names it. */
static void test_profiles_share_their_hold_sound(void **state)
{
	static const int16_t samples[] = {5, 6, 7};
	struct config *config = NULL;
	char path[96], text[1024];

	(void)state;
	snprintf(path, sizeof(path), "%s/hold.wav", dir);
	assert_int_equal(dsp_wav_write(path, samples, 3), 0);
	snprintf(text, sizeof(text), SIP ACCOUNT LINE "profile \"p\" {\nhold_sound = hold.wav\n}\nprofile \"q\" {\nhold_sound = \"%s\"\n}\n"
		"profile \"r\" {\nhold_sound = tone\n}\n", path);
	assert_int_equal(load(text, &config), 0);
	assert_int_equal(config->profiles[0].hold_file.count, 3);
	assert_int_equal(config->profiles[0].hold_file.samples[2], 7);
	assert_ptr_equal(config->profiles[0].hold_file.samples, config->profiles[1].hold_file.samples);
	assert_int_equal(config->profiles[2].hold_file.count, 0);
	config_free(config);
	config = NULL;
	assert_int_equal(dsp_wav_write(path, samples, 0), 0);
	expect_refused(text, "16", "hold.wav", "8000 Hz, one channel");
	unlink(path);
	expect_refused(text, "16", "hold.wav", "No such file");
}

static void test_what_is_connected_decides_what_the_profile_does_not_say(void **state)
{
	struct config *config = NULL;

	(void)state;
	assert_int_equal(load(SIP ACCOUNT LINE "profile \"p\" {\nuse = alarm\n}\nprofile \"q\" {\nflash_max_ms = 300\nuse = modem\n"
		"dtmf = auto\n}\nprofile \"r\" {\nuse = fax\n}\n", &config), 0);
	assert_int_equal(config->profiles[0].flash_max_ms, 0);
	assert_int_equal(config->profiles[0].dtmf, LEG_DTMF_INBAND);
	assert_int_equal(config->profiles[1].flash_max_ms, 300);
	assert_int_equal(config->profiles[1].dtmf, LEG_DTMF_AUTO);
	assert_int_equal(config->profiles[2].flash_max_ms, 1200);
	assert_int_equal(config->profiles[2].dtmf, LEG_DTMF_INBAND);
	config_free(config);
}

static void test_a_loss_plan_sets_the_gains_that_are_not_set(void **state)
{
	struct config *config = NULL;

	(void)state;
	assert_int_equal(load(SIP ACCOUNT LINE "profile \"p\" {\nloss_plan = etsi\n}\nprofile \"q\" {\nrx_gain_db = 2\nloss_plan = adapter\n}\n"
		"profile \"r\" {\nloss_plan = country\n}\nprofile \"s\" {\ncountry = \"de\"\nloss_plan = country\ntx_gain_db = 0\n}\n"
		"profile \"t\" {\n}\n", &config), 0);
	assert_int_equal(config->profiles[0].rx_gain_db, -5);
	assert_int_equal(config->profiles[0].tx_gain_db, -10);
	assert_int_equal(config->profiles[1].rx_gain_db, 2);
	assert_int_equal(config->profiles[1].tx_gain_db, -3);
	assert_int_equal(config->profiles[2].rx_gain_db, 0);
	assert_int_equal(config->profiles[2].tx_gain_db, -6);
	assert_int_equal(config->profiles[3].tx_gain_db, 0);
	assert_int_equal(config->profiles[4].rx_gain_db, 0);
	assert_int_equal(config->profiles[4].tx_gain_db, 0);
	config_free(config);
	assert_int_equal(loss_plan_gains(LOSS_PLAN_COUNTRY, "de")->tx_gain_db, -7);
	assert_int_equal(loss_plan_gains(LOSS_PLAN_EXCHANGE, "us")->tx_gain_db, -7);
}

static void test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed(void **state)
{
	(void)state;
	expect_refused("sip {\nlisten = \"127.0.0.1\"\nport = 70000\n}\n", "3", "70000", "1 to 65535");
	expect_refused("sip {\nlisten = \"localhost\"\n}\n", "2", "localhost", "numeric IPv4");
	expect_refused("sip {\nlisten = \"0.0.0.0 192.0.2.1\"\n}\n", "2", "0.0.0.0", "numeric IPv4");
	expect_refused(SIP "media {\nblock_ms = 7\n}\n", "5", "7", "5, 10 or 20");
	expect_refused(SIP "media {\nrealtime = maybe\n}\n", "5", "maybe", "on or off");
	expect_refused(SIP "profile \"p\" {\ncountry = \"zz\"\n}\n", "5", "zz", "a country whose tones are known");
	expect_refused(SIP "profile \"p\" {\ndigit_map = \"(1y)\"\n}\n", "5", "(1y)", "digit map");
	expect_refused(SIP "profile \"p\" {\nflash_min_ms = 39\n}\n", "5", "39", "40 to 1500 ms");
	expect_refused(SIP "profile \"p\" {\ntone_level_dbm0 = 5\n}\n", "5", "5", "-40 to 0 dBm0");
	expect_refused(SIP "line \"1\" {\ndriver = \"pcm\"\n}\n", "5", "pcm", "dummy");
	expect_refused(SIP "account \"a\" {\nserver = \"127.0.0.1:0\"\n}\n", "5", "127.0.0.1:0", "port");
	expect_refused(SIP "account \"a\" {\nexpires_s = 10\n}\n", "5", "10", "60 to 86400 s");
	expect_refused(SIP "account \"a\" {\ndisplay_name = \"a\tb\"\n}\n", "5", "display_name", "control");
}

static void test_what_is_missing_or_unknown_is_named(void **state)
{
	(void)state;
	expect_refused("media {\n}\n", "1", "listen", "address");
	expect_refused(SIP "account \"a\" {\nuser = \"1\"\n}\n", "6", "lacks", "domain");
	expect_refused(SIP "line \"1\" {\ncolour = red\n}\n", "5", "colour", "no such option");
	expect_refused(SIP "lines {\n}\n", "4", "lines", "no such option");
	expect_refused(SIP "media {\nblock_ms = 10\n", "6", "media", "} is missing");
}

static void test_names_are_resolved_and_unique(void **state)
{
	(void)state;
	expect_refused(SIP LINE, "8", "\"a\"", "no such account");
	expect_refused(SIP ACCOUNT "line \"1\" {\ndriver = dummy\nchannel = \"1\"\naccount = \"a\"\n"
		"profile = \"q\"\n}\n", "14", "\"q\"", "no such profile");
	expect_refused(SIP ACCOUNT ACCOUNT, "9", "'a'", "duplicate");
	expect_refused(SIP ACCOUNT LINE "line \"2\" {\ndriver = dummy\nchannel = \"1\"\naccount = \"a\"\n}\n",
		"18", "\"1\"", "belongs to line");
	expect_refused("sip {\nport = 1\nport = 2\nlisten = \"127.0.0.1\"\n}\n", "3", "port", "second time");
}

/* It stands in log lines and in the operator's JSON. */
static void test_a_name_with_control_characters_is_refused(void **state)
{
	(void)state;
	expect_refused(SIP "profile \"p\nq\" {\n}\n", "6", "\"p\"", "control characters");
}

static void test_settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	expect_refused(SIP "profile \"p\" {\nflash_max_ms = 60\n}\n", "6", "60", "0 (off)");
	expect_refused("sip {\nlisten = \"127.0.0.1\"\nrtp_port_min = 4000\nrtp_port_max = 3000\n}\n", "1",
		"3000", "rtp_port_min");
	expect_refused("sip {\nlisten = \"127.0.0.1\"\nrtp_port_min = 4001\nrtp_port_max = 4002\n}\n", "1",
		"4002", "rtp_port_min");
}

static void test_a_password_is_kept_from_others_and_from_messages(void **state)
{
	struct config *config = NULL;
	static const char text[] = SIP "account \"a\" {\nuser = \"1\"\ndomain = \"d\"\nserver = \"127.0.0.1\"\n"
		"password = \"hush-hush\"\n}\n";
	FILE *errors = fmemopen(complaints, sizeof(complaints), "w");

	(void)state;
	write_file(main_path, text);
	chmod(main_path, 0644);
	assert_int_not_equal(config_load(&config, main_path, errors), 0);
	fclose(errors);
	assert_non_null(strstr(complaints, "others can read"));
	assert_null(strstr(complaints, "hush-hush"));
	assert_int_equal(load(text, &config), 0);
	assert_string_equal(config->accounts[0].password.text, "hush-hush");
	config_free(config);
}

/* Longer than what messages have room for. */
static void test_a_password_is_kept_from_others_however_deep_its_file_lies(void **state)
{
	static const char text[] = SIP "account \"a\" {\nuser = \"1\"\ndomain = \"d\"\nserver = \"127.0.0.1\"\n"
		"password = \"hush-hush\"\n}\n";
	struct config *config = NULL;
	char deep[400], name[200];
	FILE *errors = fmemopen(complaints, sizeof(complaints), "w");

	(void)state;
	memset(name, 'd', sizeof(name));
	name[sizeof(name) - 1] = 0;
	snprintf(deep, sizeof(deep), "%s/%s", dir, name);
	assert_int_equal(mkdir(deep, 0750), 0);
	snprintf(deep, sizeof(deep), "%s/%s/tipring.conf", dir, name);
	write_file(deep, text);
	chmod(deep, 0644);
	assert_int_not_equal(config_load(&config, deep, errors), 0);
	fclose(errors);
	assert_non_null(strstr(complaints, "others can read"));
}

static void test_a_password_file_gives_its_first_line(void **state)
{
	struct config *config = NULL;
	char path[80], text[512], longest[129];

	(void)state;
	snprintf(path, sizeof(path), "%s/secret", dir);
	snprintf(text, sizeof(text), SIP "account \"a\" {\nuser = \"1\"\ndomain = \"d\"\nserver = \"127.0.0.1\"\n"
		"password_file = \"%s\"\n}\n", path);
	write_file(path, "open sesame\nmore\n");
	assert_int_equal(load(text, &config), 0);
	assert_string_equal(config->accounts[0].password.text, "open sesame");
	config_free(config);
	write_file(path, "\nmore\n");
	expect_refused(text, "9", path, "1 to 127 bytes");
	memset(longest, 'x', sizeof(longest));
	longest[128] = 0;
	write_file(path, longest);
	expect_refused(text, "9", path, "1 to 127 bytes");
	longest[127] = 0;
	write_file(path, longest);
	assert_int_equal(load(text, &config), 0);
	assert_string_equal(config->accounts[0].password.text, longest);
	config_free(config);
	chmod(path, 0644);
	expect_refused(text, "9", path, "0640");
	unlink(path);
	expect_refused(text, "9", path, "No such file");
}

static void test_lines_d_is_read_in_the_order_of_names(void **state)
{
	struct config *config = NULL;
	char path[128];

	(void)state;
	mkdir(lines_path, 0750);
	snprintf(path, sizeof(path), "%s/20.conf", lines_path);
	write_file(path, "line \"b\" {\ndriver = dummy\nchannel = \"b\"\naccount = \"a\"\n}\n");
	snprintf(path, sizeof(path), "%s/10.conf", lines_path);
	write_file(path, "line \"a\" {\ndriver = dummy\nchannel = \"a\"\naccount = \"a\"\n}\n");
	assert_int_equal(load(SIP ACCOUNT, &config), 0);
	assert_int_equal(config->line_count, 2);
	assert_string_equal(config->lines[0].name, "a");
	assert_string_equal(config->lines[1].name, "b");
	config_free(config);
	/* The same name in two files is one too many. */
	write_file(path, "line \"b\" {\ndriver = dummy\nchannel = \"c\"\naccount = \"a\"\n}\n");
	assert_int_not_equal(load(SIP ACCOUNT, &config), 0);
	assert_non_null(strstr(complaints, "20.conf:"));
}

static int setup(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(main_path, sizeof(main_path), "%s/tipring.conf", dir);
	snprintf(lines_path, sizeof(lines_path), "%s/lines.d", dir);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_small_configuration_takes_the_defaults),
		cmocka_unit_test(test_marks_have_names_and_numbers),
		cmocka_unit_test(test_words_are_read_and_a_wrong_one_is_named),
		cmocka_unit_test(test_profiles_share_their_hold_sound),
		cmocka_unit_test(test_what_is_connected_decides_what_the_profile_does_not_say),
		cmocka_unit_test(test_a_loss_plan_sets_the_gains_that_are_not_set),
		cmocka_unit_test(test_a_wrong_value_is_refused_with_its_line_and_what_is_allowed),
		cmocka_unit_test(test_what_is_missing_or_unknown_is_named),
		cmocka_unit_test(test_names_are_resolved_and_unique),
		cmocka_unit_test(test_a_name_with_control_characters_is_refused),
		cmocka_unit_test(test_settings_that_contradict_each_other_are_refused),
		cmocka_unit_test(test_a_password_is_kept_from_others_and_from_messages),
		cmocka_unit_test(test_a_password_is_kept_from_others_however_deep_its_file_lies),
		cmocka_unit_test(test_a_password_file_gives_its_first_line),
		cmocka_unit_test(test_lines_d_is_read_in_the_order_of_names),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
