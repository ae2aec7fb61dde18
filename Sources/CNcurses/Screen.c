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

enum { STYLES = 512, CLUSTER = 5 };

#define CONTENT 0x1FFFFFu
#define IS_CLUSTER (1u << 21)
#define IS_SELECTED (1u << 22)
#define IS_REVERSED (1u << 23)

static SCREEN *screen;
static FILE *files[2];
// Keys are read through a window of their own: reading from one draws it.
static WINDOW *keys;
// The terminal's modes while the screen is on.
static struct termios modes;
static bool is_suspended;
// A cell of each style, but for its character.
static cchar_t styles[STYLES];
// What was painted last; drawn_count is 0 where everything must be painted.
static uint32_t *drawn;
static size_t drawn_count, drawn_room;
static cchar_t *line;
static int line_room;

static void stay_invalid(void) {
    drawn_count = 0;
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

// How the screen is left. ncurses' own way (endwin) also resets the palette, which is the user's.
static void set_leaving(void) {
    static const char *const before[] = {"sgr0", "op", NULL}, *const after[] = {"rmkx", "cnorm", "rmcup", NULL};
    char text[256] = "\033[?2026l";
    append_all(text, sizeof text, before);
    const char *move = tigetstr("cup");
    if (move && move != (char *)-1) {
        append(text, sizeof text, tparm((char *)move, LINES - 1, 0));
    }
    append_all(text, sizeof text, after);
    cncurses_guard_leave_with(text);
}

static void enter(void) {
    static const char *const entering[] = {"smcup", "smkx", "civis", NULL};
    char text[256] = "";
    append_all(text, sizeof text, entering);
    cncurses_output_write(text, strlen(text));
}

// Terminals send these too, whatever terminfo says of them: many ignore being told which form to use.
static void define_common_keys(void) {
    static const struct {
        const char *sequence;
        int key;
    } common[] = {
        {"\033[A", KEY_UP},    {"\033[B", KEY_DOWN},  {"\033[C", KEY_RIGHT},  {"\033[D", KEY_LEFT},      {"\033OA", KEY_UP},
        {"\033OB", KEY_DOWN},  {"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT},   {"\033[1;2C", KEY_SRIGHT}, {"\033[1;2D", KEY_SLEFT},
        {"\033[H", KEY_HOME},  {"\033[F", KEY_END},   {"\033OH", KEY_HOME},   {"\033OF", KEY_END},       {"\033[1~", KEY_HOME},
        {"\033[4~", KEY_END},  {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE}, {"\033[Z", KEY_BTAB},
    };
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (key_defined(common[i].sequence) == 0) {
            define_key(common[i].sequence, common[i].key);
        }
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
    set_leaving();
    cncurses_guard_open(cncurses_output_terminal());
    cbreak();
    noecho();
    nonl();
    curs_set(0);
    set_escdelay(25);
    // Keys that wait would hold the picture back.
    typeahead(-1);
    leaveok(stdscr, TRUE);
    keys = newpad(1, 1);
    keypad(keys, TRUE);
    define_common_keys();
    nodelay(keys, TRUE);
    // Only after leaving the screen once does this version of ncurses gather its output. Before there are colours, or it would reset them.
    refresh();
    endwin();
    refresh();
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    tcgetattr(cncurses_output_terminal(), &modes);
    cncurses_output_gather(true);
    is_suspended = false;
    stay_invalid();
    return true;
}

void cncurses_stop(void) {
    if (!screen) {
        return;
    }
    cncurses_suspend();
    delwin(keys);
    keys = NULL;
    delscreen(screen);
    screen = NULL;
    cncurses_guard_close();
    cncurses_output_close();
    close_files();
    free(drawn);
    free(line);
    drawn = NULL;
    line = NULL;
    drawn_count = drawn_room = 0;
    line_room = 0;
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
    stay_invalid();
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
    stay_invalid();
}

// MARK: Styles

void cncurses_clear_styles(void) {
    if (!screen) {
        return;
    }
    if (has_colors()) {
        reset_color_pairs();
    }
    wchar_t blank[2] = {L' ', 0};
    for (int i = 0; i < STYLES; i++) {
        setcchar(&styles[i], blank, A_NORMAL, 0, NULL);
    }
    stay_invalid();
}

void cncurses_set_style(int style, int attributes, int foreground, int background) {
    if (!screen || style < 0 || style >= STYLES) {
        return;
    }
    attr_t attr = (attributes & CNCURSES_BOLD ? A_BOLD : 0) | (attributes & CNCURSES_DIM ? A_DIM : 0)
        | (attributes & CNCURSES_ITALIC ? A_ITALIC : 0) | (attributes & CNCURSES_UNDERLINE ? A_UNDERLINE : 0)
        | (attributes & CNCURSES_REVERSE ? A_REVERSE : 0);
    int pair = 0;
    if (has_colors() && (foreground >= 0 || background >= 0)) {
        pair = alloc_pair(foreground, background);
        pair = pair < 0 ? 0 : pair;
    }
    wchar_t blank[2] = {L' ', 0};
    // The pair goes apart: the argument of its own holds 16 bits at most.
    setcchar(&styles[style], blank, attr, 0, &pair);
    stay_invalid();
}

// MARK: Painting

static bool is_continuation(uint32_t cell) {
    return (cell & (CONTENT | IS_CLUSTER)) == 0;
}

// Whether the terminal will draw the scalar as wide as the frame has it; what is neither Latin nor a box is asked for.
static bool is_drawn(uint32_t scalar, int columns, bool unicode) {
    if (scalar < 0x7F) {
        return scalar >= 0x20;
    }
    if (!unicode) {
        return false;
    }
    if (columns == 1 && ((scalar >= 0xAE && scalar < 0x300) || (scalar >= 0x2500 && scalar < 0x25FD))) {
        return true;
    }
    return wcwidth((wchar_t)scalar) == columns;
}

// Turns a run of cells into characters of curses, and says how many.
static int fill_line(const uint32_t *row, int first, int end, const uint32_t *clusters, bool unicode) {
    int count = 0;
    for (int x = first; x < end; x++) {
        uint32_t cell = row[x];
        if (is_continuation(cell)) {
            continue;
        }
        int columns = x + 1 < end && is_continuation(row[x + 1]) ? 2 : 1;
        cchar_t *out = &line[count++];
        *out = styles[(cell >> 24) * 2 + (cell & IS_SELECTED ? 1 : 0)];
        if (cell & IS_REVERSED) {
            out->attr ^= A_REVERSE;
        }
        const uint32_t *cluster = cell & IS_CLUSTER ? clusters + (cell & CONTENT) * CLUSTER : NULL;
        uint32_t scalar = cluster ? cluster[0] : cell & CONTENT;
        if (is_drawn(scalar, columns, unicode)) {
            out->chars[0] = (wchar_t)scalar;
            for (int i = 1; cluster && unicode && i < CLUSTER && cluster[i] && wcwidth((wchar_t)cluster[i]) == 0; i++) {
                out->chars[i] = (wchar_t)cluster[i];
            }
        } else {
            out->chars[0] = L'?';
            if (columns == 2) {
                line[count] = *out;
                count++;
            }
        }
    }
    return count;
}

static bool make_room(size_t cells, int columns) {
    if (drawn_room < cells) {
        uint32_t *larger = realloc(drawn, cells * sizeof *drawn);
        if (!larger) {
            return false;
        }
        drawn = larger;
        drawn_room = cells;
        stay_invalid();
    }
    if (line_room < columns) {
        cchar_t *larger = realloc(line, (size_t)columns * sizeof *line);
        if (!larger) {
            return false;
        }
        line = larger;
        line_room = columns;
    }
    return true;
}

// Puts what differs in a row into the window, and says whether anything did.
static bool paint_row(const uint32_t *row, const uint32_t *old, int columns, int y, const uint32_t *clusters, bool unicode) {
    int first = 0, end = columns;
    if (old) {
        // A cluster's number says nothing of what was under that number before.
        while (first < end && row[first] == old[first] && !(row[first] & IS_CLUSTER)) {
            first++;
        }
        while (end > first && row[end - 1] == old[end - 1] && !(row[end - 1] & IS_CLUSTER)) {
            end--;
        }
        if (first == end) {
            return false;
        }
        while (first > 0 && is_continuation(row[first])) {
            first--;
        }
        while (end < columns && is_continuation(row[end])) {
            end++;
        }
    }
    int count = fill_line(row, first, end, clusters, unicode);
    mvwadd_wchnstr(stdscr, y, first, line, count);
    return true;
}

void cncurses_paint(const uint32_t *cells, int columns, int rows, const uint32_t *clusters, bool unicode) {
    size_t count = (size_t)columns * (size_t)rows;
    if (!screen || is_suspended || columns <= 0 || rows <= 0 || !make_room(count, columns)) {
        return;
    }
    bool has_old = drawn_count == count;
    bool changed = !has_old;
    if (!has_old) {
        werase(stdscr);
    }
    for (int y = 0; y < rows && y < LINES; y++) {
        const uint32_t *row = cells + (size_t)y * (size_t)columns;
        const uint32_t *old = has_old ? drawn + (size_t)y * (size_t)columns : NULL;
        changed |= paint_row(row, old, columns, y, clusters, unicode);
    }
    if (!changed) {
        return;
    }
    memcpy(drawn, cells, count * sizeof *cells);
    drawn_count = count;
    refresh();
    cncurses_output_send();
}

void cncurses_send(const char *string) {
    if (screen) {
        cncurses_output_write(string, strlen(string));
    }
}

// MARK: Keys

static enum cncurses_key named_key(wint_t code, uint32_t *value) {
    if (code >= KEY_F(1) && code <= KEY_F(63)) {
        *value = code - KEY_F0;
        return CNCURSES_FUNCTION;
    }
    switch (code) {
    case KEY_UP: return CNCURSES_UP;
    case KEY_DOWN: return CNCURSES_DOWN;
    case KEY_LEFT: return CNCURSES_LEFT;
    case KEY_RIGHT: return CNCURSES_RIGHT;
    case KEY_SLEFT: return CNCURSES_SHIFT_LEFT;
    case KEY_SRIGHT: return CNCURSES_SHIFT_RIGHT;
    case KEY_HOME: return CNCURSES_HOME;
    case KEY_END: return CNCURSES_END;
    case KEY_PPAGE: return CNCURSES_PAGE_UP;
    case KEY_NPAGE: return CNCURSES_PAGE_DOWN;
    case KEY_BACKSPACE: return CNCURSES_BACKSPACE;
    case KEY_ENTER: return CNCURSES_ENTER;
    case KEY_BTAB: return CNCURSES_BACK_TAB;
    default: return CNCURSES_OTHER;
    }
}

enum cncurses_key cncurses_next_key(uint32_t *value) {
    wint_t code = 0;
    *value = 0;
    switch (screen && !is_suspended ? wget_wch(keys, &code) : ERR) {
    case OK:
        *value = (uint32_t)code;
        return CNCURSES_CHARACTER;
    case KEY_CODE_YES:
        return named_key(code, value);
    default:
        return CNCURSES_NO_KEY;
    }
}
