// Gives the terminal back: when the program is done with it, and when it crashes or exits with the screen still on. A handler may call
// only what POSIX calls async-signal-safe, so all that is needed lies ready here, and there is no other way out that could differ.
#define _GNU_SOURCE
#include "Internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
enum { CRASHES = sizeof crashes / sizeof *crashes };

static struct sigaction before[CRASHES];
static bool installed, registered;
static int terminal = -1;
static struct termios modes;
static bool has_modes;
static char bytes[256];
static size_t byte_count;
static volatile sig_atomic_t active;
// A stack overflow leaves no room for a handler.
static char stack[1 << 14];

void cncurses_guard_leave(void) {
    if (!active) {
        return;
    }
    active = 0;
    for (size_t at = 0; at < byte_count;) {
        ssize_t written = write(terminal, bytes + at, byte_count - at);
        if (written <= 0) {
            break;
        }
        at += (size_t)written;
    }
    if (has_modes) {
        tcsetattr(terminal, TCSANOW, &modes);
    }
}

static void crash(int number) {
    cncurses_guard_leave();
    // The default action by now, and no other handler: the runtime's own would wait at the terminal.
    raise(number);
}

void cncurses_guard_save(int descriptor) {
    has_modes = tcgetattr(descriptor, &modes) == 0;
}

void cncurses_guard_leave_with(const char *text) {
    size_t count = strlen(text);
    byte_count = count < sizeof bytes ? count : sizeof bytes;
    memcpy(bytes, text, byte_count);
}

void cncurses_guard_open(int descriptor) {
    terminal = descriptor;
    active = 1;
    if (!registered) {
        registered = atexit(cncurses_guard_leave) == 0;
    }
    if (installed) {
        return;
    }
    stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack}, existing;
    if (sigaltstack(NULL, &existing) == 0 && (existing.ss_flags & SS_DISABLE)) {
        sigaltstack(&alternate, NULL);
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = crash;
    action.sa_flags = SA_ONSTACK | SA_NODEFER | SA_RESETHAND;
    for (int i = 0; i < CRASHES; i++) {
        sigaction(crashes[i], &action, &before[i]);
    }
    installed = true;
}

void cncurses_guard_close(void) {
    active = 0;
    for (int i = 0; installed && i < CRASHES; i++) {
        sigaction(crashes[i], &before[i], NULL);
    }
    installed = false;
    terminal = -1;
}
