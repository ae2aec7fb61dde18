// Waiting for many descriptors at once: epoll, or kqueue.
#ifndef CSYSTEM_POLLER_H
#define CSYSTEM_POLLER_H

#include <stdint.h>

/// A poller, or -1 with errno.
int csystem_poller_open(void);
/// Watches a descriptor until it is removed, also while another thread waits. Returns 0, or an errno.
int csystem_poller_add(int poller, int descriptor, uint64_t tag, int for_writing);
void csystem_poller_remove(int poller, int descriptor, int for_writing);
/// Blocks until descriptors are ready, ended or broken; puts the tags of at most `capacity` and returns how many.
int csystem_poller_wait(int poller, uint64_t *tags, int capacity);
/// As csystem_poller_wait, and does not block: 0 where none is ready. A poller itself can be waited on like any other descriptor.
int csystem_poller_ready(int poller, uint64_t *tags, int capacity);

#endif
