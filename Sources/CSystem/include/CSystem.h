// What Glibc's module does not show to Swift, and notes to the sanitizers.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include "poller.h"
#include "process.h"
#include "thread.h"

/// Tells ThreadSanitizer, where it runs, that what follows happens after the last release of this address.
void csystem_acquired(void *address);
/// Tells ThreadSanitizer, where it runs, that what came before happens before the next acquire of this address.
void csystem_releasing(void *address);

#endif
