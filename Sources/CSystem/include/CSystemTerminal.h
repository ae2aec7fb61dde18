// Pseudo-terminals.
#ifndef CSYSTEM_TERMINAL_H
#define CSYSTEM_TERMINAL_H

#include <stddef.h>

/// Opens the controlling end of a new pseudo-terminal, and gives the path of the other end. Returns -1, with errno, where there is none.
int csystem_open_pseudo_terminal(char *path, size_t room);

#endif
