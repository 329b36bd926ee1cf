/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libconfuse reads the syntax: it knows every setting as a text and calls back with each, in the place where it
 * stands. The table in settings.c does the rest.
 */
#include <assert.h>
#include <confuse.h>
#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gateway/config/config.h"
#include "gateway/config/config_check.h"
#include "gateway/config/config_comments.h"
#include "gateway/config/config_sounds.h"
#include "gateway/config/settings.h"

#define SETTINGS_MAX   160 /* of all sections */
#define OPTIONS_MAX    (SETTINGS_MAX + 1)
#define FILE_BYTES_MAX (4u << 20)

/* libconfuse's callbacks have no argument of ours: one load at a time, in the control thread. */
static struct {
	struct config *config;
	const char *file; /* that is being read */
	bool is_public;   /* others can read it */
	FILE *errors;
	bool failed;
	bool seen[SECTION_COUNT][SETTINGS_MAX]; /* settings of the section that is being read */
	bool open; /* the newest account, profile or line is still being read */
} load;

/* libconfuse takes the end of the file for the end of a section too. This option, which stands behind every file, is known
 * outside of sections only. */
#define END_OF_FILE "end_of_file"

static void complain(cfg_t *cfg, const char *format, va_list args)
{
	char text[4 * CONFIG_TEXT_MAX];

	vsnprintf(text, sizeof(text), format, args);
	if (strstr(text, "'" END_OF_FILE "'"))
		snprintf(text, sizeof(text), "the file ends within section %s: a } is missing", cfg->name);
	/* One complaint is one line, whatever the value holds. */
	for (char *c = text; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	}
	fprintf(load.errors, "%s:%d: %s\n", load.file, cfg->line, text);
	load.failed = true;
}

static enum settings_section section_of(const cfg_t *cfg)
{
	for (int i = 0; i < SECTION_COUNT; i++) {
		if (strcmp(settings_sections[i].name, cfg->name) == 0)
			return (enum settings_section)i;
	}
	abort();
}

static void defaults_set(enum settings_section section, void *base)
{
	char words[CONFIG_TEXT_MAX];

	for (size_t i = 0; i < settings_count; i++) {
		if (settings[i].section == section && settings[i].value)
			settings_convert(&settings[i], settings[i].value, base, words, sizeof(words));
	}
}

static bool name_valid(const char *name)
{
	for (const char *c = name; *c; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return false;
	}
	return *name && strlen(name) <= CONFIG_NAME_MAX;
}

/* Finds or makes the account, profile, line or group of that name. All these structs begin with name and place. */
static void *entity(cfg_t *cfg, enum settings_section section, void **array, unsigned *count, size_t size)
{
	const char *title = cfg_title(cfg);
	char *last;

	if (load.open)
		return (char *)*array + (*count - 1) * size;
	for (unsigned i = 0; i < *count; i++) {
		if (strcmp((char *)*array + i * size, title) == 0) {
			cfg_error(cfg, "%s \"%s\" stands a second time; each needs a name of its own",
				cfg->name, title);
			return NULL;
		}
	}
	if (!name_valid(title) || *count == CONFIG_LINES_MAX) {
		cfg_error(cfg, "%s \"%.*s\": allowed are %d of them with names of 1 to %d bytes without control "
			"characters", cfg->name, (int)strcspn(title, "\r\n"), title, CONFIG_LINES_MAX,
			CONFIG_NAME_MAX);
		return NULL;
	}
	last = realloc(*array, (*count + 1) * size);
	if (!last)
		return NULL;
	*array = last;
	last += *count * size;
	(*count)++;
	memset(last, 0, size);
	strcpy(last, title);
	memset(load.seen[section], 0, sizeof(load.seen[section]));
	load.open = true;
	defaults_set(section, last);
	return last;
}

static void *base_of(cfg_t *cfg, enum settings_section section)
{
	struct config *config = load.config;

	switch (section) {
	case SECTION_SIP:
		return &config->sip;
	case SECTION_MEDIA:
		return &config->media;
	case SECTION_DUMMY:
		return &config->dummy;
	case SECTION_CONTROL:
		return &config->control;
	case SECTION_STATE:
		return &config->state;
	case SECTION_ACCOUNT:
		return entity(cfg, section, (void **)&config->accounts, &config->account_count,
			sizeof(*config->accounts));
	case SECTION_PROFILE:
		return entity(cfg, section, (void **)&config->profiles, &config->profile_count,
			sizeof(*config->profiles));
	case SECTION_LINE:
		return entity(cfg, section, (void **)&config->lines, &config->line_count,
			sizeof(*config->lines));
	case SECTION_GROUP:
		return entity(cfg, section, (void **)&config->groups, &config->group_count,
			sizeof(*config->groups));
	case SECTION_COUNT:
		break;
	}
	abort();
}

