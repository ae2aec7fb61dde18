internal import FanoutTimeline

// Going through it.
extension Transcript {
    mutating func scroll(by rows: Int, _ scene: Scene) {
        outline.update(scene.timeline)
        guard let start = anchor ?? top, var cursor = locate(start.passage, scene) else { return }
        var row = start.row + rows
        while row < 0 {
            guard step(&cursor, -1, scene) else {
                row = 0
                break
            }
            row += layOut(cursor, scene).count
        }
        var count = layOut(cursor, scene).count
        while row >= count {
            guard step(&cursor, 1, scene) else {
                anchor = nil
                return
            }
            row -= count
            count = layOut(cursor, scene).count
        }
        anchor = Anchor(passage: cursor.passage, row: row)
    }

    mutating func goToBeginning(_ scene: Scene) {
        outline.update(scene.timeline)
        anchor = edge(scene, isLast: false).map { Anchor(passage: $0.passage, row: 0) }
    }

    /// Goes to the turn before or after the one at the top.
    mutating func goToTurn(_ direction: Int, _ scene: Scene) {
        outline.update(scene.timeline)
        guard let start = anchor ?? top, let cursor = locate(start.passage, scene) else { return }
        let isInside = direction < 0 && (cursor.place > 0 || start.row > 0)
        let wanted = isInside ? cursor.section : cursor.section + direction
        guard outline.sections.prefix(outline.count(at: scene.t)).indices.contains(wanted) else {
            if direction > 0 {
                anchor = nil
            }
            return
        }
        if let first = passages(wanted, scene).first {
            anchor = Anchor(passage: first, row: 0)
        }
    }
}
