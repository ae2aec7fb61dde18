public import FanoutEvents

/// Everything that is known of one session: its turns, and each call's lane with the instants at which it changed.
///
/// A timeline only grows. What stood on the screen at an instant is asked of it, so a live run can be paused and sought like a
/// recording. Events may come late and out of order; they are put where they belong. Instants are microseconds since the
/// session's `started`.
public struct Timeline: Sendable {
    public internal(set) var header: Header
    /// In the order in which they began to be known; those before ``firstTurn`` are forgotten.
    public internal(set) var turns = KeptArray<Turn>()
    /// One for each turn.
    var spans = KeptArray<TurnSpan>()
    public internal(set) var markers: [Marker] = []
    public internal(set) var tools: [String: Event.ToolDeclared] = [:]
    public internal(set) var outcome: Event.SessionOutcome?
    /// The instant after which nothing more comes: the session finished, or its source ended.
    public internal(set) var over: Int64?
    /// The last instant of any event.
    public internal(set) var last: Int64 = 0
    /// The first instant of any event.
    public internal(set) var first: Int64?
    /// Events taken so far.
    public internal(set) var events = 0
    /// Grows with each event.
    public internal(set) var version = 0
    /// Whether any event's instant was concluded and not measured.
    public internal(set) var hasApproximations = false
    /// How many times it began anew, after which its lanes and turns are others.
    public internal(set) var generation = 0
    /// The first turn that has not been forgotten at the old end.
    public internal(set) var firstTurn = 0
    /// Grows whenever what is known of the past of a lane changes, and not only goes on.
    public internal(set) var corrections = 0
    /// Grows whenever ``turns`` or what was said outside of them stands in another order of time.
    public internal(set) var outline = 0
    /// The first lane that has not been forgotten.
    var firstLane = 0

    var lanes = Segmented<Lane>()
    var marks = Segmented<Mark>()
    var outputs = Segmented<Output>()
    var utterances = Segmented<Utterance>()
    /// The newest of those that named no turn, counted from 1; 0 for none.
    var lastLooseUtterance: UInt32 = 0
    var journal = Journal()
    var silences = Silences()
    var symbols = Symbols()
    var ids = IDStore()
    var index = LaneIndex()
    var requests: [String: Int] = [:]
    var turnNumbers: [Int: Int] = [:]
    /// How many turns the producer gave a number to.
    public internal(set) var namedTurns = 0
    /// The group of the calls that named no turn.
    var looseTurn: Int?
    /// Lanes that have not ended, in the order they became known.
    var open: [Int32] = []
    /// The agents that any lane is of, as symbols.
    var agentSymbols: Set<Symbols.Symbol> = []

    // What few lanes have, by lane.
    var dependencies: [Int32: [Int32]] = [:]
    var expected: [Int32: Event.Expected] = [:]
    var providerIDs: [Int32: String] = [:]
    var resolvedArguments: [Int32: Place] = [:]
    var held: [Int32: Int64] = [:]
    /// The lanes whose results were theirs too.
    var shared: [Int32: Int32] = [:]
    /// Run times in microseconds that were measured elsewhere.
    var measuredRuns: [Int32: Int64] = [:]
    var children: [Int32: [Int]] = [:]
    /// The turns that are the work of a call which is not known yet.
    var unresolvedParents: [String: [Int]] = [:]

    public init(header: Header) {
        self.header = header
    }

    /// Forgets everything, to be told again.
    mutating func restart(_ header: Header) {
        let (version, generation) = (version, generation)
        self = Timeline(header: header)
        self.version = version + 1
        self.generation = generation + 1
    }

    public struct Marker: Sendable, Hashable {
        public var t: Int64
        public var marker: Event.Marker
    }

    public struct Progress: Sendable, Hashable {
        /// To the millisecond.
        public var t: Int64
        public var done: Double
        public var total: Double?
    }
}

extension Timeline {
    /// The lanes that are held; a lane's number stays its own.
    public var laneRange: Range<Int> { firstLane..<lanes.endIndex }

    public func lane(_ number: Int) -> Lane { lanes[number] }

    /// The call's id in this session, or a model request's name.
    public func id(of lane: Int) -> String { ids.string(lanes[lane].id) }

    /// The tool's name, or the model's.
    public func name(of lane: Int) -> String { symbols.text(lanes[lane].name) }

    /// Its name, or its id where it has none.
    public func title(of lane: Int) -> String {
        let name = name(of: lane)
        return name.isEmpty ? id(of: lane) : name
    }

    public func agent(of lane: Int) -> String? {
        let agent = lanes[lane].agent
        return agent == 0 ? nil : symbols.text(agent)
    }

    /// The agents of its lanes.
    public var agents: [String] { agentSymbols.map { symbols.text($0) }.sorted() }

    /// How many calls have ended in an error so far.
    public var errorCount: Int { journal.totals.errors }

