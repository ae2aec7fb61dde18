// The one screen of the program, drawn by ncurses. All of it belongs to one thread, but for what a crash does.
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdbool.h>
#include <stdint.h>

/// Takes over the terminal: alternate screen, keys one by one, no echo. The program's own handlers for INT, TERM, TSTP and WINCH must be
/// installed by now, or ncurses installs its own. Until cncurses_stop, a crash and an exit put the terminal back as it was.
/// @param terminal A name that terminfo knows.
/// @return Whether it did; false for a name it does not know, and for descriptors that are no terminal.
bool cncurses_start(const char *terminal, int input, int output);
/// Puts the terminal back as it was.
void cncurses_stop(void);

/// Puts the terminal back as it was until cncurses_resume, which makes the next paint draw everything.
void cncurses_suspend(void);
void cncurses_resume(void);

/// How many colours the terminal has; 0 for none.
int cncurses_colors(void);
/// Whether a colour's number is 0xRRGGBB and not a place in a palette.
bool cncurses_takes_rgb(void);

/// Asks the terminal for its size. Returns false, with 80 by 24, where it does not say.
bool cncurses_size(int *columns, int *rows);
/// Draws for this size from now on, and everything with the next paint.
void cncurses_resize(int columns, int rows);

enum cncurses_attribute {
    CNCURSES_BOLD = 1,
    CNCURSES_DIM = 2,
    CNCURSES_ITALIC = 4,
    CNCURSES_UNDERLINE = 8,
    CNCURSES_REVERSE = 16,
};

/// Forgets all styles; the next paint draws everything.
void cncurses_clear_styles(void);
/// Says how the cells of a style are drawn; a colour of -1 is the terminal's own. Styles are numbered from 0 to 511.
void cncurses_set_style(int style, int attributes, int foreground, int background);
/// Says which style an empty screen has: its blank cells need not be drawn.
void cncurses_set_background(int style);

/// Paints a frame: what differs from the one before goes out in one write, between the marks of a synchronized update.
/// @param cells Row after row: bits 0 to 20 a scalar or a cluster's number, 0 for the right half of a wide character; bit 21 it is a
///   cluster's number; bit 22 selected; bit 23 reversed; bits 24 to 31 the role. A cell's style is its role doubled, one more if selected.
/// @param clusters Five scalars each, filled up with zeros.
/// @param unicode Whether the terminal shows more than ASCII; where not, a question mark stands for the rest.
void cncurses_paint(const uint32_t *cells, int columns, int rows, const uint32_t *clusters, bool unicode);

/// Sends a control string as it stands.
void cncurses_send(const char *string);

enum cncurses_key {
    CNCURSES_NO_KEY,
    /// A character, in `value`; control characters too.
    CNCURSES_CHARACTER,
    /// A function key, its number in `value`.
    CNCURSES_FUNCTION,
    CNCURSES_UP,
    CNCURSES_DOWN,
    CNCURSES_LEFT,
    CNCURSES_RIGHT,
    CNCURSES_SHIFT_LEFT,
    CNCURSES_SHIFT_RIGHT,
    CNCURSES_HOME,
    CNCURSES_END,
    CNCURSES_PAGE_UP,
    CNCURSES_PAGE_DOWN,
    CNCURSES_BACKSPACE,
    CNCURSES_ENTER,
    CNCURSES_BACK_TAB,
    CNCURSES_DELETE,
    CNCURSES_PASTE_BEGINS,
    CNCURSES_PASTE_ENDS,
    /// The mouse, which `mouse` tells more of.
    CNCURSES_MOUSE,
    CNCURSES_OTHER,
};

enum cncurses_mouse_kind {
    CNCURSES_PRESS,
    CNCURSES_DRAG,
    CNCURSES_RELEASE,
    CNCURSES_WHEEL_UP,
    CNCURSES_WHEEL_DOWN,
};

/// What the mouse did: its first button, or its wheel; column and row from 0.
struct cncurses_mouse {
    enum cncurses_mouse_kind kind;
    int column;
    int row;
};

/// The next key that was pressed, without waiting.
enum cncurses_key cncurses_next_key(uint32_t *value, struct cncurses_mouse *mouse);

/// Has the terminal tell of the mouse, or not any more; it is told so again after each cncurses_suspend.
void cncurses_use_mouse(bool use);

/// Sets the locale's characters from the environment, once. Returns whether they are UTF-8.
bool cncurses_set_locale(void);

#endif
