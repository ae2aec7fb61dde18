internal import CSystem

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The lock of a ``Monitor``, and the places where threads wait without it.
@usableFromInline
struct MonitorGate: @unchecked Sendable {
    // Why unchecked: the pointers never change, and what they point to is made for any thread.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let places: UnsafeMutableBufferPointer<csystem_place>

    init(places count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: csystem_place())
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        #if canImport(Glibc)
            // What is done under the lock is shorter than a sleep: it is worth a little spinning.
            pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ADAPTIVE_NP))
        #endif
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
    }

    func deallocate() {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        places.deallocate()
    }

    @usableFromInline
    func enter() { pthread_mutex_lock(mutex) }

    @usableFromInline
    func leave() { pthread_mutex_unlock(mutex) }

    /// Leaves, waits for a signal, or until the monotonic clock shows so many nanoseconds, and enters again.
    @usableFromInline
    func pause(at number: Int, until nanoseconds: Int64) {
        let place = place(number)
        let turn = csystem_place_enter(place)
        pthread_mutex_unlock(mutex)
        csystem_place_wait(place, turn, nanoseconds)
        pthread_mutex_lock(mutex)
        csystem_place_leave(place)
    }

    func signal(at number: Int) { csystem_place_signal(place(number), 0) }

    func broadcast() {
        for number in places.indices {
            csystem_place_signal(place(number), 1)
        }
    }

    private func place(_ number: Int) -> UnsafeMutablePointer<csystem_place>? {
        precondition(places.indices.contains(number), "There is no such place.")
        return places.baseAddress?.advanced(by: number)
    }
}
