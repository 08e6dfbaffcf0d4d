/* pv-bench-load: voters who rate by HTTP as fast as they are answered, and what that took, as one line of
   JSON. */
#include "load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: pv-bench-load --port N --users FILE [OPTIONS]\n\n"
    "  --connections N  that are kept, one a user of the file (1)\n"
    "  --seconds S      how long each goes on asking (3)\n"
    "  --pause MS       between an answer and the next request (0)\n"
    "  --read           after each rating the voter reads the ballot back\n\n"
    "Exit status: 0 all answers were 200, 1 some were not, 2 it could not be measured.\n";

struct options {
    const char *users;
    struct pv_load_plan plan;
};

static bool parse(int argc, char **argv, struct options *options)
{
    struct pv_load_plan *plan = &options->plan;
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];
        if (strcmp(name, "--read") == 0) {
            plan->reads = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[++i] : NULL;
        if (value == NULL)
            return false;
        if (strcmp(name, "--port") == 0)
            plan->port = (uint16_t)strtoul(value, NULL, 10);
        else if (strcmp(name, "--users") == 0)
            options->users = value;
        else if (strcmp(name, "--connections") == 0)
            plan->connections = (unsigned)strtoul(value, NULL, 10);
        else if (strcmp(name, "--seconds") == 0)
            plan->run_us = (int64_t)(strtod(value, NULL) * 1e6);
        else if (strcmp(name, "--pause") == 0)
            plan->pause_us = (int64_t)(strtod(value, NULL) * 1e3);
        else
            return false;
    }
    return plan->port != 0 && options->users != NULL && plan->connections > 0 && plan->run_us > 0;
}

static void print(const char *name, struct pv_load_times *times)
{
    printf("\"%s\":{\"count\":%zu,\"p10\":%" PRIu32 ",\"p50\":%" PRIu32 ",\"p99\":%" PRIu32
           ",\"most\":%" PRIu32 "}",
           name, times->count, pv_load_times_at(times, 0.1), pv_load_times_at(times, 0.5),
           pv_load_times_at(times, 0.99), pv_load_times_at(times, 1));
}

static bool measure(const struct options *options, struct pv_load_result *result)
{
    struct pv_load_users users;
    bool ok = pv_load_users_read(&users, options->users);
    if (ok && users.count < options->plan.connections) {
        fprintf(stderr, "pv-bench-load: %s has %zu users only\n", options->users, users.count);
        ok = false;
    }
    ok = ok && pv_load_run(&options->plan, &users, result);
    pv_load_users_free(&users);
    return ok;
}

int main(int argc, char **argv)
{
    struct options options = {.plan = {.connections = 1, .run_us = 3000000}};
    struct pv_load_result result = {.us = 0};
    if (!parse(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    bool ok = measure(&options, &result);
    if (ok) {
        printf("{\"seconds\":%.6f,\"wrong\":%" PRIu64 ",", (double)result.us / 1e6, result.wrong);
        print("events", &result.events);
        putchar(',');
        print("reads", &result.reads);
        puts("}");
    }
    free(result.events.list);
    free(result.reads.list);
    return !ok ? 2 : result.wrong > 0 ? 1 : 0;
}
