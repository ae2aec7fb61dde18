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
    /// Timelines that begin anew when their session is opened again.
    private var superseded: Set<Int> = []

    public init() {}

    public subscript(_ index: Int) -> Timeline { all[index] }
    public var isEmpty: Bool { all.isEmpty }
    public var events: Int { all.reduce(0) { $0 + $1.events } }
    public var version: Int { all.reduce(problemCount) { $0 &+ $1.version } }

    /// Notes a line of a source that could not be read.
    public mutating func report(_ problem: EventProblem, source: Int) {
        problemCount += 1
        if problems.count < Self.keptProblems {
            problems.append((source, problem))
        }
    }

    /// A session of a source begins, or its header is known now.
    public mutating func open(_ header: Header, session: Int, source: Int) {
        while routes.count <= source {
            routes.append([])
        }
        if let known = bySession[header.session], superseded.remove(known) != nil {
            all[known].restart(header)
            routes[source].append((known, 0))
        } else if let known = bySession[header.session] {
            all[known].reopen()
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
            event.t = Instant.held(event.t) &+ route.shift
            all[route.timeline].apply(event, at: place)
        }
    }

    /// Says that a source has ended: its sessions get nothing more, but for those that another source tells of too. The number of the
    /// source may stand for another one from here on.
    public mutating func close(source: Int) {
        guard source < routes.count else { return }
        let told = routes[source]
        routes[source] = []
        for route in told where !isTold(route.timeline) {
            all[route.timeline].close()
        }
    }

    /// Says that another source goes on with what a source told.
    public mutating func move(source: Int, to next: Int) {
        while routes.count <= max(source, next) {
            routes.append([])
        }
        routes[next] = routes[source]
        routes[source] = []
    }

    private func isTold(_ timeline: Int) -> Bool {
        routes.contains { $0.contains { $0.timeline == timeline } }
    }

    /// Says that a source has ended, and that another will tell again what it told: a session that comes again begins anew, so that
    /// nothing in it stands twice. One that does not come again, or that a third source tells of too, stays as it is.
    public mutating func supersede(source: Int) {
        guard source < routes.count else { return }
        let told = Set(routes[source].map(\.timeline))
        close(source: source)
        superseded.formUnion(told.filter { !isTold($0) })
    }

    /// Forgets the old end of sessions that have more lanes than should be kept, a fifth of them at a time: it takes a walk through what stays.
    public mutating func forget(keeping most: Int) {
        for index in all.indices where all[index].laneRange.count > most + most / 4 {
            all[index].forget(keeping: most)
        }
    }

    /// Finds again what events that came late have changed; to be called after each batch of events.
    public mutating func settle() {
        for index in all.indices {
            all[index].settle()
        }
    }
}

extension Timelines {
    /// What all sessions amount to when the last of their events has come: their walls added up, and the most attempts of all of them at one instant.
    public func figures() -> Figures {
        guard let first = all.first else { return Figures() }
        if all.count == 1 {
            return first.figures(at: first.last)
        }
        var total = Figures()
        var edges: [(t: Int64, step: Int)] = []
        var attempts = 0
        for timeline in all {
            let figures = timeline.figures(at: timeline.last)
            total.add(figures)
            for number in timeline.laneRange where timeline.lane(number).kind == .call && !timeline.lane(number).isParent {
                timeline.forEachAttempt(of: number, at: timeline.last) { start, end in
                    guard let end else { return }
                    attempts += 1
                    if end > start {
                        edges.append((start + timeline.header.started, 1))
                        edges.append((end + timeline.header.started, -1))
                    }
                }
            }
        }
        var level = 0
        total.peak = min(1, attempts)
        for edge in edges.sorted(by: { ($0.t, $0.step) < ($1.t, $1.step) }) {
            level += edge.step
            total.peak = max(total.peak, level)
        }
        return total
    }

    /// How far ``figures()`` can be trusted, and all critical paths together.
    public func precision() -> FiguresPrecision {
        all.reduce(into: FiguresPrecision()) { $0.add($1.precision(at: $1.last)) }
    }

    /// Each tool's figures over all sessions, the one with the most time first.
    public func toolStatistics() -> [ToolStatistics] {
        ToolStatistics.all(of: all, at: Instant.furthest)
    }
}
