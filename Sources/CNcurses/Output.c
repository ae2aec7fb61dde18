// What lies between ncurses and the terminal. ncurses sends a frame in as many writes as its buffer fills, and flushes before a mark could
// be put behind it. So the descriptor that it writes to is a piece of memory while it draws, and the terminal while it changes the
// terminal's modes; a frame leaves in one write.
#define _GNU_SOURCE
#include "Internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int curses_end = -1, terminal = -1, memory = -1;
static bool gathers;
static char *frame;
static size_t frame_room;

// DEC private mode 2026: where it is not known it does nothing.
static const char update_begins[] = "\033[?2026h", update_ends[] = "\033[?2026l";
enum { MARK = sizeof update_begins - 1 };

static int open_memory(void) {
#ifdef __linux__
    return memfd_create("frame", MFD_CLOEXEC);
#else
    char name[] = "/tmp/frameXXXXXX";
    int file = mkstemp(name);
    if (file >= 0) {
        unlink(name);
        fcntl(file, F_SETFD, FD_CLOEXEC);
    }
    return file;
#endif
}

bool cncurses_output_open(int curses) {
    curses_end = curses;
    terminal = fcntl(curses, F_DUPFD_CLOEXEC, 3);
    memory = open_memory();
    gathers = false;
    if (terminal < 0 || memory < 0) {
        cncurses_output_close();
        return false;
    }
    return true;
}

void cncurses_output_gather(bool gather) {
    if (gathers == gather || terminal < 0) {
        return;
    }
    gathers = gather;
    dup2(gather ? memory : terminal, curses_end);
    fcntl(curses_end, F_SETFD, FD_CLOEXEC);
}

void cncurses_output_write(const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(terminal, bytes, count);
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        } else if (written < 0 && errno == EAGAIN) {
            // Somebody made the terminal not block.
            struct pollfd ready = {.fd = terminal, .events = POLLOUT};
            poll(&ready, 1, -1);
        } else if (written == 0 || errno != EINTR) {
            // The terminal is gone; its hang-up says so elsewhere.
            return;
        }
    }
}

void cncurses_output_send(void) {
    if (!gathers) {
        return;
    }
    off_t end = lseek(memory, 0, SEEK_CUR);
    lseek(memory, 0, SEEK_SET);
    if (end <= 0) {
        return;
    }
    size_t count = (size_t)end, needed = count + 2 * MARK;
    if (frame_room < needed) {
        char *larger = realloc(frame, 2 * needed);
        if (!larger) {
            return;
        }
        frame = larger;
        frame_room = 2 * needed;
    }
    memcpy(frame, update_begins, MARK);
    ssize_t got = pread(memory, frame + MARK, count, 0);
    if (got <= 0) {
        return;
    }
    memcpy(frame + MARK + got, update_ends, MARK);
    cncurses_output_write(frame, (size_t)got + 2 * MARK);
}

void cncurses_output_close(void) {
    cncurses_output_gather(false);
    if (terminal >= 0) {
        close(terminal);
    }
    if (memory >= 0) {
        close(memory);
    }
    terminal = memory = curses_end = -1;
    free(frame);
    frame = NULL;
    frame_room = 0;
}

int cncurses_output_terminal(void) {
    return terminal;
}
