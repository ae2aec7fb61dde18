/// A value that one thread at a time may touch, and on which threads may wait for a change.
///
/// For threads of our own; tasks never wait on it. Inlinable for the reason that ``Guarded`` gives. A class, because its memory must be freed.
public final class Monitor<Value>: @unchecked Sendable {
    // Why unchecked: what `value` points to is touched with the gate held only, and the pointer never changes. A pointer, because an access to a
    // stored property is checked for overlaps each time, and the gate sees to that.
    @usableFromInline let gate: MonitorGate
    @usableFromInline let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

    /// - Parameter places: At how many places threads may wait, each signalled by itself; at least one.
    public init(_ value: sending Value, places: Int = 1) {
        gate = MonitorGate(places: places)
        self.value.initialize(to: value)
    }

    deinit {
        gate.deallocate()
        value.deinitialize(count: 1)
        value.deallocate()
    }

    /// What a waiting thread does after a look at the value.
    @frozen
    public enum Look<Result> {
        case done(Result)
        /// Until somebody signals at the place, or the monotonic clock shows so many nanoseconds.
        case wait(until: Int64 = .max, at: Int = 0)
    }

    @inlinable
    public func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        gate.enter()
        defer { gate.leave() }
        return body(&value.pointee)
    }

    /// Looks at the value, now and after each signal, until the look is done.
    @inlinable
    public func wait<Result>(_ look: (inout Value) -> Look<Result>) -> Result {
        gate.enter()
        defer { gate.leave() }
        while true {
            switch look(&value.pointee) {
            case .done(let result): return result
            case .wait(let nanoseconds, let place): gate.pause(at: place, until: nanoseconds)
            }
        }
    }

    /// Wakes a thread that waits at a place; to be called after the change.
    public func signal(at place: Int = 0) { gate.signal(at: place) }

    /// Wakes every thread.
    public func broadcast() { gate.broadcast() }
}
