/* The configuration: every setting with its value and where it comes from. A flag wins over the environment,
   that over the file .env in the working directory, that over the configuration file, that over the default.
 */
#ifndef PV_CONFIG_H
#define PV_CONFIG_H

#include "cli.h"
#include "fault.h"

enum pv_setting {
#define PV_SETTING(tag, name, kind, value, least, most, help) PV_SET_##tag,
#include "settings.tbl.h"
#undef PV_SETTING
    PV_SETTING_COUNT
};

enum pv_origin { PV_FROM_DEFAULT, PV_FROM_FILE, PV_FROM_DOTENV, PV_FROM_ENVIRONMENT, PV_FROM_FLAG };

struct pv_config {
    const char *values[PV_SETTING_COUNT]; /* valid; terminated */
    enum pv_origin origins[PV_SETTING_COUNT];
    char *owned[PV_SETTING_COUNT]; /* what of them was read from a file */
    const char *flags[PV_SETTING_COUNT];
    const char *file; /* --config; NULL: photovote.conf, if there is one */
};

/* What pv_cli_parse is to fill in: flags of all settings, and --config; room for PV_CONFIG_OPTIONS. */
enum { PV_CONFIG_OPTIONS = PV_SETTING_COUNT + 1 };
void pv_config_options(struct pv_config *config, struct pv_cli_option options[PV_CONFIG_OPTIONS]);

/* Reads files and environment (`environment` as main's third argument has it), after the flags were parsed,
   and checks every value. False: *fault names the setting, where it came from, and what is wrong. */
bool pv_config_load(struct pv_config *config, char *const *environment, struct pv_fault *fault) PV_MUST_USE;
void pv_config_deinit(struct pv_config *config);

const char *pv_config_text(const struct pv_config *config, enum pv_setting setting);
int pv_config_number(const struct pv_config *config, enum pv_setting setting);
bool pv_config_switch(const struct pv_config *config, enum pv_setting setting);

/* `config show`: a line a setting, `name = value`, with its origin behind a #. */
void pv_config_print(const struct pv_config *config);
/* `config sample`: a file for --config that changes nothing, with what each setting is. */
void pv_config_print_sample(void);

#endif
