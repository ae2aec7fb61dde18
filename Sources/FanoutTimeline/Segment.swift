public import FanoutEvents

/// A stretch of a lane's life in one state.
public struct Segment: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// Its arguments still arrive.
        case announced
        /// It waits, for this if anybody said.
        case waiting(Event.Wait?)
        /// An attempt, from 1.
        case attempt(Int, isFailed: Bool)
        /// Between a failed attempt and the next.
        case backoff
        /// Its result was delivered and its work goes on.
        case held
    }

    public var kind: Kind
    /// Microseconds since the session's start.
    public var start: Int64
    public var end: Int64
    /// Whether it still went on at the instant asked for.
    public var isOpen: Bool
    /// Set where its end, or its start, was not measured.
    public var approxStart: Event.Approximation?
    public var approxEnd: Event.Approximation?
}

/// What a lane is doing at an instant.
public enum LaneState: Sendable, Hashable {
    /// Nothing is known of it yet.
    case hidden
    case announced
    case waiting(Event.Wait?)
    case running(attempt: Int)
    case backoff(attempt: Int)
    case ended(Event.Outcome)

    public var isOpen: Bool {
        switch self {
        case .announced, .waiting, .running, .backoff: true
        case .hidden, .ended: false
        }
    }

    public var isError: Bool { if case .ended(let outcome) = self { outcome.isError } else { false } }
}
