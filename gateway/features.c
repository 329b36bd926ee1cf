/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <string.h>

#include "gateway/features.h"

/* By set; NULL: the set has it not. */
static const struct {
	const char *name, *nanp, *etsi, *cn;
} table[FEATURE_COUNT] = {
	/*                                   name                     nanp    etsi       cn */
	[FEATURE_FORWARD_ALWAYS_ON]      = {"forward_always_on",      "*72n", "*21*n#",  "*57*n#"},
	[FEATURE_FORWARD_ALWAYS_OFF]     = {"forward_always_off",     "*73",  "#21#",    "#57#"},
	[FEATURE_FORWARD_ALWAYS_TELL]    = {"forward_always_tell",    NULL,   "*#21#",   "*#57#"},
	[FEATURE_FORWARD_BUSY_ON]        = {"forward_busy_on",        "*90n", "*67*n#",  "*40*n#"},
	[FEATURE_FORWARD_BUSY_OFF]       = {"forward_busy_off",       "*91",  "#67#",    "#40#"},
	[FEATURE_FORWARD_BUSY_TELL]      = {"forward_busy_tell",      NULL,   "*#67#",   "*#40#"},
	[FEATURE_FORWARD_NO_ANSWER_ON]   = {"forward_no_answer_on",   "*92n", "*61*n#",  "*41*n#"},
	[FEATURE_FORWARD_NO_ANSWER_OFF]  = {"forward_no_answer_off",  "*93",  "#61#",    "#41#"},
	[FEATURE_FORWARD_NO_ANSWER_TELL] = {"forward_no_answer_tell", NULL,   "*#61#",   "*#41#"},
	[FEATURE_FORWARD_SELECTIVE_ON]   = {"forward_selective_on",   "*63n", "*63*n#",  "*63*n#"},
	[FEATURE_FORWARD_SELECTIVE_OFF]  = {"forward_selective_off",  "*83",  "#63#",    "#63#"},
	[FEATURE_FORWARD_SELECTIVE_TELL] = {"forward_selective_tell", NULL,   "*#63#",   "*#63#"},
	[FEATURE_SELECT_LAST]            = {"select_last",            "*#6301#", "*#6301#", "*#6301#"},
	[FEATURE_SELECT_NONE]            = {"select_none",            "*#6308#", "*#6308#", "*#6308#"},
	[FEATURE_ACCEPT_SELECTIVE_ON]    = {"accept_selective_on",    "*64",  "*64#",    "*64#"},
	[FEATURE_ACCEPT_SELECTIVE_OFF]   = {"accept_selective_off",   "*84",  "#64#",    "#64#"},
	[FEATURE_ACCEPT_LAST]            = {"accept_last",            "*#6401#", "*#6401#", "*#6401#"},
	[FEATURE_ACCEPT_NONE]            = {"accept_none",            "*#6408#", "*#6408#", "*#6408#"},
	[FEATURE_DND_ON]                 = {"dnd_on",                 "*78",  "*26#",    "*56#"},
	[FEATURE_DND_OFF]                = {"dnd_off",                "*79",  "#26#",    "#56#"},
	[FEATURE_DND_TELL]               = {"dnd_tell",               NULL,   "*#26#",   "*#56#"},
	[FEATURE_CALL_WAITING_ON]        = {"call_waiting_on",        NULL,   "*43#",    "*58#"},
	[FEATURE_CALL_WAITING_OFF]       = {"call_waiting_off",       NULL,   "#43#",    "#58#"},
	[FEATURE_CALL_WAITING_TELL]      = {"call_waiting_tell",      NULL,   "*#43#",   "*#58#"},
	[FEATURE_HIDE_NUMBER_ON]         = {"hide_number_on",         NULL,   "*31#",    "*31#"},
	[FEATURE_HIDE_NUMBER_OFF]        = {"hide_number_off",        NULL,   "#31#",    "#31#"},
	[FEATURE_HIDE_NUMBER_TELL]       = {"hide_number_tell",       NULL,   "*#31#",   "*#31#"},
	[FEATURE_REFUSE_ANONYMOUS_ON]    = {"refuse_anonymous_on",    "*77",  "*77#",    "*77#"},
	[FEATURE_REFUSE_ANONYMOUS_OFF]   = {"refuse_anonymous_off",   "*87",  "#77#",    "#77#"},
	[FEATURE_HOTLINE_ON]             = {"hotline_on",             NULL,   "*53*n#",  "*52*n#"},
	[FEATURE_HOTLINE_OFF]            = {"hotline_off",            NULL,   "#53#",    "#52#"},
	[FEATURE_SPEED_STORE]            = {"speed_store",            "*74dn", "*51*d*n#", "*51*d*n#"},
	[FEATURE_SPEED_DIAL]             = {"speed_dial",             "d#",   "**d",     "**d"},
	[FEATURE_HIDE_ONCE]              = {"hide_once",              "*67",  NULL,      NULL},
	[FEATURE_SHOW_ONCE]              = {"show_once",              "*82",  NULL,      NULL},
	[FEATURE_NO_WAITING_ONCE]        = {"no_waiting_once",        "*70",  "*70#",    "*70#"},
	[FEATURE_REDIAL]                 = {"redial",                 "##",   "##",      "##"},
	[FEATURE_COMPLETION_ON]          = {"completion_on",          "*66",  "*37#",    "*59#"},
	[FEATURE_COMPLETION_OFF]         = {"completion_off",         "*86",  "#37#",    "#59#"},
	[FEATURE_CALL_RETURN]            = {"call_return",            "*69",  "*69#",    "*69#"},
	[FEATURE_BLOCK_LAST]             = {"block_last",             "*60",  "*60#",    "*60#"},
	[FEATURE_UNBLOCK_ALL]            = {"unblock_all",            "*80",  "#60#",    "#60#"},
	[FEATURE_MARK_LAST]              = {"mark_last",              "*57",  "*39#",    "*39#"},
	[FEATURE_VOICE_MAIL]             = {"voice_mail",             "*97",  "*97#",    "*97#"},
	[FEATURE_TELL_NUMBER]            = {"tell_number",            "*958", "*#958#",  "*#958#"},
	[FEATURE_TEST_MILLIWATT]         = {"test_milliwatt",         "*9591", "*#9591#", "*#9591#"},
	[FEATURE_TEST_ECHO]              = {"test_echo",              "*9592", "*#9592#", "*#9592#"},
	[FEATURE_TEST_QUIET]             = {"test_quiet",             "*9593", "*#9593#", "*#9593#"},
	[FEATURE_PICK_UP]                = {"pick_up",               "*8",   "*8#",     "*8#"},
	[FEATURE_PICK_UP_LINE]           = {"pick_up_line",          "**n",  "*8*n#",   "*8*n#"},
	[FEATURE_WAKEUP_ONCE]            = {"wakeup_once",            "*52t",  "*55*t#",   "*55*t#"},
	[FEATURE_WAKEUP_DAILY]           = {"wakeup_daily",           "*53t",  "*55*t*1#", "*55*t*1#"},
	[FEATURE_WAKEUP_OFF]             = {"wakeup_off",             "*54",   "#55#",     "#55#"},
	[FEATURE_WAKEUP_TELL]            = {"wakeup_tell",            "*56",   "*#55#",    "*#55#"},
	[FEATURE_TRANSFER]               = {"transfer",               "*98n", "*98*n#",  "*98*n#"},
};

