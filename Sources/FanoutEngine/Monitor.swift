#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A value that one thread at a time may touch, and on which threads may wait for a change.
///
/// For threads of our own; tasks never wait on it. A class, because a lock has an address.
final class Monitor<Value>: @unchecked Sendable {
    // Why unchecked: `value` is touched with the mutex held only, and the pointers never change.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var value: Value

    init(_ value: sending Value) {
        self.value = value
        pthread_mutex_init(mutex, nil)
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
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// What a waiting thread does after a look at the value.
    enum Look<Result> {
        case done(Result)
        /// Until somebody signals.
        case wait
        /// Until somebody signals, or the monotonic clock shows so many nanoseconds.
        case waitUntil(Int64)
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Looks at the value, now and after each signal, until the look is done.
    func wait<Result>(_ look: (inout Value) -> Look<Result>) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            switch look(&value) {
            case .done(let result):
                return result
            case .wait:
                pthread_cond_wait(condition, mutex)
            case .waitUntil(let nanoseconds):
                wait(until: nanoseconds)
            }
        }
    }

    private func wait(until nanoseconds: Int64) {
        #if canImport(Darwin)
            let left = max(nanoseconds - monotonicNanoseconds(), 0)
            var time = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
            pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
            var time = timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
            pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }

    func signal() { pthread_cond_signal(condition) }

    func broadcast() { pthread_cond_broadcast(condition) }
}

/// What the clock shows that never goes back.
func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}

/// Starts a thread that nobody joins. False where the system has none left.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    // A box, because C hands one pointer on.
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    #if canImport(Darwin)
        var thread: pthread_t?
        let error = pthread_create(
            &thread, nil,
            { pointer in
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        guard error == 0, let thread else {
            box.release()
            return false
        }
    #else
        var thread = pthread_t()
        let error = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer {
                    Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
                }
                return nil
            }, box.toOpaque())
        guard error == 0 else {
            box.release()
            return false
        }
    #endif
    pthread_detach(thread)
    return true
}
