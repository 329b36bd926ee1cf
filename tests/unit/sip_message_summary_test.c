/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "sip/message_summary.h"

static void test_what_is_read(void **state)
{
	static const struct {
		const char *text;
		bool waiting;
		unsigned voice_new, voice_old;
	} rows[] = {
		{"Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\nVoice-Message: 2/8 (0/2)\r\n", true, 2, 8},
		{"Messages-Waiting: no", false, 0, 0},
		{"MESSAGES-WAITING:\tYES \nvoice-message:3/0\n", true, 3, 0},
		{"Voice-Message: 1/2\r\nMessages-Waiting : yes\r\n", true, 1, 2},
		{"Messages-Waiting: yes\r\nVoice-Message: 4\r\n", true, 4, 0},
		{"Messages-Waiting: yes\r\nVoice-Message: 99999/99999\r\n", true, 99999, 99999},
		{"Messages-Waiting: yes\r\nVoice-Message: 123456/7\r\n", true, 0, 7},
		{"Messages-Waiting: yes\r\nVoice-Message: -1/x (\r\n", true, 0, 0},
		{"Messages-Waiting: yes\r\nMessages-Waiting: no\r\nVoice-Message: 1/1\r\nVoice-Message: 9/9\r\n", true, 1, 1},
		{"Messages-Waiting: yes\r\nFax-Message: 7/7\r\n\r\nVoice-Message: 5/5\r\n", true, 0, 0},
		{"rubbish\r\n:\r\nMessages-Waiting: no\r\n", false, 0, 0},
	};
	struct ua_message_summary summary;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(ua_message_summary_parse(&summary, rows[i].text, strlen(rows[i].text)), 0);
		assert_int_equal(summary.waiting, rows[i].waiting);
		assert_int_equal(summary.voice_new, rows[i].voice_new);
		assert_int_equal(summary.voice_old, rows[i].voice_old);
	}
}

static void test_what_cannot_be_read(void **state)
{
	static const char *const texts[] = {
		"", "\r\n", "Messages-Waiting", "Messages-Waiting:", "Messages-Waiting: maybe\r\n", "Voice-Message: 2/8\r\n",
		"\r\nMessages-Waiting: yes\r\n", "Messages-Waiting: yesyes\r\n",
	};
	struct ua_message_summary summary = {true, 1, 2};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(ua_message_summary_parse(&summary, texts[i], strlen(texts[i])), EBADMSG);
	assert_int_equal(ua_message_summary_parse(&summary, "Messages-Waiting: yes\0\r\n", 24), EBADMSG);
	assert_true(summary.waiting && summary.voice_new == 1 && summary.voice_old == 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_read),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests_name("sip message summary", tests, NULL, NULL);
}
