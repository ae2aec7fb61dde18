// Waiting on descriptors, and the pipes that wake a wait.
#ifndef CSYSTEM_POLL_H
#define CSYSTEM_POLL_H

#include <poll.h>
#include <stdint.h>

/// poll, with its timeout in microseconds; negative waits for as long as it takes. Returns 0 where a signal came between.
int csystem_poll(struct pollfd *descriptors, uint32_t count, int64_t timeout_us);

/// A pipe neither end of which blocks or is inherited: reading end first. Returns 0, or an errno.
int csystem_pipe(int ends[2]);

#endif
