package import FanoutEvents
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Columns for lengths of time, each so many times the one before it: a tool may take a millisecond, and a minute.
package struct LatencyScale: Sendable, Hashable {
    /// Microseconds at the left edge and at the right one.
    package let shortest: Int64
    package let longest: Int64
    package let columns: Int

    /// - Parameter range: What must find a place; it is widened to whole steps of one, two or five.
    package init(_ range: ClosedRange<Int64>, columns: Int) {
        self.columns = max(1, columns)
        let lower = max(1, range.lowerBound)
        let steps = Self.steps
        shortest = steps.last { $0 <= lower } ?? 1
        longest = steps.first { $0 > max(lower, range.upperBound) } ?? steps[steps.count - 1]
    }

    private static let steps: [Int64] = (0..<12).flatMap { power in
        [1, 2, 5].map { $0 * (0..<power).reduce(1) { value, _ in value * 10 } }
    }

    package func column(_ length: Int64) -> Int {
        let share = log(Double(max(1, length)) / Double(shortest)) / log(Double(longest) / Double(shortest))
        return max(0, min(columns - 1, Int(share * Double(columns))))
    }

    /// How many of some lengths, the shortest first, fall into each column.
    package func counts(_ lengths: [Int64]) -> [Int] {
        var first = 0
        return (0..<columns).map { column in
            let end = lengths.end(from: first) { self.column($0) <= column }
            defer { first = end }
            return end - first
        }
    }

    /// Labels with room between them: of the tens where there are several, else of each step.
    package var ticks: [(column: Int, label: CleanText)] {
        let inside = Self.steps.filter { $0 >= shortest && $0 < longest }
        let tens = inside.filter { "\($0)".first == "1" }
        var ticks: [(column: Int, label: CleanText)] = []
        for step in tens.count > 1 && columns < inside.count * 7 ? tens : inside {
            let column = column(step)
            let label = Self.label(step)
            if let last = ticks.last, column < last.column + last.label.columns + 1 { continue }
            guard column + label.columns <= columns else { continue }
            ticks.append((column, label))
        }
        return ticks
    }

    private static func label(_ us: Int64) -> CleanText {
        if us < 1000 { return CleanText(us) + "us" }
        if us < 1_000_000 { return CleanText(us / 1000) + "ms" }
        return us < 60_000_000 ? CleanText(us / 1_000_000) + "s" : DurationText.length(us)
    }
}
