internal import FanoutEvents
internal import FanoutIngest
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

/// Runs until there is nothing more to see: takes what comes, draws it or prints it, answers keys and signals.
///
/// A class, because the loop's handlers share it. Everything here happens on the main thread.
final class Show {
    /// A run in this program that is shown while it goes on.
    struct Run {
        var header: Header
        var queue: EventQueue
        var wakeup: Wakeup
        /// What is asked of it, and whether it takes another prompt.
        var dialogue: Dialogue
        /// Does what a key asks of it, and returns what there is to say about that.
        var control: (Dashboard.Effect) -> CleanText?
    }

    /// Why it ended.
    enum End: Equatable {
        case finished
        case quit
        /// Nobody reads what is printed any more.
        case unread
        case signal(Signal)
    }

    private let ledger: Ledger
    private let display: Display
    let looks: WatchedLooks
    var dashboard: Dashboard
    let run: Run?
    private var runSource = -1
    var sources: [any EventSource]
    private let loop = EventLoop(clock: Clock.monotonic)
    let signals: Signals
    private(set) var terminal: Terminal?
    private var end = End.finished
    private(set) var isStopped = false
    /// When the last frame was drawn, and whether something has changed since.
    private var lastFrame = Int64.min / 2
    private var isDirty = true
    /// Sources that wait for the next frame.
    private var isPausing = false
    var interrupts = 0
    var isRunOver = false
    private var saidFailure = false
    /// How many lines that could not be read the user has been told of.
    private var saidProblems = 0
    /// Calls whoever does not look.
    private let notices: Notices?
    /// The user's own markers, and where they are kept.
    var markers: MarkerFile
    /// Asked after each batch whether to go on.
    private let shouldStop: () -> Bool

    /// A thirtieth of a second: no eye needs more frames.
    private static let frameInterval: Int64 = 33_333

    init(
        _ ledger: Ledger, display: Display, looks: Looks, dashboard: Dashboard, sources: [any EventSource] = [], run: Run? = nil,
        notices: Notices? = nil, markers: MarkerFile = MarkerFile(recording: nil), shouldStop: @escaping () -> Bool = { false }
    ) throws {
        self.ledger = ledger
        self.display = display
        self.looks = WatchedLooks(looks, loop)
        self.dashboard = dashboard
        self.sources = sources
        self.run = run
        self.notices = notices
        self.markers = markers
        self.dashboard.transport.markers = markers.markers
        if let notice = markers.notice.map({ CleanText($0) }) {
            self.dashboard.notice = dashboard.notice.map { $0 + "; " + notice } ?? notice
        }
        self.shouldStop = shouldStop
        guard let signals = Signals() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        if display == .dashboard {
            let terminal = try Self.terminal(signals)
            if let note = terminal.note {
                self.dashboard.notice = CleanText(note)
            }
            self.terminal = terminal
        }
        self.signals = signals
        self.dashboard.canControl = run != nil
        use(looks)
    }

    private func use(_ looks: Looks) {
        terminal?.use(looks.theme)
        dashboard.use(looks.configuration)
        dashboard.themeNames = looks.themeNames
    }

    private static func terminal(_ signals: borrowing Signals) throws -> Terminal {
        do {
            return try Terminal(name: Environment["TERM"], signals: signals)
        } catch {
            throw UsageError("\(error); use --ui plain")
        }
    }

    func perform() -> End {
        loop.watch(signals.descriptor) { [unowned self] _ in takeSignals() }
        if let terminal {
            loop.watch(terminal.input) { [unowned self] readiness in
                readiness == .closed ? stop(.signal(.hangUp)) : takeKeys()
            }
        }
        if terminal == nil {
            if let note = looks.looks.note(isBrief: false) {
                say(note)
            }
        } else {
            looks.watch { [unowned self] looks in
                use(looks)
            } say: { [unowned self] note in
                say(note)
                changed()
            }
        }
        if let run {
            notices?.begin(terminal)
            runSource = ledger.addSource()
            ledger.open(run.header, session: 0, source: runSource, isPlaced: false)
            loop.watch(run.wakeup.descriptor) { [unowned self] _ in takeRun() }
            takeRun()
        }
        watchSources()
        readSources()
        // What stood in files by now is no news.
        notices?.begin(terminal)
        draw()
        if !isStopped {
            loop.run()
        }
        terminal?.restore()
        sources.forEach { $0.release() }
        endRun()
        return end
    }

    /// Has a run that still goes end kindly, and takes what it has left to tell; one that does not end soon is left behind.
    private func endRun() {
        guard let run, !isRunOver else { return }
        run.dialogue.close()
        let deadline = Clock.monotonic() + Self.patience
        let ending = EventLoop(clock: Clock.monotonic)
        ending.watch(run.wakeup.descriptor) { [unowned self] _ in
            takeRun()
            if isRunOver {
                ending.stop()
            }
        }
        ending.call(at: deadline) { ending.stop() }
        takeRun()
        if !isRunOver {
            ending.run()
        }
    }

    /// How long a run may take to end once it is told to.
    private static let patience: Int64 = 3_000_000

    // MARK: What comes

    private func watchSources() {
        for source in sources where source.descriptor >= 0 {
            loop.watch(source.descriptor) { [unowned self, unowned source] _ in
                read(source)
                pauseSources()
                changed()
            }
        }
    }

