internal import FanoutEvents

/// What a turn, or a session, amounts to at an instant.
///
/// Wall runs from the first attempt's start to the last attempt's end; sum adds up all attempts; waiting and back-off are in no
/// attempt. A call whose work is a turn counts for the wall alone: its children count in its stead. An attempt whose end nobody
/// saw counts for nothing.
public struct Figures: Sendable, Hashable {
    /// When the first attempt started, and when the last ended or, while one runs, the instant asked for.
    public var start: Int64?
    public var end: Int64?
    /// Microseconds.
    public var wall: Int64 = 0
    public var sum: Int64 = 0
    /// The most attempts at one instant; one that ends as another starts does not overlap it.
    public var peak = 0
    public var calls = 0
    public var running = 0
    public var ok = 0
    public var failed = 0
    public var timeout = 0
    public var cancelled = 0
    public var skipped = 0
    public var unknown = 0

    public init() {}

    /// Sum over wall; nil where the wall is nothing.
    public var speedup: Double? { wall > 0 ? Double(sum) / Double(wall) : nil }
    public var errors: Int { failed + timeout }
    /// Known, and neither running nor ended.
    public var waiting: Int { calls - running - ok - failed - timeout - cancelled - skipped - unknown }

    mutating func add(_ other: Figures) {
        wall += other.wall
        sum += other.sum
        calls += other.calls
        running += other.running
        ok += other.ok
        failed += other.failed
        timeout += other.timeout
        cancelled += other.cancelled
        skipped += other.skipped
        unknown += other.unknown
    }

    mutating func count(_ outcome: Event.Outcome, by step: Int = 1) {
        switch outcome {
        case .ok: ok += step
        case .failed: failed += step
        case .timeout: timeout += step
        case .cancelled: cancelled += step
        case .skipped: skipped += step
        case .unknown: unknown += step
        }
    }
}

/// A turn's figures, kept up at each event as long as events come in order, or late by no more than a few hundred others.
struct RunningFigures {
    /// The concurrency changes at an instant.
    private struct Step {
        var t: Int64
        var change: Int
    }

    /// Steps beyond which the older half counts for good.
    private static let mostRecent = 512

    /// Counts and sums of what has ended.
    var figures = Figures()
    /// Attempts that run, whether counted in the sum or not, and the sum of the starts of those that are.
    var open = 0
    var openCounted = 0
    var openStarts: Int64 = 0
    /// Attempts that ended and count.
    private var closed = 0
    /// The level of concurrency, and since when.
    private var level = 0
    private var since = Int64.min
    /// The newest steps, in the order of time, which another may yet come before. Nil where events have always come in order: then
    /// there is nothing to wait for.
    private var recent: [Step]?
    /// Something came out of order: the peak must be found anew.
    var isStale = false

    init() {}

    /// - Parameter expectsLate: Whether events were seen to come late, so that more will.
    init(expectsLate: Bool) {
        recent = expectsLate ? [] : nil
    }

    mutating func start(_ t: Int64, isCounted: Bool) {
        figures.start = min(figures.start ?? t, t)
        open += 1
        guard isCounted else { return }
        openCounted += 1
        openStarts += t
        step(to: t, by: 1)
    }

    mutating func stop(_ start: Int64, _ t: Int64, isCounted: Bool) {
        figures.end = max(figures.end ?? t, t)
        open -= 1
        guard isCounted else { return }
        openCounted -= 1
        openStarts -= start
        closed += 1
        figures.sum += t - start
        step(to: t, by: -1)
    }

    private mutating func step(to t: Int64, by change: Int) {
        if t < since {
            isStale = true
        }
        guard let count = recent?.count else {
            return fold(Step(t: t, change: change))
        }
        let place = recent?.lastIndex { $0.t <= t }.map { $0 + 1 } ?? 0
        recent?.insert(Step(t: t, change: change), at: place)
        guard count > Self.mostRecent, let steps = recent else { return }
        for step in steps.prefix(Self.mostRecent / 2) {
            fold(step)
        }
        recent?.removeFirst(Self.mostRecent / 2)
    }

    /// Counts a step for good; what comes before it from here on is out of order.
    private mutating func fold(_ step: Step) {
        if step.t > since {
            figures.peak = max(figures.peak, level)
            since = step.t
        }
        level += step.change
    }

    /// The figures at an instant that nothing comes after, of a turn that still goes or has no open end.
    func figures(at now: Int64, isOver: Bool) -> Figures {
        if let steps = recent, !steps.isEmpty {
            var folded = self
            folded.recent = nil
            for step in steps {
                folded.fold(step)
            }
            return folded.figures(at: now, isOver: isOver)
        }
        var result = figures
        result.peak = max(result.peak, level, 0)
        if isOver {
            result.unknown += result.calls - ended
        } else {
            result.running = open
            result.sum += Int64(openCounted) * now - openStarts
            if open > 0 {
                result.end = max(result.end ?? now, now)
            }
        }
        if let start = result.start, let end = result.end {
            result.wall = max(0, end - start)
        }
        if openCounted + closed > 0 {
            // Attempts without length overlap nothing, and yet there was one.
            result.peak = max(result.peak, 1)
        }
        return result
    }

    private var ended: Int {
        figures.ok + figures.failed + figures.timeout + figures.cancelled + figures.skipped + figures.unknown
    }
}
