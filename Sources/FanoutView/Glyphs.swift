package import FanoutEvents

/// A character of our own that takes one cell.
package struct Glyph: Sendable, Hashable, ExpressibleByUnicodeScalarLiteral {
    package let scalar: Unicode.Scalar

    /// What does not take exactly one cell is a `?`.
    package init(unicodeScalarLiteral scalar: Unicode.Scalar) {
        self.scalar = scalar.columns == 1 ? scalar : "?"
    }
}

/// The characters that screens are drawn with, one set for terminals with Unicode and one for those without.
package struct Glyphs: Sendable, Hashable {
    // State of a call.
    package var queued, running, ok, failed, retrying, cancelled, timeout, skipped, shared, unknown: Glyph
    /// On the critical path.
    package var critical: Glyph
    /// Before the selected lane.
    package var selected: Glyph
    /// Before a lane in which the words stand that are looked for: the key that looks for them.
    package var match: Glyph = "/"

    // Bars.
    package var full: Glyph
    /// A cell filled from the left by 1 to 7 eighths; the part to the right of it is the same, reversed. Empty where there are none:
    /// then only whole cells are drawn.
    package var eighths: [Glyph]
    package var wait, failedAttempt, backoff: Glyph
    package var now, axis: Glyph
    /// Where a call that runs is expected to end.
    package var expectedEnd: Glyph
    /// A bar's first or last cell where that end of it was not measured.
    package var looseEnd: Glyph
    /// Before a figure that rests on such an instant: it is no larger, no smaller, or only about so much.
    package var atMost, atLeast, about: Glyph
    /// Of a call of which only the order is known: where it begins, and up to where it ends. It is no bar, for it has no length.
    package var orderStart, orderLine: Glyph

    /// Eight heights of a row of columns, the lowest first.
    package var heights: [Glyph]
    package var parallel: Glyph

    // Chrome.
    package var ellipsis, separator, divider, rule: Glyph
    package var corners: Corners
    /// A line that is filled up to the playhead: done, the playhead, to come.
    package var trackDone, trackHead, trackToCome: Glyph
    /// In that line, what is skipped.
    package var trackSkipped: Glyph
    /// The numbers that have a character of their own, from one.
    package var numbers: [Glyph]
    package var live, playing, paused, more: Glyph
    /// Before how many there are of something, and before what is folded away.
    package var times, plus: Glyph

    package struct Corners: Sendable, Hashable {
        package var topLeft, topRight, bottomLeft, bottomRight: Glyph
    }

    package static let unicode = Glyphs(
        queued: "◌", running: "●", ok: "✓", failed: "✗", retrying: "↻", cancelled: "⊘", timeout: "×", skipped: "↷",
        shared: "∅", unknown: "?",
        critical: "◆", selected: "▸",
        full: "█", eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉"], wait: "░", failedAttempt: "▒", backoff: "·", now: "╎", axis: "│",
        expectedEnd: "▕",
        looseEnd: "┄", atMost: "≤", atLeast: "≥", about: "~", orderStart: "•", orderLine: "┈",
        heights: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"], parallel: "‖",
        ellipsis: "…", separator: "·", divider: "│", rule: "─",
        corners: Corners(topLeft: "┌", topRight: "┐", bottomLeft: "└", bottomRight: "┘"),
        trackDone: "━", trackHead: "●", trackToCome: "─", trackSkipped: "┈",
        numbers: circledNumbers,
        live: "●", playing: "▶", paused: "‖", more: "↓", times: "×", plus: "+")

    package static let ascii = Glyphs(
        queued: ".", running: ">", ok: "+", failed: "!", retrying: "r", cancelled: "c", timeout: "t", skipped: "s",
        shared: "=", unknown: "?",
        critical: "*", selected: ">",
        full: "#", eighths: [], wait: "-", failedAttempt: "x", backoff: ".", now: ":", axis: "|", expectedEnd: "'",
        looseEnd: "~", atMost: "<", atLeast: ">", about: "~", orderStart: "o", orderLine: ".",
        heights: [".", ".", ":", ":", "|", "|", "#", "#"], parallel: "x",
        ellipsis: "~", separator: "-", divider: "|", rule: "-",
        corners: Corners(topLeft: "+", topRight: "+", bottomLeft: "+", bottomRight: "+"),
        trackDone: "=", trackHead: "O", trackToCome: "-", trackSkipped: ".",
        numbers: digits,
        live: "*", playing: ">", paused: "=", more: "v", times: "x", plus: "+")

    private static let digits: [Glyph] = ["1", "2", "3", "4", "5", "6", "7", "8", "9"]

    /// ① to ⑳, where each of them takes one cell.
    private static let circledNumbers: [Glyph] = {
        let scalars = (0x2460...0x2473).compactMap { Unicode.Scalar($0) }
        return scalars.allSatisfy { $0.columns == 1 } ? scalars.map { Glyph(unicodeScalarLiteral: $0) } : digits
    }()
}

extension Glyphs {
    /// Keys as they are written; arrows only where there are some.
    package func written(_ label: CleanText) -> CleanText {
        guard self == .ascii else { return label }
        let words: [Character: String] = ["←": "Left", "→": "Right", "↑": "Up", "↓": "Down", "…": ".."]
        return CleanText(label.string.map { words[$0] ?? String($0) }.joined())
    }
}
