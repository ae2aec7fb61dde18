import Dispatch
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit

/// An engine on a clock that the test moves, and all that it posts.
final class EngineRig: Sendable {
    let clock = VirtualClock()
    let log: EventLog
    let engine: Engine
    private let queue: EventQueue
    private let wakes: AsyncStream<Void>
    private let seen = Guarded<[Event]>([])

    init(_ tools: [Tool], random: Double = 0) throws {
        let log = EventLog { [clock] in clock.now() }
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        queue = log.reader(limit: .max) { wake.yield() }
        self.wakes = wakes
        self.log = log
        engine = try Engine(log: log, time: clock, tools: tools) { random }
    }

    /// All events so far.
    var events: [Event] {
        let new = queue.take().events
        return seen.withLock { seen in
            seen += new
            return seen
        }
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

    /// Waits until so many events of a kind were posted.
    func until(_ count: Int = 1, _ kind: String) async {
        await until { events in events.count { Self.line($0).contains(" " + kind) } >= count }
    }

    /// What happened, a line each, without the instants of the log.
    var lines: [String] { events.map(Self.line) }

    static func line(_ event: Event) -> String {
        switch event.body {
        case .toolDeclared(let body): "declared \(body.name)"
        case .turnStarted(let body): "turn \(body.turn) started \(body.strategy ?? "")"
        case .callRequested(let body): "\(body.call) requested \(body.arguments?.description ?? "")"
        case .callQueued(let body): "\(body.call) queued \(body.why)" + (body.on.isEmpty ? "" : " " + body.on.joined(separator: ","))
        case .callDecided(let body): "\(body.call) \(body.decision)"
        case .callStarted(let body): "\(body.call) started \(body.attempt ?? 0)" + (body.arguments.map { " \($0)" } ?? "")
        case .callProgress(let body): "\(body.call) progress \(body.done ?? -1)"
        case .callOutput(let body): "\(body.call) output \(body.text)"
        case .callRetrying(let body): "\(body.call) retrying in \(body.delay ?? -1)"
        case .callFinished(let body):
            "\(body.call) finished \(body.outcome)" + (body.error.map { " \($0.kind.rawValue)" } ?? "")
                + (body.abandoned ? " abandoned" : "")
        case .callReleased(let body): "\(body.call) released"
        case .turnFinished(let body): "turn \(body.turn) finished \(body.outcome)"
        default: "other"
        }
    }

    /// Ends the session, and holds its stream against the format's page. Empty where it keeps to it.
    func violations() throws -> String {
        log.post(.sessionFinished(Event.SessionFinished(outcome: .ok)))
        return try CheckEvents.violations(in: events)
    }
}

/// A door that work stands before, whether or not it is cancelled, until the test opens it.
final class Door: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Guarded(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen {
                    state.waiting.append(continuation)
                }
                return state.isOpen
            }
            if isOpen {
                continuation.resume()
            }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting {
            continuation.resume()
        }
    }
}

/// Threads that wait for each other: nobody leaves before all are there.
final class Meeting: Sendable {
    private let everybody: Int
    private let there = Guarded(0)
    private let door = DispatchSemaphore(value: 0)

    init(of everybody: Int) { self.everybody = everybody }

    func attend() {
        let isLast = there.withLock { there in
            there += 1
            return there == everybody
        }
        if isLast {
            for _ in 1..<everybody {
                door.signal()
            }
        } else {
            door.wait()
        }
    }
}

extension Tool {
    /// A tool of a test: any object for arguments.
    static func of(_ name: String, _ traits: ToolTraits = ToolTraits(), redacted: [String] = [], run: @escaping Work) -> Tool {
        Tool(name: name, description: "", parameters: ["type": "object"], traits: traits, redacted: redacted, run: run)
    }

    static let echo = Tool.of("echo") { _, arguments in .value(arguments) }
}
