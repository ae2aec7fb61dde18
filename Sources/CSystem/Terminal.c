#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

int csystem_open_pseudo_terminal(char *path, size_t room) {
#ifdef __linux__
    // From the first: a program that another thread starts meanwhile must not hold it.
    int controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
#else
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
#endif
    if (controller < 0) {
        return -1;
    }
    fcntl(controller, F_SETFD, FD_CLOEXEC);
    // Not ptsname, which hands every thread the same buffer.
    if (grantpt(controller) || unlockpt(controller) || ptsname_r(controller, path, room)) {
        int error = errno;
        close(controller);
        errno = error;
        return -1;
    }
    return controller;
}
