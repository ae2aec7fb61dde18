internal import FanoutEvents
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

/// Prints what comes, where there is no screen to draw it on: a line for each event worth one, or the events themselves.
///
/// A class, because a ledger calls it and the command ends it. It belongs to the thread that draws.
final class Printer: LedgerObserver {
    enum Form {
        case plain(Glyphs, toError: Bool)
        case json
    }

    private let form: Form
    private var complaints: Complaints
    private var labels = SessionLabels()
    private var writer = EventWriter()
    /// The session that the last header printed opened.
    private var current: String?

    /// Nil for a display that draws, or says nothing.
    ///
    /// - Parameters:
    ///   - toError: Whether plain lines go to standard error.
    ///   - isWhole: Whether what is printed is there whole already; what is wrong with a file of another kind is then said once, at the end.
    init?(_ display: Display, glyphs: Glyphs, toError: Bool = false, isWhole: Bool = false) {
        switch display {
        case .auto, .dashboard, .quiet: return nil
        case .plain: form = .plain(glyphs, toError: toError)
        case .json: form = .json
        }
        complaints = Complaints(isHeld: isWhole)
    }

    func opened(_ header: Header, session: Int) {
        complaints.release()
        guard case .json = form else { return }
        writer.write(header)
        current = header.session
        printWritten()
    }

    func took(_ event: Event, session: Int, in timelines: Timelines) {
        complaints.release()
        guard let newest = timelines.newest else { return }
        switch form {
        case .plain(let glyphs, let toError):
            guard let line = PlainLine.line(for: event, in: timelines[newest], glyphs: glyphs) else { return }
            // From the second session on; until then there was nobody else whose a line could be.
            let text = (labels.label(newest, among: timelines).map { $0 + line } ?? line).string + "\n"
            if toError {
                Console.tell(text)
            } else {
                Console.print(text)
            }
        case .json:
            // As it would stand in a recording: an event of another session than the last header's names its own. Sources number their
            // sessions each for itself; only the id tells them apart.
            let session = timelines[newest].header.session
            var event = event
            event.session = session == current ? nil : session
            writer.write(event)
            printWritten()
        }
    }

    func reported(_ problem: EventProblem) {
        complaints.add(problem)
    }

    /// To be called when nothing more comes.
    func finish() {
        complaints.finish()
    }

    private func printWritten() {
        writer.bytes.withUnsafeBufferPointer { Console.write($0) }
        writer.clear()
    }
}

/// Says which lines could not be read: the first ones each, the others by their number.
private struct Complaints {
    private static let most = 3

    /// Whether nothing is said before something could be read.
    private var isHeld: Bool
    private var held: [EventProblem] = []
    private var count = 0

    init(isHeld: Bool) {
        self.isHeld = isHeld
    }

    mutating func add(_ problem: EventProblem) {
        count += 1
        guard count <= Self.most else { return }
        if isHeld {
            held.append(problem)
        } else {
            say(problem)
        }
    }

    mutating func release() {
        guard isHeld else { return }
        isHeld = false
        held.forEach(say)
        held = []
    }

    mutating func finish() {
        guard !isHeld, count > Self.most else { return }
        let rest = count - Self.most
        Console.complain("\(rest) more \(rest == 1 ? "line" : "lines") could not be read and \(rest == 1 ? "is" : "are") left out")
    }

    private func say(_ problem: EventProblem) {
        Console.complain(problem.description + "; the line is left out")
    }
}
