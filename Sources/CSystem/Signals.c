#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define MOST 16

static int ends[2] = {-1, -1};
static struct {
    int signal;
    struct sigaction before;
} taken[MOST];
static int taken_count;

static void write_number(int signal) {
    int before = errno;
    unsigned char number = (unsigned char)signal;
    // A full pipe already says that something came.
    ssize_t written = write(ends[1], &number, 1);
    (void)written;
    errno = before;
}

int csystem_signals_open(const int *signals, int count) {
    if (ends[0] >= 0 || count > MOST) {
        errno = EBUSY;
        return -1;
    }
    int error = csystem_pipe(ends);
    if (error) {
        errno = error;
        return -1;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = write_number;
    action.sa_flags = SA_RESTART;
    sigfillset(&action.sa_mask);
    taken_count = 0;
    for (int i = 0; i < count; i++) {
        struct sigaction before;
        if (sigaction(signals[i], NULL, &before) || (before.sa_handler == SIG_IGN && signals[i] != SIGCONT)) {
            continue;
        }
        sigaction(signals[i], &action, NULL);
        taken[taken_count].signal = signals[i];
        taken[taken_count].before = before;
        taken_count++;
    }
    return ends[0];
}

void csystem_signals_close(void) {
    for (int i = 0; i < taken_count; i++) {
        sigaction(taken[i].signal, &taken[i].before, NULL);
    }
    taken_count = 0;
    if (ends[0] >= 0) {
        close(ends[0]);
        close(ends[1]);
        ends[0] = ends[1] = -1;
    }
}

void csystem_signal_default(int signal_number) {
    struct sigaction action, before;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigaction(signal_number, &action, &before);
    sigset_t one, mask;
    sigemptyset(&one);
    sigaddset(&one, signal_number);
    pthread_sigmask(SIG_UNBLOCK, &one, &mask);
    raise(signal_number);
    // Only after a stop.
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sigaction(signal_number, &before, NULL);
}
