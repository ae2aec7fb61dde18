internal import FanoutEvents
internal import FanoutTimeline

/// The conversation as it stood at an instant, of which only what is seen is read and laid out.
///
/// It has no line numbers: a place in it is a passage and a row of that, so that neither a long session nor a long reply has to be laid out
/// to be gone through.
struct Transcript: Sendable {
    /// A part that is read and laid out as a whole.
    enum Passage: Sendable, Hashable {
        case utterance(Int)
        case heading(turn: Int)
        case reply(lane: Int)
        case call(lane: Int)
        /// How a turn ended that did not end well.
        case ending(turn: Int)
    }

    /// A place in it.
    struct Anchor: Sendable, Hashable {
        var passage: Passage
        var row: Int
    }

    /// What one row shows.
    enum Row: Sendable {
        case blank
        case text(TextRow)
        case heading(turn: Int)
        /// How a request to the model goes, or went.
        case status(lane: Int)
        case call(lane: Int)
        case ending(turn: Int)
    }

    /// What it is drawn from.
    struct Scene {
        var timeline: Timeline
        var t: Int64
        var event: (Place) -> Event?
        /// Columns that text may take.
        var columns: Int
    }

    /// A passage as it is laid out: text that is kept, and rows around it that are made anew each time.
    struct Layout {
        var before: [Row] = []
        var text: [TextRow] = []
        var after: [Row] = []

        var count: Int { before.count + text.count + after.count }

        subscript(row: Int) -> Row {
            if row < before.count { return before[row] }
            let row = row - before.count
            return row < text.count ? .text(text[row]) : after[row - text.count]
        }
    }

    struct Message: Sendable {
        var columns: Int
        var rows: [TextRow]
    }

    /// The first row on the screen; nil while it follows the end.
    var anchor: Anchor?
    /// The first row of what was drawn last.
    var top: Anchor?
    /// How many rows there were room for.
    var height = 1
    var outline = TranscriptOutline()
    var replies: [Int: ReplyText] = [:]
    var messages: [Int: Message] = [:]
    var results: [Int: (place: Place, row: TextRow?)] = [:]
    /// The passages that the frame before needed.
    var used: Set<Passage> = []

    // MARK: What is seen

    /// The rows of the screen, each with the place where it stands.
    mutating func rows(_ scene: Scene, height: Int) -> [(place: Anchor, row: Row)] {
        self.height = max(1, height)
        outline.update(scene.timeline)
        used = []
        var rows: [(place: Anchor, row: Row)] = []
        if let anchor {
            rows = forward(from: anchor, scene)
            if rows.count < self.height {
                self.anchor = nil
            }
        }
        if anchor == nil {
            rows = backward(scene)
        }
        top = rows.first?.place
        forgetUnseen()
        return rows
    }

    private mutating func forward(from anchor: Anchor, _ scene: Scene) -> [(place: Anchor, row: Row)] {
        guard var cursor = locate(anchor.passage, scene) else { return [] }
        var rows: [(place: Anchor, row: Row)] = []
        var first = anchor.row
        repeat {
            let layout = layOut(cursor, scene)
            let start = min(first, layout.count)
            for row in start..<min(layout.count, start + height - rows.count) {
                rows.append((Anchor(passage: cursor.passage, row: row), layout[row]))
            }
            first = 0
        } while rows.count < height && step(&cursor, 1, scene)
        return rows
    }

    private mutating func backward(_ scene: Scene) -> [(place: Anchor, row: Row)] {
        guard var cursor = last(scene) else { return [] }
        var rows: [(place: Anchor, row: Row)] = []
        repeat {
            let layout = layOut(cursor, scene)
            for row in (max(0, layout.count - (height - rows.count))..<layout.count).reversed() {
                rows.append((Anchor(passage: cursor.passage, row: row), layout[row]))
            }
        } while rows.count < height && step(&cursor, -1, scene)
        return rows.reversed()
    }
}
