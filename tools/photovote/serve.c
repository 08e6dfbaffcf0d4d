/* serve, and demo, which is serve with something to look at. */
#include "parts.h"
#include "photovote.h"
#include "sample.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { TICK_NS = 50000000 };

/* SIGTERM, SIGINT and SIGHUP are waited for by the main thread only. */
static void block_signals(sigset_t *signals)
{
    (void)sigemptyset(signals);
    (void)sigaddset(signals, SIGTERM);
    (void)sigaddset(signals, SIGINT);
    (void)sigaddset(signals, SIGHUP);
    (void)pthread_sigmask(SIG_BLOCK, signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* Tells the service manager, if there is one (sd_notify's protocol: a datagram to $NOTIFY_SOCKET). */
static void notify(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (path == NULL || (*path != '/' && *path != '@') || strlen(path) >= sizeof address.sun_path)
        return;
    memcpy(address.sun_path, path, strlen(path));
    if (*path == '@')
        address.sun_path[0] = '\0';
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (fd < 0)
        return;
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
    (void)!sendto(fd, state, strlen(state), 0, (const struct sockaddr *)&address, len);
    (void)close(fd);
}

static void run_until_signal(struct pv_server *server, const sigset_t *signals)
{
    const struct timespec tick = {0, TICK_NS};
    int signal_number = -1;
    while (signal_number < 0) {
        signal_number = sigtimedwait(signals, NULL, &tick);
        pv_api_tick(server->api);
    }
    pv_log_line(&server->log, PV_LOG_INFO, "stopping", "signal", strsignal(signal_number), (char *)NULL);
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
    block_signals(&signals);
    if (!pv_server_start(&server, config, &fault))
        return pv_fail(&fault);
    (void)snprintf(address, sizeof address, "http://%s:%u", pv_config_text(config, PV_SET_LISTEN),
                   (unsigned)pv_mhd_port(server.http));
    pv_log_line(&server.log, PV_LOG_INFO, "listening", "address", address, (char *)NULL);
    (void)printf("%s\n", address);
    if (greet != NULL)
        greet(&server);
    (void)fflush(stdout);
    notify("READY=1");
    run_until_signal(&server, &signals);
    notify("STOPPING=1");
    struct pv_log log = server.log;
    bool whole = stop(&server);
    pv_log_line(&log, PV_LOG_INFO, "stopped", "requests", whole ? "all answered" : "some were cut",
                (char *)NULL);
    return whole ? PV_EXIT_OK : PV_EXIT_FOUND;
}

int pv_run_serve(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "serve",
        .synopsis = "[OPTIONS]",
        .summary =
            "Runs the system until SIGTERM or Ctrl-C: then running requests finish, live streams end,\n"
            "and everything recorded is projected. Prints the address that it listens on.",
        .notes = "Exit status: 0 ended in order; 1 some requests had to be cut; 2 could not run.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    status = serve(&config, NULL);
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
    struct pv_fault fault;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    status = pv_sample_make(&config, &fault) ? serve(&config, greet_visitor) : pv_fail(&fault);
    pv_config_deinit(&config);
    return status;
}
