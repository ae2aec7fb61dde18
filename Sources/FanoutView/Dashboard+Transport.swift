package import FanoutEvents
internal import FanoutTimeline

// The bar at the bottom: the whole session on one axis, and where the playhead stands in it.
extension Dashboard {
    /// What stands below whatever is shown of a session.
    mutating func drawBottom(
        _ bottom: Areas.Bottom, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame
    ) {
        drawCaption(bottom.caption, timeline, t, input, into: &frame)
        drawTransport(bottom.transport, timeline, t, input, into: &frame)
        drawRule(bottom.rule, into: &frame)
        drawFooter(bottom.footer, timeline, t, into: &frame)
    }

    /// Draws the bar into four rows or into one.
    ///
    /// Its axis is the real time, also where idle time is skipped.
    mutating func drawTransport(_ rows: Range<Int>, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame) {
        guard let first = rows.first else { return }
        let marks = transport.marks(timeline, session: sessionIndex(input.timelines) ?? 0)
        let last = max(t, reach(timeline, input).upperBound)
        guard rows.count >= 4 else {
            let line = drawPosition(first, timeline, t, last: last, into: &frame)
            let scale = TransportScale(timeline, last, columns: line + 3..<max(line + 3, frame.width - 1))
            if scale.columns.count >= 8 {
                markTrack(scale, first..<first + 1)
                drawTrack(first, scale, timeline, t, into: &frame)
                for mark in marks.prefix(1000) where scale.column(mark.t) != scale.column(t) {
                    frame.put(glyphs.critical, x: scale.column(mark.t), y: first, role: .critical)
                }
            }
            return
        }
        let scale = TransportScale(timeline, last, columns: 2..<frame.width - 2)
        let overview = transport.overview(timeline, from: scale.start, to: scale.end, columns: scale.columns.count)
        markTrack(scale, first..<first + 3)
        drawSigns(first, scale, marks, overview, into: &frame)
        drawHeights(first + 1, scale, overview, t, into: &frame)
        drawTrack(first + 2, scale, timeline, t, into: &frame)
        drawState(first + 3, timeline, t, last: last, marks, into: &frame)
    }

    /// Has the mouse seek here.
    private mutating func markTrack(_ scale: TransportScale, _ rows: Range<Int>) {
        mark(.time(start: scale.start, span: scale.end - scale.start, isAxis: false), columns: scale.columns, rows: rows)
    }

    // MARK: The session as a picture

    /// Errors where they are, and the numbers of markers as near to theirs as errors leave room.
    private func drawSigns(
        _ y: Int, _ scale: TransportScale, _ marks: [SessionMark], _ overview: [OverviewColumn], into frame: inout Frame
    ) {
        var taken: Set<Int> = []
        for (offset, column) in overview.enumerated() where column.hasError {
            frame.put(glyphs.failed, x: scale.columns.lowerBound + offset, y: y, role: .failed)
            taken.insert(scale.columns.lowerBound + offset)
        }
        for (number, mark) in marks.prefix(1000).enumerated() {
            let column = scale.column(mark.t)
            guard let x = [column, column + 1, column - 1].first(where: { scale.columns.contains($0) && !taken.contains($0) }) else {
                continue
            }
            taken.insert(x)
            let glyph = number < glyphs.numbers.count ? glyphs.numbers[number] : glyphs.critical
            frame.put(glyph, x: x, y: y, role: mark.kind == .caption ? .caption : mark.isOwn ? .accent : .title)
        }
    }

    /// How much ran at once, in heights; what is still to come is faint.
    private func drawHeights(_ y: Int, _ scale: TransportScale, _ overview: [OverviewColumn], _ t: Int64, into frame: inout Frame) {
        let peak = overview.map(\.running).max() ?? 0
        let head = scale.column(t)
        for (offset, column) in overview.enumerated() where column.running > 0 {
            let x = scale.columns.lowerBound + offset
            frame.put(
                glyphs.heights[Self.height(column.running, of: peak)], x: x, y: y, role: x <= head ? .concurrency : .border)
        }
    }

    /// One stands lowest and the peak highest, whatever lies between them.
    static func height(_ level: Int, of peak: Int) -> Int {
        level <= 1 ? 0 : level >= peak ? 7 : 1 + (level - 1) * 6 / (peak - 1)
    }

