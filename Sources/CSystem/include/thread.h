// Threads that a device owns: one that waits in the kernel so that the cooperative pool never does.
#ifndef CSYSTEM_THREAD_H
#define CSYSTEM_THREAD_H

/// Starts a detached thread that runs `body(context)`, with every signal blocked but those of its own
/// faults: signals belong to the main thread.
/// Returns 0, or an errno. The name is cut to what the system takes.
int csystem_thread_start(const char *name, void (*body)(void *), void *context);

/// A pointer of the calling thread's own, null at first.
void **csystem_thread_pointer(void);

/// Has all threads take their memory from two arenas, where the C library would give each its own.
void csystem_share_memory(void);

#endif
