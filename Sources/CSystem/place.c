#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "place.h"

#include <limits.h>
#include <stddef.h>
#include <time.h>

#if defined(__APPLE__)
#include <os/os_sync_wait_on_address.h>

static void wait_on(uint32_t *word, uint32_t value, int64_t until) {
    if (until == INT64_MAX) {
        os_sync_wait_on_address(word, value, sizeof *word, OS_SYNC_WAIT_ON_ADDRESS_NONE);
        return;
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t left = until - ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec);
    if (left > 0) {
        os_sync_wait_on_address_with_timeout(
            word, value, sizeof *word, OS_SYNC_WAIT_ON_ADDRESS_NONE, OS_CLOCK_MACH_ABSOLUTE_TIME, (uint64_t)left);
    }
}

static void wake(uint32_t *word, int all) {
    if (all) {
        os_sync_wake_by_address_all(word, sizeof *word, OS_SYNC_WAKE_BY_ADDRESS_NONE);
    } else {
        os_sync_wake_by_address_any(word, sizeof *word, OS_SYNC_WAKE_BY_ADDRESS_NONE);
    }
}
#else
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

static void wait_on(uint32_t *word, uint32_t value, int64_t until) {
    struct timespec time = {.tv_sec = (time_t)(until / 1000000000), .tv_nsec = (long)(until % 1000000000)};
    // By the clock's own reading, which a wait for so long is not. CLOCK_MONOTONIC, since FUTEX_CLOCK_REALTIME is not asked for.
    syscall(
        SYS_futex, word, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, value, until == INT64_MAX ? NULL : &time, NULL, FUTEX_BITSET_MATCH_ANY);
}

static void wake(uint32_t *word, int all) {
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, all ? INT_MAX : 1, NULL, NULL, 0);
}
#endif

void csystem_place_wait(struct csystem_place *place, uint32_t turn, int64_t until) { wait_on(&place->turn, turn, until); }

void csystem_place_signal(struct csystem_place *place, int all) {
    __atomic_add_fetch(&place->turn, 1, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&place->waiting, __ATOMIC_SEQ_CST) != 0) {
        wake(&place->turn, all);
    }
}
