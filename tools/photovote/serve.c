/* serve, and demo, which is serve with something to look at. */
#include "notify.h"
#include "parts.h"
#include "photovote.h"
#include "sample.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 50000000 };

/* The signal that ended it. */
static int run_until_signal(struct pv_server *server, const sigset_t *signals)
{
    const struct timespec tick = {0, TICK_NS};
    int signal_number = -1;
    while (signal_number < 0) {
        signal_number = sigtimedwait(signals, NULL, &tick);
        pv_api_tick(server->api);
    }
    pv_log_line(&server->log, PV_LOG_INFO, "stopping", "signal", strsignal(signal_number), (char *)NULL);
    return signal_number;
}

/* While the server ends its requests, what waits must still time out. */
struct ticker {
    struct pv_server *server;
    pthread_t thread;
    atomic_bool stop;
};

static void *tick_on(void *context)
{
    struct ticker *ticker = context;
    const struct timespec tick = {0, TICK_NS};
    while (!atomic_load(&ticker->stop)) {
        (void)nanosleep(&tick, NULL);
        pv_api_tick(ticker->server->api);
    }
    return NULL;
}

/* The same signal once more ends the program at once, as it does our other programs. What was answered is on
   the disk. */
static void die_of_the_next(int signal_number)
{
    sigset_t it;
    (void)sigemptyset(&it);
    (void)sigaddset(&it, signal_number);
    (void)signal(signal_number, SIG_DFL);
    (void)pthread_sigmask(SIG_UNBLOCK, &it, NULL);
}

static bool stop(struct pv_server *server)
{
    struct ticker ticker = {.server = server};
    bool ticks = pthread_create(&ticker.thread, NULL, tick_on, &ticker) == 0;
    bool whole = pv_server_end_requests(server);
    atomic_store(&ticker.stop, true);
    if (ticks)
        (void)pthread_join(ticker.thread, NULL);
    pv_server_close(server);
    return whole;
}

static int serve(const struct pv_config *config, void (*greet)(const struct pv_server *server))
{
    static struct pv_server server; /* large; one in a program */
    struct pv_fault fault;
    sigset_t signals;
    char address[128];
    pv_block_signals(&signals);
    if (!pv_server_start(&server, config, &fault))
        return pv_fail(&fault);
    (void)snprintf(address, sizeof address, "http://%s:%u", pv_config_text(config, PV_SET_LISTEN),
                   (unsigned)pv_mhd_port(server.http));
    pv_log_line(&server.log, PV_LOG_INFO, "listening", "address", address, (char *)NULL);
    (void)printf("%s\n", address);
    if (greet != NULL)
        greet(&server);
    (void)fflush(stdout);
    pv_notify("READY=1");
    die_of_the_next(run_until_signal(&server, &signals));
    pv_notify("STOPPING=1");
    struct pv_log log = server.log;
    bool whole = stop(&server);
    pv_log_line(&log, PV_LOG_INFO, "stopped", "requests", whole ? "all answered" : "some were cut",
                (char *)NULL);
    return whole ? PV_EXIT_OK : PV_EXIT_FOUND;
}

/* Alone on its data. `prepare` may be NULL. */
static int serve_alone(const struct pv_config *config,
                       bool (*prepare)(const struct pv_config *config, struct pv_fault *fault),
                       void (*greet)(const struct pv_server *server))
{
    struct pv_fault fault;
    int lock;
    if (!pv_lock_data_directory(config, &lock, &fault))
        return pv_fail(&fault);
    int status = prepare == NULL || prepare(config, &fault) ? serve(config, greet) : pv_fail(&fault);
    (void)close(lock);
    return status;
}

int pv_run_serve(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "serve",
        .synopsis = "[OPTIONS]",
        .summary =
            "Runs the system until SIGTERM or Ctrl-C: then running requests finish, live streams end,\n"
            "and everything recorded is projected. Prints the address that it listens on.",
        .notes = "The same signal once more ends it at once, which loses nothing that was answered.\n"
                 "Exit status: 0 ended in order; 1 some requests had to be cut; 2 could not run.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    status = serve_alone(&config, NULL, NULL);
    pv_config_deinit(&config);
    return status;
}

static void greet_visitor(const struct pv_server *server)
{
    pv_sample_greet(server->config, pv_mhd_port(server->http), &server->clock);
}

int pv_run_demo(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "demo",
        .synopsis = "[OPTIONS]",
        .summary =
            "serve with a sample election in it, which is open, with photographs made on the spot; prints\n"
            "tokens, and what to try with them.",
        .notes = "Exit status: 0 ended in order; 1 some requests had to be cut; 2 could not run.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    status = serve_alone(&config, pv_sample_make, greet_visitor);
    pv_config_deinit(&config);
    return status;
}
