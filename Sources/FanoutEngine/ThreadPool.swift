/// Threads that tasks run on, at most so many: for tools that hold on to their thread.
///
/// Threads start as they are needed and stay until the pool is closed. A class, because executors are.
package final class ThreadPool: TaskExecutor, Hashable {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Where the first job that was not taken stands.
        var next = 0
        var threads = 0
        var idle = 0
        var isClosed = false
    }

    private let limit: Int
    private let state = Monitor(State())

    package init(limit: Int) { self.limit = max(limit, 1) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustStart = state.withLock { state in
            state.jobs.append(job)
            guard state.jobs.count - state.next > state.idle, state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        if mustStart {
            let started = startThread { self.work() }
            if !started {
                let isLast = state.withLock { state in
                    state.threads -= 1
                    return state.threads == 0
                }
                precondition(!isLast, "The system has no thread left for blocking tools.")
            }
        } else {
            state.signal()
        }
    }

    /// Lets the threads end when no job is left.
    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    /// Two pools are the same one, or different.
    package static func == (a: ThreadPool, b: ThreadPool) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    private func work() {
        let executor = asUnownedTaskExecutor()
        while let job = nextJob() {
            job.runSynchronously(on: executor)
        }
    }

    private func nextJob() -> UnownedJob? {
        var isIdle = false
        return state.wait { state in
            if isIdle {
                state.idle -= 1
                isIdle = false
            }
            if state.next < state.jobs.count {
                let job = state.jobs[state.next]
                state.next += 1
                if state.next == state.jobs.count {
                    state.jobs.removeAll(keepingCapacity: true)
                    state.next = 0
                }
                return .done(job)
            }
            if state.isClosed {
                return .done(nil)
            }
            state.idle += 1
            isIdle = true
            return .wait
        }
    }
}
