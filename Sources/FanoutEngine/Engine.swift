public import FanoutEvents
internal import FanoutJSON

/// Runs the calls of a session's turns: calls in, events as it happens, and exactly one result per call in call order.
///
/// It is shared by whoever runs turns and whoever controls them, so it is a class; its state is behind one lock.
public final class Engine: Sendable {
    /// Where all that happens is posted.
    public let log: EventLog
    /// The clock that the log should stamp with too.
    public let time: any Timekeeper
    public let tools: [Tool]

    /// - Parameters:
    ///   - random: Draws from 0 up to 1, for the jitter of retries.
    /// - Throws: ``ToolError`` for a name that stands twice, or a schema that cannot be compiled.
    public init(
        log: EventLog, time: any Timekeeper, tools: [Tool], agent: String? = nil, random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) throws(ToolError) {
        self.log = log
        self.time = time
        self.tools = tools
    }

    /// Posts `turn.started`: for whoever has something to post of a turn, such as a model's reply, before its calls are known.
    ///
    /// A turn that was not begun is begun and finished by ``run(turn:calls:options:)``.
    public func begin(turn: Int, title: String? = nil, parent: String? = nil, options: TurnOptions = TurnOptions()) {
    }

    /// Posts `turn.finished`, for a turn that was begun.
    public func finish(turn: Int, outcome: Event.TurnOutcome) {
    }

    /// Runs the calls of a turn. A turn may run several batches, one after the other.
    ///
    /// - Returns: One result for each call, in their order, whatever happens. Cancelling the task cancels the turn.
    public func run(turn: Int, calls: [ToolCall], options: TurnOptions = TurnOptions()) async -> [CallResult] {
        []
    }

    /// Cancels a call. False where no such call is open.
    @discardableResult
    public func cancel(call: String) -> Bool { false }

    /// Cancels every open call of a turn; of all turns, where none is named.
    public func cancelTurn(_ turn: Int? = nil) {}

    /// Lets a call run that waits for approval.
    ///
    /// - Parameters:
    ///   - scope: `.tool` approves all calls of its tool, now and later in the session.
    ///   - by: Who answered.
    /// - Returns: False where the call does not wait for approval.
    @discardableResult
    public func approve(call: String, scope: Event.DecisionScope = .once, by: String? = nil) -> Bool { false }

    /// Ends a call that waits for approval. False where it does not.
    @discardableResult
    public func deny(call: String, scope: Event.DecisionScope = .once, by: String? = nil) -> Bool { false }

    /// Calls again what failed, while its batch is open: as a new call, whose result answers the old one's id.
    ///
    /// - Returns: The new call's id; nil where the call has not failed or the batch is over.
    @discardableResult
    public func retry(call: String) -> String? { nil }
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
