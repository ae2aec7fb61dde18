internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// Where the playhead stands in the session.
    mutating func drawTransport(_ y: Int, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let extent = timeline.extent
        // A live run goes on while the playhead stands, and nothing need have happened where it stands.
        let length = max(1, max(extent.upperBound, t) - extent.lowerBound)
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(glyph: playhead.isStill ? glyphs.paused : glyphs.playing, .accent, into: &frame)
        line.add(DurationText.position(t - extent.lowerBound), .text, gap: 1, into: &frame)
        line.add("/ " + DurationText.position(length), .muted, gap: 1, into: &frame)
        line.add("speed " + Self.speed(playhead.speed) + "x", .muted, gap: 3, into: &frame)
        let start = line.x + 3
        let columns = frame.width - 1 - start
        guard columns >= 8 else { return }
        mark(.time(start: extent.lowerBound, span: length, isAxis: false), columns: start..<start + columns, rows: y..<y + 1)
        let head = Int(Double(max(0, min(length, t - extent.lowerBound))) / Double(length) * Double(columns - 1))
        frame.fill(start..<start + head, y: y, with: glyphs.trackDone, role: .accent)
        frame.fill(start + head..<start + columns, y: y, with: glyphs.trackToCome, role: .border)
        for marker in timeline.markers.prefix(1000) {
            let column = Int(Double(max(0, min(length, marker.t - extent.lowerBound))) / Double(length) * Double(columns - 1))
            frame.put(glyphs.critical, x: start + column, y: y, role: .critical)
        }
        frame.put(glyphs.trackHead, x: start + head, y: y, role: .accent)
    }

    /// A factor with as many decimals as it has, two at the most.
    static func speed(_ factor: Double) -> CleanText {
        let hundredths = Int64(factor * 100 + 0.5)
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return CleanText(String(whole) + decimals)
    }

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
            drawHints([Hint([.approve], "approve"), Hint([.approveTool], "always"), Hint([.deny], "deny")], &line, into: &frame)
            return
        }
        drawHints(hints, &line, into: &frame)
    }

    /// What some keys are for.
    struct Hint {
        var commands: [Command]
        var words: CleanText
        /// What stands between the keys.
        var between: CleanText

        init(_ commands: [Command], _ words: CleanText, between: CleanText = " ") {
            self.commands = commands
            self.words = words
            self.between = between
        }
    }

    /// What a key does about what a notice says, to be put behind it; nothing where no key does.
    func remedy(_ command: Command, _ words: CleanText) -> CleanText {
        currentKeys.hint([command]).map { "; " + written($0) + " " + words } ?? ""
    }

    /// As many hints as there is room for, each with the keys that its commands have.
    func drawHints(_ hints: [Hint], _ line: inout Line, into frame: inout Frame) {
        for hint in hints {
            guard let label = currentKeys.hint(hint.commands, between: hint.between) else { continue }
            let columns = written(label).columns + 1 + hint.words.columns
            guard line.x + 2 + columns <= line.limit else { continue }
            line.add(written(label), .footerKey, gap: line.x > 1 ? 2 : 0, into: &frame)
            line.add(hint.words, .muted, gap: 1, into: &frame)
        }
    }

    private var hints: [Hint] {
        var hints = [Hint([.keys], "help"), Hint([.quit], "quit")]
        if overview != nil {
            return hints + [
                Hint([.down, .up], "move", between: "/"), Hint([.open], "show"), Hint([.close], "back"), Hint([.lanes], "lanes"),
                Hint([.theme], "theme"),
            ]
        }
        hints.append(Hint([.down, .up], view == .transcript ? "scroll" : "move", between: "/"))
        if view == .statistics {
            return hints + [
                Hint([.open], "its lanes"), Hint([.sort], "order"), Hint([.lanes], "lanes"), Hint([.transcript], "transcript"),
                Hint([.theme], "theme"),
            ]
        }
        if case .awaited = followUps {
            hints.insert(Hint([.ask], "ask"), at: 0)
        }
        if view == .transcript {
            hints.append(Hint([.lanes], "lanes"))
        } else {
            hints.append(detail == nil ? Hint([.open], "detail") : Hint([.nextPage], "page"))
            hints.append(Hint([.transcript], "transcript"))
        }
        if order.places.count > 1 {
            hints += [Hint([.previousSession, .nextSession], "session"), Hint([.sessions], "sessions")]
        }
        if output != nil {
            hints.append(Hint([.output], "output"))
        }
        hints.append(Hint([.pause], playhead.isStill ? "go on" : "pause"))
        if isReplay || !playhead.isFollowing {
            hints += [Hint([.back5, .forward5], "5s"), Hint([.previousEvent, .nextEvent], "step"), Hint([.slower, .faster], "speed")]
        }
        if !isReplay, !playhead.isFollowing || selection != nil {
            hints.append(Hint([.follow], "follow"))
        }
        if view == .transcript {
            return hints + [
                Hint([.top, .bottom], "beginning, end", between: "/"), Hint([.previousTurn, .nextTurn], "turn"), Hint([.theme], "theme"),
            ]
        }
        if canControl {
            hints.append(Hint([.cancelCall], "cancel"))
        }
        return hints + [Hint([.nextError], "error"), Hint([.zoomIn, .zoomOut], "zoom", between: "/"), Hint([.theme], "theme")]
    }

    /// Keys as they are written; arrows only where there are some.
    func written(_ label: CleanText) -> CleanText {
        guard glyphs == .ascii else { return label }
        let words: [Character: String] = ["←": "Left", "→": "Right", "↑": "Up", "↓": "Down", "…": ".."]
        return CleanText(label.string.map { words[$0] ?? String($0) }.joined())
    }

    func drawBox(x: Int, y: Int, width: Int, height: Int, title: CleanText, into frame: inout Frame) {
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
