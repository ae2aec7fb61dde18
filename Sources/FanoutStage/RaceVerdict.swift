package import FanoutEvents
internal import FanoutTimeline
package import FanoutView

/// Who won a race that is over.
package struct RaceVerdict: Sendable, Hashable {
    /// Those whose times are within one per cent of the best, in the order of the contestants.
    package var winners: [Int]
    package var slowest: Int
    /// Microseconds that the winners took, those of the slowest of them: what is said of all holds for each.
    package var best: Int64
    /// Microseconds that the slowest took.
    package var worst: Int64

    /// Nil while somebody runs.
    package init?(_ standings: [Race.Standing]) {
        let walls = standings.map(\.clock)
        guard standings.allSatisfy({ $0.state == .done }), let best = walls.min(), let worst = walls.max() else { return nil }
        let winners = walls.indices.filter { (walls[$0] - best) * 100 <= best }
        self.winners = winners
        self.best = winners.map { walls[$0] }.max() ?? best
        self.worst = worst
        slowest = walls.firstIndex(of: worst) ?? 0
    }

    /// Whether nobody won.
    package var isTieOfAll: Bool { winners.contains(slowest) }
    /// How many times as fast as the slowest the winners were.
    package var ratio: Double? { best > 0 ? Double(worst) / Double(best) : nil }
    /// Microseconds.
    package var saved: Int64 { worst - best }

    /// The verdict in words, of several that say it the longest that fits.
    ///
    /// - Parameter isApproximate: Whether the times are bounds.
    package func words(_ names: [CleanText], isApproximate: Bool, columns: Int, glyphs: Glyphs) -> CleanText {
        let precision: Precision = isApproximate ? .about : .measured
        if worst == 0 {
            return "no call ran: nobody wins"
        }
        if isTieOfAll {
            return "a tie: " + (names.count == 2 ? "both" : "all") + " take " + DurationText.length(best, precision, glyphs)
        }
        let who = Self.list(winners.map { names[$0] }) + (winners.count == 1 ? " wins" : " tie")
        guard let ratio else { return who }
        let faster = who + ": " + Self.amount(ratio, precision, glyphs)
        let saved = DurationText.length(saved, precision, glyphs) + " saved"
        let candidates = [
            faster + " faster than " + names[slowest] + "; " + saved, faster + " faster; " + saved, faster + " faster", faster,
        ]
        return candidates.first { $0.columns <= columns } ?? who
    }

    /// By how much something is faster: `2.4x`; below a tenth, where a ratio says little, `3 %`. A lower bound is rounded so that it holds.
    static func amount(_ ratio: Double, _ precision: Precision, _ glyphs: Glyphs) -> CleanText {
        if precision == .atLeast {
            let mark = glyphs.mark(precision)
            guard ratio >= 1.1 else { return mark + CleanText(Int(ratio * 100 - 100)) + " %" }
            return mark + DurationText.ratio(ratio < 100 ? (ratio * 10).rounded(.down) / 10 : ratio)
        }
        guard ratio < 1.095 else { return DurationText.ratio(ratio, precision, glyphs) }
        return glyphs.mark(precision) + CleanText(Int((ratio * 100 - 100).rounded())) + " %"
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ names: [CleanText]) -> CleanText {
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
