// Where threads wait until another one has changed something.
#ifndef CSYSTEM_PLACE_H
#define CSYSTEM_PLACE_H

#include <stdint.h>

/// A place where threads wait. What they wait for is guarded by a lock of the caller's: a thread looks at it and enters with the lock held,
/// and waits and leaves without it; who changes it signals afterwards, with the lock or without. All zero to begin with.
///
/// A condition variable would do, but takes its mutex as contended after each wait, so that one that ends by itself costs another call of
/// the system.
struct csystem_place {
    uint32_t turn;
    uint32_t waiting;
};

/// Enters a place: no signal from here on is missed.
///
/// Returns what to wait with.
static inline uint32_t csystem_place_enter(struct csystem_place *place) {
    __atomic_add_fetch(&place->waiting, 1, __ATOMIC_SEQ_CST);
    return __atomic_load_n(&place->turn, __ATOMIC_SEQ_CST);
}

/// Waits until a signal, until the monotonic clock shows so many nanoseconds (INT64_MAX for no limit), or for no reason.
void csystem_place_wait(struct csystem_place *place, uint32_t turn, int64_t until);

/// Leaves a place that was entered.
static inline void csystem_place_leave(struct csystem_place *place) { __atomic_sub_fetch(&place->waiting, 1, __ATOMIC_SEQ_CST); }

/// Wakes one thread that waits there, or all of them.
void csystem_place_signal(struct csystem_place *place, int all);

#endif
