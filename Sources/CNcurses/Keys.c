#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "Internal.h"

#include <curses.h>
#include <stdio.h>

// Keys are read through a window of their own: reading from one draws it.
static WINDOW *keys;

// What stands around text that is pasted, where a terminal tells (DEC private mode 2004). Beyond curses' own numbers.
enum { PASTE_BEGINS = KEY_MAX + 1, PASTE_ENDS, MOUSE_BEGINS };

// What is known by now of what the mouse did (xterm's SGR form, DEC private mode 1006): `0;12;5`, up to an M or an m. It is read here and not by
// curses, which reads it only where terminfo says that this is the terminal's form; for tmux and screen it says an older one, which
// knows no column beyond 223.
static char mouse_text[24];
static size_t mouse_count;
static bool reads_mouse;

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
        {"\033[3~", KEY_DC},   {"\033[200~", PASTE_BEGINS}, {"\033[201~", PASTE_ENDS},
    };
    // In the place of what curses would make of it by itself.
    define_key("\033[<", MOUSE_BEGINS);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (key_defined(common[i].sequence) == 0) {
            define_key(common[i].sequence, common[i].key);
        }
    }
}

void cncurses_keys_open(void) {
    keys = newpad(1, 1);
    keypad(keys, TRUE);
    define_common_keys();
    nodelay(keys, TRUE);
    reads_mouse = false;
}

void cncurses_keys_close(void) {
    delwin(keys);
    keys = NULL;
}

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
    case KEY_DC: return CNCURSES_DELETE;
    case PASTE_BEGINS: return CNCURSES_PASTE_BEGINS;
    case PASTE_ENDS: return CNCURSES_PASTE_ENDS;
    default: return CNCURSES_OTHER;
    }
}

// What the mouse did, of which all has been read; false for what nobody asks for, such as other buttons.
static bool find_mouse(bool released, struct cncurses_mouse *mouse) {
    enum { MODIFIERS = 4 | 8 | 16, MOTION = 32, WHEEL = 64 };
    int button, column, row;
    mouse_text[mouse_count] = 0;
    if (sscanf(mouse_text, "%d;%d;%d", &button, &column, &row) != 3 || column < 1 || row < 1) {
        return false;
    }
    mouse->column = column - 1;
    mouse->row = row - 1;
    switch (button & ~MODIFIERS) {
    case 0: mouse->kind = released ? CNCURSES_RELEASE : CNCURSES_PRESS; return true;
    case MOTION: mouse->kind = CNCURSES_DRAG; return true;
    case WHEEL: mouse->kind = CNCURSES_WHEEL_UP; return true;
    case WHEEL + 1: mouse->kind = CNCURSES_WHEEL_DOWN; return true;
    default: return false;
    }
}

// Takes a character of what the mouse did. Returns whether it was one of it.
static bool take_mouse(wint_t code, enum cncurses_key *key, struct cncurses_mouse *mouse) {
    if ((code >= '0' && code <= '9') || code == ';') {
        if (mouse_count + 1 < sizeof mouse_text) {
            mouse_text[mouse_count++] = (char)code;
        }
        return true;
    }
    reads_mouse = false;
    if (code != 'M' && code != 'm') {
        return false;
    }
    *key = find_mouse(code == 'm', mouse) ? CNCURSES_MOUSE : CNCURSES_OTHER;
    return true;
}

enum cncurses_key cncurses_next_key(uint32_t *value, struct cncurses_mouse *mouse) {
    *value = 0;
    while (true) {
        wint_t code = 0;
        enum cncurses_key key = CNCURSES_NO_KEY;
        switch (cncurses_is_on() ? wget_wch(keys, &code) : ERR) {
        case OK:
            if (reads_mouse && take_mouse(code, &key, mouse)) {
                if (key == CNCURSES_NO_KEY) {
                    continue;
                }
                return key;
            }
            *value = (uint32_t)code;
            return CNCURSES_CHARACTER;
        case KEY_CODE_YES:
            reads_mouse = code == MOUSE_BEGINS;
            if (reads_mouse) {
                mouse_count = 0;
                continue;
            }
            return named_key(code, value);
        default:
            // What is missing of a sequence comes with the next keys.
            return CNCURSES_NO_KEY;
        }
    }
}