static const char *code_of(enum feature feature, enum features_set set)
{
	switch (set) {
	case FEATURES_NETWORK:
		return NULL;
	case FEATURES_NANP:
		return table[feature].nanp;
	case FEATURES_ETSI:
		return table[feature].etsi;
	case FEATURES_CN:
		return table[feature].cn;
	}
	return NULL;
}

const char *feature_name(enum feature feature)
{
	return table[feature].name;
}

static bool takes_number(enum feature feature)
{
	const char *code = table[feature].nanp ? table[feature].nanp : table[feature].etsi;

	return strchr(code, 'n');
}

static bool takes_place(enum feature feature)
{
	return feature == FEATURE_SPEED_STORE || feature == FEATURE_SPEED_DIAL;
}

static bool takes_time(enum feature feature)
{
	return feature == FEATURE_WAKEUP_ONCE || feature == FEATURE_WAKEUP_DAILY;
}

static unsigned count_of(const char *code, size_t length, char c)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += code[i] == c;
	return count;
}

static void code_set(struct features *features, enum feature feature, const char *code, size_t length)
{
	unsigned place = 0;

	while (place < features->count && features->codes[place].feature != feature)
		place++;
	if (place == features->count)
		features->count++;
	features->codes[place].feature = feature;
	memcpy(features->codes[place].code, code, length);
	features->codes[place].code[length] = 0;
}

