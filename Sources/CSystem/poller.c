#include "poller.h"

#include <errno.h>
#include <stddef.h>

#if defined(__linux__)
#include <sys/epoll.h>

int csystem_poller_open(void) { return epoll_create1(EPOLL_CLOEXEC); }

int csystem_poller_add(int poller, int descriptor, uint64_t tag, int for_writing) {
    struct epoll_event event = {.events = for_writing ? EPOLLOUT : EPOLLIN, .data.u64 = tag};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) == 0 ? 0 : errno;
}

void csystem_poller_remove(int poller, int descriptor, int for_writing) {
    (void)for_writing;
    epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL);
}

static int wait_for(int poller, uint64_t *tags, int capacity, int timeout) {
    struct epoll_event events[64];
    int count;
    do {
        count = epoll_wait(poller, events, capacity < 64 ? capacity : 64, timeout);
    } while (count < 0 && errno == EINTR);
    for (int i = 0; i < count; i++) {
        tags[i] = events[i].data.u64;
    }
    return count;
}

int csystem_poller_wait(int poller, uint64_t *tags, int capacity) { return wait_for(poller, tags, capacity, -1); }

int csystem_poller_ready(int poller, uint64_t *tags, int capacity) { return wait_for(poller, tags, capacity, 0); }
#else
#include <fcntl.h>
#include <sys/event.h>

int csystem_poller_open(void) {
    int poller = kqueue();
    if (poller >= 0) {
        fcntl(poller, F_SETFD, FD_CLOEXEC);
    }
    return poller;
}

int csystem_poller_add(int poller, int descriptor, uint64_t tag, int for_writing) {
    struct kevent change;
    EV_SET(&change, descriptor, for_writing ? EVFILT_WRITE : EVFILT_READ, EV_ADD, 0, 0, (void *)(uintptr_t)tag);
    return kevent(poller, &change, 1, NULL, 0, NULL) == 0 ? 0 : errno;
}

void csystem_poller_remove(int poller, int descriptor, int for_writing) {
    struct kevent change;
    EV_SET(&change, descriptor, for_writing ? EVFILT_WRITE : EVFILT_READ, EV_DELETE, 0, 0, NULL);
    kevent(poller, &change, 1, NULL, 0, NULL);
}

static int wait_for(int poller, uint64_t *tags, int capacity, const struct timespec *timeout) {
    struct kevent events[64];
    int count;
    do {
        count = kevent(poller, NULL, 0, events, capacity < 64 ? capacity : 64, timeout);
    } while (count < 0 && errno == EINTR);
    for (int i = 0; i < count; i++) {
        tags[i] = (uint64_t)(uintptr_t)events[i].udata;
    }
    return count;
}

int csystem_poller_wait(int poller, uint64_t *tags, int capacity) { return wait_for(poller, tags, capacity, NULL); }

int csystem_poller_ready(int poller, uint64_t *tags, int capacity) {
    struct timespec none = {0, 0};
    return wait_for(poller, tags, capacity, &none);
}
#endif
