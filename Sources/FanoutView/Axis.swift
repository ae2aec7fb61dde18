package import FanoutEvents

/// The stretch of time that the bars' columns stand for.
package struct Axis: Sendable, Hashable {
    /// Microseconds since the session's start.
    package var start: Int64
    /// At least a microsecond for each column.
    package var span: Int64
    package var columns: Int

    package init(start: Int64, span: Int64, columns: Int) {
        self.start = start
        self.columns = max(1, columns)
        self.span = max(Int64(self.columns), span)
    }

    package var end: Int64 { start + span }

    /// Eighths of a column from the left edge; it may lie outside.
    package func eighths(_ t: Int64) -> Int {
        let limit = Int64(1) << 40
        let distance = Double(max(-limit * 1000, min(limit * 1000, t - start)))
        return Int(distance / Double(span) * Double(columns * 8))
    }

    /// The column that an instant falls into; nil outside.
    package func column(_ t: Int64) -> Int? {
        guard t >= start, t <= end else { return nil }
        return min(columns - 1, eighths(t) / 8)
    }

    package func instant(atColumn column: Int) -> Int64 {
        start + Int64(Double(span) * Double(column) / Double(columns))
    }

    /// An axis that shows a stretch with a little room, in one of few sizes, so that it stays as it is while a bar grows.
    package static func fitting(_ start: Int64, _ end: Int64, columns: Int) -> Axis {
        let needed = max(1000, end - start)
        var unit: Int64 = 1000
        while unit * 10 < needed, unit < Int64.max / 100 {
            unit *= 10
        }
        let sizes: [Int64] = [100, 125, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1250]
        let span = sizes.map { unit / 100 * $0 }.first { $0 >= needed + needed / 50 } ?? needed
        // What begins a moment after the session began begins with it, to the eye.
        return Axis(start: start > 0 && start < span / 50 ? 0 : start, span: span, columns: columns)
    }

    /// Labels at even instants, with room between them: the column and the text of each.
    package var ticks: [(column: Int, label: CleanText)] {
        let narrow = interval(room: 9)
        // Days into a session its instants are long words.
        let widest = DurationText.tick(end, step: narrow).columns
        let step = widest < 9 ? narrow : interval(room: widest + 2)
        var first = start / step * step
        if first < start {
            first += step
        }
        var labels: [(Int, CleanText)] = []
        var t = first
        while t < end {
            if let column = column(t) {
                labels.append((column, DurationText.tick(t, step: step)))
            }
            t += step
        }
        return labels
    }

    /// Microseconds from one label to the next, if each has so many columns to itself.
    private func interval(room: Int) -> Int64 {
        let steps: [Int64] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400]
        let wanted = Double(span) / Double(max(1, columns)) * Double(room)
        // Below a second in ones, twos and fives; above it in what clocks have.
        let fine: [Int64] = (0..<6).flatMap { power in [1, 2, 5].map { $0 * Self.power(power) } }
        return (fine + steps.map { $0 * 1_000_000 }).first { Double($0) >= wanted } ?? 86_400_000_000 * (Int64(wanted / 86_400e6) + 1)
    }

    private static func power(_ exponent: Int) -> Int64 {
        (0..<exponent).reduce(1) { value, _ in value * 10 }
    }
}
