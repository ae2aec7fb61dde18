internal import FanoutEngine
internal import FanoutEvents
internal import FanoutScreen
internal import FanoutTools
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One call of one tool, as the engine runs it for a model: arguments checked, defaults filled in, times and attempts kept.
///
/// What the tool says while it runs goes to standard error, its result to standard output.
struct ToolTrial {
    var tool: Tool
    var pools: [String: Pool]
    var arguments: String

    /// Returns the exit status: 0, 1 where the call failed, 130 where it was interrupted.
    func perform(_ policy: ApprovalPolicy) throws -> Int32 {
        guard let wakeup = Wakeup(), let signals = Signals() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        let time = SystemTime()
        let log = EventLog(clock: { time.now() })
        let queue = log.reader(limit: 10_000) { wakeup.wake() }
        let engine = try Engine(log: log, time: time, tools: [tool])
        var options = TurnOptions()
        options.pools = pools
        options.approval = policy
        options.resultLimit = .max
        options.resultSumLimit = .max
        let turn = options
        let call = ToolCall(id: "call", name: tool.name, arguments: arguments)
        let outcome = Guarded<CallResult?>(nil)
        let task = Task.detached(executorPreference: time.workers) {
            let results = await engine.run(turn: 1, calls: [call], options: turn)
            outcome.withLock { $0 = results.first }
            log.close()
        }
        var ending: Signal?
        let loop = EventLoop(clock: { time.now() })
        loop.watch(wakeup.descriptor) { _ in
            wakeup.acknowledge()
            let (events, isOpen) = queue.take()
            events.forEach(tell)
            if !isOpen {
                loop.stop()
            }
        }
        loop.watch(signals.descriptor) { _ in
            for signal in signals.take() {
                switch signal {
                case .interrupt where ending == nil:
                    // The first one asks the tool to end, which is seen to.
                    ending = signal
                    task.cancel()
                case .interrupt, .quit, .terminate, .hangUp:
                    ending = signal
                    loop.stop()
                case .stop: signal.performDefault()
                case .resized, .goOn: break
                }
            }
        }
        loop.run()
        if let ending, ending != .interrupt {
            RunningPrograms.kill()
            ending.performDefault()
        }
        return ending == nil ? finish(outcome.withLock { $0 }) : 130
    }

    private func finish(_ result: CallResult?) -> Int32 {
        guard let result else { return 1 }
        guard result.outcome == .ok else {
            let message = result.error?.message ?? result.outcome.rawValue
            Console.complain("\(tool.name): " + Self.lines(message))
            return 1
        }
        let text = isatty(1) == 1 ? Self.lines(result.text) : result.text
        Console.print(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
        return 0
    }

    /// On a terminal a tool writes what cannot harm it; into a file it writes what it wrote.
    private func tell(_ event: Event) {
        switch event.body {
        case .callOutput(let output):
            Console.tell(isatty(2) == 1 ? Self.lines(output.text) : output.text)
        case .callProgress(let progress):
            let share = progress.done.map { done in progress.total.map { "\(Self.plain(done)) of \(Self.plain($0))" } ?? Self.plain(done) }
            Console.tell([share, progress.message.map { CleanText($0).string }].compactMap(\.self).joined(separator: " ") + "\n")
        case .callRetrying(let retrying):
            let delay = retrying.delay.map { ", again in \(DurationText.length($0).string)" } ?? ""
            Console.complain("\(tool.name): attempt \(retrying.attempt ?? 1) failed\(delay): " + Self.lines(retrying.error?.message ?? ""))
        case .toolDeclared, .turnStarted, .message, .modelStarted, .modelOutput, .modelRetrying, .modelFinished, .callAnnounced,
            .callRequested, .callQueued, .callDecided, .callStarted, .callFinished, .callReleased, .turnFinished, .marker,
            .sessionFinished, .other:
            break
        }
    }

    private static func lines(_ text: String) -> String { CleanText.lines(of: text).map(\.string).joined(separator: "\n") }

    private static func plain(_ number: Double) -> String { Int64(exactly: number).map(\.description) ?? number.description }
}

extension Console {
    /// Asks whoever sits at the terminal; nil where nobody does.
    static func ask(_ question: String) -> String? {
        guard isatty(0) == 1, isatty(2) == 1 else { return nil }
        tell(CleanText(question).string)
        return readLine()?.split(separator: " ").first.map(String.init) ?? ""
    }
}
