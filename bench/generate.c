/* pv-bench-generate: writes one large election as event records, the input of the benchmark. */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_DONE = 0, STATUS_FAILED = 2 };

static const char program[] = "pv-bench-generate";

static const char usage[] =
    "Usage: pv-bench-generate [OPTIONS]\n"
    "\n"
    "Writes the event stream of one large election as NDJSON. The same options give the same bytes.\n"
    "\n"
    "  --events N       events in all (default 1000000, at least 108)\n"
    "  --in-flight V    voters who vote at the same time (default 256; 400000 defeats the caches)\n"
    "  --foreign        the lines of another writer: keys sorted, white space, \\u escapes\n"
    "  --seed N         another election of the same kind (default 42)\n"
    "  -o, --output F   write to the file F (default: standard output)\n"
    "  --help           print this\n";

struct options {
    struct pv_plan plan;
    const char *output; /* NULL is standard output */
    bool help;
};

static int parse_number(const char *option, const char *text, uint64_t min, uint64_t max, uint64_t *number)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || *text == '-' || value < min || value > max) {
        fprintf(stderr, "%s: %s '%s': must be a number from %" PRIu64 " to %" PRIu64 "\n", program, option,
                text, min, max);
        return -1;
    }
    *number = value;
    return 0;
}

static int parse_options(int argc, char **argv, struct options *options)
{
    enum { EVENTS = 256, IN_FLIGHT, FOREIGN, SEED, HELP };
    static const struct option table[] = {
        {"events", required_argument, NULL, EVENTS},
        {"in-flight", required_argument, NULL, IN_FLIGHT},
        {"foreign", no_argument, NULL, FOREIGN},
        {"seed", required_argument, NULL, SEED},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, HELP},
        {NULL, 0, NULL, 0},
    };
    struct pv_plan *plan = &options->plan;
    int result = 0, option;
    while (result == 0 && (option = getopt_long(argc, argv, "o:", table, NULL)) != -1) {
        switch (option) {
        case EVENTS:
            result = parse_number("--events", optarg, PV_EVENTS_MIN, UINT64_C(100000000000), &plan->events);
            break;
        case IN_FLIGHT:
            result = parse_number("--in-flight", optarg, 1, 100000000, &plan->in_flight);
            break;
        case FOREIGN:
            plan->layout = &pv_layout_foreign;
            break;
        case SEED:
            result = parse_number("--seed", optarg, 0, UINT64_MAX, &plan->seed);
            break;
        case 'o':
            options->output = optarg;
            break;
        case HELP:
            options->help = true;
            break;
        default:
            result = -1;
        }
    }
    if (result == 0 && optind < argc) {
        fprintf(stderr, "%s: '%s': no argument is expected\n", program, argv[optind]);
        result = -1;
    }
    return result;
}

static int generate(const struct options *options, struct pv_sink *sink)
{
    const char *name = options->output ? options->output : "standard output";
    int fd = options->output ? open(options->output, O_WRONLY | O_CREAT | O_TRUNC, 0666) : STDOUT_FILENO;
    if (fd < 0) {
        fprintf(stderr, "%s: %s: cannot be written: %s\n", program, name, strerror(errno));
        return -1;
    }
    pv_sink_init(sink, fd);
    int error = pv_put_stream(sink, &options->plan);
    int write_error = pv_sink_finish(sink);
    if (close(fd) != 0 && write_error == 0)
        write_error = errno;
    if (error == 0)
        error = write_error;
    if (error != 0)
        fprintf(stderr, "%s: %s: left incomplete: %s\n", program, name, strerror(error));
    return error == 0 ? 0 : -1;
}

int main(int argc, char **argv)
{
    static struct pv_sink sink; /* too large for a stack */
    struct options options = {
        .plan = {.events = 1000000, .in_flight = 256, .seed = 42, .layout = &pv_layout_own},
    };
    if (parse_options(argc, argv, &options) != 0) {
        fprintf(stderr, "Try '%s --help'.\n", program);
        return STATUS_FAILED;
    }
    if (options.help)
        return fputs(usage, stdout) < 0 || fflush(stdout) != 0 ? STATUS_FAILED : STATUS_DONE;
    return generate(&options, &sink) == 0 ? STATUS_DONE : STATUS_FAILED;
}
