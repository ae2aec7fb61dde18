// What the files of this target share.
#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/// Whether there is a screen.
bool cncurses_is_started(void);
/// Whether it is drawn on: started, and not suspended.
bool cncurses_is_on(void);

void cncurses_keys_open(void);
void cncurses_keys_close(void);

/// Has the next paint draw everything.
void cncurses_paint_all(void);
void cncurses_paint_close(void);

/// Remembers the terminal's modes from before it is taken over.
void cncurses_guard_save(int terminal);
/// Says what leaves the screen, ended by a zero and copied; called again whenever that changes.
void cncurses_guard_leave_with(const char *bytes);
/// From now on a crash or an exit leaves the screen and puts the modes back.
void cncurses_guard_open(int terminal);
/// Leaves the screen and puts the modes back, once.
void cncurses_guard_leave(void);
void cncurses_guard_close(void);


/// Opens the way from ncurses to the terminal: `curses` is the descriptor that ncurses writes to, open on the terminal now. Returns false
/// where there is no memory to be had.
bool cncurses_output_open(int curses);
/// Has what ncurses writes kept in memory, so that a frame can leave in one write, or has it go straight to the terminal.
void cncurses_output_gather(bool gather);
/// Sends what was gathered, if anything was, between the marks of a synchronized update.
void cncurses_output_send(void);
void cncurses_output_write(const char *bytes, size_t count);
void cncurses_output_close(void);
/// The terminal itself.
int cncurses_output_terminal(void);

#endif
