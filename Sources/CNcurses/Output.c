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
#include <sys/uio.h>
#include <unistd.h>

static int curses_end = -1, terminal = -1, memory = -1;
static bool gathers;
// The memory, as far as it is looked at in place.
static char *seen;
enum { SEEN = 1 << 20 };

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


static void send_unseen(size_t count) {
    char piece[4096];
    for (size_t at = 0; at < count;) {
        ssize_t got = pread(memory, piece, sizeof piece, (off_t)at);
        if (got <= 0) {
            return;
        }
        cncurses_output_write(piece, (size_t)got);
        at += (size_t)got;
    }
}

bool cncurses_output_open(int curses) {
    curses_end = curses;
    terminal = fcntl(curses, F_DUPFD_CLOEXEC, 3);
    memory = open_memory();
    gathers = false;
    if (memory >= 0 && ftruncate(memory, SEEN) == 0) {
        void *mapped = mmap(NULL, SEEN, PROT_READ, MAP_SHARED, memory, 0);
        seen = mapped == MAP_FAILED ? NULL : mapped;
    }
    if (terminal < 0 || !seen) {
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

// Sends parts one behind the other in one system call, or in as many as the terminal makes of it.
static void send_parts(struct iovec *parts, int count) {
    while (count > 0) {
        ssize_t written = writev(terminal, parts, count);
        if (written < 0) {
            // What was left is for the plain way, which knows how to wait.
            written = 0;
        }
        for (; count > 0 && (size_t)written >= parts->iov_len; parts++, count--) {
            written -= (ssize_t)parts->iov_len;
        }
        if (count > 0) {
            cncurses_output_write((char *)parts->iov_base + written, parts->iov_len - (size_t)written);
            parts++;
            count--;
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
    // Longer than any frame of a screen that a person looks at; it loses its marks and nothing else.
    if ((size_t)end > SEEN) {
        send_unseen((size_t)end);
        return;
    }
    struct iovec parts[] = {
        {(char *)update_begins, MARK}, {seen, (size_t)end}, {(char *)update_ends, MARK},
    };
    send_parts(parts, 3);
}

void cncurses_output_close(void) {
    cncurses_output_gather(false);
    if (terminal >= 0) {
        close(terminal);
    }
    if (memory >= 0) {
        close(memory);
    }
    if (seen) {
        munmap(seen, SEEN);
    }
    terminal = memory = curses_end = -1;
    seen = NULL;
}

int cncurses_output_terminal(void) {
    return terminal;
}
