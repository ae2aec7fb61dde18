internal import FanoutEvents
internal import FanoutScreen
internal import FanoutStage
internal import FanoutView

/// Shows a race until there is nothing more to see: takes what happens, draws it or tells of it, answers keys and signals.
///
/// A class, because the loop's handlers share it. Everything here happens on the main thread.
final class RaceShow {
    /// A race that is run: what makes its contestants, and what wakes the show when they have something to tell.
    struct Run {
        var clock: () -> Int64
        var wakeup: Wakeup
        var heat: () throws -> RaceHeat
    }

    private var screen: RaceScreen
    private let looks: WatchedLooks
    private let run: Run?
    private var heat: RaceHeat?
    /// Whether another heat begins when this one has ended.
    private var isRestarting = false
    private let loop: EventLoop
    private let clock: () -> Int64
    private let signals: Signals
    private var terminal: Terminal?
    private var ended: Signal?
    private var isStopped = false
    private var lastFrame = Int64.min / 2
    /// Contestants whose end was told of, where there is no screen.
    private var told: Set<Int> = []
    private let tell: ((Race, Int) -> Void)?

    /// A thirtieth of a second: no eye needs more frames.
    private static let frameInterval: Int64 = 33_333
    /// How long contestants may take to end once they are told to, in microseconds.
    private static let patience: Int64 = 3_000_000

    /// - Parameters:
    ///   - tell: Called for each contestant that ends, in place of a screen.
    ///   - speed: How many times as fast a race is shown that was played beforehand.
    init(_ race: Race, run: Run?, heat: RaceHeat?, looks: Looks, speed: Double = 1, tell: ((Race, Int) -> Void)?) throws {
        clock = run?.clock ?? Clock.monotonic
        self.run = run
        self.heat = heat
        self.tell = tell
        loop = EventLoop(clock: clock)
        self.looks = WatchedLooks(looks, loop)
        guard let signals = Signals() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        if tell == nil {
            do {
                terminal = try Terminal(name: Environment["TERM"], signals: signals)
            } catch {
                throw UsageError("\(error); use --ui plain")
            }
        }
        self.signals = signals
        screen = RaceScreen(race, glyphs: looks.glyphs, clock: clock(), speed: speed)
        screen.notice = terminal?.note.map { CleanText($0) }
        use(looks)
    }

    private func use(_ looks: Looks) {
        terminal?.use(looks.theme)
        screen.use(looks.configuration)
    }

    /// The race as it ended, and the signal that ended it, if one did. The terminal is given back.
    func perform() -> (race: Race, signal: Signal?) {
        loop.watch(signals.descriptor) { [unowned self] _ in takeSignals() }
        if let terminal {
            loop.watch(terminal.input) { [unowned self] readiness in
                readiness == .closed ? end(.hangUp) : takeKeys()
            }
            looks.watch { [unowned self] looks in
                use(looks)
            } say: { [unowned self] note in
                screen.notice = CleanText(note)
                changed()
            }
        }
        if let run {
            loop.watch(run.wakeup.descriptor) { [unowned self] _ in takeHeat() }
        }
        draw()
        heat?.start()
        loop.run()
        terminal?.restore()
        endHeat()
        return (screen.race, ended)
    }

    /// The race as it came out, to be left where the screen was.
    func still(width: Int) -> [String] {
        guard let terminal else { return [] }
        return screen.still(width: min(width, 120)).ansiLines(theme: looks.looks.theme, depth: terminal.depth)
    }

    // MARK: The contestants

    private func takeHeat() {
        guard let run, let heat else { return }
        run.wakeup.acknowledge()
        heat.take(into: &screen.race)
        if heat.isOver, isRestarting {
            startAgain(run)
        }
        tellEnds()
        if terminal == nil, heat.isOver || Console.isUnread {
            return end(nil)
        }
        changed()
    }

    private func tellEnds() {
        guard let tell else { return }
        let ended = screen.race.contestants.indices.filter {
            !told.contains($0) && screen.race.standing($0, at: screen.race.last).state == .done
        }
        for place in ended {
            told.insert(place)
            tell(screen.race, place)
        }
    }

    private func startAgain(_ run: Run) {
        isRestarting = false
        do {
            let heat = try run.heat()
            self.heat = heat
            screen.begin(heat.race)
            heat.start()
        } catch {
            screen.notice = CleanText("\(error)")
        }
    }

    /// Has contestants that still run end kindly, so that nothing of theirs is left behind; one that does not end soon is.
    private func endHeat() {
        guard let run, let heat, !heat.isOver else { return }
        // What they are told to do now is no part of the race.
        var rest = screen.race
        heat.stop()
        let ending = EventLoop(clock: clock)
        ending.watch(run.wakeup.descriptor) { _ in
            run.wakeup.acknowledge()
            heat.take(into: &rest)
            if heat.isOver {
                ending.stop()
            }
        }
        ending.call(at: clock() + Self.patience) { ending.stop() }
        ending.run()
    }

    // MARK: What is drawn

    /// Has a frame drawn as soon as the eye can use one.
    private func changed() {
        guard terminal != nil else { return }
        let due = lastFrame + Self.frameInterval
        if let next = loop.nextCall, next <= due { return }
        loop.call(at: due) { [unowned self] in draw() }
    }

    private func draw() {
        guard let terminal else { return }
        let now = clock()
        let (width, height) = terminal.size
        terminal.paint(screen.frame(width: width, height: height, clock: now))
        lastFrame = now
        loop.cancelCall()
        if let wait = screen.nextFrame(width: width, height: height, clock: now) {
            loop.call(at: now + wait) { [unowned self] in draw() }
        }
    }

    // MARK: What is asked

    private func takeKeys() {
        guard let terminal else { return }
        for key in terminal.keys() {
            for effect in screen.handle(key, clock: clock()) {
                perform(effect)
            }
        }
        if !isStopped {
            draw()
        }
    }

    private func perform(_ effect: RaceScreen.Effect) {
        switch effect {
        case .quit: end(nil)
        case .nextTheme: screen.notice = looks.next()
        case .again:
            guard let run, let heat else { return }
            if heat.isOver {
                startAgain(run)
            } else {
                isRestarting = true
                heat.stop()
            }
        }
    }

    private func takeSignals() {
        for signal in signals.take() {
            switch signal {
            case .resized: terminal?.resize()
            case .stop:
                terminal?.suspend()
                signal.performDefault()
                terminal?.resume()
            case .goOn: terminal?.resume()
            case .interrupt, .quit, .terminate, .hangUp: return end(signal)
            }
        }
        draw()
    }

    private func end(_ signal: Signal?) {
        ended = signal
        isStopped = true
        loop.stop()
    }
}
