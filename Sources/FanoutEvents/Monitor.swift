#if canImport(Darwin)
    package import Darwin
#else
    package import Glibc
#endif

/// A value that one thread at a time may touch, and on which threads may wait for a change.
///
/// For threads of our own; tasks never wait on it. A class, because a lock has an address. Inlinable for the reason that ``Guarded`` gives.
package final class Monitor<Value>: @unchecked Sendable {
    // Why unchecked: what `value` points to is touched with the mutex held only, and the pointers never change. A pointer, because an access to a
    // stored property is checked for overlaps each time, and the mutex sees to that.
    @usableFromInline let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    @usableFromInline let conditions: UnsafeMutableBufferPointer<pthread_cond_t>
    @usableFromInline let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    /// - Parameter places: At how many places threads may wait, each signalled by itself.
    package init(_ value: sending Value, places: Int = 1) {
        self.value.initialize(to: value)
        var attributes = pthread_mutexattr_t()
        pthread_mutexattr_init(&attributes)
        #if canImport(Glibc)
            // What is done under the lock is shorter than a sleep: it is worth a little spinning.
            pthread_mutexattr_settype(&attributes, Int32(PTHREAD_MUTEX_ADAPTIVE_NP))
        #endif
        pthread_mutex_init(mutex, &attributes)
        pthread_mutexattr_destroy(&attributes)
        conditions = .allocate(capacity: places)
        for place in conditions.indices {
            initialize(condition(place))
        }
    }

    @inlinable
    func condition(_ place: Int) -> UnsafeMutablePointer<pthread_cond_t>? { conditions.baseAddress?.advanced(by: place) }

    private func initialize(_ condition: UnsafeMutablePointer<pthread_cond_t>?) {
        guard let condition else { return }
        #if canImport(Darwin)
            pthread_cond_init(condition, nil)
        #else
            var attributes = pthread_condattr_t()
            pthread_condattr_init(&attributes)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
            pthread_cond_init(condition, &attributes)
            pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        for place in conditions.indices {
            _ = condition(place).map(pthread_cond_destroy)
        }
        pthread_mutex_destroy(mutex)
        value.deinitialize(count: 1)
        value.deallocate()
        conditions.deallocate()
        mutex.deallocate()
    }

    /// What a waiting thread does after a look at the value.
    package enum Look<Result> {
        case done(Result)
        /// Until somebody signals at the place, or the monotonic clock shows so many nanoseconds.
        case wait(until: Int64 = .max, at: Int = 0)
    }

    @inlinable
    package func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value.pointee)
    }

    /// Looks at the value, now and after each signal, until the look is done.
    @inlinable
    package func wait<Result>(_ look: (inout Value) -> Look<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&value.pointee) {
            case .done(let result):
                return result
            case .wait(let nanoseconds, let place):
                guard let condition = condition(place) else { continue }
                if nanoseconds == .max {
                    pthread_cond_wait(condition, mutex)
                } else {
                    wait(condition, until: nanoseconds)
                }
            }
        }
    }

    @usableFromInline
    func wait(_ condition: UnsafeMutablePointer<pthread_cond_t>, until nanoseconds: Int64) {
        #if canImport(Darwin)
            let left = max(nanoseconds - monotonicNanoseconds(), 0)
            var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }

    package func signal(at place: Int = 0) { _ = condition(place).map(pthread_cond_signal) }

    package func broadcast() {
        for place in conditions.indices {
            _ = condition(place).map(pthread_cond_broadcast)
        }
    }
}