    /// Leaves what comes until the next frame where it can wait: a wake-up for each line would cost more than the line.
    private func pauseSources() {
        guard terminal != nil, !isPausing else { return }
        isPausing = true
        for source in sources where source.isPatient && source.descriptor >= 0 {
            loop.unwatch(source.descriptor)
        }
    }

    private func readSources() {
        for source in sources where source.descriptor >= 0 {
            read(source)
        }
    }

    private func read(_ source: any EventSource) {
        let descriptor = source.descriptor
        for news in source.read(now: Clock.now()) {
            switch news {
            case .ended:
                loop.unwatch(descriptor)
                noticeEnd()
            case .notice(let text): say(text)
            case .printed(let bytes, let isError): dashboard.output?.append(bytes, isError: isError)
            }
        }
        settle()
    }

    /// Calls for the end of a source that did not tell of its session's end itself.
    private func noticeEnd() {
        guard let newest = ledger.timelines.newest, ledger.timelines[newest].outcome == nil else { return }
        notices?.call(Notice(.end, dashboard.source + " has ended"))
    }

    private func takeRun() {
        guard let run else { return }
        run.wakeup.acknowledge()
        let (events, isOpen) = run.queue.take()
        for event in events {
            ledger.take(event, session: 0, source: runSource, offset: nil)
        }
        settle()
        meetFollowUps(run)
        if !isOpen, !isRunOver {
            isRunOver = true
            ledger.close(source: runSource)
            loop.unwatch(run.wakeup.descriptor)
            if terminal == nil, !isStopped {
                stop(.finished)
            }
        }
        changed()
    }

    /// Has the dashboard know whether the run takes another prompt.
    func meetFollowUps(_ run: Run) {
        guard terminal != nil, run.dialogue.takesFollowUps else { return }
        switch run.dialogue.phase {
        case .answering: dashboard.followUps = .busy
        case .waiting(let outcome):
            interrupts = 0
            if dashboard.followUps != .awaited(after: outcome) {
                notices?.call(Notice(.end, "the run waits for you: " + dashboard.source))
            }
            dashboard.followUps = .awaited(after: outcome)
        case .over: dashboard.followUps = .none
        }
    }

    private func settle() {
        ledger.settle()
        if let failure = ledger.failure, !saidFailure {
            saidFailure = true
            say(failure)
        }
        // Without a screen the printer has told of each.
        let problems = ledger.timelines.problemCount
        if terminal != nil, problems > saidProblems, let first = ledger.timelines.problems.first.map(ledger.words(of:)) {
            saidProblems = problems
            say(problems == 1 ? "\(first); the line is left out" : "\(problems) lines are left out; the first: \(first)")
        }
        if Console.isUnread {
            stop(.unread)
        } else if isOver || shouldStop() {
            stop(.finished)
        }
    }

    /// Whether nothing more can come, without a screen that could still be looked at.
    private var isOver: Bool {
        terminal == nil && run == nil && sources.allSatisfy { $0.descriptor < 0 }
    }

    func say(_ text: String) {
        if terminal == nil {
            Console.complain(text)
        } else {
            dashboard.notice = CleanText(text)
            isDirty = true
        }
    }

    // MARK: What is drawn

    func input() -> Dashboard.Input {
        let size = terminal?.size ?? (80, 24)
        let ledger = ledger
        return Dashboard.Input(
            timelines: ledger.timelines, event: { ledger.event(at: $0) }, width: size.0, height: size.1, clock: Clock.monotonic(),
            now: Clock.now())
    }

    /// Has a frame drawn as soon as the eye can use one.
    func changed() {
        isDirty = true
        guard terminal != nil else { return }
        let due = lastFrame + Self.frameInterval
        if let next = loop.nextCall, next <= due { return }
        loop.call(at: due) { [unowned self] in frameDue() }
    }

    private func frameDue() {
        // What is looked for is looked for between frames, a moment at a time, so that neither bars nor keys wait for it.
        if dashboard.isSearching(input()) {
            dashboard.searchOn(input())
            isDirty = true
            let next = lastFrame + Self.frameInterval
            if Clock.monotonic() < next {
                return loop.call(at: 0) { [unowned self] in frameDue() }
            }
        }
        if isPausing {
            readSources()
        }
        draw()
        // While frames follow each other at full speed, what comes is read with each; otherwise it is waited for again.
        if isPausing, loop.nextCall.map({ $0 > lastFrame + Self.frameInterval }) ?? true {
            isPausing = false
            watchSources()
        }
    }

    func draw() {
        guard let terminal else { return }
        let input = input()
        let before = (input.timelines.version, input.timelines.isEmpty)
        terminal.paint(dashboard.frame(input))
        lastFrame = input.clock
        isDirty = false
        if dashboard.isSearching(input) {
            loop.call(at: 0) { [unowned self] in frameDue() }
        } else if let wait = dashboard.nextFrame(input), !before.1 {
            loop.call(at: input.clock + max(wait, Self.frameInterval)) { [unowned self] in frameDue() }
        }
    }

    /// Whether there was a screen.
    var isDrawn: Bool { terminal != nil }

    /// The last turn as it was, to be left where the screen was.
    func still(width: Int) -> [String] {
        guard !ledger.timelines.isEmpty, let terminal else { return [] }
        var input = input()
        input.width = max(Dashboard.leastWidth, min(width, 120))
        return dashboard.still(input).ansiLines(theme: looks.looks.theme, depth: terminal.depth)
    }

    // MARK: Ending

    func stop(_ end: End) {
        self.end = end
        isStopped = true
        loop.stop()
    }
}
