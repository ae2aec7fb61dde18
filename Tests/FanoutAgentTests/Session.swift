import FanoutAgent
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

/// A session whose events are kept, on a clock that stands still, or on another.
struct Session {
    let time = StillTime()
    /// The clock of its events.
    let clock: any Timekeeper
    let log: EventLog
    private let reader: EventQueue
    private let kept = Guarded<[Event]>([])
    private let wakes: AsyncStream<Void>

    init(clock: (any Timekeeper)? = nil) {
        let clock = clock ?? time
        self.clock = clock
        log = EventLog { clock.now() }
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        reader = log.reader { wake.yield() }
        self.wakes = wakes
    }

    /// Waits until the events so far satisfy the condition.
    func until(_ condition: ([Event]) -> Bool) async {
        if condition(events) {
            return
        }
        for await _ in wakes where condition(events) {
            return
        }
    }

    /// All that was posted so far.
    var events: [Event] {
        kept.withLock { kept in
            kept += reader.take().events
            return kept
        }
    }

    /// What is wrong with them as a whole session of ours, each a line.
    func violations() throws -> String { try CheckEvents.violations(in: events) }
}

extension Event.Body {
    /// The kind of event and what tells it from others of its kind, in a word or two.
    var brief: String {
        switch self {
        case .toolDeclared(let event): "declared \(event.name)"
        case .turnStarted(let event): "turn \(event.turn)"
        case .message(let event): "message \(event.role)"
        case .modelStarted: "model"
        case .modelOutput(let event): "\(event.kind) \(event.text)"
        case .modelRetrying(let event): "retrying after \(event.attempt ?? 0)"
        case .modelFinished(let event): "model \(event.finish)"
        case .callAnnounced(let event): "announced \(event.call)"
        case .callRequested(let event): "requested \(event.call)"
        case .callQueued(let event): "queued \(event.call)"
        case .callDecided(let event): "decided \(event.call)"
        case .callStarted(let event): "started \(event.call)"
        case .callProgress(let event): "progress \(event.call)"
        case .callOutput(let event): "output \(event.call)"
        case .callRetrying(let event): "retrying \(event.call)"
        case .callFinished(let event): "finished \(event.call) \(event.outcome)"
        case .callReleased(let event): "released \(event.call)"
        case .turnFinished(let event): "turn \(event.turn) \(event.outcome)"
        case .marker(let event): "marker \(event.label)"
        case .sessionFinished(let event): "session \(event.outcome)"
        case .other(let type): type
        }
    }
}

/// Bodies of Chat Completions.
enum Chat {
    static func answer(_ text: String, finish: String = "stop") -> JSONValue {
        ["choices": [["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": .string(finish)]]]
    }

    static func calls(_ calls: [(id: String, name: String, arguments: String)], finish: String = "tool_calls") -> JSONValue {
        let list = calls.map { call -> JSONValue in
            ["id": .string(call.id), "type": "function", "function": ["name": .string(call.name), "arguments": .string(call.arguments)]]
        }
        return [
            "choices": [
                [
                    "index": 0, "message": ["role": "assistant", "content": nil, "tool_calls": .array(list)],
                    "finish_reason": .string(finish),
                ]
            ]
        ]
    }
}
