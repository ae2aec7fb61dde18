internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents

/// What is asked of a run while it is shown, and what it answered: stands between the run and the thread that draws.
///
/// A class, because both hold it. The run's side waits in ``prompt(after:)``; the other side never waits.
final class Dialogue: Sendable {
    /// Where the run is.
    enum Phase: Equatable {
        case answering
        /// It has stopped like this, and takes a prompt.
        case waiting(after: Event.SessionOutcome)
        case over
    }

    private struct State {
        var phase = Phase.answering
        var answers: [AgentAnswer] = []
        /// Ends the prompt that is being answered.
        var cancel: (@Sendable () -> Void)?
        var next: CheckedContinuation<String?, Never>?
        /// Whether nothing more is asked.
        var isClosed: Bool
        /// Whether what is answered next must end at once.
        var isInterrupted = false
    }

    /// Whether somebody is there to ask more than once.
    let takesFollowUps: Bool
    private let state: Guarded<State>
    private let workers: (any TaskExecutor)?
    /// Says to the thread that draws that something has changed.
    private let changed: @Sendable () -> Void

    init(takesFollowUps: Bool, workers: (any TaskExecutor)?, changed: @escaping @Sendable () -> Void) {
        self.takesFollowUps = takesFollowUps
        state = Guarded(State(isClosed: !takesFollowUps))
        self.workers = workers
        self.changed = changed
    }

    var phase: Phase { state.withLock { $0.phase } }
    /// In the order of the prompts.
    var answers: [AgentAnswer] { state.withLock { $0.answers } }

    // MARK: The run's side

    /// Does the work of one prompt in such a way that ``interrupt()`` ends it.
    func answering<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) async -> Result {
        let task = Task(executorPreference: workers, operation: work)
        let isLate = state.withLock { state in
            state.phase = .answering
            state.cancel = { task.cancel() }
            return state.isInterrupted
        }
        if isLate {
            task.cancel()
        }
        return await task.value
    }

    /// Takes an answer, and waits for the next prompt; nil where there will be none.
    func prompt(after answer: AgentAnswer) async -> String? {
        let goesOn = state.withLock { state in
            state.answers.append(answer)
            state.cancel = nil
            state.phase = state.isClosed ? .over : .waiting(after: answer.outcome)
            return !state.isClosed
        }
        guard goesOn else { return nil }
        return await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed {
                    state.next = continuation
                }
                return state.isClosed
            }
            isClosed ? continuation.resume(returning: nil) : changed()
        }
    }

    // MARK: The other side

    /// Hands over a prompt; false where none is taken now.
    func ask(_ prompt: String) -> Bool {
        let waiting = state.withLock { state -> CheckedContinuation<String?, Never>? in
            guard let waiting = state.next else { return nil }
            state.next = nil
            state.phase = .answering
            state.isInterrupted = false
            return waiting
        }
        waiting?.resume(returning: prompt)
        return waiting != nil
    }

    /// Ends what is being answered, kindly; more may be asked after it.
    func interrupt() {
        let cancel = state.withLock { state in
            state.isInterrupted = true
            return state.cancel
        }
        cancel?()
    }

    /// Ends the run: what is being answered, and everything after it.
    func close() {
        let (cancel, next) = state.withLock { state in
            let next = state.next
            state.isClosed = true
            state.isInterrupted = true
            state.next = nil
            return (state.cancel, next)
        }
        cancel?()
        next?.resume(returning: nil)
    }
}
