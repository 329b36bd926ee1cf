/* SPDX-License-Identifier: BSD-3-Clause */
/* Plays a story in a bed and judges it. usage: see below, or README.md. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "tests/story/farend.h"
#include "tests/story/story.h"
#include "tests/unit/machine_fax.h"
#ifdef STORY_WITH_FLOW
#include "tests/flow/bed_flow.h"
#endif

#define PATIENCE_NS UINT64_C(1000000000) /* the longest time between two looks */
#define NAME_MAX_   63
#define SETTING_MAX SCRIPT_LINE_MAX

enum sabotage {
	SABOTAGE_NONE,
	SABOTAGE_MUTE_LEG,
	SABOTAGE_SWAP_LEGS,
	SABOTAGE_GAP_60,
	SABOTAGE_COUNT,
};

static const char *const sabotages[SABOTAGE_COUNT] = {"none", "mute-leg", "swap-legs", "gap-60"};

static const struct bed_ops *const beds[] = {
#ifdef STORY_WITH_FLOW
	&bed_flow_ops,
	&bed_flow_narrow_ops,
#endif
	&bed_live_ops,
#ifdef WITH_DAHDI
	&bed_dahdi_ops,
#endif
	NULL,
};

static const struct script_verb *const verbs[] = {
	player_verbs, player_expect_verbs, player_judge_verbs, story_verbs, story_farend_verbs, story_fax_verbs, NULL};

struct options {
	const struct bed_ops *bed;
	struct bed_config config;
	enum sabotage sabotage;
	bool ladder;
	bool sips;
	const char *path;
	char name[NAME_MAX_ + 1];
	/* As the story wants them. */
	char country[SETTING_MAX + 1], profile[SETTING_MAX + 1], line_profile[BED_LINES_MAX][SETTING_MAX + 1],
		line_settings[BED_LINES_MAX][SETTING_MAX + 1], sections[SETTING_MAX + 1];
	char clock[SETTING_MAX + 1];
};

static int usage(FILE *out, int status)
{
	fputs("usage: story --bed BED [--ladder] [--sabotage HOW] [...] STORY.flow\n"
	      "  --bed flow|flow-narrow|live|dahdi\n"
	      "  --ladder            show what happens, in two columns\n"
	      "  --sabotage HOW      mute-leg, swap-legs or gap-60: the story must fail\n"
	      "  --sips              no SIP message may have a sip: URI\n"
	      "  --country XX        whose tones the telephones know ($COUNTRY, the story's, us)\n"
	      "  --profile TEXT      settings of the lines' profile (flow; $PROFILE, the story's)\n"
	      "  --lines N           (3)\n"
	      "  --wires PATH        the dummy driver's socket (live; $TIPRING_WIRES)\n"
	      "  --channels 5,6,7    the telephones' DAHDI channels, in order (dahdi)\n"
	      "  --sip-port N        the gateway's (5070)\n"
	      "  --daemon-pid N      the gateway's, for \"control stop\" ($TIPRING_PID)\n"
	      "  $TIPRING_SERVER_PID whom \"control server-stop\" and server-start signal\n", out);
	return status;
}

static void on_sip(const struct bed_sip *sip, void *arg)
{
	struct story *story = arg;

	story->happened++;
	if (story->sip_count < STORY_SIP_MAX)
		story->sip[story->sip_count++] = *sip;
	if (story->ladder)
		ladder_sip(story->ladder, sip);
}

static void on_phone(const struct phone *phone, const struct phone_event *event, void *arg)
{
	struct story *story = arg;

	story->happened++;
	if (story->ladder)
		ladder_phone(story->ladder, phone, event);
}

static const struct bed_handlers handlers = {.sip = on_sip, .phone = on_phone};

struct look {
	struct story *story;
	uint64_t happened;
};

static bool something_happened(void *arg)
{
	const struct look *look = arg;
	struct story *story = look->story;

	if (story->ladder)
		ladder_flush(story->ladder, story->bed->ops->now_ns(story->bed));
	return story->happened != look->happened;
}

static int run_until(struct story *story, uint64_t until_ns)
{
	uint64_t now_ns = story->bed->ops->now_ns(story->bed);
	struct look look = {story, story->happened};

	if (until_ns > now_ns + PATIENCE_NS)
		until_ns = now_ns + PATIENCE_NS;
	return story->bed->ops->run(story->bed, until_ns, something_happened, &look);
}

/* Carries out one command. */
static enum script_result play(struct story *story, const struct script_command *command)
{
	enum script_result result;

	player_begin(&story->player, command, story->bed->ops->now_ns(story->bed));
	while ((result = player_step(&story->player, story->bed->ops->now_ns(story->bed))) ==
		SCRIPT_WAIT) {
		int err = run_until(story, story->player.wake_ns);

		if (err)
			return player_fail(&story->player, "the bed broke: %s", strerror(err));
	}
	return result;
}