    /// A short word for how it ended, such as `exit 1`; nil where the outcome's own word is all there is.
    public func word(of lane: Int) -> String? {
        let word = lanes[lane].word
        return word == 0 ? nil : symbols.text(word)
    }

    /// The calls whose results it refers to.
    public func dependencies(of lane: Int) -> [Int] { dependencies[Int32(lane)]?.map { Int($0) } ?? [] }

    /// The line in which references were resolved in its arguments, where there is one of its own.
    public func resolvedArguments(of lane: Int) -> Place { resolvedArguments[Int32(lane)] ?? .none }

    /// How much output it has told of: another number where there is more.
    public func outputStamp(of lane: Int) -> UInt32 { lanes[lane].lastOutput }

    /// Whether it told of any output.
    public func hasOutput(_ lane: Int) -> Bool { lanes[lane].lastOutput != 0 }

    /// How many of the newest lines of its output, so many at most, had been told by an instant.
    public func outputCount(of lane: Int, at t: Int64, most: Int) -> Int { outputs(of: lane, most: most).count { $0.t <= t } }

    /// The lines of its output, the newest so many, oldest first.
    public func outputs(of lane: Int, most: Int) -> [ToldLine] {
        var mark = OutputMark()
        return outputs(of: lane, since: &mark, most: most)
    }

    /// How far it said it was, at most at that instant.
    public func progress(of lane: Int, at t: Int64) -> Progress? {
        let lane = lanes[lane]
        let told = lane.seen + Int64(lane.progressed) * 1000
        guard !lane.done.isNaN, told <= t else { return nil }
        return Progress(t: told, done: Double(lane.done), total: lane.total.isNaN ? nil : Double(lane.total))
    }

    public func expected(of lane: Int) -> Event.Expected? { expected[Int32(lane)] }

    /// When a call that runs at an instant is likely to be done, by the median of earlier runs: of half of them it was. Nil where nothing is
    /// known of those, or where it has taken longer already.
    public func expectedEnd(of lane: Int, at t: Int64) -> Int64? {
        guard let median = expected[Int32(lane)]?.p50, case .running = state(of: lane, at: t) else { return nil }
        var start: Int64?
        forEachAttempt(of: lane, at: t) { began, _ in start = began }
        return start.map { Instant.held(Instant.held($0) &+ Instant.held(median)) }.flatMap { $0 > t ? $0 : nil }
    }
    public func providerID(of lane: Int) -> String? { providerIDs[Int32(lane)] }

    /// The line with its arguments as far as they were told by an instant: from its start as the tool was given them, references resolved.
    public func arguments(of lane: Int, at t: Int64) -> Place {
        let own = lanes[lane]
        let hasStarted = firstStart(of: lane, at: t) != nil
        if hasStarted, let resolved = resolvedArguments[Int32(lane)] { return resolved }
        return hasStarted || own.requested <= t || own.ended <= t ? own.arguments : .none
    }

    /// The lane whose end let it start.
    public func freedBy(_ lane: Int) -> Int? {
        let freed = Int(lanes[lane].freedBy) - 1
        return freed < firstLane ? nil : freed
    }

    /// Whether anything of it has no end.
    public var hasLooseEnds: Bool { !open.isEmpty }

    /// The call whose result was its own too, since both asked for the same.
    public func sharedWith(_ lane: Int) -> Int? { shared[Int32(lane)].flatMap { Int($0) < firstLane ? nil : Int($0) } }

    /// What it waits for at an instant, in the words of its event.
    public func waitsOn(_ lane: Int, at t: Int64) -> String? {
        var found: String?
        forEachMark(of: lane) { mark in
            if mark.t <= t {
                found = mark.kind == .queued && mark.on != 0 ? symbols.text(mark.on) : nil
            }
        }
        return found
    }

    /// The newest lane of a call's id.
    // Inlined, as is what else is asked of a timeline for every event: to a method of its own, one that changes would be handed as a copy.
    @inline(__always)
    public func lane(ofCall id: String) -> Int? { index.lane(ofCall: id, lanes, ids, from: firstLane) }

    /// The place among ``turns`` of the turn that bears this number.
    public func turn(numbered number: Int) -> Int? { turnNumbers[number] }

    /// The turns that are the work of a lane.
    public func children(of lane: Int) -> [Int] {
        children[Int32(lane)] ?? []
    }

    /// The instants between which anything happened.
    public var extent: ClosedRange<Int64> {
        let start = first ?? 0
        return start...max(start, last)
    }

    /// The marks that count, in the order of time.
    func forEachMark(of lane: Int, _ body: (Mark) -> Void) {
        var next = lanes[lane].firstMark
        while next != 0 {
            let mark = marks[Int(next) - 1]
            if !mark.isSuperseded {
                body(mark)
            }
            next = mark.next
        }
    }
}
