internal import CSystem

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Starts a thread that nobody joins. False where the system has none left.
///
/// - Parameter name: What it is called in lists of threads; fifteen bytes at most are kept.
package func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    // A box, because C hands one pointer on.
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    let error = csystem_thread_start(
        name,
        { pointer in
            if let pointer {
                Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
            }
        }, box.toOpaque())
    if error != 0 {
        box.release()
    }
    return error == 0
}

/// Has threads share where they take their memory from; to be called before the second one starts.
///
/// The system gives each thread a place of its own, which grows by single pages, and what one thread hands to another stays with the place it came
/// from. Ours hand on most of what they make. There are two, so that two that are busy do not wait for each other.
package func shareMemory() { csystem_share_memory() }

/// How many processors this process may use.
package func processors() -> Int { max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

/// What the clock shows that never goes back.
package func monotonicNanoseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
}
