public import FanoutEvents
internal import FanoutJSON
internal import Synchronization

/// What the work of one attempt knows of itself, and how it reports while it runs.
///
/// Reports that come after the call has ended are dropped.
public struct ToolContext: Sendable {
    private let source: CallAttempt

    /// The call's id, unique in the session.
    public var call: String { source.prepared.call }
    public var name: String { source.prepared.name }
    public var turn: Int { source.prepared.turn }
    /// From 1.
    public var attempt: Int { source.attempt }

    init(_ attempt: CallAttempt) { source = attempt }

    /// A context outside an engine: to call a tool by itself, or to test one.
    public init(
        call: String = "call", name: String = "", turn: Int = 1, attempt: Int = 1, time: any Timekeeper,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        let prepared = PreparedCall(
            call: call, id: call, name: name, index: 0, turn: turn, tool: nil, arguments: .null, shown: .elided, redacted: [], ready: .null,
            after: [],
            failure: nil, retryOf: nil)
        source = CallAttempt(prepared, place: 0, attempt: attempt, resolved: nil, origin: .alone(Observer(time: time, report)))
    }

    /// What work says while it runs.
    public enum Report: Sendable, Hashable {
        case progress(done: Double?, total: Double?, message: String?)
        case output(String, stream: Event.OutputStream?)
    }

    /// Says how far it is.
    public func progress(done: Double? = nil, total: Double? = nil, message: String? = nil) {
        source.report(.progress(done: done, total: total, message: message))
    }

    /// Shows a piece of output before the result is there.
    public func output(_ text: String, stream: Event.OutputStream? = nil) {
        source.report(.output(text, stream: stream))
    }

    /// Microseconds on the session's clock.
    public var now: Int64 { source.time.now() }

    /// Sleeps for so many microseconds, on the engine's one timer.
    ///
    /// - Throws: `CancellationError`, at once, when the call is cancelled or its time is up.
    public func sleep(for microseconds: Int64) async throws {
        try await source.time.sleep(until: now.later(by: microseconds))
    }

    /// Sleeps until an instant of the session's clock.
    public func sleep(until instant: Int64) async throws {
        try await source.time.sleep(until: instant)
    }

    /// Has `body` called after so many microseconds, on the timer's own thread, also when the call has been cancelled by then. It must
    /// return soon.
    package func wake(after microseconds: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        source.time.wake(at: now.later(by: microseconds), body)
    }
}

/// The task of an attempt. It never throws; one that says so would be wrapped once more by the system, for each call.
typealias AttemptTask = Task<Void, any Error>

/// One attempt of a call. A class, so that its task and its work hold one pointer.
final class CallAttempt: Sendable {
    let prepared: PreparedCall
    /// The call's place in its batch.
    let place: Int
    let attempt: Int
    /// Its arguments, where references were replaced.
    let resolved: JSONValue?
    private let origin: Origin
    private let over = Atomic(false)

    /// Who has it run.
    enum Origin: Sendable {
        case batch(Batch)
        /// Somebody without an engine.
        case alone(Observer)
    }

    init(_ prepared: PreparedCall, place: Int, attempt: Int, resolved: JSONValue?, origin: Origin) {
        self.prepared = prepared
        self.place = place
        self.attempt = attempt
        self.resolved = resolved
        self.origin = origin
    }

    /// Whether the work may hold on to its thread.
    var blocks: Bool { prepared.tool?.tool.traits.blocks == true }

    var time: any Timekeeper {
        switch origin {
        case .batch(let batch): batch.time
        case .alone(let observer): observer.time
        }
    }

    func report(_ report: ToolContext.Report) {
        switch origin {
        case .batch(let batch): batch.report(report, call: place, attempt: attempt)
        case .alone(let observer): observer.report(report)
        }
    }

    /// Does the work, and tells the batch how it ended.
    ///
    /// What does not wait stands apart: what an async function has at hand is kept for every call that waits.
    func work() async {
        guard case .batch(let batch) = origin, let tool = prepared.tool, !batch.isStopped(self) else { return }
        do {
            batch.succeeded(self, try await tool.tool.run(ToolContext(self), resolved ?? prepared.ready))
        } catch {
            batch.failed(self, error)
        }
    }

    /// Whether the work has ended; asked by whoever began it, to know without a lock that there is nothing left to hold.
    var hasEnded: Bool { over.load(ordering: .acquiring) }

    func end() { over.store(true, ordering: .releasing) }
}

/// What a context outside an engine reports to. A class, because contexts hold it by reference.
final class Observer: Sendable {
    let time: any Timekeeper
    let report: @Sendable (ToolContext.Report) -> Void

    init(time: any Timekeeper, _ report: @escaping @Sendable (ToolContext.Report) -> Void) {
        self.time = time
        self.report = report
    }
}
