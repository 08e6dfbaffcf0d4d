#include "prop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHRINK_TRIES = 6000 };

struct options {
    const struct prop *prop;
    uint64_t cases, seed, only, tries;
    bool one_case;
    const char *replay, *bytes;
};

/* ---- a crash: the process ends before anybody can print, so what to print is ready beforehand ---- */

static const char *program = "properties";
static char last_words[256];

static void tell_last_words(void)
{
    size_t len = strlen(last_words);
    while (len > 0) {
        ssize_t n = write(STDERR_FILENO, last_words, len);
        if (n <= 0)
            return;
        len = 0;
    }
}

static void on_signal(int number)
{
    tell_last_words();
    signal(number, SIG_DFL);
    raise(number);
}

/* The sanitizers' own hook, where there is one. */
__attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)(void));

static void watch_crashes(void)
{
    if (__sanitizer_set_death_callback != NULL) {
        __sanitizer_set_death_callback(tell_last_words);
        signal(SIGABRT, on_signal);
        return;
    }
    static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++)
        signal(fatal[i], on_signal);
}

static void prepare_last_words(const struct prop *prop, uint64_t seed, uint64_t number)
{
    snprintf(last_words, sizeof last_words,
             "\ncrashed in case %llu; again: %s %s --seed %llu --case %llu\nFAILED property %s\n",
             (unsigned long long)number, program, prop->name, (unsigned long long)seed,
             (unsigned long long)number, prop->name);
}

/* ---- a recorded list of choices as one line: each choice in 7-bit groups, in hex ---- */

static void print_choices(FILE *to, const uint32_t *choices, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t value = choices[i];
        for (; value >= 0x80; value >>= 7)
            fprintf(to, "%02x", (value & 0x7F) | 0x80);
        fprintf(to, "%02x", value);
    }
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, c);
    return found == NULL ? -1 : (int)(found - digits);
}

/* The number of choices, or -1 if the text is no such line. */
static long parse_choices(const char *text, size_t len, uint32_t *choices)
{
    long count = 0;
    uint32_t value = 0;
    unsigned shift = 0;
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == ' '))
        len--;
    for (size_t i = 0; i + 1 < len; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0 || shift > 28 || count == GEN_CHOICES_MAX)
            return -1;
        value |= (uint32_t)((high & 7) << 4 | low) << shift;
        shift += 7;
        if (high >= 8)
            continue;
        choices[count++] = value;
        value = 0;
        shift = 0;
    }
    return len % 2 == 0 && shift == 0 ? count : -1;
}

static char *read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    size_t capacity = (size_t)1 << 22;
    char *bytes = malloc(capacity);
    *len = bytes == NULL ? 0 : fread(bytes, 1, capacity, file);
    fclose(file);
    return bytes;
}

/* ---- running ---- */

static void report(const struct prop *prop, struct gen *g, const uint32_t *choices, size_t count)
{
    g->trace = stderr;
    g->counters = NULL;
    gen_from_choices(g, choices, count);
    fprintf(stderr, "---- what fails ----\n");
    (void)prop->run(g);
    fprintf(stderr, "---- %s\nreplay: %s %s --replay ", g->message, program, prop->name);
    print_choices(stderr, choices, count);
    fprintf(stderr, "\nFAILED property %s\n", prop->name);
}

static int fail_case(const struct options *o, struct gen *g, uint64_t number)
{
    static uint32_t choices[GEN_CHOICES_MAX];
    size_t drawn = g->count;
    memcpy(choices, g->choices, drawn * sizeof *choices);
    fprintf(stderr, "property %s: case %llu of seed %llu fails (%zu choices): %s\n", o->prop->name,
            (unsigned long long)number, (unsigned long long)o->seed, drawn, g->message);
    g->counters = NULL;
    size_t count = gen_shrink(o->prop->run, choices, drawn, (unsigned)o->tries, g);
    report(o->prop, g, choices, count);
    return 1;
}

static uint64_t case_seed(uint64_t seed, uint64_t number)
{
    uint64_t state = seed ^ number << 20;
    (void)gen_mix(&state);
    return gen_mix(&state);
}

static void print_counters(const struct prop *prop, const uint64_t *counters)
{
    for (unsigned i = 0; i < GEN_COUNTERS; i++)
        if (counters[i] > 0 && prop->counter_name(i) != NULL)
            printf("%12llu  %s\n", (unsigned long long)counters[i], prop->counter_name(i));
}

static int check_floor(const struct options *o, const uint64_t *counters, const struct prop_floor *floor)
{
    int short_of = 0;
    for (unsigned i = floor->first; i <= floor->last; i++) {
        uint64_t least = o->cases * floor->per_mille / 1000 + 1;
        if (counters[i] >= least || o->prop->counter_name(i) == NULL)
            continue;
        fprintf(stderr, "%s: %llu, fewer than %llu in %llu cases\n", o->prop->counter_name(i),
                (unsigned long long)counters[i], (unsigned long long)least, (unsigned long long)o->cases);
        short_of = 1;
    }
    return short_of;
}

