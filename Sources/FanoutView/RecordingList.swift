package import FanoutEvents

/// Recordings to choose one from.
package struct RecordingList: Sendable {
    /// What a key comes to.
    package enum Answer: Sendable, Hashable {
        case goesOn
        case leave
        /// The place of the one that was chosen.
        case chosen(Int)
    }

    package var keys = KeyMap.recordings
    /// Said at the bottom until the next key.
    package var notice: CleanText?
    private let entries: [SessionTable.Entry]
    private let glyphs: Glyphs
    private var list: Overview

    /// - Parameter entries: The newest first.
    package init(_ entries: [SessionTable.Entry], glyphs: Glyphs) {
        self.entries = entries
        self.glyphs = glyphs
        list = Overview(order: Array(entries.indices))
    }

    package mutating func handle(_ key: Key) -> Answer {
        notice = nil
        switch keys.command(for: key) {
        case .up?: list.move(to: list.cursor - 1)
        case .down?: list.move(to: list.cursor + 1)
        case .pageUp?, .halfPageUp?: list.move(to: list.cursor - max(1, list.height / 2))
        case .pageDown?, .halfPageDown?: list.move(to: list.cursor + max(1, list.height / 2))
        case .top?: list.move(to: 0)
        case .bottom?: list.move(to: list.order.count - 1)
        case .open?: return entries.isEmpty ? .goesOn : .chosen(list.cursor)
        case .close?, .quit?: return .leave
        default: break
        }
        return .goesOn
    }

    package mutating func frame(width: Int, height: Int) -> Frame {
        var frame = Frame(width: width, height: height, glyphs: glyphs)
        var line = Line(x: 1, y: 0, limit: width - 1)
        line.add("fanout", .title, into: &frame)
        line.add("which recording?", .text, gap: 2, into: &frame)
        line.add(CleanText(entries.count) + (entries.count == 1 ? " is here" : " are here"), .muted, gap: 3, into: &frame)
        frame.fill(0..<width, y: 1, with: glyphs.rule, role: .border)
        let table = SessionTable(
            width: width, firstColumn: "RECORDING", lengthColumn: "LENGTH", lastColumn: "WHEN", whenColumns: 16, glyphs: glyphs)
        table.drawHeads(2, into: &frame)
        let rows = 3..<max(3, height - 2)
        list.scroll(height: rows.count)
        for (offset, row) in (list.top..<min(entries.count, list.top + rows.count)).enumerated() {
            table.draw(entries[row], rows.lowerBound + offset, isSelected: row == list.cursor, into: &frame)
        }
        frame.fill(0..<width, y: height - 2, with: glyphs.rule, role: .border)
        var footer = Line(x: 1, y: height - 1, limit: width - 1)
        if let notice {
            footer.addCut(notice, .caption, into: &frame)
            return frame
        }
        let hints: [(CleanText?, CleanText)] = [
            (keys.hint([.open]), "play"), (keys.hint([.down, .up], between: "/"), "move"),
            (keys.hint([.top, .bottom], between: "/"), "newest, oldest"), (keys.hint([.quit]), "quit"),
        ]
        for case (let key?, let word) in hints {
            footer.add(glyphs.written(key), .footerKey, gap: footer.x > 1 ? 2 : 0, into: &frame)
            footer.add(word, .muted, gap: 1, into: &frame)
        }
        return frame
    }
}
