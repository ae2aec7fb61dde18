#define _GNU_SOURCE
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "Internal.h"

#include <curses.h>

// Keys are read through a window of their own: reading from one draws it.
static WINDOW *keys;

// What stands around text that is pasted, where a terminal tells (DEC private mode 2004). Beyond curses' own numbers.
enum { PASTE_BEGINS = KEY_MAX + 1, PASTE_ENDS };

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

enum cncurses_key cncurses_next_key(uint32_t *value) {
    wint_t code = 0;
    *value = 0;
    switch (cncurses_is_on() ? wget_wch(keys, &code) : ERR) {
    case OK:
        *value = (uint32_t)code;
        return CNCURSES_CHARACTER;
    case KEY_CODE_YES:
        return named_key(code, value);
    default:
        return CNCURSES_NO_KEY;
    }
}
