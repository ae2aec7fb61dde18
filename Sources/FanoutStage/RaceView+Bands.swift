internal import FanoutEvents
internal import FanoutTimeline
internal import FanoutView

extension RaceView {
    /// How the calls of a contestant are drawn.
    enum Form: Hashable {
        /// A row for each call.
        case calls
        /// Several calls to a row, one after the other.
        case packed
        /// How many run at once, as a chart.
        case chart
    }

    func drawBands(
        _ race: Race, _ standings: [Race.Standing], _ t: Int64, _ axis: Axis, _ layout: RaceLayout, into frame: inout Frame
    ) {
        guard let height = layout.bands.first?.count else { return }
        // By all that is known, and not by what is seen so far, so that the form stays while it is played.
        let peaks = race.standings(at: race.last).map(\.peak)
        let rows = height - 1
        for (place, band) in layout.bands.enumerated() {
            let standing = standings[place]
            let timeline = race.contestants[place].timeline
            drawHeading(race, place, standing, band.lowerBound, axis, layout, hasTrack: rows > 0, into: &frame)
            for y in band {
                drawEdges(y, layout, into: &frame)
            }
            guard let start = standing.start else { continue }
            let own = Axis(start: start, span: axis.span, columns: axis.columns)
            // Calls that have hardly a column each cannot be told apart in a row.
            let canPack = rows > 1 && rows >= peaks[place] && race.calls * 3 <= rows * layout.barWidth
            let form: Form = rows >= race.calls ? .calls : canPack ? .packed : .chart
            switch form {
            case .calls: drawCalls(timeline, t, own, band.dropFirst(), layout, into: &frame)
            case .packed: drawPacked(timeline, t, own, band.dropFirst(), layout, into: &frame)
            case .chart:
                let rows = rows > 0 ? band.dropFirst() : band
                drawChart(timeline, t, own, rows, peak: peaks.max() ?? 0, layout, into: &frame)
                if rows.count > 1 {
                    drawConcurrency(standing, rows, layout, into: &frame)
                }
            }
        }
    }

    /// A contestant's name, clock and count, and how far it has come.
    private func drawHeading(
        _ race: Race, _ place: Int, _ standing: Race.Standing, _ y: Int, _ axis: Axis, _ layout: RaceLayout, hasTrack: Bool,
        into frame: inout Frame
    ) {
        drawName(race, place, standing, y, layout, into: &frame)
        let count = CleanText(standing.done) + "/" + CleanText(race.calls)
        if layout.right > 0 {
            frame.put(count, x: layout.bar + layout.barWidth + 1 + max(0, layout.right - 1 - count.columns), y: y, role: .muted)
        } else {
            var line = Line(x: layout.count.lowerBound, y: y, limit: layout.count.upperBound)
            line.add(count, .muted, into: &frame)
            if standing.errors > 0, line.x + 3 <= line.limit {
                line.add(glyph: glyphs.failed, .failed, gap: 1, into: &frame)
                line.add(CleanText(standing.errors), .failed, into: &frame)
            }
        }
        guard hasTrack else { return }
        let (glyph, role) = look(standing)
        let word: CleanText =
            switch standing.state {
            case .waiting: race.basis == .measured(atOnce: false) ? "waits its turn" : "ready"
            case .running: "running"
            case .done: "done"
            }
        var line = Line(x: layout.bar, y: y, limit: layout.bar + layout.barWidth)
        if standing.state != .waiting {
            let columns = min(layout.barWidth - 1, axis.eighths(standing.clock) / 8)
            frame.fill(layout.bar..<layout.bar + columns, y: y, with: glyphs.trackDone, role: role)
            line = Line(x: layout.bar + columns, y: y, limit: line.limit)
        }
        line.add(glyph: glyph, role, into: &frame)
        line.add(word, standing.state == .waiting ? .muted : role, gap: 1, into: &frame)
    }

    // MARK: A row for each call

    private func drawCalls(
        _ timeline: Timeline, _ t: Int64, _ axis: Axis, _ rows: Range<Int>, _ layout: RaceLayout, into frame: inout Frame
    ) {
        for (lane, y) in zip(calls(of: timeline), rows) {
            let words = LaneWords(timeline, lane: lane, at: t, glyphs: glyphs)
            drawCallName(timeline, lane, words, t, y, layout, into: &frame)
            drawSegments(timeline, lane, words, t, y, axis, layout, withWaiting: true, into: &frame)
            if timeline.lane(lane).attempts == 0, timeline.lane(lane).ended <= t {
                TimingBar(axis: axis, glyphs: glyphs, x: layout.bar, y: y).drawEnd(
                    timeline.lane(lane).ended, words.glyph, words.role, isMeasured: true, into: &frame)
            }
        }
    }

