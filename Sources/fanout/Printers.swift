internal import FanoutEvents
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

/// Prints a line for each event worth one.
final class PlainPrinter: LedgerObserver {
    private let glyphs: Glyphs
    private let toError: Bool

    init(glyphs: Glyphs, toError: Bool) {
        self.glyphs = glyphs
        self.toError = toError
    }

    func opened(_ header: Header, session: Int) {}

    func took(_ event: Event, session: Int, in timelines: Timelines) {
        guard let newest = timelines.newest, let line = PlainLine.line(for: event, in: timelines[newest], glyphs: glyphs) else { return }
        if toError {
            Console.tell(line.string + "\n")
        } else {
            Console.print(line.string + "\n")
        }
    }

    func reported(_ problem: EventProblem) {
        Console.complain(problem.description + "; the line is left out")
    }
}

/// Prints the events themselves, with a header wherever a session begins.
final class JSONPrinter: LedgerObserver {
    private var writer = EventWriter()
    private var ids: [Int: String] = [:]
    /// The session of the last header.
    private var current: Int?

    func opened(_ header: Header, session: Int) {
        ids[session] = header.session
        current = session
        writer.write(header)
        flush()
    }

    func took(_ event: Event, session: Int, in timelines: Timelines) {
        var event = event
        event.session = session == current ? nil : ids[session]
        writer.write(event)
        flush()
    }

    func reported(_ problem: EventProblem) {
        Console.complain(problem.description + "; the line is left out")
    }

    private func flush() {
        writer.bytes.withUnsafeBufferPointer { Console.write($0) }
        writer.clear()
    }
}

/// Passes everything on, and remembers the first line that could not be read.
final class StrictObserver: LedgerObserver {
    private let next: (any LedgerObserver)?
    private(set) var refused: EventProblem?

    init(_ next: (any LedgerObserver)?) { self.next = next }

    func opened(_ header: Header, session: Int) { next?.opened(header, session: session) }
    func took(_ event: Event, session: Int, in timelines: Timelines) { next?.took(event, session: session, in: timelines) }

    func reported(_ problem: EventProblem) {
        refused = refused ?? problem
    }
}
