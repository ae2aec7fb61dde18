internal import FanoutEvents
internal import FanoutSession
internal import FanoutTimeline

/// Passes everything on up to the first line that could not be read, which it remembers.
///
/// A class, because a ledger calls it and the command asks it. It belongs to the thread that draws.
final class StrictObserver: LedgerObserver {
    private let next: (any LedgerObserver)?
    private(set) var refused: EventProblem?

    init(_ next: (any LedgerObserver)?) { self.next = next }

    func opened(_ header: Header, session: Int) {
        guard refused == nil else { return }
        next?.opened(header, session: session)
    }

    func took(_ event: Event, session: Int, in timelines: Timelines) {
        guard refused == nil else { return }
        next?.took(event, session: session, in: timelines)
    }

    func reported(_ problem: EventProblem) {
        refused = refused ?? problem
    }
}
