/// The sessions of a stream, each with its clock: says whose an event is, and when it happened.
struct StreamSessions {
    /// What is known of one session's clock.
    private struct Clock {
        var header: Header
        /// Microseconds to add to a `t`, where a header came after events and named another start.
        var shift: Int64 = 0
        var last: Int64 = 0
    }

    private var clocks: [Clock] = []
    private var indices: [String: Int] = [:]
    private var current: Int?
    /// The id of the session that events belong to before any header.
    private let unnamed: String

    init(unnamed: String) { self.unnamed = unnamed }

    mutating func open(_ header: Header, _ receiver: inout some EventReceiver) {
        if let index = indices[header.session] {
            // Events came before it: what they were counted from stays, and what follows is moved to it.
            var kept = header
            kept.started = clocks[index].header.started
            clocks[index].shift = header.started - kept.started
            clocks[index].header = kept
            current = index
            receiver.open(kept, session: index)
        } else {
            current = begin(header, &receiver)
        }
    }

    private mutating func begin(_ header: Header, _ receiver: inout some EventReceiver) -> Int {
        let index = clocks.count
        clocks.append(Clock(header: header))
        indices[header.session] = index
        receiver.open(header, session: index)
        return index
    }

    /// Gives an event its session and its instant, and hands it on.
    ///
    /// - Parameter offset: Where its line begins.
    mutating func take(
        _ event: inout Event, _ when: EventDecoder.When, _ arrival: EventReader.Arrival, _ offset: Int64,
        _ receiver: inout some EventReceiver
    ) {
        let index = index(of: event.session, when, arrival, &receiver)
        switch when {
        case .sinceStart(let t):
            event.t = t + clocks[index].shift
        case .absolute(let instant):
            event.t = instant - clocks[index].header.started
        case .unsaid:
            switch arrival {
            case .live(let now):
                event.t = max(clocks[index].last, now - clocks[index].header.started)
                event.approx = event.approx ?? .arrival
            case .later:
                // A millisecond apart, so that the order can be seen.
                event.t = clocks[index].last + 1000
                event.approx = event.approx ?? .order
            }
        }
        event.t = Instant.held(event.t)
        clocks[index].last = max(clocks[index].last, event.t)
        receiver.take(event, session: index, offset: offset)
    }

    /// The index of the session that an event is of, which begins with it if need be.
    private mutating func index(
        of session: String?, _ when: EventDecoder.When, _ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver
    ) -> Int {
        if session == nil, let current {
            return current
        }
        let id = session ?? unnamed
        if let index = indices[id] {
            if session == nil {
                current = index
            }
            return index
        }
        let now =
            switch arrival {
            case .live(let now), .later(let now): now
            }
        let started =
            switch when {
            case .sinceStart(let t): now - t
            case .absolute(let instant): instant
            case .unsaid: now
            }
        let index = begin(Header(session: id, started: started), &receiver)
        if session == nil {
            current = index
        }
        return index
    }
}