    /// A line that is filled up to the playhead, with holes where time is skipped.
    private func drawTrack(_ y: Int, _ scale: TransportScale, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let head = scale.column(t)
        frame.fill(scale.columns.lowerBound..<head, y: y, with: glyphs.trackDone, role: .accent)
        frame.fill(head..<scale.columns.upperBound, y: y, with: glyphs.trackToCome, role: .border)
        if transport.skipsIdle {
            // A search for each column, for a session of days has more gaps than any screen has columns.
            let gaps = transport.idleGaps(timeline)
            for x in scale.columns {
                let start = scale.instant(atColumn: x)
                if let gap = gaps.gap(at: start), gap.skippedFrom <= start, scale.instant(atColumn: x + 1) <= gap.end {
                    frame.put(glyphs.trackSkipped, x: x, y: y, role: .border)
                }
            }
        }
        frame.put(glyphs.trackHead, x: head, y: y, role: .accent)
    }

    // MARK: In words

    /// A few words that are shown together or not at all.
    private typealias Piece = [(text: CleanText, role: Role)]

    /// Whether it moves, where it stands, and how fast; returns the column behind that.
    @discardableResult
    private func drawPosition(_ y: Int, _ timeline: Timeline, _ t: Int64, last: Int64, into frame: inout Frame) -> Int {
        let start = timeline.extent.lowerBound
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(glyph: playhead.isStill ? glyphs.paused : glyphs.playing, .accent, into: &frame)
        line.add(DurationText.position(t - start), .text, gap: 1, into: &frame)
        line.add("/ " + DurationText.position(TransportScale(timeline, last, columns: 0..<1).end - start), .muted, gap: 1, into: &frame)
        line.add("speed " + Self.speed(playhead.speed), .muted, gap: 3, into: &frame)
        if frame.width >= 60, let skipping = skipping(timeline, t) {
            line.add(skipping, .estimate, gap: 3, into: &frame)
        }
        return line.x
    }

    /// The line under the track: as much as there is room for, what matters least left out first.
    private func drawState(_ y: Int, _ timeline: Timeline, _ t: Int64, last: Int64, _ marks: [SessionMark], into frame: inout Frame) {
        let start = drawPosition(y, timeline, t, last: last, into: &frame)
        let isSkipping = skipping(timeline, t) != nil
        let loop: Piece = [("loop ", .muted), (transport.isLoop ? "on" : "off", transport.isLoop ? .accent : .muted)]
        let loopIfOn = transport.isLoop ? loop : []
        let idle = isSkipping ? [] : idlePiece(timeline, isShort: false)
        let shortIdle = isSkipping ? [] : idlePiece(timeline, isShort: true)
        let chapter = Self.chapter(marks, t)
        let marker = marker(marks, t)
        let variants: [[Piece]] = [
            [idle, loop, chapter, marker], [idle, loopIfOn, chapter, marker], [shortIdle, loopIfOn, chapter, marker],
            [shortIdle, loopIfOn, marker.isEmpty ? chapter : marker], [shortIdle, marker.isEmpty ? chapter : marker],
        ]
        let limit = frame.width - 2
        let fitting = variants.first { pieces in
            start + pieces.joined().reduce(0) { $0 + $1.text.columns } + pieces.filter { !$0.isEmpty }.count * 3 <= limit
        }
        var line = Line(x: start, y: y, limit: limit)
        for piece in fitting ?? variants[variants.count - 1] {
            for (place, part) in piece.enumerated() {
                line.addCut(part.text, part.role, gap: place == 0 ? 3 : 0, into: &frame)
            }
        }
    }

    /// What is skipped next, while the playhead is in an idle stretch.
    private func skipping(_ timeline: Timeline, _ t: Int64) -> CleanText? {
        guard transport.skipsIdle, playhead.isPlaying, let gap = transport.idleGaps(timeline).gap(at: t) else { return nil }
        return "skips " + DurationText.length(gap.end - max(t, gap.skippedFrom))
    }

    private func idlePiece(_ timeline: Timeline, isShort: Bool) -> Piece {
        let gaps = transport.idleGaps(timeline)
        let skipped = DurationText.length(gaps.skipped)
        guard !gaps.gaps.isEmpty || transport.skipsIdle else { return [] }
        let count: CleanText = gaps.gaps.isEmpty ? "no gaps" : CleanText(gaps.gaps.count) + (gaps.gaps.count == 1 ? " gap" : " gaps")
        let sum: CleanText = gaps.gaps.isEmpty ? "" : ", " + skipped
        guard transport.skipsIdle else {
            return isShort ? [] : [("idle > " + Self.seconds(gaps.limit) + ": " + count + sum, .muted)]
        }
        return isShort
            ? [("skipped: ", .muted), (gaps.gaps.isEmpty ? count : skipped, .text)]
            : [("idle > " + Self.seconds(gaps.limit) + " skipped: ", .muted), (count + sum, .text)]
    }

