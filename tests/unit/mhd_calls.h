/* Calls of the HTTP server to libmicrohttpd and to the system that fail on purpose. Link with mhd_calls.c and
   -Wl,--wrap= for each of MHD_CALLS. */
#ifndef PV_TEST_MHD_CALLS_H
#define PV_TEST_MHD_CALLS_H

#include <stdbool.h>

enum mhd_call {
    CALL_calloc,
    CALL_realloc,
    CALL_socket,
    CALL_setsockopt,
    CALL_bind,
    CALL_listen,
    CALL_getsockname,
    CALL_eventfd,
    CALL_pthread_create,
    CALL_accept,
    CALL_MHD_start_daemon,
    CALL_MHD_create_response_from_buffer,
    CALL_MHD_create_response_from_callback,
    CALL_MHD_add_response_header,
    CALL_MHD_set_response_options,
    CALL_MHD_queue_response,
    CALL_MHD_add_connection,
    MHD_CALLS
};

/* The call with that number from now on, counted from 0, fails with errno, once; from any thread. */
void mhd_call_fails(enum mhd_call call, int number, int with);
/* Whether it has happened. */
bool mhd_call_failed(void);
/* What a failing MHD_add_connection does, which closes the socket in any case: it says so, or says that it
   succeeded. */
enum mhd_failure { MHD_FAILS, MHD_LIES };
void mhd_call_failure(enum mhd_failure failure);

/* How often a loop has turned, in all servers so far. */
unsigned long mhd_call_turns(void);

/* The next thread that wakes another stays in that call until some thread has yielded. */
void mhd_call_wake_until_yield(void);

#endif
