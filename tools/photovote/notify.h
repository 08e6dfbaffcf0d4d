/* The service manager (systemd), if there is one. */
#ifndef PV_NOTIFY_H
#define PV_NOTIFY_H

#include <signal.h>

/* SIGTERM, SIGINT and SIGHUP are from now on waited for, by the main thread only (sigtimedwait); before any
   other thread is started. A pipe or socket that was closed, and a limit of the
   size of files, are errors, and no signals. */
void pv_block_signals(sigset_t *signals);

/* sd_notify's protocol: a datagram to $NOTIFY_SOCKET. `READY=1`, `STOPPING=1`. */
void pv_notify(const char *state);

#endif
