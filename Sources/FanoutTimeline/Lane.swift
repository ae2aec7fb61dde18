public import FanoutEvents

/// One call, or one request to a model, as the timeline keeps it: what it is, and when it changed.
///
/// It is plain data without references, since there may be millions. What it was given and what came of it stand where
/// ``arguments`` and ``result`` say.
public struct Lane: Sendable {
    public enum Kind: UInt8, Sendable { case call, model }

    struct Flags: OptionSet {
        var rawValue: UInt8
        /// Its work is a turn; its children count in its stead.
        static let isParent = Flags(rawValue: 1)
        static let abandoned = Flags(rawValue: 2)
        static let detached = Flags(rawValue: 4)
        /// The line of its end tells what came of it.
        static let hasResult = Flags(rawValue: 8)
        /// Starts were told of it that were concluded, and such that were measured.
        static let hasLooseStart = Flags(rawValue: 16)
        static let hasMeasuredStart = Flags(rawValue: 32)
        /// Its user was asked, at an instant that was measured.
        static let wasAsked = Flags(rawValue: 64)
        /// It ended in a way that tells that nothing ran.
        static let neverRan = Flags(rawValue: 128)
    }

    static let never = Int64.max

    // The small fields stand together, so that no bytes lie idle between the others.

    var id: IDStore.Reference
    var name: Symbols.Symbol
    var agent: Symbols.Symbol = 0
    /// A short word for how it ended, such as `exit 1`.
    var word: Symbols.Symbol = 0
    public internal(set) var attempts: UInt16 = 0
    /// Its turn's place among the timeline's turns.
    public internal(set) var turn: Int32
    /// Its place in the reply, from 0; −1 where nobody said.
    public internal(set) var index: Int32 = -1
    public internal(set) var kind: Kind
    var flags: Flags = []
    public internal(set) var outcome = Event.Outcome.unknown
    private var approximations: UInt8 = 0
    /// The first instant anything is known of it.
    public internal(set) var seen: Int64
    /// When it was whole, or `Int64.max`.
    public internal(set) var requested = Lane.never
    /// When it ended, or `Int64.max`.
    public internal(set) var ended = Lane.never
    /// The first of its marks, counted from 1; 0 for none.
    var firstMark: UInt32 = 0
    /// The last of its marks, and the one with which the attempt began that goes on after it.
    var lastMark: UInt32 = 0
    var openMark: UInt32 = 0
    /// How far it said it was: done of a total, and milliseconds after ``seen``. Not a number where nobody said.
    var done = Float.nan
    var total = Float.nan
    var progressed: UInt32 = 0
    /// Its newest line of output, counted from 1; 0 for none.
    var lastOutput: UInt32 = 0
    /// The lane whose end let it start, counted from 1; 0 for none.
    var freedBy: UInt32 = 0
    public internal(set) var arguments = Place.none
    /// The line that tells of its end: result or error.
    public internal(set) var result = Place.none

    init(kind: Kind, id: IDStore.Reference, name: Symbols.Symbol, turn: Int32, seen: Int64) {
        self.kind = kind
        self.id = id
        self.name = name
        self.turn = turn
        self.seen = seen
    }

    /// What is known of the instants of its beginning and its end where nobody measured them.
    public internal(set) var approxStart: Event.Approximation? {
        get { Event.Approximation(code: approximations & 7) }
        set { approximations = approximations & ~7 | newValue.code }
    }
    public internal(set) var approxEnd: Event.Approximation? {
        get { Event.Approximation(code: approximations >> 3) }
        set { approximations = approximations & 7 | newValue.code << 3 }
    }

    mutating func progress(to done: Double, of total: Double?, at t: Int64) {
        self.done = Float(done)
        self.total = total.map { Float($0) } ?? .nan
        progressed = UInt32(clamping: (t - seen) / 1000)
    }

    /// Its place in the reply, from 1; nil where nobody said.
    public var ordinal: Int? { index < 0 ? nil : Int(index) + 1 }
    public var hasEnded: Bool { ended != Lane.never }
    public var isParent: Bool { flags.contains(.isParent) }
    public var isAbandoned: Bool { flags.contains(.abandoned) }
    public var isDetached: Bool { flags.contains(.detached) }
}

extension Event.Approximation {
    /// From three bits; nil from 0.
    fileprivate init?(code: UInt8) {
        switch code {
        case 1: self = .upper
        case 2: self = .lower
        case 3: self = .arrival
        case 4: self = .inferred
        case 5: self = .order
        default: return nil
        }
    }
}

extension Event.Approximation? {
    fileprivate var code: UInt8 {
        switch self {
        case nil: 0
        case .upper: 1
        case .lower: 2
        case .arrival: 3
        case .inferred: 4
        case .order: 5
        }
    }
}

/// A line of a lane's output: when it was told, and where it stands.
public struct ToldLine: Sendable, Hashable {
    /// Microseconds since the session's start, to the millisecond.
    public var t: Int64
    public var place: Place

    public init(t: Int64, place: Place) {
        self.t = t
        self.place = place
    }
}

/// Where a line of a lane's output stands, and which one came before it.
struct Output {
    var place: Place
    /// Milliseconds since the session's start.
    var t: Int32
    /// Counted from 1; 0 for none.
    var previous: UInt32

    var told: ToldLine { ToldLine(t: Int64(t) * 1000, place: place) }
}

/// An instant at which a lane changed between its beginning and its end.
struct Mark {
    enum Kind: UInt8 {
        case queued, ready, started, retrying
    }

    var t: Int64
    var kind: Kind
    var why: Event.Wait?
    var approx: Event.Approximation?
    /// Whether it says nothing any more: the same attempt's start was measured, or the call had not begun.
    var isSuperseded = false
    /// What it waits for, as a symbol.
    var on: Symbols.Symbol = 0
    /// The next mark of the lane, counted from 1; 0 for none.
    var next: UInt32 = 0
    /// The attempt that it was said to begin; 0 where nobody said.
    var attempt: UInt16 = 0

    /// Whether it was measured that the call's user was asked, before which it cannot have begun.
    var tellsOfAsking: Bool { kind == .queued && why == .approval && approx == nil }
}
