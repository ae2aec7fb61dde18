/// Where everything that happens in a session is posted, and from where any number of readers take it.
///
/// Posting never waits for a reader. A log is shared by whoever posts and whoever reads, so it is a class; its state is behind one
/// lock. Instants are stamped under that lock: what is posted later never carries an earlier instant.
public final class EventLog: Sendable {
    private struct State {
        var last: Int64 = 0
        var readers: [EventQueue] = []
        var isClosed = false
    }

    /// Microseconds since the session's `started`, from a monotonic clock.
    private let clock: @Sendable () -> Int64
    private let state = Guarded(State())

    public init(clock: @escaping @Sendable () -> Int64) {
        self.clock = clock
    }

    /// Posts events that happened now, in this order, with nothing between them.
    public func post(_ bodies: [Event.Body], agent: String? = nil) {
        var events = bodies.map { Event(t: 0, agent: agent, $0) }
        post(taking: &events)
    }

    /// Posts events that happened now, in this order, with nothing between them; their instants are put in, and none are left.
    ///
    /// Readers share what is posted so: nothing is copied for each of them.
    package func post(taking events: inout [Event]) {
        guard !events.isEmpty else { return }
        state.withLock { state in
            state.last = max(state.last, clock())
            for place in events.indices {
                events[place].t = state.last
            }
            guard let last = state.readers.last else { return }
            if state.readers.count > 1 {
                for reader in state.readers.dropLast() {
                    var copy = events
                    reader.append(taking: &copy)
                }
            }
            // The last one takes the events themselves.
            last.append(taking: &events)
        }
        // Where nobody reads they are left.
        if !events.isEmpty {
            events.removeAll(keepingCapacity: true)
        }
    }

    public func post(_ body: Event.Body, agent: String? = nil) {
        state.withLock { state in
            state.last = max(state.last, clock())
            let event = Event(t: state.last, agent: agent, body)
            for reader in state.readers {
                reader.append(event)
            }
        }
    }

    /// A new reader of what is posted from now on.
    ///
    /// - Parameters:
    ///   - limit: How many events of progress and output may wait unread; beyond it they are merged with the last of their call.
    ///   - wake: Called, on the thread that posts and under its locks, when something waits where nothing did, and when the log closes.
    ///     It must return at once.
    public func reader(limit: Int = 1024, wake: @escaping @Sendable () -> Void = {}) -> EventQueue {
        let reader = EventQueue(limit: limit, wake: wake)
        state.withLock { state in
            if state.isClosed {
                reader.close()
            } else {
                state.readers.append(reader)
            }
        }
        return reader
    }

    /// What is posted from now on, as a sequence.
    ///
    /// - Parameter limit: As of ``reader(limit:wake:)``.
    public func events(limit: Int = 1024) -> EventStream {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let queue = reader(limit: limit) { wake.yield() }
        return EventStream(queue: queue, wakes: wakes, log: self)
    }

    /// How many readers take what is posted.
    var readerCount: Int { state.withLock { $0.readers.count } }

    /// Forgets a reader: what is posted from now on does not wait for it.
    func remove(_ reader: EventQueue) {
        state.withLock { $0.readers.removeAll { $0 === reader } }
        reader.close()
    }

    /// Says that nothing more will be posted. Readers still take what waits.
    public func close() {
        state.withLock { state in
            state.isClosed = true
            for reader in state.readers {
                reader.close()
            }
            state.readers = []
        }
    }
}
