/* projector: the projector as a process of its own, beside `serve --projector off`. And worker, which cannot
   be one as long as the broker is in serve. */
#include "notify.h"
#include "parts.h"
#include "photovote.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { POLL_MS = 20, FAULT_MS = 200 };

/* What it takes, opened and closed. */
struct projection {
    struct pv_server server; /* of it only what a projector needs */
    sigset_t signals;
    bool failing;
};

/* Waits. False: a signal says that it is over. */
static bool wait_ms(const struct projection *projection, int ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    return sigtimedwait(&projection->signals, NULL, &time) < 0;
}

/* A fault that goes on is told once, and again when it is over. */
static void note(struct projection *projection, const struct pv_fault *fault)
{
    const struct pv_log *log = &projection->server.log;
    if (fault != NULL && !projection->failing)
        pv_log_line(log, PV_LOG_ERROR, "fault", "part", "projector", "message", fault->text, (char *)NULL);
    if (fault == NULL && projection->failing)
        pv_log_line(log, PV_LOG_INFO, "recovered", "part", "projector", (char *)NULL);
    projection->failing = fault != NULL;
}

/* Each step ends with its checkpoint, so that it can end after any. */
static void project_until_signal(struct projection *projection)
{
    const int every_ms = pv_config_number(projection->server.config, PV_SET_PROJECT_EVERY_MS);
    int pause_ms;
    do {
        struct pv_fault fault;
        enum pv_projector_step step = pv_projector_step(projection->server.projector, &fault);
        note(projection, step == PV_PROJECTOR_FAULT ? &fault : NULL);
        pause_ms = step == PV_PROJECTOR_WORKED ? every_ms : step == PV_PROJECTOR_IDLE ? POLL_MS : FAULT_MS;
    } while (wait_ms(projection, pause_ms));
}

static int project(const struct pv_config *config)
{
    static struct projection projection; /* large; one in a program */
    struct pv_server *server = &projection.server;
    struct pv_fault fault;
    int status = PV_EXIT_FAILED;
    pv_block_signals(&projection.signals);
    if (pv_projector_only(server, config, &fault)) {
        pv_log_line(&server->log, PV_LOG_INFO, "projecting", "cache", server->cache_path, (char *)NULL);
        pv_notify("READY=1");
        project_until_signal(&projection);
        pv_notify("STOPPING=1");
        pv_log_line(&server->log, PV_LOG_INFO, "stopped", (char *)NULL);
        status = PV_EXIT_OK;
    } else {
        (void)pv_fail(&fault);
    }
    pv_server_close(server);
    return status;
}

int pv_run_projector(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "projector",
        .synopsis = "[OPTIONS]",
        .summary =
            "Follows the event store and keeps the document cache up to date, until SIGTERM or Ctrl-C. For\n"
            "a `serve --projector off` beside it; a cache has one projector at a time.",
        .notes = "Exit status: 0 ended in order; 2 could not run.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    status = project(&config);
    pv_config_deinit(&config);
    return status;
}

int pv_run_worker(int argc, char **argv, char *const *environment)
{
    static const struct pv_line line = {
        .name = "worker",
        .synopsis = "[OPTIONS]",
        .summary =
            "Would take events from a broker and record them. The embedded broker, which is all there is as\n"
            "yet, lives in `serve`, and so does its worker: there is nothing to be run here.",
        .notes = "Exit status: 2 could not run.",
    };
    struct pv_config config;
    int status = pv_read_line(&line, argc, argv, environment, &config);
    if (status != PV_CLI_RUN)
        return status;
    pv_config_deinit(&config);
    pv_cli_error(PROGRAM,
                 "the embedded broker lives in '%s serve', and its worker with it; there is no other broker "
                 "as yet whose events a worker could take",
                 PROGRAM);
    return PV_EXIT_FAILED;
}