/* A password never stands in a message. */
static const char *shown(const struct setting *setting, const char *text)
{
	return strcmp(setting->name, "password") == 0 ? "..." : text;
}

static int setting_read(cfg_t *cfg, cfg_opt_t *opt)
{
	enum settings_section section = section_of(cfg);
	const struct setting *setting = settings_find(section, opt->name);
	const char *text = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
	bool *seen;
	const char *allowed;
	char words[SETTINGS_WORDS_MAX];
	void *base = base_of(cfg, section);

	if (!base)
		return -1;
	seen = &load.seen[section][setting - settings];
	if (*seen) {
		cfg_error(cfg, "%s is set a second time", setting->name);
		return -1;
	}
	*seen = true;
	allowed = settings_convert(setting, text, base, words, sizeof(words));
	if (!allowed)
		return 0;
	cfg_error(cfg, "%s = \"%s\": allowed is %s", setting->name, shown(setting, text), allowed);
	return -1;
}

static void required_check(cfg_t *cfg, enum settings_section section)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *setting = &settings[i];

		if (setting->section == section && !setting->value && !load.seen[section][i])
			cfg_error(cfg, "%s%s%s%s lacks %s: %s", cfg->name, cfg->title ? " \"" : "",
				cfg->title ? cfg->title : "", cfg->title ? "\"" : "", setting->name,
				setting->meaning);
	}
}

static bool is_set(enum settings_section section, const char *name)
{
	return load.seen[section][settings_find(section, name) - settings];
}

/* What the profile does not say hangs on what is connected. */
static void use_defaults(struct config_profile *profile)
{
	const struct use_traits *traits = use_traits(profile->use);

	if (!traits->flash && !is_set(SECTION_PROFILE, "flash_max_ms"))
		profile->flash_max_ms = 0;
	if (!traits->key_events && !is_set(SECTION_PROFILE, "dtmf"))
		profile->dtmf = LEG_DTMF_INBAND;
}

static void loss_plan_defaults(struct config_profile *profile)
{
	const struct loss_plan_gains *gains = loss_plan_gains(profile->loss_plan, profile->country.text);

	if (!is_set(SECTION_PROFILE, "rx_gain_db"))
		profile->rx_gain_db = gains->rx_gain_db;
	if (!is_set(SECTION_PROFILE, "tx_gain_db"))
		profile->tx_gain_db = gains->tx_gain_db;
}

static void profile_defaults(struct config_profile *profile)
{
	use_defaults(profile);
	loss_plan_defaults(profile);
}

/* At the closing brace. */
static int section_read(cfg_t *parent, cfg_opt_t *opt)
{
	cfg_t *cfg = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	enum settings_section section = section_of(cfg);
	char *base = base_of(cfg, section);

	(void)parent;
	if (!base)
		return -1;
	if (settings_sections[section].titled) {
		struct config_place *place = (struct config_place *)(base + CONFIG_NAME_MAX + 1);

		snprintf(place->file, sizeof(place->file), "%s", load.file);
		place->line = cfg->line;
		place->is_public = load.is_public;
		required_check(cfg, section);
		if (section == SECTION_PROFILE)
			profile_defaults((struct config_profile *)base);
		load.open = false;
	}
	return load.failed ? -1 : 0;
}

static void options_fill(cfg_opt_t *options, enum settings_section section)
{
	size_t count = 0;

	assert(settings_count <= SETTINGS_MAX);
	for (size_t i = 0; i < settings_count; i++) {
		if (settings[i].section != section)
			continue;
		options[count++] = (cfg_opt_t)CFG_STR(settings[i].name, NULL, CFGF_NODEFAULT);
		options[count - 1].validcb = setting_read;
	}
	options[count] = (cfg_opt_t)CFG_END();
}

