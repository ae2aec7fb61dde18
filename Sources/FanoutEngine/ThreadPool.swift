internal import CSystem
internal import FanoutEvents

/// Threads that tasks run on, at most so many at once, and that wait for alarms meanwhile.
///
/// A thread that has nothing to do waits for the next alarm; what the alarm resumes, it runs itself. So a sleep costs one wake of one thread.
/// Alarms never wait for tasks that hold on to their threads: while there are alarms there is one thread more than tasks may have. Threads
/// start as they are needed and stay until the pool is closed. A class, because executors are.
package final class ThreadPool: TaskExecutor, AlarmOwner, Hashable {
    private struct State {
        var jobs = WaitingLine<UnownedJob>()
        /// Instants are nanoseconds of the system's monotonic clock.
        var alarms = InstantQueue<AlarmBodies.Ticket>()
        /// What is to be called, of alarms that were not cancelled.
        var bodies = AlarmBodies()

        var threads = 0
        /// Threads that run a job.
        var running = 0
        /// Threads that call an alarm's body, and look for jobs right after.
        var calling = 0
        /// Threads that were started and have not looked yet.
        var starting = 0
        /// The keeper, which waits for the next alarm: whether there is one, and whether it was signalled.
        var isKept = false
        var isKeeperCalled = false
        /// Further threads that wait, and how many of them were signalled.
        var waiting = 0
        var called = 0
        /// When the one of them looks that stands in for a keeper that runs a job.
        var relief: Int64?
        var slack = AlarmSlack()
        var isClosed = false

        /// Threads that look for jobs soon, whatever else happens.
        var looking: Int { calling + starting + called + (isKeeperCalled ? 1 : 0) }

        /// The body of an alarm whose time has come.
        mutating func takeDueAlarm() -> (@Sendable () -> Void)? {
            guard !isClosed else { return nil }
            while let first = alarms.first {
                guard bodies.holds(first.element) else {
                    alarms.removeFirst()
                    continue
                }
                guard first.instant <= monotonicNanoseconds() else { return nil }
                alarms.removeFirst()
                return bodies.take(first.element)
            }
            return nil
        }
    }

    /// Where threads wait: the keeper, and the others.
    private enum Place {
        static let keeper = 0
        static let others = 1
    }

    /// What must be done, outside the lock, to have another thread look.
    private enum Summons: Equatable {
        case none
        case signal(Int)
        case start
    }

    private let limit: Int
    private let state = Monitor(State(), places: 2)

    package init(limit: Int) { self.limit = max(limit, 1) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard !Resumed.catches(job, of: self) else { return }
        let summons = state.withLock { state in
            state.jobs.append(job)
            return summonsForJob(&state)
        }
        obey(summons)
    }

    /// What an alarm that a thread calls has resumed: the thread runs it itself, so it need not stand in line.
    private struct Resumed {
        let pool: Unmanaged<ThreadPool>
        var job: UnownedJob?

        /// Calls an alarm's body. Returns the first job that it enqueued in the pool.
        static func job(by body: () -> Void, of pool: ThreadPool) -> UnownedJob? {
            var resumed = Resumed(pool: Unmanaged.passUnretained(pool))
            withUnsafeMutablePointer(to: &resumed) { pointer in
                csystem_thread_pointer().pointee = UnsafeMutableRawPointer(pointer)
                body()
                csystem_thread_pointer().pointee = nil
            }
            return resumed.job
        }

        /// Whether this thread calls an alarm of the pool, and takes the job.
        static func catches(_ job: UnownedJob, of pool: ThreadPool) -> Bool {
            guard let resumed = csystem_thread_pointer().pointee?.assumingMemoryBound(to: Resumed.self),
                resumed.pointee.pool.toOpaque() == Unmanaged.passUnretained(pool).toOpaque(), resumed.pointee.job == nil
            else {
                return false
            }
            resumed.pointee.job = job
            return true
        }
    }

    /// Lets the threads end when no job is left. Alarms are not called any more.
    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    /// Two pools are the same one, or different.
    package static func == (a: ThreadPool, b: ThreadPool) -> Bool { a === b }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

// What is due when.
extension ThreadPool {
    /// Has `body` called, once, when the system's monotonic clock shows so many nanoseconds.
    func wake(at due: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let (ticket, summons) = state.withLock { state in
            let ticket = state.bodies.add(body)
            let isFirst = state.alarms.first.map { due < $0.instant } ?? true
            state.alarms.insert(ticket, at: due)
            return (ticket, isFirst ? summonsForAlarm(&state, due: due) : .none)
        }
        obey(summons)
        return Alarm(ticket.number, of: self)
    }

    package func revoke(_ alarm: UInt64) {
        // What the body holds is let go outside the lock, since it may come back here.
        _ = state.withLock { state in
            // Cancelled alarms go when they come up, or when there are too many of them.
            if state.alarms.count > 2 * state.bodies.count + 64 {
                let bodies = state.bodies
                state.alarms.keep { bodies.holds($0) }
            }
            return state.bodies.take(AlarmBodies.Ticket(number: alarm))
        }
    }
}

// Who does it.
extension ThreadPool {
    /// What a thread does next. What it does it with lies apart, so that this is plain data.
    private enum Duty {
        case job
        case alarm
        /// Nothing more.
        case end
    }

    private func work() {
        let executor = asUnownedTaskExecutor()
        state.withLock { $0.starting -= 1 }
        var last = Done.nothing
        var job: UnownedJob?
        while true {
            var body: (@Sendable () -> Void)?
            let (duty, summons) = nextDuty(after: last, &job, &body)
            obey(summons)
            switch duty {
            case .job:
                job?.runSynchronously(on: executor)
                job = nil
                last = .job
            case .alarm:
                job = body.flatMap { Resumed.job(by: $0, of: self) }
                last = .alarm
            case .end:
                return
            }
        }
    }

    /// What a thread did last. Not with what: a waiting thread would hold what the body of its last alarm holds.
    private enum Done {
        case nothing
        case job
        case alarm
    }

    /// What this thread does next, and whom else that calls for.
    ///
    /// - Parameter job: What its last alarm resumed, and what it runs next.
    private func nextDuty(after last: Done, _ job: inout UnownedJob?, _ body: inout (@Sendable () -> Void)?) -> (Duty, Summons) {
        enum Stand {
            case awake(after: Done)
            case keeper
            case other(isRelief: Bool)
        }
        var stand = Stand.awake(after: last)
        return state.wait { state in
            switch stand {
            case .awake(after: .nothing): break
            case .awake(after: .job): state.running -= 1
            case .awake(after: .alarm): state.calling -= 1
            case .keeper:
                state.isKept = false
                state.isKeeperCalled = false
            case .other(let isRelief):
                state.waiting -= 1
                state.called = max(state.called - 1, 0)
                if isRelief {
                    if let relief = state.relief, relief <= monotonicNanoseconds() {
                        state.slack.looked(foundWaiting: state.isKept)
                    }
                    state.relief = nil
                }
            }
            stand = .awake(after: .nothing)
            body = state.takeDueAlarm()
            if let resumed = job, body != nil || !state.jobs.isEmpty || state.running == limit {
                // Others come first.
                state.jobs.append(resumed)
                job = nil
            }
            if body != nil {
                state.calling += 1
                return .done((.alarm, summonsForJob(&state)))
            }
            if job != nil || !state.jobs.isEmpty, state.running < limit {
                state.running += 1
                job = job ?? state.jobs.popFirst()
                let summons = summonsForJob(&state)
                return .done((.job, summons == .none ? summonsForWatch(&state) : summons))
            }
            if state.isClosed {
                state.threads -= 1
                return .done((.end, .none))
            }
            let first = state.alarms.first?.instant
            guard state.isKept else {
                state.isKept = true
                stand = .keeper
                return .wait(until: first ?? .max, at: Place.keeper)
            }
            state.waiting += 1
            guard let first, state.relief == nil else {
                stand = .other(isRelief: false)
                return .wait(at: Place.others)
            }
            let relief = first.later(by: state.slack.length)
            state.relief = relief
            stand = .other(isRelief: true)
            return .wait(until: relief, at: Place.others)
        }
    }

    // MARK: Whom that calls for

    private func summonsForJob(_ state: inout State) -> Summons {
        guard state.jobs.count > state.looking, state.running < limit else { return .none }
        if state.waiting > state.called {
            state.called += 1
            return .signal(Place.others)
        }
        if state.isKept, !state.isKeeperCalled {
            state.isKeeperCalled = true
            return .signal(Place.keeper)
        }
        return start(&state, most: state.alarms.count > 0 ? limit + 1 : limit)
    }

    private func summonsForAlarm(_ state: inout State, due: Int64) -> Summons {
        if state.isKept {
            state.isKeeperCalled = true
            return .signal(Place.keeper)
        }
        guard state.relief.map({ due.later(by: state.slack.length) < $0 }) ?? true else { return .none }
        return summonsForWatch(&state, isUrgent: true)
    }

    /// Sees to it that somebody waits for the next alarm while this thread does something else.
    private func summonsForWatch(_ state: inout State, isUrgent: Bool = false) -> Summons {
        guard state.alarms.count > 0, !state.isKept, state.looking == 0, isUrgent || state.relief == nil else { return .none }
        if state.waiting > state.called {
            state.called += 1
            return .signal(Place.others)
        }
        return start(&state, most: limit + 1)
    }

    private func start(_ state: inout State, most: Int) -> Summons {
        guard state.threads < most else { return .none }
        state.threads += 1
        state.starting += 1
        return .start
    }

    private func obey(_ summons: Summons) {
        switch summons {
        case .none: break
        case .signal(let place): state.signal(at: place)
        case .start:
            guard !startThread("tools", { self.work() }) else { return }
            let isLast = state.withLock { state in
                state.threads -= 1
                state.starting -= 1
                return state.threads == 0
            }
            precondition(!isLast, "The system has no thread left for tools and timers.")
        }
    }
}
