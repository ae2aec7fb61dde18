#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "process.h"
#include "thread.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <time.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/syscall.h>
#endif

#if defined(__APPLE__)
#include <crt_externs.h>
char **csystem_environment(void) { return *_NSGetEnviron(); }
#else
extern char **environ;
char **csystem_environment(void) { return environ; }
#endif

// Descriptors 0 to 2 are what a program is given; a pipe that sat there could be overwritten while it is put in place.
static int lift(int *end) {
    if (*end > 2) {
        return 0;
    }
    int lifted = fcntl(*end, F_DUPFD_CLOEXEC, 3);
    int error = lifted < 0 ? errno : 0;
    close(*end);
    *end = lifted;
    return error;
}

int csystem_process_pipe(int ends[2], int own) {
#if defined(__linux__)
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
#else
    if (pipe(ends) != 0) {
        return errno;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
#endif
    int first = lift(&ends[0]), second = lift(&ends[1]);
    if (first || second) {
        close(ends[0]);
        close(ends[1]);
        return first ? first : second;
    }
    fcntl(ends[own], F_SETFL, fcntl(ends[own], F_GETFL) | O_NONBLOCK);
    return 0;
}

static long write_again(int descriptor, const void *bytes, size_t count) {
    ssize_t written;
    do {
        written = write(descriptor, bytes, count);
    } while (written < 0 && errno == EINTR);
    return written;
}

#if defined(__APPLE__)
long csystem_write_quietly(int descriptor, const void *bytes, size_t count) {
    fcntl(descriptor, F_SETNOSIGPIPE, 1);
    return write_again(descriptor, bytes, count);
}
#else
long csystem_write_quietly(int descriptor, const void *bytes, size_t count) {
    sigset_t broken, before, pending;
    sigemptyset(&broken);
    sigaddset(&broken, SIGPIPE);
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, &broken, &before);
    long written = write_again(descriptor, bytes, count);
    int error = errno;
    // The signal that this write gave is taken back; one that waited before stays.
    if (written < 0 && error == EPIPE && !sigismember(&pending, SIGPIPE)) {
        struct timespec at_once = {0, 0};
        while (sigtimedwait(&broken, NULL, &at_once) < 0 && errno == EINTR) {
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return written;
}
#endif

#if defined(__linux__) && defined(SYS_pidfd_open)
int csystem_pidfd(pid_t child) {
    // The kernel sets close-on-exec on it.
    return (int)syscall(SYS_pidfd_open, child, 0);
}
#else
struct wait {
    pid_t child;
    int end;
};

static void await_end(void *opaque) {
    struct wait wait = *(struct wait *)opaque;
    free(opaque);
    siginfo_t info;
    while (waitid(P_PID, wait.child, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    }
    close(wait.end);
}

// A thread waits in the kernel, and closes the other end of a pipe.
int csystem_pidfd(pid_t child) {
    int ends[2];
    int error = csystem_process_pipe(ends, 0);
    struct wait *wait = error ? NULL : malloc(sizeof *wait);
    if (wait) {
        *wait = (struct wait){child, ends[1]};
        error = csystem_thread_start("wait", await_end, wait);
        if (!error) {
            return ends[0];
        }
        free(wait);
    }
    if (!error) {
        error = ENOMEM;
    }
    errno = error;
    return -1;
}
#endif

int csystem_spawn(const struct csystem_spawn *what, pid_t *child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) {
        return error;
    }
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }

    sigset_t none, ordinary;
    sigemptyset(&none);
    sigfillset(&ordinary);
    sigdelset(&ordinary, SIGKILL);
    sigdelset(&ordinary, SIGSTOP);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (!what->shares_group) {
        flags |= POSIX_SPAWN_SETPGROUP;
    }
#if defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    error = posix_spawnattr_setpgroup(&attributes, 0);
    error = error ? error : posix_spawnattr_setsigmask(&attributes, &none);
    error = error ? error : posix_spawnattr_setsigdefault(&attributes, &ordinary);
    error = error ? error : posix_spawnattr_setflags(&attributes, flags);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, what->input, 0);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, what->output, 1);
    error = error ? error : posix_spawn_file_actions_adddup2(&actions, what->error, 2);
#if defined(__linux__)
    error = error ? error : posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
    if (!error && what->directory) {
        error = posix_spawn_file_actions_addchdir_np(&actions, what->directory);
    }
    if (!error) {
        error = posix_spawnp(child, what->argv[0], &actions, &attributes, what->argv, what->environment);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}
