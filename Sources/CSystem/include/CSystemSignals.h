// Signals as bytes in a pipe.
#ifndef CSYSTEM_SIGNALS_H
#define CSYSTEM_SIGNALS_H

/// Has each of these signals write its number as a byte to a pipe, until csystem_signals_close. A signal that the program's parent
/// had it ignore stays ignored. There is one such pipe in a program. Returns the end to read from, which does not block, or -1 with errno.
int csystem_signals_open(const int *signals, int count);
/// Puts back what the signals did before, and closes the pipe.
void csystem_signals_close(void);
/// Does what one of these signals does where nobody asked for it, as if it had come now: ends the program, or stops it until it is told to go on.
void csystem_signal_default(int signal);

#endif
