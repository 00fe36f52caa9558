// What Swift's Glibc module leaves out of the socket interface: epoll, eventfd and accept4.
#ifndef BINDERY_SHIMS_NET_H
#define BINDERY_SHIMS_NET_H

#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// One readiness event. The kernel's own struct is packed on some machines, which Swift cannot
// import, so events are copied into this one.
struct bindery_event {
    uint64_t token;
    uint32_t readiness;
};

enum {
    bindery_readable = EPOLLIN,
    bindery_writable = EPOLLOUT,
    bindery_failed = EPOLLERR,
    bindery_hung_up = EPOLLHUP,
    bindery_event_count_max = 256,
};

static inline int bindery_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int bindery_eventfd(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

static inline int bindery_epoll_add(int poller, int descriptor, uint32_t interest, uint64_t token)
{
    struct epoll_event event = {.events = interest, .data = {.u64 = token}};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event);
}

static inline int bindery_epoll_change(int poller, int descriptor, uint32_t interest,
                                       uint64_t token)
{
    struct epoll_event event = {.events = interest, .data = {.u64 = token}};
    return epoll_ctl(poller, EPOLL_CTL_MOD, descriptor, &event);
}

static inline int bindery_epoll_remove(int poller, int descriptor)
{
    struct epoll_event event = {0};
    return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, &event);
}

// Fills at most bindery_event_count_max events; waits forever for a negative timeout.
static inline int bindery_epoll_wait(int poller, struct bindery_event *events, int milliseconds)
{
    struct epoll_event ready[bindery_event_count_max];
    int count = epoll_wait(poller, ready, bindery_event_count_max, milliseconds);
    for (int index = 0; index < count; index++) {
        events[index].token = ready[index].data.u64;
        events[index].readiness = ready[index].events;
    }
    return count;
}

// accept4 needs _GNU_SOURCE, which Clang's module does not define; the symbol is always there.
int accept4(int descriptor, struct sockaddr *address, socklen_t *length, int flags);

static inline int bindery_accept(int listener, struct sockaddr *address, socklen_t *length)
{
    return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

// The bytes of a socket's send queue that the other side has not acknowledged; -1 on an error.
// TIOCOUTQ is SIOCOUTQ of linux/sockios.h, which has no place in a user's program.
static inline int bindery_unsent(int descriptor)
{
    int count = 0;
    return ioctl(descriptor, TIOCOUTQ, &count) == 0 ? count : -1;
}

#endif
