public import FanoutEvents
internal import FanoutJSON

/// What the work of one attempt knows of itself, and how it reports while it runs.
///
/// Reports that come after the call has ended are dropped.
public struct ToolContext: Sendable {
    /// From 1.
    public let attempt: Int
    private let prepared: PreparedCall
    /// The call's place in its batch.
    private let place: Int
    private let sink: any ReportSink

    /// The call's id, unique in the session.
    public var call: String { prepared.call }
    public var name: String { prepared.name }
    public var turn: Int { prepared.turn }

    init(_ prepared: PreparedCall, place: Int, attempt: Int, sink: any ReportSink) {
        self.prepared = prepared
        self.place = place
        self.attempt = attempt
        self.sink = sink
    }

    /// A context outside an engine: to call a tool by itself, or to test one.
    public init(
        call: String = "call", name: String = "", turn: Int = 1, attempt: Int = 1, time: any Timekeeper,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        let prepared = PreparedCall(
            call: call, id: call, name: name, index: 0, turn: turn, tool: nil, arguments: .null, shown: .elided, redacted: [], ready: .null,
            after: [],
            failure: nil, retryOf: nil)
        self.init(prepared, place: 0, attempt: attempt, sink: ClosureSink(time: time, report))
    }

    /// What work says while it runs.
    public enum Report: Sendable, Hashable {
        case progress(done: Double?, total: Double?, message: String?)
        case output(String, stream: Event.OutputStream?)
    }

    /// Says how far it is.
    public func progress(done: Double? = nil, total: Double? = nil, message: String? = nil) {
        sink.report(.progress(done: done, total: total, message: message), call: place, attempt: attempt)
    }

    /// Shows a piece of output before the result is there.
    public func output(_ text: String, stream: Event.OutputStream? = nil) {
        sink.report(.output(text, stream: stream), call: place, attempt: attempt)
    }

    /// Microseconds on the session's clock.
    public var now: Int64 { sink.time.now() }

    /// Sleeps for so many microseconds, on the engine's one timer.
    ///
    /// - Throws: `CancellationError`, at once, when the call is cancelled or its time is up.
    public func sleep(for microseconds: Int64) async throws {
        try await sink.time.sleep(until: now + microseconds)
    }

    /// Sleeps until an instant of the session's clock.
    public func sleep(until instant: Int64) async throws {
        try await sink.time.sleep(until: instant)
    }
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
