public import FanoutEvents
internal import FanoutJSON

/// Runs the calls of a session's turns: calls in, events as it happens, and exactly one result per call in call order.
///
/// A failure of one call never touches another. It is shared by whoever runs turns and whoever controls them, so it is a class; its
/// state is behind one lock.
///
/// Calls are held to order, limits and rates within their batch. From batch to batch go rates, approvals of tools, and what abandoned
/// work still writes.
public final class Engine: Sendable {
    /// Where all that happens is posted.
    public let log: EventLog
    /// The clock that the log stamps with too.
    public let time: any Timekeeper
    public let tools: [Tool]
    let prepared: [EngineTool]
    private let places: [String: Int]
    let agent: String?
    let random: @Sendable () -> Double
    private let state = Guarded(State())

    private struct State {
        var names = CallNames()
        /// Tools that were declared, by place.
        var declared: Set<Int> = []
        /// Turns that were begun and not finished by ``Engine/begin(turn:title:parent:options:)``.
        var begun: Set<Int> = []
        var batches: [ObjectIdentifier: Batch] = [:]
        var approvedTools: Set<String> = []
        var deniedTools: Set<String> = []
        var recentStarts: [Gate.Name: [Int64]] = [:]
        var held: [HeldWork] = []
        var expected: [String: Event.Expected] = [:]
        /// By how many threads they have.
        var pools: [Int: ThreadPool] = [:]

        /// Where the work of a batch runs. Pools are kept for the next.
        mutating func executors(for options: TurnOptions, workers: (any TaskExecutor)?) -> Batch.Executors {
            func pool(_ threads: Int) -> ThreadPool {
                let pool = pools[threads] ?? ThreadPool(limit: threads)
                pools[threads] = pool
                return pool
            }
            let blocking = max(options.blockingThreads, 1)
            return switch options.effectiveStrategy {
            case .parallel, .sequential: Batch.Executors(all: nil, blocking: pool(blocking), others: workers)
            case .threads(let count): Batch.Executors(all: pool(max(count, 1)), blocking: nil, others: nil)
            }
        }
    }

    /// Abandoned work that still goes on.
    struct HeldWork: Sendable {
        var call: String
        var writes: [String]
    }

    /// - Parameters:
    ///   - agent: Whose calls these are, where a session has several agents; each event says so.
    ///   - random: Draws from 0 up to 1, for the jitter of retries.
    /// - Throws: ``ToolError`` for a name that stands twice, or a schema that cannot be compiled.
    public init(
        log: EventLog, time: any Timekeeper, tools: [Tool], agent: String? = nil,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) throws(ToolError) {
        self.log = log
        self.time = time
        self.tools = tools
        self.agent = agent
        self.random = random
        var prepared: [EngineTool] = []
        var places: [String: Int] = [:]
        for (place, tool) in tools.enumerated() {
            guard places[tool.name] == nil else {
                throw ToolError(tool: tool.name, reason: "there are two of that name")
            }
            places[tool.name] = place
            prepared.append(try EngineTool(tool, place: place))
        }
        self.prepared = prepared
        self.places = places
    }

    deinit {
        state.withLock { state in
            for pool in state.pools.values {
                pool.close()
            }
        }
    }

    /// Has calls of these tools that are asked for in turns from now on say how long earlier ones ran.
    public func expect(_ runs: [String: Event.Expected]) {
        state.withLock { $0.expected = runs }
    }

    func post(_ body: Event.Body) { log.post(body, agent: agent) }

    // MARK: Turns

    /// Posts `turn.started`: for whoever has something to post of a turn, such as a model's reply, before its calls are known.
    ///
    /// A turn that was not begun is begun and finished by ``run(turn:calls:options:)``.
    public func begin(turn: Int, title: String? = nil, parent: String? = nil, options: TurnOptions = TurnOptions()) {
        let isNew = state.withLock { $0.begun.insert(turn).inserted }
        if isNew {
            post(.turnStarted(started(turn, title: title, parent: parent, options)))
        }
    }

    /// Posts `turn.finished`, for a turn that was begun.
    public func finish(turn: Int, outcome: Event.TurnOutcome) {
        let wasBegun: Bool = state.withLock { $0.begun.remove(turn) != nil }
        if wasBegun {
            post(.turnFinished(Event.TurnFinished(turn: turn, outcome: outcome)))
        }
    }

    private func started(_ turn: Int, title: String? = nil, parent: String? = nil, _ options: TurnOptions) -> Event.TurnStarted {
        let strategy = options.effectiveStrategy
        return Event.TurnStarted(turn: turn, title: title, strategy: strategy.word, limit: options.effectiveLimit, parent: parent)
    }

    /// Runs the calls of a turn. A turn that was begun may run several batches, one after the other.
    ///
    /// - Returns: One result for each call, in their order, whatever happens. Cancelling the task cancels the batch.
    public func run(turn: Int, calls: [ToolCall], options: TurnOptions = TurnOptions()) async -> [CallResult] {
        await arrive(turn: turn, options: options).finish(calls)
    }

    /// Takes the calls of a reply that still arrives: those that change nothing run as soon as they are whole.
    public func arrive(turn: Int, options: TurnOptions = TurnOptions()) -> ArrivingCalls {
        ArrivingCalls(turn: turn, options: options, engine: self)
    }

