public import FanoutEvents

/// The calls of one reply, with what can be said of them together.
public struct Turn: Sendable {
    /// The producer's number; nil for the calls that named no turn.
    public internal(set) var number: Int?
    public internal(set) var title: String?
    public internal(set) var strategy: String?
    public internal(set) var limit: Int?
    /// The lane whose work it is.
    public internal(set) var parent: Int?
    /// Whether one of its calls is the work of another turn.
    public internal(set) var hasNested = false
    /// The first instant anything is known of it.
    public internal(set) var started: Int64
    /// When it was said to be over, or `Int64.max`.
    public internal(set) var finished = Lane.never
    public internal(set) var outcome: Event.TurnOutcome?
    /// Its lanes in the order of the reply, models' requests among them where they were made.
    public internal(set) var lanes: ContiguousArray<Int32> = []
    /// The newest message of it, counted from 1; 0 for none.
    var lastUtterance: UInt32 = 0
    /// The last instant anything of it changed.
    public internal(set) var last: Int64
    /// Grows with each change.
    public internal(set) var version = 0
    /// The figures at ``last``, kept up while events come in order.
    var running = RunningFigures()

    init(number: Int?, started: Int64) {
        self.number = number
        self.started = started
        last = started
    }

    /// Whether it is what is left of calls that named no turn, now that each is in the one that it turned out to be of.
    public var isEmptied: Bool { number == nil && lanes.isEmpty }

    public var hasFinished: Bool { finished != Lane.never }
}

/// What a walk through all turns asks of each, kept close together: a session may have tens of thousands.
struct TurnSpan {
    var started: Int64
    var last: Int64
    var lanes: Int32 = 0
    var hasParent = false
    var hasNested = false
}

/// A turn that is not the work of a call.
public struct RootTurn: Sendable, Hashable {
    /// Its place among the timeline's turns.
    public var turn: Int
    /// How many lanes it has, where all of them were known at the instant asked for and none has turns of its own.
    public var lanes: Int?
}
