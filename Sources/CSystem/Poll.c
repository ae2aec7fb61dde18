#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

int csystem_poll(struct pollfd *descriptors, uint32_t count, int64_t timeout_us) {
#ifdef __linux__
    struct timespec timeout = {.tv_sec = timeout_us / 1000000, .tv_nsec = timeout_us % 1000000 * 1000};
    int ready = ppoll(descriptors, count, timeout_us < 0 ? NULL : &timeout, NULL);
#else
    // Rounded up: to wake early would be to wake twice.
    int64_t milliseconds = timeout_us < 0 ? -1 : (timeout_us + 999) / 1000;
    int ready = poll(descriptors, count, milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds);
#endif
    return ready < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : ready;
}

int csystem_pipe(int ends[2]) {
#ifdef __linux__
    return pipe2(ends, O_CLOEXEC | O_NONBLOCK) ? errno : 0;
#else
    if (pipe(ends)) {
        return errno;
    }
    for (int i = 0; i < 2; i++) {
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    return 0;
#endif
}
