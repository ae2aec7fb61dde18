internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// Answers a key, and returns what the program must do for it.
    package mutating func handle(_ key: Key, _ input: Input) -> [Effect] {
        meetLayers()
        defer { meetLayers() }
        if entry != nil {
            return write(key, input)
        }
        if case .mouse(let mouse) = key {
            return handle(mouse, input)
        }
        guard let command = currentKeys.command(for: key), !isPasting else {
            // A paste that never ends is ended by Esc.
            if key == .pasteBegins {
                notice = "what is pasted here is not taken for keys"
            }
            isPasting = key == .pasteBegins || isPasting && key != .pasteEnds && key != .escape
            return []
        }
        if showsKeys {
            // What a key also means waits for the next press.
            return handleOverlay(command)
        }
        return perform(command, input)
    }

    /// Does what a key, or a command by its name, asks for.
    mutating func perform(_ command: Command, _ input: Input) -> [Effect] {
        notice = nil
        if output?.isShown == true, output?.handle(command) == true {
            return []
        }
        switch command {
        case .quit: return [.quit]
        case .theme: return [.nextTheme]
        case .keys: (showsKeys, keysTop) = (true, 0)
        case .mouse: return toggleMouse()
        case .lanes, .statistics, .transcript:
            view = command == .transcript ? .transcript : command == .statistics ? .statistics : .lanes
            output?.isShown = false
            overview = nil
        case .sessions where overview == nil && !input.timelines.isEmpty:
            output?.isShown = false
            openOverview(input)
        case .output: toggleOutput()
        case .ask where overview == nil: openPrompt()
        case .command where overview == nil: openCommand(input)
        default:
            // What is for lanes does nothing to them unseen.
            guard output?.isShown != true else { return [] }
            if handleOverview(command, input) {
                return []
            }
            guard let index = sessionIndex(input.timelines) else { return [] }
            return handle(command, input, input.timelines[index])
        }
        return []
    }

    /// The keys of the view that is shown.
    var currentKeys: KeyMap {
        if overview != nil { return sessionKeys }
        return switch view {
        case .lanes: keys
        case .statistics: statisticsKeys
        case .transcript: transcriptKeys
        }
    }

    mutating func handle(_ command: Command, _ input: Input, _ timeline: Timeline) -> [Effect] {
        meet(timeline)
        meetGaps(timeline, input)
        let t = instant(timeline, input)
        if view == .transcript, handleTranscript(command, timeline, t, input) {
            return []
        }
        if view == .statistics, handleStatistics(command, timeline, t) {
            return []
        }
        switch command {
        case .up: move(-1, timeline, t)
        case .down: move(1, timeline, t)
        case .halfPageUp: move(-max(1, laneRows / 2), timeline, t)
        case .halfPageDown: move(max(1, laneRows / 2), timeline, t)
        case .top: select(row: 0, 1, timeline, t)
        case .bottom: select(row: Int.max, -1, timeline, t)
        case .previousTurn: moveTurn(-1, timeline, t)
        case .nextTurn: moveTurn(1, timeline, t)
        case .previousSession: moveSession(-1, input)
        case .nextSession: moveSession(1, input)
        case .open: open(timeline, t)
        case .close: close()
        case .nextPage: turnPage(1)
        case .previousPage: turnPage(-1)
        case .pageDown, .pageUp: break
        case .detailDown: scrollDetail(by: max(1, detailRows - 1))
        case .detailUp: scrollDetail(by: -max(1, detailRows - 1))
        case .search: openSearch()
        case .filter: openFilter()
        case .nextMatch: moveMatch(1, timeline, t)
        case .previousMatch: moveMatch(-1, timeline, t)
        case .sort: sort()
        case .reverse: reverse()
        case .fold: fold(timeline, t)
        case .foldAll: foldAll(timeline, t)
        case .nextError: moveError(nextError(timeline, t), timeline, input)
        case .previousError: moveError(previousError(timeline, t), timeline, input)
        case .zoomIn: rescale(by: 0.5, around: t)
        case .zoomOut: rescale(by: 2, around: t)
        case .panLeft: zoom = .window(start: Instant.held(axis.start - axis.span / 4), span: axis.span)
        case .panRight: zoom = .window(start: Instant.held(axis.start + axis.span / 4), span: axis.span)
        case .fit: zoom = .fit
        case .follow: follow(timeline, input)
        case .pause: pause(t, timeline, input)
        case .back5: seek(t - 5_000_000, timeline, input)
        case .forward5: seek(t + 5_000_000, timeline, input)
        case .backTenth: seek(t - length(timeline, input) / 10, timeline, input)
        case .forwardTenth: seek(t + length(timeline, input) / 10, timeline, input)
        case .tenth0, .tenth1, .tenth2, .tenth3, .tenth4, .tenth5, .tenth6, .tenth7, .tenth8, .tenth9:
            seek(timeline.extent.lowerBound + length(timeline, input) / 10 * Int64(command.tenth), timeline, input)
        case .previousEvent: step(to: timeline.change(before: t), orSay: "nothing happened before this", timeline, input)
        case .nextEvent: step(to: timeline.change(after: t), orSay: "nothing happened after this", timeline, input)
        case .previousMarker: step(to: marker(-1, from: t, timeline, input), orSay: "no marker before this", timeline, input)
        case .nextMarker: step(to: marker(1, from: t, timeline, input), orSay: "no marker after this", timeline, input)
        case .slower: playhead.change(speed: -1, from: t, clock: input.clock)
        case .faster: playhead.change(speed: 1, from: t, clock: input.clock)
        case .normalSpeed: playhead.change(speed: 0, from: t, clock: input.clock)
        case .mark: openMarker(timeline, t, input)
        case .skipIdle: toggleIdle(t, timeline, input)
        case .loop: toggleLoop(t, input)
        case .captions: toggleCaptions(timeline, input)
        case .cancelCall, .cancelTurn, .approve, .approveTool, .deny, .retry: return control(command, timeline, t)
        case .copyText, .copyJSON: return copy(command, timeline, t, input)
        case .quit, .theme, .mouse, .keys, .lanes, .statistics, .sessions, .transcript, .output, .ask, .again, .command: break
        }
        return []
    }

    // MARK: Lanes

    private mutating func move(_ step: Int, _ timeline: Timeline, _ t: Int64) {
        if usesPlacement {
            let seen = visible.compactMap(\.lane)
            guard !seen.isEmpty else { return }
            let current = selection.flatMap { seen.firstIndex(of: $0) }
            selection = seen[max(0, min(seen.count - 1, current.map { $0 + step } ?? (step > 0 ? 0 : seen.count - 1)))]
            detail?.scroll = 0
            return
        }
        let rows = rowList(timeline, t)
        let current = selection.flatMap { rows.index(of: $0) }
        select(row: current.map { $0 + step } ?? (step > 0 ? top : top + min(laneRows, rows.count) - 1), step > 0 ? 1 : -1, timeline, t)
    }

    /// Selects the lane in a row, or the next one in a direction where the row is a heading, or else in the other.
    private mutating func select(row: Int, _ direction: Int, _ timeline: Timeline, _ t: Int64) {
        let rows = rowList(timeline, t)
        usesPlacement = false
        let wanted = max(0, min(rows.count - 1, row))
        // Above the first lane stands the heading of its turn: there the way leads back.
        for step in [direction, -direction] {
            var row = wanted
            while row >= 0, row < rows.count {
                if let lane = rows.rows(from: row, limit: 1).first?.lane {
                    selection = lane
                    detail?.scroll = 0
                    return
                }
                row += step
            }
        }
    }

    private mutating func moveTurn(_ step: Int, _ timeline: Timeline, _ t: Int64) {
        let rows = rowList(timeline, t)
        let turns = rows.turns
        guard !turns.isEmpty else {
            notice =
                arrangement.isFlat
                ? "lanes stand by " + CleanText(arrangement.order.words) + ", not by turn" + remedy(.sort, "goes on") : nil
            return
        }
        let row = selection.flatMap { rows.index(of: $0) } ?? rows.count - 1
        let current = rows.turn(ofRow: row).flatMap { turns.firstIndex(of: $0) } ?? turns.count - 1
        let wanted = turns[max(0, min(turns.count - 1, current + step))]
        if let first = rows.firstRow(ofTurn: wanted) {
            top = first
            select(row: first, 1, timeline, t)
        }
    }

    /// The error behind the one that is selected, or behind the playhead; after the last one, and with the playhead at now, the first one.
    private func nextError(_ timeline: Timeline, _ t: Int64) -> (lane: Int, t: Int64)? {
        if let lane = selectedError(timeline, t) {
            return timeline.error(after: timeline.lane(lane).ended, lane: lane) ?? timeline.error(after: .min)
        }
        return (playhead.isFollowing ? nil : timeline.error(after: t)) ?? timeline.error(after: .min)
    }

    private func previousError(_ timeline: Timeline, _ t: Int64) -> (lane: Int, t: Int64)? {
        if let lane = selectedError(timeline, t) {
            return timeline.error(before: timeline.lane(lane).ended, lane: lane) ?? timeline.error(before: timeline.last)
        }
        return timeline.error(before: t) ?? timeline.error(before: timeline.last)
    }

    /// The selected lane, where it has ended in an error by now.
    private func selectedError(_ timeline: Timeline, _ t: Int64) -> Int? {
        guard let selection, timeline.laneRange.contains(selection) else { return nil }
        let lane = timeline.lane(selection)
        return lane.hasEnded && lane.ended <= t && (lane.outcome == .failed || lane.outcome == .timeout) ? selection : nil
    }

    private mutating func moveError(_ error: (lane: Int, t: Int64)?, _ timeline: Timeline, _ input: Input) {
        guard let error else {
            notice = "no call has failed"
            return
        }
        if isReplay || !playhead.isFollowing {
            playhead.hold(at: error.t)
        }
        selection = error.lane
        usesPlacement = false
        unfold(around: error.lane, timeline, error.t)
        if !arrangement.passes(error.lane, timeline, error.t) {
            arrangement.use(nil)
            notice = "the filter had left that call out, and is gone"
        }
    }

    private mutating func open(_ timeline: Timeline, _ t: Int64) {
        if selection == nil {
            move(1, timeline, t)
        }
        if detail == nil, selection != nil {
            detail = Detail()
        }
    }

    /// What is opened over the lanes; Esc closes the latest first.
    enum Layer: Sendable {
        case search, detail
    }

    private func isOpen(_ layer: Layer) -> Bool {
        switch layer {
        case .search: search != nil
        case .detail: detail != nil
        }
    }

    /// Takes note of what a key opened, and of what it closed.
    private mutating func meetLayers() {
        let known = layers.filter(isOpen)
        layers = known + [.search, .detail].filter { isOpen($0) && !known.contains($0) }
    }

    /// Closes what was opened last; then lets go of the selection, and of what is shown in part.
    private mutating func close() {
        if detail == nil, let approval {
            dismissedApproval = approval.lane
            self.approval = nil
        } else if let layer = layers.last {
            switch layer {
            case .search: search = nil
            case .detail: detail = nil
            }
        } else if selection != nil {
            selection = nil
        } else if arrangement.filter != nil {
            arrangement.use(nil)
        } else {
            zoom = .fit
        }
    }

    private mutating func turnPage(_ step: Int) {
        guard detail != nil || approval != nil, let current = shownDetail?.detail.page ?? detailCache.page else { return }
        let pages = Page.allCases
        let index = pages.firstIndex(of: current) ?? 0
        show(Detail(page: pages[(index + step + pages.count) % pages.count]))
    }

    mutating func scrollDetail(by lines: Int) {
        guard var shown = shownDetail?.detail else { return }
        shown.scroll = max(0, min(detailLines - detailRows, shown.scroll + lines))
        show(shown)
    }

    // MARK: Time

    private mutating func rescale(by factor: Double, around t: Int64) {
        let span = max(Int64(axis.columns), min(1 << 50, Int64(Double(axis.span) * factor)))
        let anchor = max(axis.start, min(axis.end, t))
        let share = Double(anchor - axis.start) / Double(max(1, axis.span))
        zoom = .window(start: anchor - Int64(Double(span) * share), span: span)
    }

    private func length(_ timeline: Timeline, _ input: Input) -> Int64 {
        let reach = reach(timeline, input)
        return reach.upperBound - reach.lowerBound
    }

    private mutating func follow(_ timeline: Timeline, _ input: Input) {
        selection = nil
        zoom = .fit
        if isReplay {
            playhead.hold(at: timeline.last)
        } else {
            playhead.follow()
        }
    }

    private mutating func pause(_ t: Int64, _ timeline: Timeline, _ input: Input) {
        guard playhead.isStill || isReplay && t >= timeline.last else {
            return playhead.hold(at: t)
        }
        // At its end a recording begins again.
        playhead.play(from: isReplay && t >= timeline.last ? timeline.extent.lowerBound : t, clock: input.clock)
    }

    mutating func seek(_ t: Int64, _ timeline: Timeline, _ input: Input) {
        let reach = reach(timeline, input)
        playhead.seek(to: max(reach.lowerBound, min(reach.upperBound, t)), clock: input.clock)
    }

    private mutating func step(to t: Int64?, orSay nothing: CleanText, _ timeline: Timeline, _ input: Input) {
        guard let t else {
            notice = nothing
            return
        }
        playhead.hold(at: t)
    }
}

extension Command {
    /// The tenth of a session that a digit names.
    fileprivate var tenth: Int {
        switch self {
        case .tenth1: 1
        case .tenth2: 2
        case .tenth3: 3
        case .tenth4: 4
        case .tenth5: 5
        case .tenth6: 6
        case .tenth7: 7
        case .tenth8: 8
        case .tenth9: 9
        default: 0
        }
    }
}
