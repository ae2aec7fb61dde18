internal import FanoutEvents
internal import FanoutView

/// All keys of a screen that has few, over its middle.
struct KeysBox {
    var keys: KeyMap
    var glyphs: Glyphs

    func draw(into frame: inout Frame) {
        let groups = keys.groups.map { group in
            var kept = group
            kept.entries.removeAll(where: \.keys.isEmpty)
            return kept
        }.filter { !$0.entries.isEmpty }
        let entries = groups.flatMap(\.entries)
        let keyColumns = entries.map { glyphs.written($0.label).columns }.max() ?? 0
        let wordColumns = entries.map { $0.meaning.columns + $0.alike.columns }.max() ?? 0
        let width = min(frame.width, keyColumns + wordColumns + 6)
        let height = min(frame.height, entries.count + 2 * groups.count + 1)
        let x = (frame.width - width) / 2
        let y = (frame.height - height) / 2
        drawBox(Region(x: x, y: y, width: width, height: height), into: &frame)
        var row = y + 1
        for group in groups {
            frame.put(group.title, x: x + 2, y: row, width: width - 4, role: .header)
            row += 1
            for entry in group.entries where row < y + height - 1 {
                frame.put(glyphs.written(entry.label), x: x + 2, y: row, width: width - 4, role: .footerKey)
                frame.put(entry.meaning + entry.alike, x: x + 4 + keyColumns, y: row, width: width - 6 - keyColumns, role: .text)
                row += 1
            }
            row += 1
        }
    }

    private func drawBox(_ box: Region, into frame: inout Frame) {
        let columns = box.x..<box.x + box.width
        let last = (x: box.x + box.width - 1, y: box.y + box.height - 1)
        frame.blank(x: columns, y: box.y..<box.y + box.height)
        for edge in [box.y, last.y] {
            frame.fill(columns, y: edge, with: glyphs.rule, role: .borderFocus)
        }
        for row in box.y + 1..<max(box.y + 1, last.y) {
            frame.put(glyphs.divider, x: box.x, y: row, role: .borderFocus)
            frame.put(glyphs.divider, x: last.x, y: row, role: .borderFocus)
        }
        frame.put(glyphs.corners.topLeft, x: box.x, y: box.y, role: .borderFocus)
        frame.put(glyphs.corners.topRight, x: last.x, y: box.y, role: .borderFocus)
        frame.put(glyphs.corners.bottomLeft, x: box.x, y: last.y, role: .borderFocus)
        frame.put(glyphs.corners.bottomRight, x: last.x, y: last.y, role: .borderFocus)
        frame.put(" Keys ", x: box.x + 2, y: box.y, width: box.width - 4, role: .title)
    }
}
