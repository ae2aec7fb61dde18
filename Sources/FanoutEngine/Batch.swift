internal import FanoutEvents
internal import FanoutJSON
internal import Synchronization

/// Performs what a machine decides for the calls of one batch: posts events, runs work, keeps the time.
///
/// The batch suspends on one continuation. The work of each attempt is a task of its own, so that it can be abandoned; its entry here
/// knows it until it ends. Everything is decided and posted under one lock, so that events stand in the order in which they were
/// decided; tasks are made, cancelled and resumed outside it.
final class Batch: Sendable {
    struct State {
        var machine: BatchMachine
        var entries: [BatchEntry] = []
        /// Nil until the reply is whole: what the model is sent of each result depends on how many there are.
        var budget: ResultBudget?
        /// Nil where no call can refer to another.
        var references: References?
        /// Who waits for the results.
        var waiter: Waiter?
        var alarm: Alarm?
        var alarmInstant = Int64.max
        /// Until it has begun, what is decided (by a cancellation, say) is kept for after its first events.
        var isBegun = false
        /// Every call has its result.
        var isDone = false
        /// Rooms that are used again.
        var effects: [BatchEffect] = []
        var events: [Event] = []
    }

    /// What is left to do once the lock is open.
    struct Deeds {
        var starts: [CallAttempt] = []
        var stops: [AttemptTask] = []
        var released: [String] = []
        var waiter: Waiter?

        var isEmpty: Bool { starts.isEmpty && stops.isEmpty && released.isEmpty && waiter == nil }
    }

