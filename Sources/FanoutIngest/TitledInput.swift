internal import FanoutEvents
internal import FanoutSession

/// Hands what a reader finds to a ledger, and gives the session of events that came without any header a title to tell it from others.
struct TitledInput: EventReceiver {
    var input: LedgerInput
    /// The id of that session.
    let own: String
    let title: String
    /// Whether there was any event, or a header.
    private(set) var hasTold = false

    init(input: LedgerInput, own: String, title: String) {
        self.input = input
        self.own = own
        self.title = title
    }

    mutating func open(_ header: Header, session: Int) {
        hasTold = true
        var header = header
        if header.session == own, header.title == nil {
            header.title = title
        }
        input.open(header, session: session)
    }

    mutating func take(_ event: Event, session: Int, offset: Int64) {
        input.take(event, session: session, offset: offset)
    }

    mutating func report(_ problem: EventProblem) {
        input.report(problem)
    }
}
