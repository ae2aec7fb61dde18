internal import FanoutEvents
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

/// Prints what comes, where there is no screen to draw it on: a line for each event worth one, or the events themselves.
///
/// A class, because a ledger calls it and the command ends it. It belongs to the thread that draws.
final class Printer {
    enum Form {
        case plain(Glyphs, toError: Bool)
        case json
    }

    private let form: Form
    private var complaints: Complaints
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

    func print(_ timelines: Timelines, _ item: EventReader.Item) {
        if case .problem(let problem) = item {
            return complaints.add(problem)
        }
        complaints.release()
        switch form {
        case .plain(let glyphs, let toError): printLine(timelines, item, glyphs, toError: toError)
        case .json: printJSON(timelines, item)
        }
    }

    /// To be called when nothing more comes.
    func finish() {
        complaints.finish()
    }

    private func printLine(_ timelines: Timelines, _ item: EventReader.Item, _ glyphs: Glyphs, toError: Bool) {
        guard case .event(let event, _, _) = item, let newest = timelines.newest,
            let line = PlainLine.line(for: event, in: timelines[newest], glyphs: glyphs)
        else { return }
        if toError {
            Console.tell(line.string + "\n")
        } else {
            Console.print(line.string + "\n")
        }
    }

    /// Writes it as it would stand in a recording: a header opens its session, and an event of another session names it.
    private func printJSON(_ timelines: Timelines, _ item: EventReader.Item) {
        switch item {
        case .session(_, let header):
            writer.write(header)
            current = header.session
        case .event(var event, _, _):
            // Sources number their sessions each for itself; only the name tells them apart.
            let session = timelines.newest.map { timelines[$0].header.session }
            event.session = session == current ? nil : session
            writer.write(event)
        case .problem:
            break
        }
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
        Console.complain("\(count - Self.most) more lines could not be read and are left out")
    }

    private func say(_ problem: EventProblem) {
        Console.complain(problem.description + "; the line is left out")
    }
}
