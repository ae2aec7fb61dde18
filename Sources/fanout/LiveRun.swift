internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A run in this program, watched while it goes on.
enum LiveRun {
    /// What is run: its engine, and the work that leaves its answers in the dialogue.
    struct Piece: Sendable {
        var engine: Engine
        var takesFollowUps = false
        var perform: @Sendable (Dialogue) async -> Void
    }

    static let options =
        [
            Option("strategy", argument: "WORD", "parallel, threads, threads:N or sequential"),
            Option("limit", argument: "N", "at most so many calls at once"),
            Option("approve", argument: "WHEN", "always, never or ask (in the dashboard; elsewhere ask is never)"),
            Option("fail-on", argument: "WHAT", "calls: exit status 1 when a call failed"),
        ] + Notices.options

    /// How turns run, as the options say.
    static func turnOptions(_ options: Options, display: Display) throws -> TurnOptions {
        var turn = TurnOptions()
        if let text = options.value("strategy") {
            turn.strategy = try strategy(text)
        }
        turn.limit = try options.integer("limit", in: 1...100_000)
        let approval = try options.word("approve", as: ApprovalPolicy.self) ?? .ask
        turn.approval = approval == .ask && display != .dashboard ? .never : approval
        return turn
    }

    /// By how much a scenario's delays are stretched.
    static func latency(_ options: Options) throws(UsageError) -> Double {
        guard let text = options.value("latency") else { return 1 }
        guard let factor = Double(text), factor >= 0, factor <= 1000 else {
            throw UsageError("--latency \(text): it takes a factor from 0 to 1000")
        }
        return factor
    }

    private static func strategy(_ text: String) throws(UsageError) -> Strategy {
        switch text {
        case "parallel": return .parallel
        case "sequential": return .sequential
        case "threads": return .threads(10)
        default:
            guard text.hasPrefix("threads:"), let count = Int(text.dropFirst(8)), (1...1000).contains(count) else {
                throw UsageError("--strategy \(text): it is one of parallel, threads, threads:N (1 to 1000), sequential")
            }
            return .threads(count)
        }
    }

    /// Runs a piece to its end, shows it, records it, and returns its answers, in the order of the prompts, with the exit status.
    ///
    /// - Parameters:
    ///   - linesToError: Whether plain lines go to standard error, since standard output is for the answer.
    ///   - remembers: Whether how long its calls ran is worth keeping for the next run.
    static func show(
        _ options: Options, display: Display, title: String, source: String, meta: JSONText? = nil, linesToError: Bool,
        remembers: Bool = false, _ make: (EventLog, SystemTime) throws -> Piece
    ) throws -> (answers: [AgentAnswer], status: Int32) {
        if let what = options.value("fail-on"), what != "calls" {
            throw UsageError("--fail-on \(what): it is calls")
        }
        let looks = try Looks(options)
        let time = SystemTime()
        let session = SessionName.random()
        let header = Header(
            session: session, started: Clock.now() - time.now(), title: title,
            source: Header.Source(name: "fanout", version: Program.version), meta: meta)
        guard let wakeup = Wakeup() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        let log = EventLog(clock: { time.now() })
        let queue = log.reader(limit: 10_000) { wakeup.wake() }
        let piece = try make(log, time)
        let history = remembers && !options.has("no-history") ? History() : nil
        if let history {
            piece.engine.expect(history.expected(of: piece.engine.tools.map(\.name)))
        }
        let recorder = try Composition.recorder(options, session: session, isWorthKeeping: true)
        let printer = Printer(display, glyphs: looks.glyphs, toError: linesToError)
        let notices = try Notices(options, before: printer)
        let ledger = Ledger(recorder: recorder, observer: notices ?? printer)
        ledger.keep = try ProgramCommand.kept(options)
        var dashboard = Dashboard(source: CleanText(source), playhead: .live(), isReplay: false, glyphs: looks.glyphs)
        dashboard.notice = history?.notice.map { CleanText($0) }

        let dialogue = Dialogue(takesFollowUps: piece.takesFollowUps && display == .dashboard, workers: time.workers) { wakeup.wake() }
        let gate = StartGate()
        Task.detached(executorPreference: time.workers) {
            await gate.wait()
            await piece.perform(dialogue)
            log.close()
        }
        let run = Show.Run(
            header: header, queue: queue, wakeup: wakeup,
            dialogue: dialogue,
            control: { control($0, piece.engine) })
        // Nothing of the run happens before the screen is there to show it, or has refused.
        let show: Show
        do {
            show = try Show(
                ledger, display: display, looks: looks, dashboard: dashboard, run: run, notices: notices,
                markers: MarkerFile(recording: recorder.path))
        } catch {
            dialogue.close()
            gate.open()
            throw error
        }
        gate.open()
        let end = show.perform()
        history?.add(ledger.timelines)
        let status = Composition.finish(end, show, ledger: ledger, isRecorded: true)
        let answers = dialogue.answers
        return (answers, exitStatus(status, answers, options))
    }

    /// As the last answer came out; where it is asked for, a call that failed for any of them counts.
    private static func exitStatus(_ status: Int32, _ answers: [AgentAnswer], _ options: Options) -> Int32 {
        guard status == 0 else { return status }
        switch answers.last?.outcome {
        case .ok?: return options.has("fail-on") && answers.contains { $0.callErrors > 0 } ? 1 : 0
        case .failed?: return 1
        case .cancelled?, nil: return 130
        }
    }

    /// Does what a key asks of a run, and returns what there is to say about it.
    private static func control(_ effect: Dashboard.Effect, _ engine: Engine) -> CleanText? {
        switch effect {
        case .cancelCall(let call): engine.cancel(call: call)
        case .cancelTurn: engine.cancelTurn()
        case .approve(let call, let forTool): engine.approve(call: call, scope: forTool ? .tool : .once, by: "user")
        case .deny(let call): engine.deny(call: call, by: "user")
        case .retry(let call):
            if engine.retry(call: call) == nil {
                return "it cannot be called again: its turn no longer waits for it"
            }
        case .ask, .quit, .nextTheme, .theme, .mark, .copy, .mouse: break
        }
        return nil
    }
}

/// Holds a task back until it is let go, once.
private final class StartGate: Sendable {
    private enum State {
        case closed
        case waiting(CheckedContinuation<Void, Never>)
        case open
    }

    private let state = Guarded(State.closed)

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if case .open = state { return true }
                state = .waiting(continuation)
                return false
            }
            if isOpen {
                continuation.resume()
            }
        }
    }

    func open() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            defer { state = .open }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        waiting?.resume()
    }
}
