package import FanoutEvents
internal import FanoutTimeline
package import FanoutView

/// A race on a screen of its own: what is seen of it, and what keys do.
///
/// A race whose contestants run follows them, and may be held and gone on with where it was held; one that was played beforehand is shown on a
/// clock of its own. Clocks are in microseconds, and monotonic; that of a race whose contestants run is the one that stamps their events.
package struct RaceScreen: Sendable {
    /// What the program must do for a key.
    package enum Effect: Sendable, Hashable {
        case quit, nextTheme
        /// Run the contestants again.
        case again
    }

    package var race: Race
    private var keys = KeyMap.race
    /// Said at the bottom until the next key.
    package var notice: CleanText?
    private var view: RaceView
    private var playhead: Playhead
    /// When the clock of a race that is played was at 0, and how many of its microseconds pass in one at the plain speed.
    private let begun: Int64
    private let scale: Double
    private var showsKeys = false

    /// The least screen that a race can be seen on.
    package static let leastWidth = 40
    package static let leastHeight = 12

    /// - Parameters:
    ///   - clock: Now.
    ///   - speed: How many times as fast a race is shown that was played beforehand.
    package init(_ race: Race, glyphs: Glyphs, clock: Int64, speed: Double = 1) {
        self.race = race
        begun = clock
        scale = speed
        switch race.basis {
        case .measured:
            playhead = .live()
            view = RaceView(glyphs: glyphs)
        case .predicted:
            playhead = .replay(from: 0, at: 0, speed: 1, isPaused: false)
            view = RaceView(glyphs: glyphs, foreseen: race.longest(at: race.last))
        }
        use(Configuration())
    }

    /// Takes the keys that a configuration gives.
    package mutating func use(_ configuration: Configuration) {
        let keys = configuration[keys: .race]
        self.keys = isPlayed ? keys : keys.leavingOut(KeyMap.raceSpeed)
    }

    /// Microseconds in which the longest contestant of a race that is played should be through.
    private static let patience: Int64 = 20_000_000

    /// The speed at which a race is played where nobody asked for one: 1, or as much as it takes for its longest contestant to be through soon.
    package static func speed(for race: Race) -> Double {
        let longest = race.longest(at: race.last)
        var unit = 1.0
        while Double(longest) > unit * 10 * Double(patience) {
            unit *= 10
        }
        return [1.0, 2, 5, 10].map { $0 * unit }.first { Double(longest) <= $0 * Double(patience) } ?? unit
    }

    private var isPlayed: Bool {
        if case .predicted = race.basis { return true }
        return false
    }

    /// The clock as the playhead counts it.
    private func scaled(_ clock: Int64) -> Int64 {
        isPlayed ? Int64(Double(clock - begun) * scale) : clock
    }

    /// The instant of the race that is shown.
    package func instant(_ clock: Int64) -> Int64 {
        let end = isPlayed || race.isOver(at: race.last) ? race.last : clock
        return min(end, playhead.instant(clock: scaled(clock), now: clock, along: Playhead.Course(end: end)))
    }

    /// The contestants run again: what was held is let go, and the axis keeps the length that it had.
    package mutating func begin(_ race: Race) {
        view.foreseen = max(view.foreseen, self.race.longest(at: self.race.last))
        self.race = race
        playhead = .live()
    }

    // MARK: Keys

    package mutating func handle(_ key: Key, clock: Int64) -> [Effect] {
        if showsKeys, key == .escape {
            // As in the lanes, where it closes whatever is open.
            showsKeys = false
            notice = nil
            return []
        }
        guard let command = keys.command(for: key) else { return [] }
        notice = nil
        if showsKeys {
            // Any key of the map closes the overlay; what it also means waits for the next press.
            showsKeys = false
            return command == .quit ? [.quit] : []
        }
        let t = instant(clock)
        switch command {
        case .quit: return [.quit]
        case .theme: return [.nextTheme]
        case .keys: showsKeys = true
        case .again where isPlayed: playhead.play(from: 0, clock: scaled(clock))
        case .again: return [.again]
        case .pause where playhead.isStill: playhead.play(from: t, clock: scaled(clock))
        case .pause where !race.isOver(at: t): playhead.hold(at: t)
        case .slower: playhead.change(speed: -1, from: t, clock: scaled(clock))
        case .faster: playhead.change(speed: 1, from: t, clock: scaled(clock))
        case .normalSpeed: playhead.change(speed: 0, from: t, clock: scaled(clock))
        default: break
        }
        return []
    }

    /// After how many microseconds the picture changes by itself; nil where only an event or a key changes it.
    package func nextFrame(width: Int, height: Int, clock: Int64) -> Int64? {
        guard !playhead.isStill, width >= Self.leastWidth, height >= Self.leastHeight else { return nil }
        let standings = race.standings(at: instant(clock))
        guard standings.contains(where: { $0.start != nil }), !standings.allSatisfy({ $0.state == .done }) else { return nil }
        let eighth =
            view.eighth(of: race, standings, in: Self.region(width: width, height: height)) / (isPlayed ? scale * playhead.speed : 1)
        return Int64(max(33_333, min(100_000, eighth)))
    }

    // MARK: Pictures

    /// Where the race itself is drawn: between the header and the footer, with rules where there is room.
    private static func region(width: Int, height: Int) -> Region {
        height >= 16 ? Region(x: 0, y: 2, width: width, height: height - 4) : Region(x: 0, y: 1, width: width, height: height - 2)
    }

    package func frame(width: Int, height: Int, clock: Int64) -> Frame {
        var frame = Frame(width: width, height: height, glyphs: view.glyphs)
        guard width >= Self.leastWidth, height >= Self.leastHeight else {
            drawTooSmall(into: &frame)
            return frame
        }
        let t = instant(clock)
        drawHeader(t, into: &frame)
        if height >= 16 {
            frame.fill(0..<width, y: 1, with: view.glyphs.rule, role: .border)
            frame.fill(0..<width, y: height - 2, with: view.glyphs.rule, role: .border)
        }
        view.draw(race, at: t, in: Self.region(width: width, height: height), into: &frame)
        drawFooter(height - 1, into: &frame)
        if showsKeys {
            KeysBox(keys: keys, glyphs: view.glyphs).draw(into: &frame)
        }
        return frame
    }

    /// The race as far as it came, as a picture that stays when the screen is gone: as tall as it needs to be.
    package func still(width: Int) -> Frame {
        guard race.contestants.contains(where: { !$0.timeline.turns.isEmpty }) else { return Frame(width: width, height: 0) }
        let rows = race.calls <= 6 ? race.calls : 4
        let count = race.contestants.count
        let height = 2 + 1 + count * (rows + 1) + 1 + count + 1 + 2
        var frame = Frame(width: max(Self.leastWidth, width), height: height, glyphs: view.glyphs)
        drawHeader(race.last, into: &frame)
        frame.fill(0..<frame.width, y: 1, with: view.glyphs.rule, role: .border)
        view.draw(race, at: race.last, in: Region(x: 0, y: 2, width: frame.width, height: height - 2), into: &frame)
        return frame
    }

    private func drawHeader(_ t: Int64, into frame: inout Frame) {
        let glyphs = view.glyphs
        var line = Line(x: 1, y: 0, limit: frame.width - 1)
        line.add("fanout", .title, into: &frame)
        let isOver = race.isOver(at: t)
        let (glyph, word, role): (Glyph, CleanText, Role) =
            isOver
            ? (glyphs.ok, "RACE", .ok)
            : playhead.isStill ? (glyphs.paused, "PAUSED", .accent) : (isPlayed ? glyphs.playing : glyphs.live, "RACE", .running)
        line.add(glyph: glyph, role, gap: 2, into: &frame)
        line.add(word, role, gap: 1, into: &frame)
        let calls = CleanText(race.calls) + (race.calls == 1 ? " call" : " calls")
        var right = calls + ", " + CleanText(race.contestants.count) + " ways"
        if isPlayed, scale * playhead.speed != 1 {
            right = right + " " + CleanText(String(glyphs.separator.scalar)) + " " + Dashboard.speed(scale * playhead.speed) + " speed"
        }
        if line.x + 26 + right.columns < line.limit {
            frame.put(right, x: line.limit - right.columns, y: 0, role: .muted)
            line = Line(x: line.x, y: 0, limit: line.limit - right.columns - 2)
        }
        line.addCut(race.title, .text, gap: 2, into: &frame)
    }

    private func drawFooter(_ y: Int, into frame: inout Frame) {
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        if let notice {
            line.addCut(notice, .caption, into: &frame)
            return
        }
        var hints: [([Command], CleanText)] = [([.keys], "keys"), ([.quit], "quit"), ([.again], "run again")]
        if !playhead.isStill {
            hints.append(([.pause], "pause"))
        } else {
            hints.insert(([.pause], "go on"), at: 0)
        }
        hints += [([.slower, .faster], "speed"), ([.theme], "theme")]
        for (commands, word) in hints {
            guard let key = keys.hint(commands).map(view.glyphs.written), line.x + 3 + key.columns + word.columns <= line.limit else {
                continue
            }
            line.add(key, .footerKey, gap: line.x > 1 ? 2 : 0, into: &frame)
            line.add(word, .muted, gap: 1, into: &frame)
        }
    }

    private func drawTooSmall(into frame: inout Frame) {
        let lines: [CleanText] = [
            "a race needs " + CleanText(Self.leastWidth) + "×" + CleanText(Self.leastHeight),
            "this is " + CleanText(frame.width) + "×" + CleanText(frame.height),
            (keys.hint([.quit]).map(view.glyphs.written) ?? "q") + " quits",
        ]
        let first = max(0, (frame.height - lines.count) / 2)
        for (offset, line) in lines.enumerated() where first + offset < frame.height {
            frame.put(line, x: max(0, (frame.width - line.columns) / 2), y: first + offset, role: offset == 0 ? .text : .muted)
        }
    }
}
