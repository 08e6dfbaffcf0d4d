/* The loops: a thread each, with a daemon of libmicrohttpd that has neither a listener nor a thread of its
   own. All calls to the daemon come from its thread. Others leave what they have for it, connections that are
   new or answered, and wake it only when it sleeps: a group of answers costs one wake-up and not one each.

   libmicrohttpd's own threads are not used for another reason too: when 128 of their connections have
   something at once, 0.9.75 waits for more before it looks at any of them, for ever if these are all. */
#include "mhd_parts.h"

#include <limits.h>
#include <sys/eventfd.h>
#include <sys/poll.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024 };

/* The loop's mutex is held; it is not afterwards. */
static void leave(struct pv_mhd_loop *loop)
{
    bool wake = loop->asleep;
    loop->asleep = false;
    loop->has_news = true;
    (void)pthread_mutex_unlock(&loop->mutex);
    if (wake)
        (void)eventfd_write(loop->wake_fd, 1);
}

void pv_mhd_loop_look(struct pv_mhd_loop *loop)
{
    (void)pthread_mutex_lock(&loop->mutex);
    leave(loop);
}

void pv_mhd_loop_resume(struct pv_mhd_connection *connection)
{
    struct pv_mhd_loop *loop = connection->loop;
    (void)pthread_mutex_lock(&loop->mutex);
    connection->resumed = NULL;
    *loop->last = connection;
    loop->last = &connection->resumed;
    leave(loop);
}

/* False: the loop is to end. */
static bool take_news(struct pv_mhd_loop *loop)
{
    (void)pthread_mutex_lock(&loop->mutex);
    struct pv_mhd_connection *connection = loop->first, *next;
    bool has_news = loop->has_news, stopping = loop->stopping;
    loop->first = NULL;
    loop->last = &loop->first;
    loop->asleep = loop->has_news = false;
    (void)pthread_mutex_unlock(&loop->mutex);
    for (; connection != NULL; connection = next) {
        next = connection->resumed;
        MHD_resume_connection(connection->mhd);
    }
    if (has_news)
        pv_mhd_adopt(loop);
    return !stopping;
}

/* -1: for ever; 0: there is something to do already. */
static int time_to_sleep(struct pv_mhd_loop *loop)
{
    MHD_UNSIGNED_LONG_LONG ms;
    int timeout = -1;
    if (MHD_get_timeout(loop->mhd, &ms) == MHD_YES)
        timeout = ms < INT_MAX ? (int)ms : INT_MAX;
    (void)pthread_mutex_lock(&loop->mutex);
    if (loop->has_news)
        timeout = 0;
    loop->asleep = timeout != 0;
    (void)pthread_mutex_unlock(&loop->mutex);
    return timeout;
}

static void wait_for_more(struct pv_mhd_loop *loop)
{
    struct pollfd fds[] = {{loop->wake_fd, POLLIN, 0}, {loop->epoll_fd, POLLIN, 0}};
    int timeout = time_to_sleep(loop);
    eventfd_t wakes;
    if (timeout != 0 && poll(fds, 2, timeout) > 0 && fds[0].revents != 0)
        (void)eventfd_read(loop->wake_fd, &wakes);
}

static void *run(void *cls)
{
    struct pv_mhd_loop *loop = cls;
    while (take_news(loop)) {
        (void)MHD_run(loop->mhd);
        wait_for_more(loop);
    }
    return NULL;
}

static bool start_thread(struct pv_mhd_loop *loop)
{
    pthread_attr_t attributes;
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
    loop->runs = pthread_create(&loop->thread, &attributes, run, loop) == 0;
    (void)pthread_attr_destroy(&attributes);
    return loop->runs;
}

bool pv_mhd_loop_start(struct pv_mhd_loop *loop, struct pv_mhd_server *server, struct MHD_Daemon *mhd)
{
    loop->server = server;
    loop->mhd = mhd;
    loop->epoll_fd = MHD_get_daemon_info(mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    loop->last = &loop->first;
    (void)pthread_mutex_init(&loop->mutex, NULL);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return loop->wake_fd >= 0 && start_thread(loop);
}

void pv_mhd_loop_stop(struct pv_mhd_loop *loop)
{
    if (loop->runs) {
        (void)pthread_mutex_lock(&loop->mutex);
        loop->stopping = true;
        leave(loop);
        (void)pthread_join(loop->thread, NULL);
    }
    MHD_stop_daemon(loop->mhd);
    if (loop->wake_fd >= 0)
        (void)close(loop->wake_fd);
    (void)pthread_mutex_destroy(&loop->mutex);
}
