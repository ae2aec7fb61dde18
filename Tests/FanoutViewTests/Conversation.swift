import FanoutEvents
import FanoutJSON
import FanoutTimeline
import FanoutView

/// A session's events with a place for each, and a dashboard on it, with keys pressed one after the other.
struct Conversation {
    var dashboard: Dashboard
    var timelines = Timelines()
    var width = 100
    var height = 30
    var clock: Int64 = 0
    var now: Int64 = 0
    private var events: [Event] = []
    /// How many payloads were asked for.
    let reads = Counter()

    final class Counter {
        var count = 0
    }

    init(isReplay: Bool = false, glyphs: Glyphs = .unicode) {
        let playhead: Playhead = isReplay ? .replay(from: 0, at: 0, speed: 1, isPaused: true) : .live()
        dashboard = Dashboard(source: "a test", playhead: playhead, isReplay: isReplay, glyphs: glyphs)
        timelines.open(Header(session: "7f3c", started: 0, title: "pack for three cities"), session: 0, source: 0)
    }

    /// Begins another session, of which events are told by its number.
    mutating func open(_ session: Int, _ title: String?, id: String, source: String? = nil) {
        timelines.open(
            Header(session: id, started: 0, title: title, source: source.map { Header.Source(name: $0) }), session: session, source: 0)
    }

    /// Tells what happens at milliseconds; now is then.
    mutating func tell(
        _ ms: Int64, in session: Int = 0, approx: Event.Approximation? = nil, agent: String? = nil, _ bodies: Event.Body...
    ) {
        for body in bodies {
            let event = Event(t: ms * 1000, agent: agent, approx: approx, body)
            timelines.apply(event, session: session, source: 0, place: Place(source: 0, offset: Int64(events.count)))
            events.append(event)
        }
        now = max(now, ms * 1000)
        timelines.settle()
    }

    var input: Dashboard.Input {
        let (events, reads) = (events, reads)
        return Dashboard.Input(
            timelines: timelines,
            event: { place in
                reads.count += 1
                // As from a file: only the timeline knows when it was.
                return events.indices.contains(Int(place.offset)) ? Event(t: 0, events[Int(place.offset)].body) : nil
            }, width: width, height: height, clock: clock, now: now)
    }

    mutating func frame() -> Frame { dashboard.frame(input) }

    @discardableResult
    mutating func press(_ keys: Key...) -> [Dashboard.Effect] {
        keys.flatMap { key in
            _ = frame()
            return dashboard.handle(key, input)
        }
    }

    /// The rows of the conversation, without header and footer.
    mutating func said() -> [String] { Array(frame().lines.dropFirst(3).dropLast(2)) }

    mutating func type(_ text: String) {
        for scalar in text.unicodeScalars {
            press(.character(scalar))
        }
    }
}

// What is told.
extension Event.Body {
    static func turn(_ number: Int, title: String? = nil) -> Event.Body {
        .turnStarted(Event.TurnStarted(turn: number, title: title))
    }

    static func said(_ role: String, _ text: String?, turn: Int? = nil) -> Event.Body {
        .message(Event.Message(role: role, text: text, turn: turn))
    }

    static func asked(_ turn: Int) -> Event.Body {
        .modelStarted(Event.ModelStarted(turn: turn, request: "r\(turn)", provider: "test", model: "claude-sonnet"))
    }

    static func wrote(_ turn: Int, _ text: String, _ kind: Event.OutputKind = .text) -> Event.Body {
        .modelOutput(Event.ModelOutput(turn: turn, request: "r\(turn)", kind: kind, text: text))
    }

    static func retried(_ turn: Int, _ message: String) -> Event.Body {
        .modelRetrying(
            Event.ModelRetrying(turn: turn, request: "r\(turn)", attempt: 1, error: CallError(.connection, message), delay: 1_200_000))
    }

    static func replied(
        _ turn: Int, _ finish: Event.Finish, reason: String? = nil, usage: Event.Usage? = nil, error: CallError? = nil
    ) -> Event.Body {
        .modelFinished(Event.ModelFinished(turn: turn, request: "r\(turn)", finish: finish, reason: reason, usage: usage, error: error))
    }

    static func wants(_ turn: Int, _ call: String, _ name: String, _ arguments: JSONValue, index: Int) -> Event.Body {
        .callRequested(
            Event.CallRequested(turn: turn, call: call, name: name, index: index, arguments: JSONText(arguments)))
    }

    static func began(_ call: String) -> Event.Body { .callStarted(Event.CallStarted(call: call, attempt: 1)) }

    static func ended(_ call: String, _ result: JSONValue) -> Event.Body {
        .callFinished(Event.CallFinished(call: call, outcome: .ok, result: JSONText(result)))
    }

    static func failed(_ call: String, _ message: String) -> Event.Body {
        .callFinished(Event.CallFinished(call: call, outcome: .failed, error: CallError(.exitStatus, message)))
    }

    static func over(_ turn: Int, _ outcome: Event.TurnOutcome = .ok) -> Event.Body {
        .turnFinished(Event.TurnFinished(turn: turn, outcome: outcome))
    }
}
