#define _GNU_SOURCE
#include "CSystem.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int csystem_open_pseudo_terminal(char *path, size_t room) {
    int controller = posix_openpt(O_RDWR | O_NOCTTY);
    const char *name = controller >= 0 && !grantpt(controller) && !unlockpt(controller) ? ptsname(controller) : NULL;
    if (!name) {
        if (controller >= 0) {
            close(controller);
        }
        return -1;
    }
    fcntl(controller, F_SETFD, FD_CLOEXEC);
    snprintf(path, room, "%s", name);
    return controller;
}
