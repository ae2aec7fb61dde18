internal import CSystem

/// A value that one thread at a time may touch, and on which threads may wait for a change.
///
/// For threads of our own; tasks never wait on it. A class, because its places must be freed.
public final class Monitor<Value>: Sendable {
    @usableFromInline let value: Guarded<Value>
    @usableFromInline let places: WaitingPlaces

    /// - Parameter places: At how many places threads may wait, each signalled by itself; at least one.
    public init(_ value: sending Value, places: Int = 1) {
        self.value = Guarded(value)
        self.places = WaitingPlaces(places)
    }

    deinit { places.deallocate() }

    /// What a waiting thread does after a look at the value.
    public enum Look<Result: Sendable>: Sendable {
        case done(Result)
        /// Until somebody signals at the place, or the monotonic clock shows so many nanoseconds.
        case wait(until: Int64 = .max, at: Int = 0)
    }

    @inlinable
    public func withLock<Result>(_ body: (inout sending Value) -> sending Result) -> sending Result { value.withLock(body) }

    /// Looks at the value, now and after each signal, until the look is done.
    @inlinable
    public func wait<Result: Sendable>(_ look: (inout sending Value) -> Look<Result>) -> Result {
        while true {
            // The place is entered with the value held: what is changed from then on is signalled there.
            let (found, turn) = value.withLock { value -> (Look<Result>, UInt32) in
                let found = look(&value)
                guard case .wait(_, let place) = found else { return (found, 0) }
                return (found, places.enter(place))
            }
            switch found {
            case .done(let result): return result
            case .wait(let nanoseconds, let place): places.wait(at: place, turn: turn, until: nanoseconds)
            }
        }
    }

    /// Wakes a thread that waits at a place; to be called after the change.
    public func signal(at place: Int = 0) { places.signal(at: place) }

    /// Wakes every thread.
    public func broadcast() { places.broadcast() }
}

/// Where threads wait for a change of a ``Monitor``.
// Why unchecked: the pointer never changes, and what it points to is made for any thread.
@usableFromInline
struct WaitingPlaces: @unchecked Sendable {
    private let places: UnsafeMutableBufferPointer<csystem_place>

    init(_ count: Int) {
        places = .allocate(capacity: count)
        places.initialize(repeating: csystem_place())
    }

    func deallocate() { places.deallocate() }

    /// Enters a place. What it returns is to be waited with.
    @usableFromInline
    func enter(_ number: Int) -> UInt32 { csystem_place_enter(place(number)) }

    /// Waits for a signal that came after the place was entered, or until the monotonic clock shows so many nanoseconds, and leaves.
    @usableFromInline
    func wait(at number: Int, turn: UInt32, until nanoseconds: Int64) {
        csystem_place_wait(place(number), turn, nanoseconds)
        csystem_place_leave(place(number))
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
