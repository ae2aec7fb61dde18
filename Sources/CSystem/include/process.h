// Starting programs and waiting for them, where Glibc's module lacks what it takes.
#ifndef CSYSTEM_PROCESS_H
#define CSYSTEM_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

/// What a program is started with. Strings and arrays are borrowed for the call.
struct csystem_spawn {
    /// The program and its arguments, ended by NULL. A program without a slash is looked for along PATH.
    char *const *argv;
    /// NAME=VALUE, ended by NULL.
    char *const *environment;
    /// NULL: the directory of this process.
    const char *directory;
    /// Become the program's standard input, output and error.
    int input, output, error;
    /// 1: it stays in the process group of this process, as where both share a terminal.
    int shares_group;
};

/// Starts a program, as the leader of a process group of its own unless it shares one, with default signals and no other descriptor open.
/// Returns 0, or the errno that says why it did not start; then nothing runs.
int csystem_spawn(const struct csystem_spawn *what, pid_t *child);

/// A pipe whose two ends are closed on exec; the end of this process (0 to read, 1 to write) does not block.
/// Returns 0, or an errno.
int csystem_process_pipe(int ends[2], int own);

/// Writes to a pipe as write does; where its reader is gone that gives EPIPE and no signal, whatever the thread makes of SIGPIPE.
/// Returns the bytes written, or -1 with errno.
long csystem_write_quietly(int descriptor, const void *bytes, size_t count);

/// A descriptor that becomes readable when the child has ended, or -1 with errno.
int csystem_pidfd(pid_t child);

/// The environment of this process, ended by NULL.
char **csystem_environment(void);

#endif
