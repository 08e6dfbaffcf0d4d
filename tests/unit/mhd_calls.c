#include "mhd_calls.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

static atomic_int which = MHD_CALLS, left, error;
static atomic_bool failed;
static atomic_int how;

void mhd_call_fails(enum mhd_call call, int number, int with)
{
    atomic_store(&which, MHD_CALLS);
    atomic_store(&failed, false);
    atomic_store(&left, number);
    atomic_store(&error, with);
    atomic_store(&which, (int)call);
}

bool mhd_call_failed(void)
{
    return atomic_load(&failed);
}

void mhd_call_failure(enum mhd_failure failure)
{
    atomic_store(&how, (int)failure);
}

static bool fails(enum mhd_call call)
{
    if (atomic_load(&which) != (int)call || atomic_fetch_sub(&left, 1) != 0)
        return false;
    errno = atomic_load(&error);
    atomic_store(&failed, true);
    return true;
}

#define WRAP(type, name, parameters, arguments, failure)                                                     \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        return fails(CALL_##name) ? (failure) : __real_##name arguments;                                     \
    }

WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL)
WRAP(void *, realloc, (void *memory, size_t size), (memory, size), NULL)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1)
WRAP(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
     (fd, level, name, value, len), -1)
WRAP(int, bind, (int fd, const struct sockaddr *address, socklen_t len), (fd, address, len), -1)
WRAP(int, listen, (int fd, int backlog), (fd, backlog), -1)
WRAP(int, getsockname, (int fd, struct sockaddr *address, socklen_t *len), (fd, address, len), -1)
WRAP(int, eventfd, (unsigned count, int flags), (count, flags), -1)
WRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),
     (thread, attributes, start, argument), EAGAIN)
WRAP(int, accept, (int fd, struct sockaddr *address, socklen_t *len), (fd, address, len), -1)
WRAP(struct MHD_Response *, MHD_create_response_from_buffer,
     (size_t size, void *buffer, enum MHD_ResponseMemoryMode mode), (size, buffer, mode), NULL)
WRAP(struct MHD_Response *, MHD_create_response_from_callback,
     (uint64_t size, size_t block, MHD_ContentReaderCallback read, void *cls,
      MHD_ContentReaderFreeCallback end),
     (size, block, read, cls, end), NULL)
WRAP(enum MHD_Result, MHD_add_response_header,
     (struct MHD_Response * response, const char *header, const char *content), (response, header, content),
     MHD_NO)
WRAP(enum MHD_Result, MHD_queue_response,
     (struct MHD_Connection * connection, unsigned status, struct MHD_Response *response),
     (connection, status, response), MHD_NO)

enum MHD_Result __real_MHD_add_connection(struct MHD_Daemon *daemon, int fd, const struct sockaddr *address,
                                          socklen_t len);
enum MHD_Result __wrap_MHD_add_connection(struct MHD_Daemon *daemon, int fd, const struct sockaddr *address,
                                          socklen_t len);
enum MHD_Result __wrap_MHD_add_connection(struct MHD_Daemon *daemon, int fd, const struct sockaddr *address,
                                          socklen_t len)
{
    if (!fails(CALL_MHD_add_connection))
        return __real_MHD_add_connection(daemon, fd, address, len);
    (void)close(fd);
    return atomic_load(&how) == MHD_LIES ? MHD_YES : MHD_NO;
}

static atomic_ulong turns;

unsigned long mhd_call_turns(void)
{
    return atomic_load(&turns);
}

enum MHD_Result __real_MHD_run(struct MHD_Daemon *daemon);
enum MHD_Result __wrap_MHD_run(struct MHD_Daemon *daemon);
enum MHD_Result __wrap_MHD_run(struct MHD_Daemon *daemon)
{
    atomic_fetch_add(&turns, 1);
    return __real_MHD_run(daemon);
}

static atomic_bool lingers, is_lingering;

void mhd_call_wake_until_yield(void)
{
    atomic_store(&lingers, true);
}

int __real_sched_yield(void);
int __wrap_sched_yield(void);
int __wrap_sched_yield(void)
{
    atomic_store(&is_lingering, false);
    return __real_sched_yield();
}

int __real_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value)
{
    bool this_one = atomic_exchange(&lingers, false);
    atomic_store(&is_lingering, this_one);
    int result = __real_eventfd_write(fd, value);
    while (this_one && atomic_load(&is_lingering))
        (void)__real_sched_yield();
    return result;
}

enum MHD_Result __real_MHD_set_response_options(struct MHD_Response *response, enum MHD_ResponseFlags flags,
                                                ...);
enum MHD_Result __wrap_MHD_set_response_options(struct MHD_Response *response, enum MHD_ResponseFlags flags,
                                                ...);
enum MHD_Result __wrap_MHD_set_response_options(struct MHD_Response *response, enum MHD_ResponseFlags flags,
                                                ...)
{
    return fails(CALL_MHD_set_response_options)
               ? MHD_NO
               : __real_MHD_set_response_options(response, flags, MHD_RO_END);
}

struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accepts,
                                           void *accepts_cls, MHD_AccessHandlerCallback handle,
                                           void *handle_cls, ...);
struct MHD_Daemon *__wrap_MHD_start_daemon(unsigned flags, uint16_t port, MHD_AcceptPolicyCallback accepts,
                                           void *accepts_cls, MHD_AccessHandlerCallback handle,
                                           void *handle_cls, ...)
{
    if (fails(CALL_MHD_start_daemon))
        return NULL;
    va_list options;
    va_start(options, handle_cls);
    struct MHD_Daemon *daemon =
        MHD_start_daemon_va(flags, port, accepts, accepts_cls, handle, handle_cls, options);
    va_end(options);
    return daemon;
}
