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
            drawHints([Hint([.approve], "approve"), Hint([.approveTool], "always"), Hint([.deny], "deny")], &line, into: &frame)
            return
        }
        if canControl, let timeline, approvalLane(timeline, timeline.last) != nil {
            line.add("a call asks for approval", .retrying, gap: 0, into: &frame)
            drawHints([Hint([.follow], "goes there")], &line, into: &frame)
            return
        }
        drawHints(hints(timeline, t), &line, into: &frame)
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

    private func hints(_ timeline: Timeline?, _ t: Int64) -> [Hint] {
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
        let isAtEnd = isReplay && timeline.map { t >= $0.last } ?? false
        hints.append(Hint([.pause], isAtEnd ? "again" : playhead.isStill ? "go on" : "pause"))
        if isReplay || !playhead.isFollowing {
            hints += [
                Hint([.back5, .forward5], "5s"), Hint([.previousEvent, .nextEvent], "step"),
                Hint([.previousMarker, .nextMarker], "marker"), Hint([.slower, .faster], "speed"), Hint([.skipIdle], "idle"),
            ]
        }
        if !isReplay, !playhead.isFollowing || selection != nil {
            hints.append(Hint([.follow], "follow"))
        }
        if view == .transcript {
            return hints + [
                Hint([.top, .bottom], "beginning, end", between: "/"), Hint([.previousTurn, .nextTurn], "turn"), Hint([.theme], "theme"),
            ]
        }
        if canControl, timeline?.over == nil {
            hints.append(Hint([.cancelCall], "cancel"))
        }
        return hints + [Hint([.nextError], "error"), Hint([.zoomIn, .zoomOut], "zoom", between: "/"), Hint([.theme], "theme")]
    }

    func written(_ label: CleanText) -> CleanText { glyphs.written(label) }

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
