#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "Internal.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { STYLES = 512, CLUSTER = 5 };

#define CONTENT 0x1FFFFFu
#define IS_CLUSTER (1u << 21)
#define IS_SELECTED (1u << 22)
#define IS_REVERSED (1u << 23)

// A cell of each style, but for its character.
static cchar_t styles[STYLES];
// What was painted last; drawn_count is 0 where everything must be painted.
static uint32_t *drawn;
static size_t drawn_count, drawn_room;
static cchar_t *line;
static int line_room;

void cncurses_paint_all(void) {
    drawn_count = 0;
}

void cncurses_paint_close(void) {
    free(drawn);
    free(line);
    drawn = NULL;
    line = NULL;
    drawn_count = drawn_room = 0;
    line_room = 0;
}

// MARK: Styles

void cncurses_clear_styles(void) {
    if (!cncurses_is_started()) {
        return;
    }
    if (has_colors()) {
        reset_color_pairs();
    }
    wchar_t blank[2] = {L' ', 0};
    for (int i = 0; i < STYLES; i++) {
        setcchar(&styles[i], blank, A_NORMAL, 0, NULL);
    }
    wbkgrndset(stdscr, &styles[0]);
    cncurses_paint_all();
}

void cncurses_set_style(int style, int attributes, int foreground, int background) {
    if (!cncurses_is_started() || style < 0 || style >= STYLES) {
        return;
    }
    attr_t attr = (attributes & CNCURSES_BOLD ? A_BOLD : 0) | (attributes & CNCURSES_DIM ? A_DIM : 0)
        | (attributes & CNCURSES_ITALIC ? A_ITALIC : 0) | (attributes & CNCURSES_UNDERLINE ? A_UNDERLINE : 0)
        | (attributes & CNCURSES_REVERSE ? A_REVERSE : 0);
    int pair = 0;
    if (has_colors()) {
        // The terminal's own colours are a pair like any other: the way back to curses' pair 0 leads over the attributes, each time.
        pair = alloc_pair(foreground, background);
        pair = pair < 0 ? 0 : pair;
    }
    wchar_t blank[2] = {L' ', 0};
    // The pair goes apart: the argument of its own holds 16 bits at most.
    setcchar(&styles[style], blank, attr, 0, &pair);
    cncurses_paint_all();
}

void cncurses_set_background(int style) {
    if (cncurses_is_started() && style >= 0 && style < STYLES) {
        wbkgrndset(stdscr, &styles[style]);
        cncurses_paint_all();
    }
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
        cncurses_paint_all();
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

// Has a row that another one now looks like, and that looks otherwise itself, drawn whole. Curses would find out that it had moved, and
// move rows about on the terminal, which not every terminal does alike. `changed` is a column in which the row differs from what was there.
static void forget_moved(const uint32_t *cells, int columns, int rows, int y, int changed) {
    size_t width = (size_t)columns, size = width * sizeof *cells;
    const uint32_t *row = cells + (size_t)y * width;
    for (int other = 0; other < rows; other++) {
        const uint32_t *old = drawn + (size_t)other * width;
        // Most differ there already.
        if (row[changed] == old[changed] && other != y && memcmp(row, old, size) == 0
            && memcmp(cells + (size_t)other * width, old, size) != 0) {
            wredrawln(stdscr, other, 1);
        }
    }
}

// Whether a cell looks otherwise than before. A cluster's number says nothing of what was under that number before.
static bool differs(uint32_t cell, uint32_t old) {
    return cell != old || cell & IS_CLUSTER;
}

// So many cells that are as they were are passed over; fewer are painted along with what differs around them.
enum { LEAST_GAP = 4 };

// Puts what differs in a row into the window, and returns the first column that does, or -1.
static int paint_row(const uint32_t *row, const uint32_t *old, int columns, int y, const uint32_t *clusters, bool unicode) {
    int changed = -1;
    for (int x = 0; x < columns; x++) {
        if (!differs(row[x], old[x])) {
            continue;
        }
        if (changed < 0) {
            changed = x;
        }
        int first = x, end = x + 1;
        for (int next = end; next < columns && next < end + LEAST_GAP; next++) {
            if (differs(row[next], old[next])) {
                end = next + 1;
            }
        }
        while (first > 0 && is_continuation(row[first])) {
            first--;
        }
        while (end < columns && is_continuation(row[end])) {
            end++;
        }
        mvwadd_wchnstr(stdscr, y, first, line, fill_line(row, first, end, clusters, unicode));
        x = end - 1;
    }
    return changed;
}

void cncurses_paint(const uint32_t *cells, int columns, int rows, const uint32_t *clusters, bool unicode) {
    size_t count = (size_t)columns * (size_t)rows;
    if (!cncurses_is_on() || columns <= 0 || rows <= 0 || !make_room(count, columns)) {
        return;
    }
    bool has_old = drawn_count == count;
    if (!has_old) {
        werase(stdscr);
    }
    bool is_changed = !has_old;
    if (rows > LINES) {
        rows = LINES;
    }
    for (int y = 0; y < rows; y++) {
        const uint32_t *row = cells + (size_t)y * (size_t)columns;
        if (!has_old) {
            mvwadd_wchnstr(stdscr, y, 0, line, fill_line(row, 0, columns, clusters, unicode));
            continue;
        }
        int changed = paint_row(row, drawn + (size_t)y * (size_t)columns, columns, y, clusters, unicode);
        if (changed >= 0) {
            is_changed = true;
            forget_moved(cells, columns, rows, y, changed);
        }
    }
    if (!is_changed) {
        return;
    }
    memcpy(drawn, cells, count * sizeof *cells);
    drawn_count = count;
    refresh();
    cncurses_output_send();
}
