// Watching files, and pipes that hold more.
#ifndef CSYSTEM_WATCH_H
#define CSYSTEM_WATCH_H

#include <stdint.h>

/// A descriptor that becomes readable when something watched changes; -1 with errno set where there is none.
int csystem_watch_open(void);
/// Watches a file's content and fate; 0, or -1 with errno set. Watching it twice is watching it once.
int csystem_watch_file(int watch, const char *path);
/// Watches for files that come to be in a directory; 0, or -1 with errno set.
int csystem_watch_directory(int watch, const char *path);
/// Forgets what was told so far.
void csystem_watch_drain(int watch);

/// Gives the room that bytes of a file take on the disk back to the system, which reads zeros there from then on, where it can do so.
void csystem_give_back(int file, int64_t offset, int64_t count);

/// Lets a pipe hold a mebibyte, if it is one and the system allows it; returns the bytes that it holds, or -1.
long csystem_widen_pipe(int descriptor);

#endif
