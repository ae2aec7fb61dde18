#include "CSystem.h"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN 1
void __tsan_acquire(void *);
void __tsan_release(void *);
#endif
#endif

void csystem_acquired(void *address) {
#ifdef UNDER_TSAN
    __tsan_acquire(address);
#else
    (void)address;
#endif
}

void csystem_releasing(void *address) {
#ifdef UNDER_TSAN
    __tsan_release(address);
#else
    (void)address;
#endif
}