static int check_floors(const struct options *o, const uint64_t *counters)
{
    int short_of = 0;
    if (o->cases < PROP_FLOOR_CASES)
        return 0;
    for (size_t i = 0; i < o->prop->floor_count; i++)
        short_of |= check_floor(o, counters, &o->prop->floors[i]);
    if (short_of)
        fprintf(stderr, "the generator has gone lame\nFAILED floors of property %s\n", o->prop->name);
    return short_of;
}

static int run_cases(const struct options *o, struct gen *g)
{
    static uint64_t counters[GEN_COUNTERS];
    g->counters = counters;
    for (uint64_t i = o->one_case ? o->only : 0; i < (o->one_case ? o->only + 1 : o->cases); i++) {
        prepare_last_words(o->prop, o->seed, i);
        gen_from_seed(g, case_seed(o->seed, i));
        if (o->prop->run(g) != 0)
            return fail_case(o, g, i);
    }
    if (o->one_case)
        return 0;
    printf("property %s holds in %llu cases of seed %llu\n", o->prop->name, (unsigned long long)o->cases,
           (unsigned long long)o->seed);
    print_counters(o->prop, counters);
    return check_floors(o, counters);
}

static int run_replay(const struct options *o, struct gen *g)
{
    static uint32_t choices[GEN_CHOICES_MAX];
    size_t len = strlen(o->replay);
    char *file = read_file(o->replay, &len);
    long count = parse_choices(file != NULL ? file : o->replay, len, choices);
    free(file);
    if (count < 0) {
        fprintf(stderr, "%s: %s is neither a file nor a line of choices\n", program, o->replay);
        return 2;
    }
    g->trace = stderr;
    gen_from_choices(g, choices, (size_t)count);
    if (o->prop->run(g) == 0)
        return 0;
    fprintf(stderr, "---- %s\nFAILED property %s\n", g->message, o->prop->name);
    return 1;
}

static int run_bytes(const struct options *o, struct gen *g)
{
    size_t len;
    char *bytes = read_file(o->bytes, &len);
    if (bytes == NULL) {
        fprintf(stderr, "%s: %s: %s\n", program, o->bytes, strerror(errno));
        return 2;
    }
    gen_from_bytes(g, (const uint8_t *)bytes, len);
    int failed = o->prop->run(g) != 0 ? fail_case(o, g, 0) : 0;
    free(bytes);
    return failed;
}

static bool parse_number(const char *text, uint64_t *out)
{
    char *end;
    errno = 0;
    *out = strtoull(text, &end, 10);
    return errno == 0 && end != text && *end == '\0';
}

static bool parse_option(struct options *o, const char *name, const char *value)
{
    if (strcmp(name, "--cases") == 0)
        return parse_number(value, &o->cases);
    if (strcmp(name, "--seed") == 0)
        return parse_number(value, &o->seed);
    if (strcmp(name, "--case") == 0)
        return o->one_case = parse_number(value, &o->only);
    if (strcmp(name, "--tries") == 0)
        return parse_number(value, &o->tries);
    if (strcmp(name, "--replay") == 0)
        return (o->replay = value) != NULL;
    if (strcmp(name, "--bytes") == 0)
        return (o->bytes = value) != NULL;
    return false;
}

static bool parse_options(struct options *o, int argc, char **argv, const struct prop *props, size_t count)
{
    for (size_t i = 0; argc > 1 && i < count; i++)
        if (strcmp(props[i].name, argv[1]) == 0)
            o->prop = &props[i];
    if (o->prop == NULL || argc % 2 != 0)
        return false;
    for (int i = 2; i < argc; i += 2)
        if (!parse_option(o, argv[i], argv[i + 1]))
            return false;
    return true;
}

int prop_main(int argc, char **argv, const struct prop *props, size_t count)
{
    static struct gen g;
    const char *slash = strrchr(argv[0], '/');
    program = slash != NULL ? slash + 1 : argv[0];
    struct options o = {.cases = 100, .seed = 1, .tries = SHRINK_TRIES};
    if (!parse_options(&o, argc, argv, props, count)) {
        fprintf(stderr,
                "usage: %s NAME [--cases N] [--seed N] [--case N] [--tries N] [--replay HEX|FILE] [--bytes "
                "FILE]\n",
                program);
        for (size_t i = 0; i < count; i++)
            fprintf(stderr, "    %s\n", props[i].name);
        return 2;
    }
    watch_crashes();
    prepare_last_words(o.prop, o.seed, 0);
    if (o.replay != NULL)
        return run_replay(&o, &g);
    if (o.bytes != NULL)
        return run_bytes(&o, &g);
    return run_cases(&o, &g);
}
