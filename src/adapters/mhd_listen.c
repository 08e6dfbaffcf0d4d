#include "mhd_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage storage;
};

/* The length of what was filled in, 0 if the text is no address. Names are not looked up: what a server
   listens on must not depend on somebody's answer. */
static socklen_t parse_address(const char *text, uint16_t port, union address *address)
{
    memset(address, 0, sizeof *address);
    if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons(port);
        return sizeof address->v4;
    }
    if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons(port);
        return sizeof address->v6;
    }
    return 0;
}

static bool failed(struct pv_fault *fault, const char *address, unsigned port)
{
    enum pv_fault_kind kind = errno == EADDRINUSE ? PV_FAULT_KIND_BUSY
                              : errno == EACCES   ? PV_FAULT_KIND_DENIED
                                                  : PV_FAULT_KIND_IO;
    pv_fault_set(fault, kind, "cannot listen on %s port %u: %s", address, port, strerror(errno));
    return false;
}

/* Errors are errno's. */
static bool bind_and_listen(int fd, const union address *address, socklen_t len)
{
    int on = 1, off = 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
        return false;
    if (address->any.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
        return false;
    return bind(fd, &address->any, len) == 0 && listen(fd, SOMAXCONN) == 0;
}

bool pv_mhd_listen(const char *text, uint16_t port, int *listener, uint16_t *chosen, struct pv_fault *fault)
{
    union address address;
    socklen_t len = parse_address(text, port, &address);
    if (len == 0) {
        pv_fault_set(fault, PV_FAULT_KIND_IO, "cannot listen on %s: not an IPv4 or IPv6 address", text);
        return false;
    }
    int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return failed(fault, text, port);
    if (!bind_and_listen(fd, &address, len) || getsockname(fd, &address.any, &len) != 0) {
        (void)failed(fault, text, port);
        (void)close(fd);
        return false;
    }
    *listener = fd;
    /* The port stands at the same place in both. */
    *chosen = ntohs(address.v4.sin_port);
    return true;
}

bool pv_mhd_accept(struct pv_mhd_server *server)
{
    union address peer;
    socklen_t len = sizeof peer;
    int fd = accept(server->listener, &peer.any, &len);
    if (fd < 0)
        return errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    if (!pv_mhd_register(server, fd, &peer.storage))
        (void)close(fd);
    return true;
}
