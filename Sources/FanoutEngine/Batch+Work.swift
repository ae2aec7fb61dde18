internal import FanoutEvents
internal import Synchronization

// How the work of attempts begins and ends.

extension Batch {
    /// Has work begin: what may hold on to its thread on threads of its own, all else side by side where alarms are called.
    func begin(_ starts: [CallAttempt]) {
        guard starts.count > 1, executors.all == nil, let workers = executors.others else { return begin(each: starts[...]) }
        let blocking = starts.filter(\.blocks)
        if !blocking.isEmpty {
            begin(each: blocking[...])
        }
        let others = blocking.isEmpty ? starts : starts.filter { !$0.blocks }
        let line = StartLine(others)
        Task.detached(executorPreference: workers) {
            self.watch(line, after: 0)
            self.begin(line, on: workers)
        }
    }

    /// Has work begin on this thread, one after the other, each up to where it first waits.
    ///
    /// Most work waits at once, or is done before another thread would have heard of it: handing it over would cost several times what it
    /// does, and two threads that begin work of one batch are slower than one. Work that holds on to the thread all the same is seen by
    /// ``watch(_:after:)``, which has others begin the rest.
    private func begin(_ line: StartLine, on workers: any TaskExecutor) {
        while let start = line.next() {
            let task = launch(start, on: workers)
            if !start.hasEnded, isUnwanted(task, of: start) {
                task.cancel()
            }
        }
    }

    /// How often it is looked whether a line moves, in microseconds, and how many attempts it is to have begun meanwhile.
    private static let look: (interval: Int64, least: Int) = (1000, 50)

    /// Gives what waits in a line to all threads where the one that begins it is held up.
    private func watch(_ line: StartLine, after begun: Int) {
        guard !line.isEmpty else { return }
        _ = time.wake(at: time.now().later(by: Self.look.interval)) {
            let now = line.begun
            if now - begun < Self.look.least {
                self.begin(each: line.takeRest()[...])
            } else {
                self.watch(line, after: now)
            }
        }
    }

    private func launch(_ start: CallAttempt, on workers: any TaskExecutor) -> AttemptTask {
        guard #available(macOS 26, *) else { return .detached(executorPreference: workers) { await start.work() } }
        return .immediateDetached(executorPreference: workers) { await start.work() }
    }

    /// How many tasks are made at once. Those after them are made in turn with the work of these, so that ten thousand calls need the
    /// memory of those that run and not of all.
    private static let tasksAtOnce = 64

    /// Has each attempt's work begin on whatever thread is free.
    private func begin(each all: ArraySlice<CallAttempt>) {
        let starts = all.prefix(Self.tasksAtOnce)
        var tasks: [AttemptTask] = []
        tasks.reserveCapacity(starts.count)
        for start in starts {
            let executor: (any TaskExecutor)? = executors.all ?? (start.blocks ? executors.blocking : nil) ?? executors.others
            tasks.append(AttemptTask.detached(executorPreference: executor) { await start.work() })
        }
        if starts.endIndex < all.endIndex {
            Task.detached(executorPreference: executors.others) { self.begin(each: all[starts.endIndex...]) }
        }
        hold(tasks, of: starts)
    }

    /// Knows the tasks of attempts, to stop them.
    private func hold(_ tasks: [AttemptTask], of starts: some Sequence<CallAttempt>) {
        for (start, task) in zip(starts, tasks) where isUnwanted(task, of: start) {
            task.cancel()
        }
    }

    /// Knows the task of an attempt, to stop it. By now it may have ended, or not be wanted any more.
    private func isUnwanted(_ task: AttemptTask, of start: CallAttempt) -> Bool {
        state.withLock { state in
            if state.machine.wants(start.place, attempt: start.attempt) {
                state.entries[start.place].task = task
                return false
            }
            return state.machine.isWorking(start.place, attempt: start.attempt)
        }
    }

    /// Ends what was stopped while it waited for its turn to begin.
    @inline(never)
    func isStopped(_ start: CallAttempt) -> Bool {
        guard hasUnwanted.load(ordering: .acquiring), !isWanted(start) else { return false }
        ended(start, .failed(CallError(.cancelled, "It was stopped before it began.")))
        return true
    }

    @inline(never)
    func succeeded(_ start: CallAttempt, _ result: ToolResult) {
        ended(start, .ok, result)
    }

    @inline(never)
    func failed(_ start: CallAttempt, _ error: any Error) {
        ended(start, WorkFailure.end(error))
    }

    private func isWanted(_ start: CallAttempt) -> Bool { state.withLock { $0.machine.wants(start.place, attempt: start.attempt) } }

    // MARK: Ends

    /// An attempt whose work has ended.
    fileprivate struct Ended {
        let attempt: CallAttempt
        let end: BatchMachine.WorkEnd
        var value: ToolResult?
    }

    struct Inbox {
        fileprivate var ends: [Ended] = []
        /// Somebody tells the machine, and will look here again before leaving.
        fileprivate var isAttended = false
    }

    private func ended(_ attempt: CallAttempt, _ end: BatchMachine.WorkEnd, _ value: consuming ToolResult? = nil) {
        attempt.end()
        var value = value
        // Whoever finds another at it leaves the end to that one, and its thread is free for other work.
        let attends = inbox.withLock { inbox in
            if inbox.isAttended {
                inbox.ends.append(Ended(attempt: attempt, end: end, value: value))
                return false
            }
            inbox.isAttended = true
            return true
        }
        guard attends else { return }
        change { tell(attempt, end, &value, &$0) }
        while var ends = left() {
            change { state in
                for place in ends.indices {
                    tell(ends[place].attempt, ends[place].end, &ends[place].value, &state)
                }
            }
        }
    }

    /// The ends that came meanwhile; nil where there are none, and then nobody attends any more.
    private func left() -> [Ended]? {
        inbox.withLock { inbox in
            guard !inbox.ends.isEmpty else {
                inbox.isAttended = false
                return nil
            }
            defer { inbox.ends = [] }
            return inbox.ends
        }
    }

    /// Tells the machine. What the work gave goes to the call's entry, and is not copied.
    private func tell(_ attempt: CallAttempt, _ end: BatchMachine.WorkEnd, _ value: inout ToolResult?, _ state: inout State) {
        state.entries[attempt.place].task = nil
        swap(&state.entries[attempt.place].value, &value)
        let random = end == .ok ? 0 : engine.random()
        state.machine.ended(attempt.place, attempt: attempt.attempt, end, random: random, now: engine.time.now())
    }
}

/// Attempts that one thread begins one after the other, until another takes over what is left. A class, since both hold it.
private final class StartLine: Sendable {
    private struct State {
        /// The last comes first, so that each is taken from the end.
        var waiting: [CallAttempt]
        var begun = 0
    }

    private let state: Guarded<State>

    init(_ starts: [CallAttempt]) { state = Guarded(State(waiting: starts.reversed())) }

    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }
    /// How many were begun.
    var begun: Int { state.withLock { $0.begun } }

    func next() -> CallAttempt? {
        state.withLock { state in
            state.begun += 1
            return state.waiting.popLast()
        }
    }

    /// What has not begun, in its order.
    func takeRest() -> [CallAttempt] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting.reversed()
        }
    }
}
