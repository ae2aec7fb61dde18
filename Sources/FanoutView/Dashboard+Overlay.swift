internal import FanoutEvents

// The keys that there are, over what they are for.
extension Dashboard {
    /// The groups of keys that mean something now.
    private var keyGroups: [KeyMap.Group] {
        currentKeys.groups.map { group in
            var kept = group
            kept.entries = group.entries.filter { !$0.keys.isEmpty && isMeant($0) }
            return kept
        }.filter { !$0.entries.isEmpty }
    }

    /// Whether what an entry asks for can be had now.
    func isMeant(_ entry: KeyMap.Entry) -> Bool {
        (!entry.isControl || canControl) && (followUps != .none || !entry.commands.contains(.ask))
            && (output != nil || !entry.commands.contains(.output))
    }

    /// All keys, over the middle of the screen; where there is no room for all of them, those that it was scrolled to.
    mutating func drawKeys(into frame: inout Frame) {
        let groups = keyGroups
        let keyColumns = groups.flatMap(\.entries).map { written($0.label).columns }.max() ?? 0
        let wordColumns = groups.flatMap(\.entries).map { $0.meaning.columns + $0.alike.columns }.max() ?? 0
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
        mark(.keys, columns: 0..<frame.width, rows: 0..<frame.height)
        let rows = height - 2
        keysHidden = max(0, (heights.max() ?? 0) - rows)
        keysTop = max(0, min(keysHidden, keysTop))
        for (group, block, row) in placed {
            let x = left + 2 + block * (blockWidth + 3)
            let limit = left + inner
            func isSeen(_ row: Int) -> Bool { (keysTop..<keysTop + rows).contains(row) }
            if isSeen(row) {
                frame.put(group.title, x: x, y: above + 1 + row - keysTop, width: limit - x, role: .header)
            }
            for (offset, entry) in group.entries.enumerated() where isSeen(row + 1 + offset) {
                let y = above + 2 + row + offset - keysTop
                frame.put(written(entry.label), x: x, y: y, width: limit - x, role: .footerKey)
                frame.put(entry.meaning + entry.alike, x: x + keyColumns + 2, y: y, width: limit - x - keyColumns - 2, role: .text)
            }
        }
        if keysHidden > 0 {
            let (words, command): (CleanText, Command) = keysTop < keysHidden ? (" more below", .down) : (" more above", .up)
            let more = words + (currentKeys.hint([command]).map { ": " + written($0) } ?? "") + " "
            frame.put(more, x: left + inner - more.columns, y: above + height - 1, width: more.columns, role: .accent)
        }
    }

    /// Answers a key while the overlay is shown: one that scrolls does, where there is more of it than is seen; any other of the map closes it.
    mutating func handleOverlay(_ command: Command) -> [Effect] {
        let page = 8
        switch command {
        case .quit: return [.quit]
        case .down where keysHidden > 0: keysTop += 1
        case .up where keysHidden > 0: keysTop = max(0, keysTop - 1)
        case .pageDown where keysHidden > 0, .halfPageDown where keysHidden > 0, .detailDown where keysHidden > 0: keysTop += page
        case .pageUp where keysHidden > 0, .halfPageUp where keysHidden > 0, .detailUp where keysHidden > 0:
            keysTop = max(0, keysTop - page)
        default: showsKeys = false
        }
        return []
    }
}