    /// A task that waits. A class, since the system's type, whose size is not known here, would make every access to what holds it a look-up.
    final class Waiter: Sendable {
        let continuation: CheckedContinuation<Void, Never>

        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = continuation }
    }

    let turn: Int
    let engine: Engine
    let options: TurnOptions
    var time: any Timekeeper { engine.time }
    /// Calls of earlier batches whose work still holds something, in the order of the rules.
    let outside: [String]
    /// How long earlier calls of each tool ran.
    private let expected: [String: Event.Expected]
    let executors: Executors
    let state: Guarded<State>
    let inbox = Guarded(Inbox())
    /// Whether an attempt was stopped before its work was known to have begun; without a lock, since it is asked before any begins.
    let hasUnwanted = Atomic(false)

    /// Where work runs.
    struct Executors: Sendable {
        /// For all tools, where the strategy says so.
        var all: ThreadPool?
        /// Else for tools that block.
        var blocking: ThreadPool?
        /// Else; nil for the cooperative pool.
        var others: (any TaskExecutor)?
    }

    init(
        turn: Int, rules: BatchRules, outside: [String], options: TurnOptions, expected: [String: Event.Expected], executors: Executors,
        engine: Engine
    ) {
        self.turn = turn
        self.engine = engine
        self.outside = outside
        self.options = options
        self.expected = expected
        self.executors = executors
        state = Guarded(State(machine: BatchMachine(rules: rules)))
    }

    // MARK: The whole

    /// Takes a call of a reply that still arrives, and has it run at once where it may. Before its own events come those of `opening`.
    func add(_ call: PreparedCall, opening: [Event.Body]) {
        change { state in
            note(opening, &state)
            state.isBegun = true
            append([call], &state)
            state.machine.begin(now: engine.time.now())
        }
    }

    /// Takes the rest of the reply's calls, and waits until all of them have ended.
    ///
    /// - Parameters:
    ///   - replacements: For calls that were taken before and read otherwise in the end: their places, and what they are now.
    ///   - refusal: Why whatever has not started must not.
    ///   - opening: Posted before anything else.
    /// - Returns: The results, in call order.
    func finish(
        _ rest: [PreparedCall], references: References? = nil, replacing replacements: [(place: Int, by: PreparedCall)] = [],
        refusal: CallError? = nil, opening: [Event.Body]
    ) async -> [CallResult] {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                change { state in
                    state.waiter = Waiter(continuation)
                    note(opening, &state)
                    state.isBegun = true
                    state.references = references
                    append(rest, &state)
                    weigh(&state)
                    let now = engine.time.now()
                    state.machine.close(refusal: refusal, now: now)
                    for (place, call) in replacements {
                        replace(place, by: call, &state, now: now)
                    }
                    state.machine.begin(now: now)
                }
            }
        } onCancel: {
            cancelAll()
        }
        return state.withLock { state in
            state.entries.indices.prefix { state.entries[$0].prepared.retryOf == nil }.compactMap { state.answer(to: $0) }
        }
    }

    /// Posts that calls were asked for, and hands them to the machine.
    private func append(_ calls: [PreparedCall], _ state: inout State) {
        state.entries.reserveCapacity(state.entries.count + calls.count)
        for call in calls {
            state.entries.append(BatchEntry(call))
        }
        for call in calls {
            ask(call, &state)
        }
        state.machine.append(calls.map(Self.plain))
    }

    private func ask(_ call: PreparedCall, _ state: inout State) {
        note(.callRequested(call.requested(expected: expected[call.name]) { state.entries[$0].prepared.call }), &state)
    }

    private static func plain(_ call: PreparedCall) -> BatchCall {
        BatchCall(
            tool: call.failure == nil ? call.tool?.place : nil, after: call.after, failure: call.failure,
            startsEarly: call.tool?.tool.traits.startsEarly ?? false)
    }

    private func replace(_ place: Int, by call: PreparedCall, _ state: inout State, now: Int64) {
        state.entries.append(BatchEntry(call))
        ask(call, &state)
        _ = state.machine.replace(place, with: Self.plain(call), now: now)
    }

    /// Knows how much of each result may be sent, now that it is known how many there are, and measures those that are there.
    private func weigh(_ state: inout State) {
        state.budget = ResultBudget(limit: options.resultLimit, sum: options.resultSumLimit, calls: state.entries.count)
        sendEnded(&state)
    }

    /// Posts an event with others of its kind: many at a time, but never so many that they fill memory before anybody takes them.
    func note(_ body: consuming Event.Body, _ state: inout State) {
        state.events.append(Event(t: 0, agent: engine.agent, body))
        if state.events.count >= 128 {
            flush(&state)
        }
    }

    private func note(_ bodies: [Event.Body], _ state: inout State) {
        for body in bodies {
            note(body, &state)
        }
    }

    func flush(_ state: inout State) {
        engine.log.post(taking: &state.events)
    }

    /// How the turn ended, as far as its calls decide it.
    var turnOutcome: Event.TurnOutcome {
        switch state.withLock({ $0.machine.cutBy }) {
        case nil: .ok
        case .turnTimeout: .failed
        default: .cancelled
        }
    }

    func cancelAll() {
        change { $0.machine.cancelAll(now: engine.time.now()) }
    }

    /// Lets `body` give the machine an input, and does what follows.
    @discardableResult
    func change<Result: Sendable>(_ body: (inout State) -> Result) -> Result {
        var deeds = Deeds()
        let result = state.withLock { state in
            let result = body(&state)
            perform(&state, &deeds)
            return result
        }
        if !deeds.isEmpty {
            act(deeds)
        }
        return result
    }

    private func act(_ deeds: Deeds) {
        if !deeds.starts.isEmpty {
            begin(deeds.starts)
        }
        for task in deeds.stops {
            task.cancel()
        }
        for call in deeds.released {
            engine.released(call, by: self)
        }
        deeds.waiter?.continuation.resume()
    }

    func report(_ report: ToolContext.Report, call: Int, attempt: Int) {
        state.withLock { state in
            guard state.machine.wants(call, attempt: attempt) else { return }
            let name = state.entries[call].prepared.call
            switch report {
            case .progress(let done, let total, let message):
                engine.post(.callProgress(Event.CallProgress(call: name, done: done, total: total, message: message)))
            case .output(let text, let stream):
                engine.post(.callOutput(Event.CallOutput(call: name, text: text, stream: stream)))
            }
        }
    }

    // MARK: Time

    /// Has the timer wake the batch when the machine next decides by time.
    func arm(_ state: inout State) {
        guard let next = state.machine.nextInstant(), next < state.alarmInstant else { return }
        state.alarm?.cancel()
        state.alarmInstant = next
        state.alarm = engine.time.wake(at: next) { self.tick() }
    }

    private func tick() {
        change { state in
            state.alarmInstant = .max
            state.machine.tick(now: engine.time.now(), random: engine.random)
        }
    }
}

/// What an error thrown by work means.
enum WorkFailure {
    static func end(_ error: any Error) -> BatchMachine.WorkEnd {
        switch error {
        case let failure as ToolFailure:
            .failed(sober(failure.error), retryAfter: failure.retryAfter, isFinal: failure.isFinal || isFinal(failure.error.kind))
        case let error as CallError:
            .failed(sober(error), isFinal: isFinal(error.kind))
        case is CancellationError:
            .failed(CallError(.toolError, "It gave up as if cancelled, though nobody cancelled it."))
        default:
            .failed(CallError(.toolError, "\(error)"))
        }
    }

    /// Work that ran cannot say that nothing ran.
    private static func sober(_ error: CallError) -> CallError {
        error.kind.outcome == .skipped ? CallError(.toolError, error.message) : error
    }

    private static func isFinal(_ kind: CallError.Kind) -> Bool {
        switch kind {
        case .invalidArguments, .invalidJSON, .denied, .unknownTool, .cancelled, .interrupted: true
        default: false
        }
    }
}
