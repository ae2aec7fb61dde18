internal import FanoutEvents
internal import FanoutTimeline

// Several sessions on one screen: which is shown, and what each was left at.
extension Dashboard {
    /// How somebody looks at one session: kept while another is shown.
    struct Sight: Sendable {
        var playhead: Playhead
        /// Where it stood when it was left while it played: a recording waits for whoever looks away.
        var left: Int64
        var selection: Int?
        var top: Int
        var zoom: Zoom
        var detail: Detail?
        var transcript: Transcript
        var placement: Placement
        var usesPlacement: Bool
        var folds: Folds
        var longestName: Int
        var generation: Int
    }

    /// Takes note of what sessions there are, and of the order in which they stand.
    mutating func meetSessions(_ input: Input) {
        guard input.timelines.all.count > 1 || session == nil else { return }
        let activity = input.timelines.all.map { SessionDigest.activity(of: $0) }
        order.update(activity: activity)
        overview?.meet(count: activity.count)
        if session == nil {
            // A recording begins with what it begins with; of what goes on, the newest is what somebody came to see.
            session = isReplay ? 0 : order.places.first
        }
    }

    /// Shows another session as it was left.
    mutating func show(_ wanted: Int, _ input: Input) {
        guard let current = sessionIndex(input.timelines), wanted != current, input.timelines.all.indices.contains(wanted) else { return }
        sights[current] = Sight(
            playhead: playhead, left: instant(input.timelines[current], input), selection: selection, top: top, zoom: zoom, detail: detail,
            transcript: transcript, placement: placement, usesPlacement: usesPlacement, folds: arrangement.folds,
            longestName: longestName, generation: generation)
        forgetLanes()
        detail = nil
        session = wanted
        guard let sight = sights.removeValue(forKey: wanted) else {
            generation = input.timelines[wanted].generation
            playhead =
                isReplay
                ? .replay(
                    from: input.timelines[wanted].extent.lowerBound, at: input.clock, speed: playhead.speed, isPaused: playhead.isStill)
                : .live()
            return
        }
        playhead = sight.playhead
        if case .playing = playhead.motion {
            playhead.play(from: sight.left, clock: input.clock)
        }
        (selection, top, zoom, detail) = (sight.selection, sight.top, sight.zoom, sight.detail)
        (transcript, placement, usesPlacement) = (sight.transcript, sight.placement, sight.usesPlacement)
        (longestName, generation) = (sight.longestName, sight.generation)
        arrangement.folds = sight.folds
    }

    /// Goes to the session beside the one that is shown, in the order of the tabs.
    mutating func moveSession(_ step: Int, _ input: Input) {
        guard let index = sessionIndex(input.timelines) else { return }
        guard input.timelines.all.count > 1, let place = order.places.firstIndex(of: index) else {
            notice = "there is one session"
            return
        }
        guard order.places.indices.contains(place + step) else {
            notice = step > 0 ? "this is the last session" : "this is the first session"
            return
        }
        show(order.places[place + step], input)
    }

    // MARK: Tabs

    /// Columns of a title in a tab, at the least and at the most.
    private static func tabTitle(_ width: Int) -> ClosedRange<Int> { (width >= 80 ? 12 : 8)...24 }

    /// Columns of a state's word at the least: most states change without moving the tabs behind.
    private static let tabWord = 9

    /// What sessions do or came to: of the recording that is played, by where its playhead is.
    func digests(of places: [Int], _ input: Input) -> [SessionDigest] {
        let shown = isReplay ? sessionIndex(input.timelines) : nil
        return places.map { place in
            let timeline = input.timelines[place]
            return SessionDigest(timeline, now: input.now, at: place == shown ? instant(timeline, input) : nil)
        }
    }

    /// One row with a tab for each session, the newest activity first; as many as there is room for, and the number of the others.
    mutating func drawTabs(_ y: Int, _ shown: Int, _ input: Input, into frame: inout Frame) {
        let digests = digests(of: order.places, input)
        let place = order.places.firstIndex(of: shown) ?? 0
        let room = frame.width - 2 - (digests.count > 9 ? 5 : 4)
        func widths(_ most: Int) -> [Int] {
            digests.map { 1 + 2 + min(most, $0.title.columns) + 1 + max(Self.tabWord, $0.word.columns) + 1 }
        }
        // As many tabs as short titles leave room for, and then titles as long as that leaves room for.
        let lengths = Self.tabTitle(frame.width)
        let count = Self.tabs(widths(lengths.lowerBound), around: place, room: room).count
        let most = lengths.last { Self.tabs(widths($0), around: place, room: room).count >= count } ?? lengths.lowerBound
        let widths = widths(most)
        let range = Self.tabs(widths, around: place, room: room)
        let (first, last) = (range.lowerBound, range.upperBound)
        var x = 1
        for index in first..<last {
            if index > first {
                frame.put(glyphs.divider, x: x, y: y, role: .border)
                x += 1
            }
            let isShown = index == place
            var line = Line(x: x, y: y, limit: min(frame.width - 1, x + widths[index]))
            line.add(glyph: isShown ? glyphs.selected : " ", .accent, into: &frame)
            line.add(glyph: digests[index].glyph(glyphs), digests[index].role, into: &frame)
            line.addCut(digests[index].title, isShown ? .title : .muted, gap: 1, most: most, into: &frame)
            line.addCut(digests[index].word, digests[index].role, gap: 1, into: &frame)
            if isShown {
                frame.select(row: y, x: x..<line.limit)
            }
            mark(.tab(order.places[index]), columns: x..<line.limit, rows: y..<y + 1)
            x = line.limit
        }
        let hidden = digests.count - (last - first)
        if hidden > 0 {
            let text = "+" + CleanText(hidden)
            frame.put(text, x: frame.width - 1 - text.columns, y: y, role: .accent)
        }
    }

    /// The tabs that there is room for: from the first one on, if the shown one is among them, and else those that end with it.
    private static func tabs(_ widths: [Int], around shown: Int, room: Int) -> Range<Int> {
        func total(_ range: Range<Int>) -> Int { widths[range].reduce(0, +) + range.count - 1 }
        var first = 0
        while first < shown, total(first..<shown + 1) > room {
            first += 1
        }
        var last = shown + 1
        while last < widths.count, total(first..<last + 1) <= room {
            last += 1
        }
        return first..<last
    }
}
