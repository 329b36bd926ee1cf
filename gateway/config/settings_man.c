/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints the manual page tipring.conf(5) from the table of settings, when the programs are built. */
#include <stdio.h>
#include <stdlib.h>

#include "gateway/config/settings.h"

static const char head[] =
	".TH TIPRING.CONF 5 \"\" \"Tipring " PACKAGE_VERSION "\" \"Tipring\"\n"
	".SH NAME\n"
	"tipring.conf \\- configuration of tipringd(8)\n"
	".SH DESCRIPTION\n"
	"A file of sections. A section has a name, some have a title in quotes of their own, and settings in braces:\n"
	".PP\n"
	".nf\n"
	"line \"kitchen\" {\n"
	"    channel = \"1\"\n"
	"}\n"
	".fi\n"
	".PP\n"
	"# begins a comment. Values with other characters than letters, digits and dots stand in quotes. Accounts, profiles, lines\n"
	"and groups may also stand in files\n"
	".I lines.d/*.conf\n"
	"beside the file, read in the order of their names. Everything is checked as a whole: a value that is not allowed is\n"
	"told with file and line, and nothing is started.\n"
	".B tipringd --check\n"
	"does only that. A file with a password must not be readable by others.\n";

static const char *kind_text(const struct setting *setting, char *text, size_t size)
{
	static const char *const texts[KIND_COUNT] = {
		[KIND_SWITCH] = "on or off",
		[KIND_LISTEN] = "1 to 4 numeric IPv4 or IPv6 addresses, 0.0.0.0 or ::",
		[KIND_ADDR] = "numeric IPv4 or IPv6 address",
		[KIND_DSCP] = "cs0 to cs7, af11 to af43, va, ef or 0 to 63",
		[KIND_SERVER] = "1 to 4 names or numeric addresses, each with :port or not",
		[KIND_NAMESERVERS] = "up to 4 numeric addresses, each with :port or not",
		[KIND_STUN] = "off, or a name or numeric address, with :port or not",
		[KIND_DIGITS] = "up to 40 digits, 0-9 * # A-D",
		[KIND_DIGITMAP] = "digit map",
		[KIND_HOURS] = "rows of days, times and digit map",
		[KIND_COUNTRY] = "two letters",
		[KIND_DRIVER] = "dahdi or dummy",
		[KIND_BLOCK] = "5, 10 or 20",
		[KIND_PEERS] = "addresses, networks and names",
		[KIND_PTIME] = "10, 20, 30, 40, 50 or 60",
		[KIND_CODECS] = "names of codecs",
	};
	const char *unit = setting->unit[0] ? " " : "";

	if (setting->kind == KIND_NUMBER || setting->kind == KIND_SIGNED)
		snprintf(text, size, "%ld to %ld%s%s", setting->min, setting->max, unit, setting->unit);
	else if (setting->kind == KIND_TEXT)
		snprintf(text, size, "text of %ld to %ld bytes", setting->min, setting->max);
	else if (settings_choices(setting->kind))
		snprintf(text, size, "%s", settings_choices(setting->kind));
	else if (texts[setting->kind])
		snprintf(text, size, "%s%s%s", texts[setting->kind], unit, setting->unit);
	else
		exit(EXIT_FAILURE); /* a kind that was forgotten here */
	return text;
}

static void setting_print(const struct setting *setting)
{
	char text[80];

	printf(".TP\n.B %s\n%s: %s. ", setting->name, kind_text(setting, text, sizeof(text)),
		setting->meaning);
	if (!setting->value)
		printf("Must be set.\n");
	else if (setting->value[0])
		printf("Default: %s.\n", setting->value);
	else
		printf("Default: none.\n");
}

int main(void)
{
	fputs(head, stdout);
	for (int section = 0; section < SECTION_COUNT; section++) {
		const struct settings_section_info *info = &settings_sections[section];

		printf(".SH SECTION %s%s\n%s\n", info->name, info->titled ? " \"NAME\"" : "", info->meaning);
		for (size_t i = 0; i < settings_count; i++) {
			if ((int)settings[i].section == section)
				setting_print(&settings[i]);
		}
	}
	puts(".SH SEE ALSO\ntipringd(8), tipringctl(1), tipring-phone(1)");
	return 0;
}