    private func drawCallName(
        _ timeline: Timeline, _ lane: Int, _ words: LaneWords, _ t: Int64, _ y: Int, _ layout: RaceLayout, into frame: inout Frame
    ) {
        frame.put(words.glyph, x: layout.left + 2, y: y, role: words.role)
        let start = layout.left + 4
        let time = DurationText.length(timeline.runTime(of: lane, at: t), timeline.precision(ofRun: lane, at: t), glyphs)
        guard layout.right == 0 else {
            frame.put(CleanText(timeline.title(of: lane)), x: start, y: y, width: layout.bar - 1 - start, role: .muted)
            return
        }
        frame.put(CleanText(timeline.title(of: lane)), x: start, y: y, width: layout.clockEnd - 7 - start, role: .muted)
        if timeline.lane(lane).attempts > 0, words.role != .queued {
            frame.put(time, x: layout.clockEnd - time.columns, y: y, role: .muted)
        }
        frame.put(words.words, x: layout.count.lowerBound, y: y, width: layout.count.count, role: words.role)
    }

    private func drawSegments(
        _ timeline: Timeline, _ lane: Int, _ words: LaneWords, _ t: Int64, _ y: Int, _ axis: Axis, _ layout: RaceLayout, withWaiting: Bool,
        into frame: inout Frame
    ) {
        let bar = TimingBar(axis: axis, glyphs: glyphs, x: layout.bar, y: y)
        let role: Role = words.role == .retrying ? .running : words.role
        var segments: [Segment] = []
        timeline.forEachSegment(of: lane, at: t) { segments.append($0) }
        let settling = segments.lastIndex { $0.kind != .held }
        for (place, segment) in segments.enumerated() {
            var isSettling = true
            switch segment.kind {
            case .announced, .waiting:
                guard withWaiting else { continue }
            case .backoff, .held: break
            case .attempt(_, let isFailed): isSettling = !isFailed || place == settling
            }
            bar.draw(segment, role, isSettling: isSettling, into: &frame)
        }
    }

    // MARK: Several calls to a row

    private func drawPacked(
        _ timeline: Timeline, _ t: Int64, _ axis: Axis, _ rows: Range<Int>, _ layout: RaceLayout, into frame: inout Frame
    ) {
        let places = RaceRows.places(timeline, calls(of: timeline), rows: rows.count, at: t)
        for (lane, row) in places {
            let y = rows.lowerBound + row
            let words = LaneWords(timeline, lane: lane, at: t, glyphs: glyphs)
            drawSegments(timeline, lane, words, t, y, axis, layout, withWaiting: false, into: &frame)
            // The newest of a row, which comes last, is the one that is named.
            frame.blank(x: layout.left + 2..<layout.bar - 1, y: y..<y + 1)
            drawCallName(timeline, lane, words, t, y, layout, into: &frame)
        }
    }

    // MARK: How many at once

    private func drawChart(
        _ timeline: Timeline, _ t: Int64, _ axis: Axis, _ rows: Range<Int>, peak: Int, _ layout: RaceLayout, into frame: inout Frame
    ) {
        let levels = timeline.concurrency(from: axis.start, to: axis.end, count: axis.columns)
        let last = axis.eighths(t) / 8
        let steps = glyphs.heights.count
        for (column, level) in levels.enumerated() where level > 0 && column <= last {
            let height = max(1, (level * rows.count * steps + peak / 2) / max(1, peak))
            for (row, y) in rows.reversed().enumerated() where height > row * steps {
                frame.put(glyphs.heights[min(steps, height - row * steps) - 1], x: layout.bar + column, y: y, role: .concurrency)
            }
        }
    }

    /// What the chart shows, as numbers.
    private func drawConcurrency(_ standing: Race.Standing, _ rows: Range<Int>, _ layout: RaceLayout, into frame: inout Frame) {
        guard layout.right == 0 else { return }
        let lines: [(CleanText, Int)] = [("in flight", standing.running), ("peak", standing.peak)]
        for ((word, value), y) in zip(standing.state == .done ? Array(lines.suffix(1)) : lines, rows) {
            let value = CleanText(value)
            frame.put(word, x: layout.left + 2, y: y, role: .muted)
            frame.put(value, x: layout.clockEnd - value.columns, y: y, role: .muted)
        }
    }

    private func calls(of timeline: Timeline) -> [Int] {
        timeline.turns.first.map { $0.lanes.map { Int($0) } } ?? []
    }
}

/// Where calls go that share rows.
enum RaceRows {
    /// The row of each call that has started by an instant, in the order of their starts.
    ///
    /// Each takes the free row that was used least lately, so that one after the other they go down like stairs; a call that has started keeps
    /// its row whatever comes.
    static func places(_ timeline: Timeline, _ calls: [Int], rows: Int, at t: Int64) -> [(lane: Int, row: Int)] {
        var spans: [(lane: Int, start: Int64, end: Int64)] = []
        for lane in calls {
            if let first = timeline.firstStart(of: lane, at: t) {
                spans.append((lane, first, timeline.lane(lane).ended))
            }
        }
        spans.sort { ($0.start, $0.lane) < ($1.start, $1.lane) }
        var taken = Array(repeating: (until: Int64.min, used: -1), count: max(1, rows))
        return spans.enumerated().map { number, span in
            let free = taken.indices.filter { taken[$0].until <= span.start }
            let row = (free.isEmpty ? Array(taken.indices) : free).min { (taken[$0].used, $0) < (taken[$1].used, $1) } ?? 0
            taken[row] = (span.end, number)
            return (span.lane, row)
        }
    }
}