    /// A batch of the turn, known to whoever controls calls until it is retired.
    func open(turn: Int, options: TurnOptions) -> Batch {
        var rules = BatchRules(tools: tools.map { BatchRules.Named($0.name, $0.traits) })
        rules.limit = options.effectiveLimit
        rules.pools = options.pools
        rules.blockingLimit = options.effectiveStrategy == .parallel ? max(options.blockingThreads, 1) : nil
        rules.isSequential = options.effectiveStrategy == .sequential
        rules.deadline = options.deadline
        rules.approval = options.approval
        rules.settle = options.settle
        rules.grace = options.grace
        let (held, executors, expected) = state.withLock { state in
            rules.approvedTools = state.approvedTools
            rules.deniedTools = state.deniedTools
            rules.recentStarts = state.recentStarts
            return (state.held, state.executors(for: options, workers: time.workers), state.expected)
        }
        rules.heldOutside = held.map(\.writes)
        let batch = Batch(
            turn: turn, rules: rules, outside: held.map(\.call), options: options, expected: expected, executors: executors, engine: self)
        let freed = state.withLock { state in
            state.batches[ObjectIdentifier(batch)] = batch
            return held.map(\.call).filter { call in !state.held.contains { $0.call == call } }
        }
        // What ended between the two looks.
        for call in freed {
            batch.releasedOutside(call)
        }
        return batch
    }

    /// The ids that calls have in the session's events.
    func names(for ids: [String]) -> [String] {
        state.withLock { state in
            state.names.reserve(ids.count)
            return ids.map { state.names.name(for: $0) }
        }
    }

    /// What is posted before the first call that may use a tool.
    func declarations(for calls: [ToolCall]) -> [Event.Body] {
        var used: Set<Int> = []
        var last: String?
        // Calls of one tool mostly come one after the other.
        for call in calls where call.name != last {
            last = call.name
            if let place = places[call.name] {
                used.insert(place)
            }
        }
        let undeclared = state.withLock { state in used.sorted().filter { state.declared.insert($0).inserted } }
        return undeclared.map { .toolDeclared(prepared[$0].declaration) }
    }

    func preparation(turn: Int, options: TurnOptions) -> BatchPreparation {
        BatchPreparation(turn: turn, tools: prepared, places: places, usesReferences: options.references)
    }

    /// What opens a turn that nobody began; nil where somebody did.
    func openingOfOwn(turn: Int, options: TurnOptions) -> Event.Body? {
        let isBegun = state.withLock { $0.begun.contains(turn) }
        return isBegun ? nil : .turnStarted(started(turn, options))
    }

    /// Takes over what goes on from a batch to those after it.
    func retire(_ batch: Batch) {
        state.withLock { state in
            state.batches[ObjectIdentifier(batch)] = nil
            let (recent, held) = batch.state.withLock { ($0.machine.recentStarts, batch.held($0)) }
            for (gate, starts) in recent {
                state.recentStarts[gate] = starts
            }
            state.held += held
        }
    }

    /// Says that the work of an abandoned call really ended.
    func released(_ call: String, by batch: Batch) {
        let others = state.withLock { state in
            state.held.removeAll { $0.call == call }
            return state.batches.values.filter { $0 !== batch }
        }
        for other in others {
            other.releasedOutside(call)
        }
    }

    // MARK: Control

    private var batches: [Batch] { state.withLock { Array($0.batches.values) } }

    /// Cancels a call. False where no such call is open.
    @discardableResult
    public func cancel(call: String) -> Bool {
        batches.contains { $0.cancel(call) }
    }

    /// Cancels every open call of a turn; of all turns, where none is named.
    public func cancelTurn(_ turn: Int? = nil) {
        for batch in batches where turn == nil || batch.turn == turn {
            batch.cancelAll()
        }
    }

    /// Lets a call run that waits for approval.
    ///
    /// - Parameters:
    ///   - scope: `.tool` approves all calls of its tool, now and later in the session.
    ///   - by: Who answered.
    /// - Returns: False where the call does not wait for approval.
    @discardableResult
    public func approve(call: String, scope: Event.DecisionScope = .once, by: String? = nil) -> Bool {
        answer(call, .approved, scope, by)
    }

    /// Ends a call that waits for approval. False where it does not.
    @discardableResult
    public func deny(call: String, scope: Event.DecisionScope = .once, by: String? = nil) -> Bool {
        answer(call, .denied, scope, by)
    }

    private func answer(_ call: String, _ decision: Event.Decision, _ scope: Event.DecisionScope, _ by: String?) -> Bool {
        for batch in batches {
            guard let tool = batch.answer(call, decision, scope: scope, by: by) else { continue }
            if scope == .tool {
                state.withLock { state in
                    switch decision {
                    case .approved: _ = state.approvedTools.insert(tool)
                    case .denied: _ = state.deniedTools.insert(tool)
                    }
                }
            }
            return true
        }
        return false
    }

    /// Calls again what failed, while its batch is open: as a new call, whose result answers the old one's id.
    ///
    /// - Returns: The new call's id; nil where the call has not failed or its batch is over.
    @discardableResult
    public func retry(call: String) -> String? {
        for batch in batches {
            if let new = batch.retry(call, name: { id in state.withLock { $0.names.name(for: id) } }) {
                return new
            }
        }
        return nil
    }
}

/// Why an engine cannot take a tool.
public struct ToolError: Error, Sendable, Hashable, CustomStringConvertible {
    public var tool: String
    public var reason: String

    public init(tool: String, reason: String) {
        self.tool = tool
        self.reason = reason
    }

    public var description: String { "Tool \(tool): \(reason)" }
}
