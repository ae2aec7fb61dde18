package import FanoutEvents
package import FanoutTimeline

// Figures and instants with what is known of them: marked where nobody measured them.

extension Glyphs {
    /// What stands before a figure; empty where it was measured.
    package func mark(_ precision: Precision) -> CleanText {
        switch precision {
        case .measured, .orderOnly: ""
        case .atMost: CleanText(String(atMost.scalar))
        case .atLeast: CleanText(String(atLeast.scalar))
        case .about: CleanText(String(about.scalar))
        }
    }
}

extension DurationText {
    /// What stands in the place of a length that means nothing.
    package static let orderOnly: CleanText = "order"

    /// A length, marked where it was not measured; a bound is rounded so that it holds.
    package static func length(_ microseconds: Int64, _ precision: Precision, _ glyphs: Glyphs) -> CleanText {
        switch precision {
        case .orderOnly: return orderOnly
        case .measured: return length(microseconds)
        case .atMost, .atLeast, .about: break
        }
        // `<1ms` says by itself that it is a bound, and no more than nothing is nothing.
        guard microseconds >= 1000 else {
            return microseconds == 0 && precision != .atMost ? glyphs.mark(precision) + length(0) : length(microseconds)
        }
        let text = glyphs.mark(precision) + length(rounded(microseconds, to: unit(microseconds), precision))
        guard text.columns > widest else { return text }
        let (coarse, letter): (Int64, CleanText) =
            microseconds < 3_600_000_000 ? (60_000_000, "m") : microseconds < 86_400_000_000 ? (3_600_000_000, "h") : (86_400_000_000, "d")
        return glyphs.mark(precision) + CleanText(rounded(microseconds, to: coarse, precision) / coarse) + letter
    }

    /// Columns that a length takes at the most, with its mark.
    private static let widest = 6

    /// What the last digit of a length stands for.
    private static func unit(_ us: Int64) -> Int64 {
        if us < 99_950 { return 1000 }
        if us < 59_950_000 { return 100_000 }
        return us < 3_600_000_000 ? 1_000_000 : us < 86_400_000_000 ? 60_000_000 : 3_600_000_000
    }

    private static func rounded(_ us: Int64, to unit: Int64, _ precision: Precision) -> Int64 {
        switch precision {
        case .atMost: (us + unit - 1) / unit * unit
        case .atLeast: us / unit * unit
        case .measured, .about, .orderOnly: (us + unit / 2) / unit * unit
        }
    }

    /// A ratio, marked where it was not measured.
    package static func ratio(_ value: Double, _ precision: Precision, _ glyphs: Glyphs) -> CleanText {
        precision == .orderOnly ? "?" : glyphs.mark(precision) + ratio(value)
    }

    /// A figure of a turn: as a length, but for one that means nothing.
    package static func figure(_ microseconds: Int64, _ precision: Precision, _ glyphs: Glyphs) -> CleanText {
        precision == .orderOnly ? "?" : length(microseconds, precision, glyphs)
    }

    /// `1st`, `2nd`, `11th`.
    static func ordinal(_ number: Int) -> CleanText {
        let ending: CleanText =
            switch (number % 10, number % 100) {
            case (_, 11...13): "th"
            case (1, _): "st"
            case (2, _): "nd"
            case (3, _): "rd"
            default: "th"
            }
        return CleanText(number) + ending
    }
}

extension Event.Approximation {
    /// What is known of an instant, between what happened and the instant: `ended no later than +8.6s`.
    var relation: CleanText {
        switch self {
        case .upper: "no later than"
        case .lower: "no earlier than"
        case .arrival: "told of at"
        case .inferred: "inferred, about"
        case .order: "in order"
        }
    }

    /// The same behind an instant that stands already: `ended: ok (no later than this)`.
    var remark: CleanText {
        switch self {
        case .upper: "no later than this"
        case .lower: "no earlier than this"
        case .arrival: "as its line arrived"
        case .inferred: "inferred"
        case .order: "only the order is known"
        }
    }
}

/// What is said of the time of a lane.
enum LaneTime {
    /// What its attempts took, without what lay between them; its waiting time until the first; empty for one that ended without having run.
    static func text(_ timeline: Timeline, lane number: Int, at t: Int64, glyphs: Glyphs) -> CleanText {
        let lane = timeline.lane(number)
        guard timeline.measuredRun(of: number, at: t) == nil, timeline.firstStart(of: number, at: t) == nil else {
            return DurationText.length(timeline.runTime(of: number, at: t), timeline.precision(ofRun: number, at: t), glyphs)
        }
        if lane.ended <= t { return "" }
        let end = timeline.over.map { $0 <= t } ?? false ? timeline.last : t
        return lane.approxStart == .order ? DurationText.orderOnly : DurationText.length(end - lane.seen)
    }
}
