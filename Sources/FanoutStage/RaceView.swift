package import FanoutEvents
internal import FanoutTimeline
package import FanoutView

/// Draws a race: its contestants on one axis of time, their walls below, and who won.
package struct RaceView: Sendable {
    package var glyphs: Glyphs
    /// The longest time that is known of beforehand, in microseconds: the axis is never shorter.
    package var foreseen: Int64

    package init(glyphs: Glyphs, foreseen: Int64 = 0) {
        self.glyphs = glyphs
        self.foreseen = foreseen
    }

    /// Columns and rows that a race takes at the least; in less nothing is drawn.
    package static func leastSize(of race: Race) -> (width: Int, height: Int) { (40, race.contestants.count + 2) }

    /// Draws it as it stood at an instant into a part of a frame.
    package func draw(_ race: Race, at t: Int64, in region: Region, into frame: inout Frame) {
        let least = Self.leastSize(of: race)
        guard region.width >= least.width, region.height >= least.height else { return }
        let layout = layout(of: race, in: region)
        let standings = race.standings(at: t)
        let axis = axis(race, standings, layout)
        drawAxis(axis, isBegun: foreseen > 0 || standings.contains { $0.start != nil }, layout, into: &frame)
        drawBands(race, standings, t, axis, layout, into: &frame)
        if let rule = layout.rule {
            frame.fill(region.x..<region.x + region.width, y: rule, with: glyphs.rule, role: .border)
        }
        drawWalls(race, standings, axis, layout, into: &frame)
        drawVerdict(race, standings, layout, region, into: &frame)
    }

    /// In how many microseconds a bar grows by an eighth of a column.
    func eighth(of race: Race, _ standings: [Race.Standing], in region: Region) -> Double {
        let axis = axis(race, standings, layout(of: race, in: region))
        return Double(axis.span) / Double(axis.columns * 8)
    }

    private func layout(of race: Race, in region: Region) -> RaceLayout {
        let calls = race.contestants.first.map { contestant in
            contestant.timeline.laneRange.map { CleanText(contestant.timeline.title(of: $0)).columns }
        }
        return RaceLayout(
            region, contestants: race.contestants.count, calls: race.calls, longestName: race.contestants.map(\.name.columns).max() ?? 0,
            longestCall: calls?.max() ?? 0)
    }

    /// The axis of every contestant's own time, which begins at 0. Behind the longest bar there is room for what is said of it.
    private func axis(_ race: Race, _ standings: [Race.Standing], _ layout: RaceLayout) -> Axis {
        let columns = layout.barWidth
        let longest = max(standings.map(\.clock).max() ?? 0, foreseen, race.foreseen(standings).compactMap(\.self).max() ?? 0)
        let needed = Double(longest) * Double(columns) / Double(max(1, columns - layout.headroom))
        switch race.basis {
        case .measured: return .fitting(0, Int64(needed), columns: columns)
        // All of it is known: the axis stands still.
        case .predicted: return Axis(start: 0, span: Int64(needed * 1.01), columns: columns)
        }
    }

    func drawEdges(_ y: Int, _ layout: RaceLayout, into frame: inout Frame) {
        frame.put(glyphs.axis, x: layout.bar - 1, y: y, role: .axis)
        frame.put(glyphs.axis, x: layout.bar + layout.barWidth, y: y, role: .axis)
    }

    /// - Parameter isBegun: Whether it has a length: one of nothing has no labels.
    private func drawAxis(_ axis: Axis, isBegun: Bool, _ layout: RaceLayout, into frame: inout Frame) {
        drawEdges(layout.axis, layout, into: &frame)
        guard isBegun else { return }
        for tick in axis.ticks where tick.column + tick.label.columns <= layout.barWidth {
            frame.put(tick.label, x: layout.bar + tick.column, y: layout.axis, role: .axis)
        }
    }

    // MARK: Walls

    private func drawWalls(_ race: Race, _ standings: [Race.Standing], _ axis: Axis, _ layout: RaceLayout, into frame: inout Frame) {
        let best = standings.filter { $0.state == .done }.map(\.clock).min()
        let winners = RaceVerdict(standings)?.winners ?? []
        let foreseen = race.foreseen(standings)
        for (place, standing) in standings.enumerated() {
            let rows = layout.walls[place]
            let y = rows.lowerBound
            drawName(race, place, standing, y, isWinner: winners.contains(place), layout, into: &frame)
            for y in rows {
                drawEdges(y, layout, into: &frame)
            }
            let clock = clock(race, standing)
            if layout.right > 0 {
                frame.put(clock, x: layout.bar + layout.barWidth + 1 + max(0, layout.right - 1 - clock.columns), y: y, role: .text)
            }
            guard standing.state != .waiting else { continue }
            // Of those that have ended the best stands out, whoever still runs.
            let isBest = best.map { (standing.clock - $0) * 100 <= $0 } ?? false
            let role: Role = standing.state == .running ? .running : isBest ? .ok : .concurrency
            for y in rows {
                let bar = TimingBar(axis: axis, glyphs: glyphs, x: layout.bar, y: y)
                bar.draw(from: 0, to: standing.clock, role, into: &frame)
                if let end = foreseen[place] {
                    bar.drawExpectedEnd(end, into: &frame)
                }
            }
            guard let ratio = race.ratio(place, among: standings), ratio >= 1.01 else { continue }
            let start = layout.bar + (axis.eighths(standing.clock) + 7) / 8 + 1
            let end = layout.bar + layout.barWidth
            // While somebody runs, the slowest may become slower still.
            let isOpen = standings.contains { $0.state != .done }
            let text = RaceVerdict.amount(ratio, race.isApproximate ? .about : isOpen ? .atLeast : .measured, glyphs)
            let word: CleanText = start + text.columns + 7 <= end ? " faster" : ""
            if start + text.columns <= end {
                frame.put(text + word, x: start, y: y, role: isBest ? .title : .text)
            }
        }
    }

    /// A contestant's state, its name and, where there is room, its clock.
    func drawName(
        _ race: Race, _ place: Int, _ standing: Race.Standing, _ y: Int, isWinner: Bool = false, _ layout: RaceLayout,
        into frame: inout Frame
    ) {
        let (glyph, role) = look(standing)
        frame.put(glyph, x: layout.left, y: y, role: role)
        frame.put(race.contestants[place].name, x: layout.left + 2, y: y, width: layout.name, role: isWinner ? .title : .text)
        guard layout.right == 0, standing.state != .waiting else { return }
        let clock = clock(race, standing)
        frame.put(clock, x: layout.clockEnd - clock.columns, y: y, role: isWinner ? .title : .text)
    }

    func look(_ standing: Race.Standing) -> (Glyph, Role) {
        switch standing.state {
        case .waiting: (glyphs.queued, .queued)
        case .running: (glyphs.running, .running)
        case .done: (glyphs.ok, .ok)
        }
    }

    private func clock(_ race: Race, _ standing: Race.Standing) -> CleanText {
        switch standing.state {
        case .waiting: ""
        case .running: DurationText.length(standing.clock)
        case .done: DurationText.length(standing.clock, race.isApproximate ? .atMost : .measured, glyphs)
        }
    }

    // MARK: Verdict

    private func drawVerdict(
        _ race: Race, _ standings: [Race.Standing], _ layout: RaceLayout, _ region: Region, into frame: inout Frame
    ) {
        let limit = region.x + region.width - 1
        var line = Line(x: layout.left, y: layout.verdict, limit: limit)
        let names = race.contestants.map(\.name)
        if let verdict = RaceVerdict(standings) {
            line.add(glyph: glyphs.critical, .critical, into: &frame)
            let words = verdict.words(
                names, isApproximate: race.isApproximate, columns: limit - line.x - 1, glyphs: glyphs)
            line.addCut(words, .title, gap: 1, into: &frame)
        } else {
            line.addCut(course(race, standings, columns: limit - line.x), .caption, into: &frame)
        }
        guard layout.verdictRows > 1 else { return }
        var under = Line(x: layout.left, y: layout.verdict + 1, limit: limit)
        if let results = race.results, RaceVerdict(standings) != nil {
            if let difference = results.difference {
                under.add(glyph: glyphs.failed, .failed, into: &frame)
                under.addCut("results differ: " + difference, .failed, gap: 1, into: &frame)
            } else {
                under.add(glyph: glyphs.ok, .ok, into: &frame)
                under.add("same results: " + CleanText(results.same) + " of " + CleanText(results.calls), .text, gap: 1, into: &frame)
            }
        }
        let gap = under.x > layout.left ? 3 : 0
        if !under.add(race.basisWords(glyphs), .muted, gap: gap, into: &frame) {
            under.addCut(race.basisWord, .muted, gap: gap, into: &frame)
        }
    }

    /// How it goes while somebody runs.
    private func course(_ race: Race, _ standings: [Race.Standing], columns: Int) -> CleanText {
        let names = race.contestants.map(\.name)
        let ended = standings.indices.filter { standings[$0].state == .done }
        let running = standings.indices.filter { standings[$0].state == .running }.map { names[$0] }
        guard let first = ended.min(by: { standings[$0].clock < standings[$1].clock }) else { return "" }
        let done = names[first] + " took " + clock(race, standings[first])
        guard !running.isEmpty else { return done }
        let still: CleanText = running.count == 1 ? " still runs" : " still run"
        let all = done + "; " + RaceVerdict.list(running) + still
        return all.columns <= columns ? all : done + "; " + CleanText(running.count) + still
    }
}

extension Race {
    /// The same in a word.
    var basisWord: CleanText {
        switch basis {
        case .measured: "measured"
        case .predicted: "predicted"
        }
    }

    /// Where its times come from, in words.
    package func basisWords(_ glyphs: Glyphs) -> CleanText {
        switch basis {
        case .measured(atOnce: true): "measured, all at once"
        case .measured(atOnce: false): "measured, one after the other"
        case .predicted(let file, let recorded):
            "predicted from " + file + ", where it took " + DurationText.length(recorded, isApproximate ? .atMost : .measured, glyphs)
        }
    }
}
