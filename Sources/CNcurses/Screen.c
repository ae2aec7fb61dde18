#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "Internal.h"

#include <curses.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

// Names that term.h takes for itself.
#undef columns
#undef lines

static SCREEN *screen;
static FILE *files[2];
// The terminal's modes while the screen is on.
static struct termios modes;
static bool is_suspended;
// Whether the terminal tells of the mouse, while the screen is on.
static bool uses_mouse;

bool cncurses_is_started(void) {
    return screen != NULL;
}

bool cncurses_is_on(void) {
    return screen && !is_suspended;
}

// MARK: Starting and stopping

static FILE *open_copy(int descriptor, const char *mode) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    FILE *file = copy < 0 ? NULL : fdopen(copy, mode);
    if (!file && copy >= 0) {
        close(copy);
    }
    return file;
}

static void close_files(void) {
    for (int i = 0; i < 2; i++) {
        if (files[i]) {
            fclose(files[i]);
            files[i] = NULL;
        }
    }
}

// Appends a capability's string without its padding.
static void append(char *text, size_t room, const char *string) {
    if (!string || string == (char *)-1) {
        return;
    }
    size_t at = strlen(text);
    while (*string && at + 1 < room) {
        const char *end = string[0] == '$' && string[1] == '<' ? strchr(string, '>') : NULL;
        if (end) {
            string = end + 1;
        } else {
            text[at++] = *string++;
        }
    }
    text[at] = 0;
}

static void append_all(char *text, size_t room, const char *const *capabilities) {
    for (; *capabilities; capabilities++) {
        append(text, room, tigetstr((char *)*capabilities));
    }
}

// Has the terminal tell of the mouse's buttons and of what is dragged, in columns and rows as large as they are (xterm's modes 1000, 1002, 1006):
// where a mode is not known it does nothing.
static const char tell_mouse[] = "\033[?1000h\033[?1002h\033[?1006h", forget_mouse[] = "\033[?1006l\033[?1002l\033[?1000l";

// How the screen is left. ncurses' own way (endwin) also resets the palette, which is the user's.
static void set_leaving(void) {
    static const char *const before[] = {"sgr0", "op", NULL}, *const after[] = {"rmkx", "cnorm", "rmcup", NULL};
    char text[256] = "\033[?2026l\033[?2004l";
    if (uses_mouse) {
        append(text, sizeof text, forget_mouse);
    }
    append_all(text, sizeof text, before);
    const char *move = tigetstr("cup"), *leave = tigetstr("rmcup");
    if (leave && leave != (char *)-1) {
        // Cleared, because tmux mixes a screen that was resized meanwhile into the one before it.
        append(text, sizeof text, tigetstr("clear"));
    } else if (move && move != (char *)-1) {
        append(text, sizeof text, tparm((char *)move, LINES - 1, 0));
    }
    append_all(text, sizeof text, after);
    cncurses_guard_leave_with(text);
}

// Has pasted text told from typed keys. DEC private mode 2004: where it is not known it does nothing.
static const char tell_pastes[] = "\033[?2004h";

static void enter(void) {
    static const char *const entering[] = {"smcup", "smkx", "civis", NULL};
    char text[256] = "";
    append(text, sizeof text, tell_pastes);
    append_all(text, sizeof text, entering);
    if (uses_mouse) {
        append(text, sizeof text, tell_mouse);
    }
    cncurses_output_write(text, strlen(text));
}

// Ctrl-C and Ctrl-\\ have a terminal drop what is on its way to the screen, and half an escape sequence with it, unless it is told otherwise.
static void keep_output(void) {
    struct termios changed;
    if (tcgetattr(cncurses_output_terminal(), &changed) == 0) {
        changed.c_lflag |= NOFLSH;
        tcsetattr(cncurses_output_terminal(), TCSANOW, &changed);
        def_prog_mode();
    }
}