    /// The chapter that the playhead is in.
    private static func chapter(_ marks: [SessionMark], _ t: Int64) -> Piece {
        let chapters = marks.filter { $0.kind == .chapter }
        guard let place = chapters.lastIndex(where: { $0.t <= t }) else { return [] }
        return numbered("chapter", place, of: chapters)
    }

    /// The marker that was passed last, unless that is the chapter's own; how many there are before the first one. Captions speak for
    /// themselves where they are shown.
    private func marker(_ marks: [SessionMark], _ t: Int64) -> Piece {
        let named = marks.indices.filter { marks[$0].kind != .caption || !showsCaptions }
        guard let place = named.last(where: { marks[$0].t <= t }) else {
            return named.isEmpty ? [] : [(CleanText(marks.count) + (marks.count == 1 ? " marker" : " markers"), .muted)]
        }
        return marks[place].kind == .chapter ? [] : Self.numbered("marker", place, of: marks)
    }

    private static func numbered(_ word: CleanText, _ place: Int, of marks: [SessionMark]) -> Piece {
        [
            (word + " " + CleanText(place + 1) + "/" + CleanText(marks.count) + " ", .muted),
            ("\"" + marks[place].label + "\"", .text),
        ]
    }

    /// A speed such as `0.25x`.
    package static func speed(_ factor: Double) -> CleanText {
        factor.isFinite ? decimals(factor) + "x" : "max"
    }

    private static func seconds(_ microseconds: Int64) -> CleanText { decimals(Double(microseconds) / 1_000_000) + "s" }

    /// A number with as many decimals as it has, two at the most.
    private static func decimals(_ number: Double) -> CleanText {
        let hundredths = Int64(number * 100 + 0.5)
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        let decimals = rest == 0 ? "" : rest % 10 == 0 ? ".\(rest / 10)" : rest < 10 ? ".0\(rest)" : ".\(rest)"
        return CleanText(String(whole) + decimals)
    }

    // MARK: Keys

    /// Skips what is idle, or shows it again; the playhead stays where it is.
    mutating func toggleIdle(_ t: Int64, _ timeline: Timeline, _ input: Input) {
        transport.skipsIdle.toggle()
        playhead.anchor(at: t, clock: input.clock)
        let limit = Self.seconds(transport.idleLimit)
        say(transport.skipsIdle ? "idle time is played for " + limit + " and skipped" : "idle time is played as it was", input)
    }

    /// Skips what is idle for longer than so many microseconds; the playhead stays where it is.
    mutating func skipIdle(longerThan limit: Int64, _ t: Int64, _ input: Input) {
        (transport.skipsIdle, transport.idleLimit) = (true, limit)
        playhead.anchor(at: t, clock: input.clock)
        say("idle time is played for " + Self.seconds(limit) + " and skipped", input)
    }

    mutating func toggleLoop(_ t: Int64, _ input: Input) {
        transport.isLoop.toggle()
        playhead.anchor(at: t, clock: input.clock)
        say(transport.isLoop ? "it begins again at the end" : "it stays at the end", input)
    }

    /// Says what the bar does not say.
    private mutating func say(_ words: CleanText, _ input: Input) {
        if playhead.isFollowing || input.height < Areas.Bottom.roomyHeight {
            notice = words
        }
    }
}

/// Where a session's instants stand in some columns of the screen.
struct TransportScale {
    /// The first and the last instant that it shows, at least a microsecond apart.
    let start, end: Int64
    let columns: Range<Int>

    /// - Parameter last: Of a run that goes on, now: nothing need have happened then.
    init(_ timeline: Timeline, _ last: Int64, columns: Range<Int>) {
        let extent = timeline.extent
        start = extent.lowerBound
        end = max(start + 1, max(extent.upperBound, last))
        self.columns = columns
    }

    /// The column of an instant; what lies outside stands at the edge.
    func column(_ t: Int64) -> Int {
        let share = Double(max(start, min(end, t)) - start) / Double(end - start)
        return columns.lowerBound + min(columns.count - 1, Int(share * Double(columns.count)))
    }

    /// The instant at which a column begins.
    func instant(atColumn column: Int) -> Int64 {
        start + Int64(Double(end - start) * Double(column - columns.lowerBound) / Double(columns.count))
    }
}