static void code_remove(struct features *features, enum feature feature)
{
	for (unsigned i = 0; i < features->count; i++) {
		if (features->codes[i].feature == feature)
			features->codes[i--] = features->codes[--features->count];
	}
}

static enum feature feature_find(const char *name, size_t length)
{
	enum feature feature = 0;

	while (feature < FEATURE_COUNT &&
	       (strlen(table[feature].name) != length || memcmp(table[feature].name, name, length)))
		feature++;
	return feature;
}

static const char *change(struct features *features, const char *word, size_t length)
{
	const char *equals = memchr(word, '=', length), *code;
	enum feature feature;

	if (!equals)
		return "allowed is NAME=CODE or NAME=off, with blanks between them";
	feature = feature_find(word, (size_t)(equals - word));
	if (feature == FEATURE_COUNT)
		return "no such feature; doc/features.md lists them";
	code = equals + 1;
	length -= (size_t)(code - word);
	if (length == 3 && !memcmp(code, "off", 3)) {
		code_remove(features, feature);
		return NULL;
	}
	if (length == 0 || length > FEATURES_CODE_MAX || strspn(code, "0123456789*#ndt") < length)
		return "allowed in a code are 1 to 12 of 0-9 * # n d t";
	if (count_of(code, length, 'n') != takes_number(feature) || count_of(code, length, 'd') != takes_place(feature) ||
	    count_of(code, length, 't') != takes_time(feature))
		return "the code of this feature needs as many n, d and t as the usual one";
	code_set(features, feature, code, length);
	return NULL;
}

const char *features_make(struct features *features, enum features_set set, const char *changes, const char **at)
{
	memset(features, 0, sizeof(*features));
	for (enum feature feature = 0; feature < FEATURE_COUNT; feature++) {
		const char *code = code_of(feature, set);

		if (code)
			code_set(features, feature, code, strlen(code));
	}
	for (const char *word = changes + strspn(changes, " "); *word; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		const char *wrong = change(features, word, length);

		*at = word;
		if (wrong)
			return wrong;
		word += length;
	}
	return NULL;
}

static const char *number_take(struct feature_match *match, const char *digits)
{
	size_t length = 0;

	while (isdigit((unsigned char)digits[length]) && length < FEATURES_NUMBER_MAX)
		length++;
	memcpy(match->number, digits, length);
	match->number[length] = 0;
	return digits + length;
}

/* NULL: other things than digits. */
static const char *time_take(struct feature_match *match, const char *digits)
{
	size_t length = strspn(digits, "0123456789");

	if (length < FEATURES_TIME_DIGITS && digits[length])
		return NULL;
	if (length > FEATURES_TIME_DIGITS)
		length = FEATURES_TIME_DIGITS;
	memcpy(match->time, digits, length);
	match->time[length] = 0;
	return digits + length;
}

static enum digitmap_verdict code_match(const char *code, const char *digits, struct feature_match *match)
{
	for (; *digits; code++) {
		if (*code == 'n') {
			const char *rest = number_take(match, digits);

			if (rest == digits)
				return DIGITMAP_NEVER;
			digits = rest;
			match->is_open = !*digits && !code[1];
		} else if (*code == 'd') {
			if (!isdigit((unsigned char)*digits))
				return DIGITMAP_NEVER;
			match->place = *digits++;
		} else if (*code == 't') {
			digits = time_take(match, digits);
			if (!digits)
				return DIGITMAP_NEVER;
			if (strlen(match->time) < FEATURES_TIME_DIGITS)
				return DIGITMAP_MORE;
		} else if (*code != *digits++) {
			return DIGITMAP_NEVER;
		}
	}
	if (*code)
		return DIGITMAP_MORE;
	return match->is_open ? DIGITMAP_TIMER : DIGITMAP_COMPLETE;
}

enum digitmap_verdict features_match(const struct features *features, const char *digits, struct feature_match *match)
{
	enum digitmap_verdict verdict = DIGITMAP_NEVER;

	for (unsigned i = 0; i < features->count; i++) {
		struct feature_match found = {.feature = features->codes[i].feature};
		enum digitmap_verdict one = code_match(features->codes[i].code, digits, &found);

		if (one >= DIGITMAP_TIMER || (one == DIGITMAP_MORE && verdict == DIGITMAP_NEVER))
			*match = found;
		verdict = digitmap_or(verdict, one);
	}
	return verdict;
}
