// Watching files, and pipes that hold more.
#ifndef CSYSTEM_WATCH_H
#define CSYSTEM_WATCH_H

#include <stdint.h>

/// A descriptor that becomes readable when something watched changes; -1 with errno set where there is none.
int csystem_watch_open(void);
/// Watches a file's content and fate; its number, or -1 with errno set. Watching it twice is watching it once.
int csystem_watch_file(int watch, const char *path);
/// Watches for files that come to be in a directory; its number, or -1 with errno set.
int csystem_watch_directory(int watch, const char *path);
/// Watches something no longer.
void csystem_watch_forget(int watch, int number);

/// What changed.
struct csystem_change {
    /// Of what is watched; -1 where so much changed that it was not kept, and anything may have.
    int number;
    /// The file of a directory that it is about; empty for the file itself, or where that is not known.
    char name[256];
};
enum { csystem_most_changes = 256 };
/// Takes what changed since it was last asked, at most csystem_most_changes of it; returns how many there were, 0 for none.
int csystem_watch_changes(int watch, struct csystem_change *changes);
/// Forgets what was told so far.
void csystem_watch_drain(int watch);

/// Gives the room that bytes of a file take on the disk back to the system, which reads zeros there from then on, where it can do so.
void csystem_give_back(int file, int64_t offset, int64_t count);

/// Lets a pipe hold a mebibyte, if it is one and the system allows it; returns the bytes that it holds, or -1.
long csystem_widen_pipe(int descriptor);

#endif