static void fail_show(const struct options *options, const struct player *player)
{
	printf("not ok %s: line %u \"%s\": %s\n", options->name, player->failed->line,
		player->failed->source, player->failure);
}

static enum script_result play_all(struct story *story, const struct options *options)
{
	enum script_result result = SCRIPT_DONE;

	for (size_t i = 0; i < story->script.count && result == SCRIPT_DONE; i++) {
		const struct script_command *command = story->script.commands[i];

		result = play(story, command);
		if (result == SCRIPT_DONE && story->player.note[0] && !story->ladder)
			printf("# %s: %s: %s\n", options->name, command->source, story->player.note);
	}
	return result;
}

/* What passed from the story's beginning to its end. */
static bool all_sips(const struct story *story, const struct options *options)
{
	char text[160];

	for (size_t i = 0; i < story->sip_count; i++) {
		const struct bed_sip *sip = &story->sip[i];

		if (!sip->open[0])
			continue;
		printf("not ok %s: %s %s has a sip: URI: %s\n", options->name, sip->out ? "-->" : "<--",
			story_sip_text(text, sizeof text, sip), sip->open);
		return false;
	}
	return true;
}

static enum phone_spoil spoil_of(enum sabotage sabotage, unsigned number)
{
	if (sabotage == SABOTAGE_MUTE_LEG && number == 2)
		return PHONE_SPOIL_MUTE;
	return sabotage == SABOTAGE_GAP_60 ? PHONE_SPOIL_GAP_60 : PHONE_SPOIL_NOTHING;
}

/* Connects the telephones that the story names. */
static int phones_open(struct story *story, const struct options *options)
{
	unsigned last = 1;

	for (size_t i = 0; i < story->script.count; i++) {
		if (story->script.commands[i]->phone > last)
			last = story->script.commands[i]->phone;
	}
	for (unsigned number = 1; number <= last; number++) {
		struct phone *phone;
		int err = story->bed->ops->phone_add(story->bed, &phone, number);

		if (!err)
			err = player_phone_add(&story->player, phone);
		if (err) {
			printf("not ok %s: telephone %u has no line: %s\n", options->name, number,
				strerror(err));
			return err;
		}
		phone_spoil_set(phone, spoil_of(options->sabotage, number));
	}
	return 0;
}

static int clock_set(struct story *story, const struct options *options)
{
	int64_t wall_s = 0;
	int err = story_clock_read(options->clock, &wall_s);

	if (!err)
		err = story->bed->ops->clock(story->bed, wall_s);
	if (err)
		printf("not ok %s: the clock cannot be set to \"%s\": %s\n", options->name, options->clock, strerror(err));
	return err;
}

static int tell(struct story *story, const struct options *options)
{
	enum script_result result;
	int err = phones_open(story, options);

	if (!err && options->clock[0])
		err = clock_set(story, options);
	if (err)
		return err;
	story->start_ns = story->bed->ops->now_ns(story->bed);
	if (options->ladder && ladder_alloc(&story->ladder, story->start_ns))
		return ENOMEM;
	result = play_all(story, options);
	if (story->ladder) {
		ladder_flush(story->ladder, UINT64_MAX);
		ladder_heard(&story->player);
	}
	if (result == SCRIPT_FAILED)
		fail_show(options, &story->player);
	if (result == SCRIPT_FAILED || (options->sips && !all_sips(story, options)))
		return EIO;
	printf("ok %s\n", options->name);
	return 0;
}

static int run(const struct options *options)
{
	struct story *story = calloc(1, sizeof *story);
	char error[1200];
	int err = story ? 0 : ENOMEM;

	if (err)
		return err;
	player_init(&story->player);
	story->player.arg = story;
	story->player.reference = story_reference;
	story->player.legs_swapped = options->sabotage == SABOTAGE_SWAP_LEGS;
	if (options->bed->realtime)
		player_realtime(&story->player);
	err = script_read(&story->script, options->path, verbs, error, sizeof error);
	if (err)
		printf("not ok %s: %s\n", options->name, error);
	if (!err) {
		err = options->bed->open(&story->bed, &options->config, &handlers, story);
		if (err)
			printf("not ok %s: no bed: %s\n", options->name, strerror(err));
	}
	if (!err)
		err = tell(story, options);
	player_finish(&story->player);
	farend_free(story->farend);
	if (story->bed)
		story->bed->ops->close(story->bed);
	if (story->fax)
		fax_drop(story->fax);
	ladder_free(story->ladder);
	script_clear(&story->script);
	free(story);
	return err;
}

/* The file's name without folder and ending. */
static void name_make(struct options *options, const char *path)
{
	const char *slash = strrchr(path, '/');

	options->path = path;
	snprintf(options->name, sizeof options->name, "%s", slash ? slash + 1 : path);
	options->name[strcspn(options->name, ".")] = '\0';
}

/* "# NAME: VALUE" at the beginning of one of the story's lines; tests/bed/with-server.sh looks for
 * the same. */
