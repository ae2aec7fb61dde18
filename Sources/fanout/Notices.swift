internal import FanoutEvents
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Calls somebody who does not look at the screen, where that was asked for.
///
/// A class, because the ledger tells it of events and the show says when they are live. It belongs to the thread that draws.
final class Notices: LedgerObserver {
    enum Means: String, CaseIterable {
        case bell, terminal
    }

    static let options = [
        Option(
            "notify", argument: "WHAT[,WHAT…]",
            "calls you: approval (a call waits for it), failure (a call failed), end (of a run or session)"),
        Option("notify-by", argument: "MEANS", "bell, or terminal: a notification of the terminal's (OSC 9), where it has them"),
    ]

    private let means: Means
    private var gate: NoticeGate
    private let next: (any LedgerObserver)?
    /// Nil until what comes is live.
    private var terminal: Terminal??

    /// The observer for a ledger, with the one that is told of everything after it; nil where nobody asked for notices.
    ///
    /// - Throws: ``UsageError`` for a word that is none of those there are.
    init?(_ options: Options, before next: (any LedgerObserver)?) throws {
        let means = try options.word("notify-by", as: Means.self)
        guard let text = options.value("notify") else {
            guard means == nil else {
                throw UsageError("--notify-by: say for what with --notify approval,failure,end")
            }
            return nil
        }
        var wanted: Set<Notice.Kind> = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let kind = Notice.Kind(rawValue: String(word)) else {
                throw UsageError("--notify \(text): each is one of approval, failure, end, with a comma between them")
            }
            wanted.insert(kind)
        }
        self.means = means ?? .bell
        self.next = next
        gate = NoticeGate(wanted)
    }

    /// Says that what comes from now on is live, and which screen there is.
    func begin(_ terminal: Terminal?) {
        self.terminal = .some(terminal)
    }

    func opened(_ header: Header, session: Int) { next?.opened(header, session: session) }

    func took(_ event: Event, session: Int, in timelines: Timelines) {
        next?.took(event, session: session, in: timelines)
        guard let newest = timelines.newest else { return }
        let timeline = timelines[newest]
        let isNews = gate.isNews(event, session: newest, of: timeline, now: Clock.now())
        if isNews, let notice = Notice(event, in: timeline) {
            call(notice)
        }
    }

    func reported(_ problem: EventProblem) { next?.reported(problem) }

    /// Calls for something that no event tells of.
    func call(_ notice: Notice) {
        guard let terminal, gate.admits(notice.kind, at: Clock.monotonic()) else { return }
        guard let screen = terminal else {
            if isatty(2) == 1 {
                Console.tell("\u{07}")
            }
            return
        }
        switch means {
        case .bell: screen.ring()
        case .terminal: screen.notify("fanout: " + notice.text)
        }
    }
}
