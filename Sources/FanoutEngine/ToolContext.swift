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
        source = CallAttempt(prepared, place: 0, attempt: attempt, resolved: nil, sink: ClosureSink(time: time, report))
    }

    /// What work says while it runs.
    public enum Report: Sendable, Hashable {
        case progress(done: Double?, total: Double?, message: String?)
        case output(String, stream: Event.OutputStream?)
    }

    /// Says how far it is.
    public func progress(done: Double? = nil, total: Double? = nil, message: String? = nil) {
        source.sink.report(.progress(done: done, total: total, message: message), call: source.place, attempt: attempt)
    }

    /// Shows a piece of output before the result is there.
    public func output(_ text: String, stream: Event.OutputStream? = nil) {
        source.sink.report(.output(text, stream: stream), call: source.place, attempt: attempt)
    }

    /// Microseconds on the session's clock.
    public var now: Int64 { source.sink.time.now() }

    /// Sleeps for so many microseconds, on the engine's one timer.
    ///
    /// - Throws: `CancellationError`, at once, when the call is cancelled or its time is up.
    public func sleep(for microseconds: Int64) async throws {
        try await source.sink.time.sleep(until: now.later(by: microseconds))
    }

    /// Sleeps until an instant of the session's clock.
    public func sleep(until instant: Int64) async throws {
        try await source.sink.time.sleep(until: instant)
    }

    /// Has `body` called after so many microseconds, on the timer's own thread, also when the call has been cancelled by then. It must
    /// return soon.
    package func wake(after microseconds: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        source.sink.time.wake(at: now.later(by: microseconds), body)
    }
}

/// One attempt of a call. A class, so that its task and its work hold one pointer.
final class CallAttempt: Sendable {
    let prepared: PreparedCall
    /// The call's place in its batch.
    let place: Int
    let attempt: Int
    /// Its arguments, where references were replaced.
    let resolved: JSONValue?
    let sink: any ReportSink
    private let over = Atomic(false)

    init(_ prepared: PreparedCall, place: Int, attempt: Int, resolved: JSONValue?, sink: any ReportSink) {
        self.prepared = prepared
        self.place = place
        self.attempt = attempt
        self.resolved = resolved
        self.sink = sink
    }

    /// Whether the work may hold on to its thread.
    var blocks: Bool { prepared.tool?.tool.traits.blocks == true }

    /// Whether the work has ended; asked by whoever began it, to know without a lock that there is nothing left to hold.
    var hasEnded: Bool { over.load(ordering: .acquiring) }

    func end() { over.store(true, ordering: .releasing) }
}

/// Where the reports of a batch's calls go.
protocol ReportSink: AnyObject, Sendable {
    var time: any Timekeeper { get }
    func report(_ report: ToolContext.Report, call: Int, attempt: Int)
}

/// A class, because contexts hold their sink by reference.
private final class ClosureSink: ReportSink {
    let time: any Timekeeper
    private let closure: @Sendable (ToolContext.Report) -> Void

    init(time: any Timekeeper, _ closure: @escaping @Sendable (ToolContext.Report) -> Void) {
        self.time = time
        self.closure = closure
    }

    func report(_ report: ToolContext.Report, call: Int, attempt: Int) { closure(report) }
}
