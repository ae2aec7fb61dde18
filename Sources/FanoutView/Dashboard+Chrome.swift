internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// What can be done here, or what there is to say.
    func drawFooter(_ y: Int, _ timeline: Timeline?, _ t: Int64, into frame: inout Frame) {
        if let entry {
            return drawEntry(y, entry, into: &frame)
        }
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        if let notice {
            line.addCut(notice, .caption, into: &frame)
            return
        }
        if canControl, let timeline, let lane = approvalLane(timeline, t) {
            line.addCut(CleanText(timeline.title(of: lane)) + " asks for approval", .retrying, most: frame.width / 2, into: &frame)
            for (key, word) in [("a", "approve"), ("A", "always"), ("d", "deny")] as [(CleanText, CleanText)] {
                line.add(key, .footerKey, gap: 2, into: &frame)
                line.add(word, .muted, gap: 1, into: &frame)
            }
            return
        }
        for (key, word) in hints {
            let columns = written(key).columns + 1 + word.columns
            guard line.x + 2 + columns <= line.limit else { continue }
            line.add(written(key), .footerKey, gap: line.x > 1 ? 2 : 0, into: &frame)
            line.add(word, .muted, gap: 1, into: &frame)
        }
    }

    private var hints: [(CleanText, CleanText)] {
        if overview != nil {
            return [("?", "help"), ("q", "quit"), ("j/k", "move"), ("Enter", "show"), ("Esc", "back"), ("F5", "lanes"), ("T", "theme")]
        }
        if view == .statistics {
            return [
                ("?", "help"), ("q", "quit"), ("j/k", "move"), ("Enter", "its lanes"), ("s", "order"), ("F5", "lanes"),
                ("F8", "transcript"), ("T", "theme"),
            ]
        }
        var hints: [(CleanText, CleanText)] = [("?", "help"), ("q", "quit"), ("j/k", view == .transcript ? "scroll" : "move")]
        if case .awaited = followUps {
            hints.insert(("p", "ask"), at: 0)
        }
        if view == .transcript {
            hints.append(("F5", "lanes"))
        } else {
            hints.append(detail == nil ? ("Enter", "detail") : ("Tab", "page"))
            hints.append(("F8", "transcript"))
        }
        if order.places.count > 1 {
            hints += [("( )", "session"), ("F7", "sessions")]
        }
        if output != nil {
            hints.append(("o", "output"))
        }
        hints.append(("Space", playhead.isStill ? "go on" : "pause"))
        if isReplay || !playhead.isFollowing {
            hints += [("← →", "5s"), (", .", "step"), ("[ ]", "marker"), ("< >", "speed"), ("i", "idle")]
        }
        if !isReplay, !playhead.isFollowing || selection != nil {
            hints.append(("F", "follow"))
        }
        if view == .transcript {
            return hints + [("g/G", "beginning, end"), ("{ }", "turn"), ("T", "theme")]
        }
        if canControl {
            hints.append(("x", "cancel"))
        }
        return hints + [("e", "error"), ("+/-", "zoom"), ("T", "theme")]
    }

    /// Keys as they are written; arrows only where there are some.
    private func written(_ label: CleanText) -> CleanText {
        guard glyphs == .ascii else { return label }
        let words: [Character: String] = ["←": "Left", "→": "Right", "↑": "Up", "↓": "Down", "…": ".."]
        return CleanText(label.string.map { words[$0] ?? String($0) }.joined())
    }

    /// All keys, over the middle of the screen.
    func drawKeys(into frame: inout Frame) {
        let groups = currentKeys.groups.map { group in
            var kept = group
            kept.entries = group.entries.filter { entry in
                (!entry.isControl || canControl) && (followUps != .none || !entry.keys.contains { $0.command == .ask })
                    && (output != nil || !entry.keys.contains { $0.command == .output })
            }
            return kept
        }.filter { !$0.entries.isEmpty }
        let keyColumns = groups.flatMap(\.entries).map { written($0.label).columns }.max() ?? 0
        let wordColumns = groups.flatMap(\.entries).map(\.meaning.columns).max() ?? 0
        let blockWidth = keyColumns + 2 + wordColumns
        let total = groups.reduce(0) { $0 + $1.entries.count + 2 } - 1
        let room = frame.height - 4
        let blocks = max(1, min((frame.width - 1) / (blockWidth + 3), (total + room - 1) / max(1, room)))
        let perBlock = (total + blocks - 1) / blocks
        // Groups stay whole: each goes where there is still room for it.
        var placed: [(group: KeyMap.Group, block: Int, row: Int)] = []
        var heights = Array(repeating: 0, count: blocks)
        var block = 0
        for group in groups {
            let size = group.entries.count + 1
            if heights[block] > 0, heights[block] + 1 + size > perBlock + 2, block < blocks - 1 {
                block += 1
            }
            let row = heights[block] == 0 ? 0 : heights[block] + 1
            placed.append((group, block, row))
            heights[block] = row + size
        }
        let inner = min(frame.width - 4, blocks * (blockWidth + 3) - 1)
        let height = min(frame.height - 2, (heights.max() ?? 0) + 2)
        let left = max(0, (frame.width - inner - 2) / 2)
        let above = max(0, (frame.height - height) / 2)
        drawBox(x: left, y: above, width: inner + 2, height: height, title: "Keys", into: &frame)
        for (group, block, row) in placed {
            let x = left + 2 + block * (blockWidth + 3)
            let limit = left + inner
            guard row + 1 < height - 1 else { continue }
            frame.put(group.title, x: x, y: above + 1 + row, width: limit - x, role: .header)
            for (offset, entry) in group.entries.enumerated() where row + 2 + offset < height - 1 {
                let y = above + 2 + row + offset
                frame.put(written(entry.label), x: x, y: y, width: limit - x, role: .footerKey)
                frame.put(entry.meaning, x: x + keyColumns + 2, y: y, width: limit - x - keyColumns - 2, role: .text)
            }
        }
    }

    private func drawBox(x: Int, y: Int, width: Int, height: Int, title: CleanText, into frame: inout Frame) {
        frame.blank(x: x..<x + width, y: y..<y + height)
        for edge in [y, y + height - 1] {
            frame.fill(x..<x + width, y: edge, with: glyphs.rule, role: .borderFocus)
        }
        for row in y + 1..<max(y + 1, y + height - 1) {
            frame.put(glyphs.divider, x: x, y: row, role: .borderFocus)
            frame.put(glyphs.divider, x: x + width - 1, y: row, role: .borderFocus)
        }
        frame.put(glyphs.corners.topLeft, x: x, y: y, role: .borderFocus)
        frame.put(glyphs.corners.topRight, x: x + width - 1, y: y, role: .borderFocus)
        frame.put(glyphs.corners.bottomLeft, x: x, y: y + height - 1, role: .borderFocus)
        frame.put(glyphs.corners.bottomRight, x: x + width - 1, y: y + height - 1, role: .borderFocus)
        frame.put(" " + title + " ", x: x + 2, y: y, width: width - 4, role: .title)
    }
}