static void setting_read(const char *path, const char *name, char *value)
{
	FILE *file = fopen(path, "r");
	char line[SETTING_MAX + 1], head[32];

	snprintf(head, sizeof head, "# %s: ", name);
	while (file && fgets(line, sizeof line, file)) {
		if (strncmp(line, head, strlen(head)))
			continue;
		line[strcspn(line, "\r\n")] = '\0';
		strcpy(value, line + strlen(head));
	}
	if (file)
		fclose(file);
}

/* What neither the command line nor the environment set, the story may set. */
static void settings_read(struct options *options)
{
	char name[32], number[SETTING_MAX + 1] = "";

	strcpy(options->country, "us");
	setting_read(options->path, "country", options->country);
	setting_read(options->path, "profile", options->profile);
	setting_read(options->path, "clock", options->clock);
	setting_read(options->path, "wrong password", number);
	script_number(number, 1, BED_LINES_MAX, &options->config.wrong_password);
	setting_read(options->path, "sections", options->sections);
	options->config.sections = options->sections;
	number[0] = '\0';
	setting_read(options->path, "lines", number);
	script_number(number, 1, BED_LINES_MAX, &options->config.lines);
	for (unsigned n = 0; n < BED_LINES_MAX; n++) {
		snprintf(name, sizeof name, "profile %u", n + 1);
		setting_read(options->path, name, options->line_profile[n]);
		options->config.line_profile[n] = options->line_profile[n];
		snprintf(name, sizeof name, "line %u", n + 1);
		setting_read(options->path, name, options->line_settings[n]);
		options->config.line_settings[n] = options->line_settings[n];
		snprintf(name, sizeof name, "account of %u", n + 1);
		number[0] = '\0';
		setting_read(options->path, name, number);
		script_number(number, 1, BED_LINES_MAX, &options->config.account_of[n]);
	}
	if (!options->config.country)
		options->config.country = options->country;
	if (!options->config.profile)
		options->config.profile = options->profile;
}

static bool bed_choose(struct options *options, const char *name)
{
	for (size_t i = 0; beds[i]; i++) {
		if (!strcmp(beds[i]->name, name))
			options->bed = beds[i];
	}
	return options->bed;
}

static bool sabotage_choose(struct options *options, const char *name)
{
	for (int i = 0; i < SABOTAGE_COUNT; i++) {
		if (!strcmp(sabotages[i], name)) {
			options->sabotage = (enum sabotage)i;
			return true;
		}
	}
	return false;
}

static bool option_take(struct options *options, int option, const char *value)
{
	unsigned number = 0;

	switch (option) {
	case 'b':
		return bed_choose(options, value);
	case 's':
		return sabotage_choose(options, value);
	case 'L':
		options->ladder = true;
		return true;
	case 'S':
		options->sips = true;
		return true;
	case 'c':
		options->config.country = value;
		return true;
	case 'P':
		options->config.profile = value;
		return true;
	case 'w':
		options->config.wires = value;
		return true;
	case 'C':
		options->config.dahdi_channels = value;
		return true;
	case 'n':
		return script_number(value, 1, 64, &options->config.lines);
	case 'p':
		return script_number(value, 1, 65535, &options->config.sip_port);
	case 'd':
		options->config.daemon_pid = script_number(value, 2, 999999999, &number) ? (int)number : 0;
		return number;
	default:
		return false;
	}
}

static const char *environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value ? value : otherwise;
}

int main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"bed", required_argument, NULL, 'b'},
		{"sabotage", required_argument, NULL, 's'},
		{"ladder", no_argument, NULL, 'L'},
		{"sips", no_argument, NULL, 'S'},
		{"country", required_argument, NULL, 'c'},
		{"profile", required_argument, NULL, 'P'},
		{"wires", required_argument, NULL, 'w'},
		{"channels", required_argument, NULL, 'C'},
		{"lines", required_argument, NULL, 'n'},
		{"sip-port", required_argument, NULL, 'p'},
		{"daemon-pid", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	struct options options = {.config = {.lines = 3,
					  .country = getenv("COUNTRY"),
					  .profile = getenv("PROFILE"),
					  .wires = environment("TIPRING_WIRES", TIPRING_RUNDIR "/wires"),
					  .dahdi_channels = environment("TIPRING_CHANNELS", ""),
					  .sip_port = 5070,
					  .daemon_pid = atoi(environment("TIPRING_PID", "0")),
					  .server_pid = atoi(environment("TIPRING_SERVER_PID", "0"))}};
	int option;

	while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (option == 'h')
			return usage(stdout, EXIT_SUCCESS);
		if (!option_take(&options, option, optarg))
			return usage(stderr, 2);
	}
	if (optind + 1 != argc || !options.bed)
		return usage(stderr, 2);
	name_make(&options, argv[optind]);
	settings_read(&options);
	return run(&options) ? EXIT_FAILURE : EXIT_SUCCESS;
}
