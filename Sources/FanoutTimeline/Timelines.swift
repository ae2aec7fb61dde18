public import FanoutEvents

/// The timelines of all sessions that the sources of one screen hold.
///
/// Where two sources tell of the same session, they share its timeline; each event's instant is counted from the start that its
/// own source named.
public struct Timelines: Sendable {
    public internal(set) var all: [Timeline] = []
    /// Lines that could not be read: the first ones, and how many there were.
    public private(set) var problems: [(source: Int, problem: EventProblem)] = []
    public private(set) var problemCount = 0
    /// The timeline that changed last.
    public private(set) var newest: Int?

    /// How many problems are kept word for word.
    public static let keptProblems = 100

    private var bySession: [String: Int] = [:]
    /// For each source, the timeline and the shift in microseconds of each of its sessions.
    private var routes: [[(timeline: Int, shift: Int64)]] = []

    public init() {}

    public subscript(_ index: Int) -> Timeline { all[index] }
    public var isEmpty: Bool { all.isEmpty }
    public var events: Int { all.reduce(0) { $0 + $1.events } }
    public var version: Int { all.reduce(problemCount) { $0 &+ $1.version } }

    /// Takes what a reader of a source hands on.
    public mutating func apply(_ item: EventReader.Item, source: Int, isPlaced: Bool = true) {
        switch item {
        case .session(let session, let header):
            open(header, session: session, source: source)
        case .event(let event, let session, let offset):
            apply(event, session: session, source: source, place: isPlaced ? Place(source: source, offset: offset) : .none)
        case .problem(let problem):
            problemCount += 1
            if problems.count < Self.keptProblems {
                problems.append((source, problem))
            }
        }
    }

    /// A session of a source begins, or its header is known now.
    public mutating func open(_ header: Header, session: Int, source: Int) {
        while routes.count <= source {
            routes.append([])
        }
        if let known = bySession[header.session] {
            let shift = header.started - all[known].header.started
            if session < routes[source].count {
                let started = all[known].header.started
                all[known].header = header
                all[known].header.started = started
            } else {
                routes[source].append((known, shift))
            }
        } else {
            bySession[header.session] = all.count
            routes[source].append((all.count, 0))
            all.append(Timeline(header: header))
        }
    }

    /// Takes an event of a source's session.
    public mutating func apply(_ event: Event, session: Int, source: Int, place: Place) {
        guard source < routes.count, session < routes[source].count else { return }
        let route = routes[source][session]
        newest = route.timeline
        if route.shift == 0 {
            all[route.timeline].apply(event, at: place)
        } else {
            var event = event
            event.t += route.shift
            all[route.timeline].apply(event, at: place)
        }
    }

    /// Says that a source has ended: its sessions get nothing more.
    public mutating func close(source: Int) {
        guard source < routes.count else { return }
        for route in routes[source] {
            all[route.timeline].close()
        }
    }

    /// To be called after each batch of events.
    public mutating func settle() {
        for index in all.indices {
            all[index].settle()
        }
    }
}
