// Names the library for the package manager; the calls are wrapped in CNcurses.
#ifndef CNCURSESW_H
#define CNCURSESW_H
#endif