bool cncurses_start(const char *terminal, int input, int output) {
    if (screen || !isatty(input) || !isatty(output)) {
        return false;
    }
    files[0] = open_copy(output, "w");
    files[1] = open_copy(input, "r");
    cncurses_guard_save(output);
    // The terminal is asked for its size, and not the environment: that does not change with it.
    use_env(FALSE);
    use_tioctl(TRUE);
    bool has_output = files[0] && files[1] && cncurses_output_open(fileno(files[0]));
    screen = has_output ? newterm(terminal, files[0], files[1]) : NULL;
    if (!screen) {
        cncurses_output_close();
        close_files();
        return false;
    }
    uses_mouse = false;
    set_leaving();
    cncurses_guard_open(cncurses_output_terminal());
    cbreak();
    noecho();
    nonl();
    keep_output();
    curs_set(0);
    set_escdelay(25);
    // Keys that wait would hold the picture back.
    typeahead(-1);
    leaveok(stdscr, TRUE);
    // Text is never shifted along a line: some terminals fill the gap with their own background.
    idcok(stdscr, FALSE);
    cncurses_keys_open();
    // Only after leaving the screen once does this version of ncurses gather its output. Before there are colours, or it would reset them.
    refresh();
    endwin();
    refresh();
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    cncurses_output_write(tell_pastes, strlen(tell_pastes));
    tcgetattr(cncurses_output_terminal(), &modes);
    cncurses_output_gather(true);
    is_suspended = false;
    cncurses_paint_all();
    return true;
}

void cncurses_stop(void) {
    if (!screen) {
        return;
    }
    cncurses_suspend();
    cncurses_keys_close();
    delscreen(screen);
    screen = NULL;
    cncurses_guard_close();
    cncurses_output_close();
    close_files();
    cncurses_paint_close();
}

void cncurses_suspend(void) {
    if (screen && !is_suspended) {
        is_suspended = true;
        cncurses_guard_leave();
    }
}

void cncurses_resume(void) {
    if (!screen) {
        return;
    }
    is_suspended = false;
    cncurses_guard_open(cncurses_output_terminal());
    tcsetattr(cncurses_output_terminal(), TCSADRAIN, &modes);
    enter();
    clearok(curscr, TRUE);
    cncurses_paint_all();
}

void cncurses_use_mouse(bool use) {
    if (!screen || use == uses_mouse) {
        return;
    }
    uses_mouse = use;
    // A crash at any point between leaves a terminal that tells of no mouse.
    if (use) {
        set_leaving();
    }
    if (!is_suspended) {
        const char *text = use ? tell_mouse : forget_mouse;
        cncurses_output_write(text, strlen(text));
    }
    if (!use) {
        set_leaving();
    }
}

bool cncurses_set_locale(void) {
    const char *set = setlocale(LC_CTYPE, "");
    if (!set) {
        // It names a locale that this machine does not have. What it says of characters still holds.
        const char *names[] = {getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")};
        const char *wanted = "";
        for (int i = 2; i >= 0; i--) {
            wanted = names[i] && *names[i] ? names[i] : wanted;
        }
        if (strcasestr(wanted, "utf-8") || strcasestr(wanted, "utf8")) {
            set = setlocale(LC_CTYPE, "C.UTF-8");
        }
    }
    return set && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

// MARK: What the terminal can do

int cncurses_colors(void) {
    return screen && has_colors() ? COLORS : 0;
}

bool cncurses_takes_rgb(void) {
    return screen && has_colors() && COLORS >= 1 << 24 && tigetflag("RGB") > 0;
}

bool cncurses_size(int *columns, int *rows) {
    struct winsize size;
    if (screen && ioctl(cncurses_output_terminal(), TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row) {
        *columns = size.ws_col;
        *rows = size.ws_row;
        return true;
    }
    *columns = 80;
    *rows = 24;
    return false;
}

void cncurses_resize(int columns, int rows) {
    if (!screen) {
        return;
    }
    resize_term(rows, columns);
    set_leaving();
    // Terminals fold and cut lines in ways of their own when they are resized.
    clearok(curscr, TRUE);
    cncurses_paint_all();
}

void cncurses_send(const char *string) {
    if (screen) {
        cncurses_output_write(string, strlen(string));
    }
}
