public import FanoutEvents

/// What the work of one attempt knows of itself, and how it reports while it runs.
///
/// Reports that come after the call has ended are dropped.
public struct ToolContext: Sendable {
    /// The call's id, unique in the session.
    public let call: String
    public let name: String
    public let turn: Int
    /// From 1.
    public let attempt: Int
    private let time: any Timekeeper
    private let sink: any ReportSink
    /// The call's place in its batch.
    private let index: Int

    init(call: String, name: String, turn: Int, attempt: Int, index: Int, time: any Timekeeper, sink: any ReportSink) {
        self.call = call
        self.name = name
        self.turn = turn
        self.attempt = attempt
        self.index = index
        self.time = time
        self.sink = sink
    }

    /// A context outside an engine: to call a tool by itself, or to test one.
    public init(
        call: String = "call", name: String = "", turn: Int = 1, attempt: Int = 1, time: any Timekeeper,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) {
        self.init(call: call, name: name, turn: turn, attempt: attempt, index: 0, time: time, sink: ClosureSink(report))
    }

    /// What work says while it runs.
    public enum Report: Sendable, Hashable {
        case progress(done: Double?, total: Double?, message: String?)
        case output(String, stream: Event.OutputStream?)
    }

    /// Says how far it is.
    public func progress(done: Double? = nil, total: Double? = nil, message: String? = nil) {
        sink.report(.progress(done: done, total: total, message: message), call: index, attempt: attempt)
    }

    /// Shows a piece of output before the result is there.
    public func output(_ text: String, stream: Event.OutputStream? = nil) {
        sink.report(.output(text, stream: stream), call: index, attempt: attempt)
    }

    /// Microseconds on the session's clock.
    public var now: Int64 { time.now() }

    /// Sleeps for so many microseconds, on the engine's one timer.
    ///
    /// - Throws: `CancellationError`, at once, when the call is cancelled or its time is up.
    public func sleep(for microseconds: Int64) async throws {
        try await time.sleep(until: time.now() + microseconds)
    }

    /// Sleeps until an instant of the session's clock.
    public func sleep(until instant: Int64) async throws {
        try await time.sleep(until: instant)
    }
}

/// Where the reports of a batch's calls go.
protocol ReportSink: AnyObject, Sendable {
    func report(_ report: ToolContext.Report, call: Int, attempt: Int)
}

/// A class, because contexts hold their sink by reference.
private final class ClosureSink: ReportSink {
    private let closure: @Sendable (ToolContext.Report) -> Void

    init(_ closure: @escaping @Sendable (ToolContext.Report) -> Void) { self.closure = closure }

    func report(_ report: ToolContext.Report, call: Int, attempt: Int) { closure(report) }
}
