// What Glibc's module does not show to Swift, and notes to the sanitizers.
#ifndef CSYSTEM_H
#define CSYSTEM_H

#include "place.h"
#include "poller.h"
#include "process.h"
#include "thread.h"
#include <stdint.h>
#include "CSystemPoll.h"
#include "CSystemSockets.h"
#include "CSystemSignals.h"
#include "CSystemTerminal.h"

/// Tells ThreadSanitizer, where it runs, that what follows happens after the last release of this address.
void csystem_acquired(void *address);
/// Tells ThreadSanitizer, where it runs, that what came before happens before the next acquire of this address.
void csystem_releasing(void *address);

/// Columns of a terminal that a Unicode scalar takes, as libc's wcwidth has it in a UTF-8 locale: 0, 1 or 2; -1 where it cannot be shown.
/// It does not depend on the program's locale, and may be called from any thread.
int csystem_columns(uint32_t scalar);



#include "CSystemOptions.h"
#include "CSystemWatch.h"

#endif