static cfg_t *parser_make(void)
{
	static cfg_opt_t options[SECTION_COUNT][OPTIONS_MAX];
	cfg_opt_t sections[SECTION_COUNT + 2];
	cfg_t *cfg;

	for (int i = 0; i < SECTION_COUNT; i++) {
		const struct settings_section_info *info = &settings_sections[i];
		cfg_flag_t flags = info->titled ? CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES : CFGF_NONE;

		options_fill(options[i], (enum settings_section)i);
		sections[i] = (cfg_opt_t)CFG_SEC(info->name, options[i], flags);
		sections[i].validcb = section_read;
	}
	sections[SECTION_COUNT] = (cfg_opt_t)CFG_INT(END_OF_FILE, 0, CFGF_NONE);
	sections[SECTION_COUNT + 1] = (cfg_opt_t)CFG_END();
	cfg = cfg_init(sections, CFGF_NONE);
	if (cfg)
		cfg_set_error_function(cfg, complain);
	return cfg;
}

static bool is_public(FILE *file)
{
	struct stat status;

	return fstat(fileno(file), &status) == 0 && status.st_mode & S_IROTH;
}

/* The whole file, with the mark of its end on a line of its own. */
static int text_read(const char *path, char **textp)
{
	static const char mark[] = "\n" END_OF_FILE " = 1\n";
	char *text = malloc(FILE_BYTES_MAX + sizeof(mark));
	FILE *file = fopen(path, "re");
	size_t length;
	int err = 0, comment_line = 0;

	if (!text || !file) {
		err = file ? ENOMEM : errno;
	} else {
		load.is_public = is_public(file);
		length = fread(text, 1, FILE_BYTES_MAX, file);
		err = ferror(file) ? errno : !feof(file) ? EFBIG : memchr(text, 0, length) ? EILSEQ : 0;
		text[length] = 0;
		comment_line = err ? 0 : config_comments_blank(text);
		if (length > 0 && text[length - 1] == '\n')
			length--;
		memcpy(text + length, mark, sizeof(mark));
	}
	if (file)
		fclose(file);
	if (comment_line) {
		fprintf(load.errors, "%s:%d: the comment that begins here does not end: */ is missing\n", path,
			comment_line);
		load.failed = true;
	}
	if (err)
		free(text);
	else
		*textp = text;
	return err;
}

static int file_read(const char *path)
{
	cfg_t *cfg;
	char *text;
	int result, err = text_read(path, &text);

	if (err) {
		fprintf(load.errors, "%s: cannot be read: %s\n", path, strerror(err));
		return EINVAL;
	}
	load.file = path;
	cfg = parser_make();
	result = cfg ? cfg_parse_buf(cfg, text) : CFG_PARSE_ERROR;
	if (result != CFG_SUCCESS && !load.failed) /* whatever else is wrong has been told */
		fprintf(load.errors, "%s: cannot be read: %s\n", path, strerror(ENOMEM));
	cfg_free(cfg);
	explicit_bzero(text, strlen(text));
	free(text);
	return result == CFG_SUCCESS && !load.failed ? 0 : EINVAL;
}

static int is_conf(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && strcmp(dot, ".conf") == 0;
}

static int lines_d_read(const char *path)
{
	char copy[PATH_MAX], dir[PATH_MAX], file[2 * PATH_MAX];
	struct dirent **entries;
	int count, err = 0;

	snprintf(copy, sizeof(copy), "%s", path);
	if ((size_t)snprintf(dir, sizeof(dir), "%s/lines.d", dirname(copy)) >= sizeof(dir))
		return ENAMETOOLONG;
	count = scandir(dir, &entries, is_conf, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", dir, entries[i]->d_name);
		if (!err)
			err = file_read(file);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return err;
}

int config_load(struct config **configp, const char *path, FILE *errors)
{
	struct config *config = calloc(1, sizeof(*config));
	int err;

	if (!config)
		return ENOMEM;
	memset(&load, 0, sizeof(load));
	load.config = config;
	load.errors = errors;
	defaults_set(SECTION_SIP, &config->sip);
	defaults_set(SECTION_MEDIA, &config->media);
	defaults_set(SECTION_DUMMY, &config->dummy);
	defaults_set(SECTION_CONTROL, &config->control);
	defaults_set(SECTION_STATE, &config->state);
	err = file_read(path);
	if (!err)
		err = lines_d_read(path);
	if (!err)
		err = config_check(config, path, errors);
	if (err) {
		config_free(config);
		return err;
	}
	*configp = config;
	return 0;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (unsigned i = 0; i < config->account_count; i++)
		explicit_bzero(&config->accounts[i].password, sizeof(config->accounts[i].password));
	config_sounds_free(config);
	free(config->accounts);
	free(config->profiles);
	free(config->lines);
	free(config->groups);
	free(config);
}
