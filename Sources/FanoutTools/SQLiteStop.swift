internal import Synchronization

/// Tells a running statement that nobody wants its rows any more.
///
/// The statement asks, every so many steps: an interrupt that came before it began would be lost
/// (https://www.sqlite.org/c3ref/interrupt.html). Two threads share it, so it is a class.
final class SQLiteStop: Sendable {
    enum Reason: Int, Sendable {
        case none, cancel, timeout
    }

    private let word = Atomic(Reason.none.rawValue)

    var reason: Reason { Reason(rawValue: word.load(ordering: .relaxed)) ?? .none }
    var isRequested: Bool { reason != .none }

    /// The first reason counts.
    func request(_ reason: Reason) {
        _ = word.compareExchange(expected: Reason.none.rawValue, desired: reason.rawValue, ordering: .relaxed)
    }
}
