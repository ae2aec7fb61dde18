package import FanoutEvents
package import FanoutTimeline

/// The screen of lanes: what is shown, where the playhead stands, and what the keys change.
///
/// It holds no event and no clock. ``frame(_:)`` draws what it is handed; ``handle(_:_:)`` answers a key.
package struct Dashboard: Sendable {
    /// What there is to show, and when.
    package struct Input {
        package var timelines: Timelines
        /// The whole event whose line stands at a place.
        package var event: (Place) -> Event?
        package var width: Int
        package var height: Int
        /// Now, in microseconds of a monotonic clock.
        package var clock: Int64
        /// Now, in microseconds since the Unix epoch.
        package var now: Int64

        package init(timelines: Timelines, event: @escaping (Place) -> Event?, width: Int, height: Int, clock: Int64, now: Int64) {
            self.timelines = timelines
            self.event = event
            self.width = width
            self.height = height
            self.clock = clock
            self.now = now
        }
    }

    /// What a key asks of the program around the dashboard.
    package enum Effect: Sendable, Hashable {
        case quit
        case nextTheme
        /// Takes the theme of a name, or of a file's path.
        case theme(String)
        case cancelCall(String)
        case cancelTurn
        case approve(String, tool: Bool)
        case deny(String)
        case retry(String)
        case ask(String)
        /// One of the user's own markers was set, renamed or removed.
        case mark(OwnMarkers.Change)
        /// Puts a text on the user's clipboard.
        case copy(String)
        /// Has the terminal tell of the mouse, or not any more.
        case mouse(Bool)
    }

    /// The pages of the detail, in their order.
    package enum Page: CaseIterable, Sendable {
        case arguments, result, error, output, statistics, events
    }

    /// What the screen can be about.
    package enum View: Sendable {
        case lanes, statistics, transcript
    }

    /// What takes a walk through a whole turn to find.
    struct Findings: Sendable {
        var turn: Int?
        var t: Int64 = 0
        var path = CriticalPath()
        var precision = FiguresPrecision()
        var unaccounted: Int64 = 0

        /// They are shown to a tenth of a second; while a turn goes on they are found no more often.
        static let freshness: Int64 = 100_000
    }

    struct Detail: Sendable {
        var page: Page?
        var scroll = 0
    }

    /// What a lane's arguments come to; empty where there are none.
    struct Summary: Sendable {
        /// Where they stand.
        var place: Place
        var text: CleanText
    }

    enum Zoom: Sendable {
        case fit
        case window(start: Int64, span: Int64)
    }

    package var glyphs: Glyphs
    package var keys = KeyMap.lanes
    package var transcriptKeys = KeyMap.transcript
    package var sessionKeys = KeyMap.sessions
    package var statisticsKeys = KeyMap.statistics
    /// Where events come from, in a few words.
    package var source: CleanText
    package var isReplay: Bool
    /// Whether calls can be cancelled and approved from here.
    package var canControl = false
    /// What the program that is watched prints, where it was started from here.
    package var output: OutputPane?
    /// Something to be said at the bottom until another takes its place.
    package var notice: CleanText?
    /// Whether what it waits for are lines that a user may write themselves.
    package var waitsForLines = true

    /// The session that is shown; nil before there is one.
    var session: Int?
    /// Where each stands among the tabs.
    var order = SessionOrder()
    /// How the sessions were left that are not shown.
    var sights: [Int: Sight] = [:]
    /// The list of all of them, while it is open.
    var overview: Overview?
    var totals: [Int: SessionTotals] = [:]
    /// Whether several sessions have tabs; a picture that stays is of one of them.
    var showsTabs = true
    package var playhead: Playhead
    /// How it moves, and along what.
    package var transport = Transport()
    var selection: Int?
    var top = 0
    var zoom = Zoom.fit
    var detail: Detail?
    package var showsKeys = false
    /// The first row of all keys that is seen, and how many there is no room for.
    var keysTop = 0
    var keysHidden = 0
    /// What the screen is about; the list of sessions, while it is open, stands before it.
    package internal(set) var view = View.lanes
    var transcript = Transcript()
    var statistics = Statistics()
    /// Whether the run that is shown takes another prompt.
    package var followUps = FollowUps.none
    /// The themes that can be named.
    package var themeNames: [String] = []
    /// The commands that were written in this run, the last one last.
    var writtenCommands: [String] = []
    /// The line that is written at the bottom, while one is.
    var entry: Entry?
    /// Whether keys are pasted where nothing takes them.
    var isPasting = false
    var placement = Placement()
    var usesPlacement = false
    /// Which lanes have rows, and in which order.
    var arrangement = Arrangement()
    var rowCache = RowCache()
    /// What is looked for.
    var search: TextHunt?
    /// The call that asks for approval, with its arguments, while nothing else is in their place.
    var approval: (lane: Int, detail: Detail)?
    /// The call whose arguments were last shown to their end.
    var seenArguments: Int?
    /// What is open over the lanes, the latest last.
    var layers: [Layer] = []
    /// The one whose arguments somebody has put away.
    var dismissedApproval: Int?
    /// The columns of the longest name that was seen on the screen in this session.
    var longestName = 0

    /// Whether the mouse is for the dashboard, and not for marking text.
    var usesMouse = false
    /// What the button was pressed on and has not been let go of, where dragging means something there.
    var dragged: Region?
    var click: Click?

    // What was found when the last frame was drawn; keys and the mouse refer to what is seen.
    var regions: [Region] = []
    var visible: [Row] = []
    var laneRows = 1
    var axis = Axis(start: 0, span: 1, columns: 1)
    var detailLines = 0
    var detailRows = 1

    /// Summaries of arguments by lane, since they stand in a file.
    var summaries: [Int: Summary] = [:]
    var detailCache = DetailCache()
    var findings = Findings()
    /// The order of the calls of turns of which no more is known, by turn.
    var orders: [Int: (version: Int, places: [Int: Timeline.OrderPlace])] = [:]
    /// How far the figures of turns can be trusted, by turn.
    var precisions: [Int: (version: Int, t: Int64, precision: FiguresPrecision)] = [:]
    /// Of the timeline that these are about.
    var generation = 0

    package init(source: CleanText, playhead: Playhead, isReplay: Bool, glyphs: Glyphs = .unicode) {
        self.source = source
        self.playhead = playhead
        self.isReplay = isReplay
        self.glyphs = glyphs
    }

    /// Takes the keys that a configuration gives.
    package mutating func use(_ configuration: Configuration) {
        keys = configuration[keys: .lanes]
        transcriptKeys = configuration[keys: .transcript]
        sessionKeys = configuration[keys: .sessions]
        statisticsKeys = configuration[keys: .statistics]
    }

    /// Forgets what was about a session that began anew: its lanes are others.
    mutating func meet(_ timeline: Timeline) {
        guard timeline.generation != generation else { return }
        generation = timeline.generation
        forgetLanes()
        guard !isReplay, !playhead.isFollowing else { return }
        playhead.follow()
        notice = "the session began anew"
    }

    /// Forgets what is about the lanes of one session, for another.
    mutating func forgetLanes() {
        selection = nil
        top = 0
        zoom = .fit
        placement = Placement()
        usesPlacement = false
        arrangement.forget()
        rowCache = RowCache()
        search = search.map { TextHunt($0.needle) }
        approval = nil
        dismissedApproval = nil
        seenArguments = nil
        longestName = 0
        visible = []
        summaries = [:]
        detailCache = DetailCache()
        findings = Findings()
        orders = [:]
        precisions = [:]
        transcript = Transcript()
        transport.forgetSession()
        statistics = Statistics()
    }

    /// The place of the session that is shown.
    package func sessionIndex(_ timelines: Timelines) -> Int? {
        guard !timelines.isEmpty else { return nil }
        return min(session ?? 0, timelines.all.count - 1)
    }

    /// The instant of the session that the screen shows.
    ///
    /// Where nothing goes on, now is the last thing that happened: then the picture stands still.
    package func instant(_ timeline: Timeline, _ input: Input) -> Int64 {
        instant(timeline, input, transport.idleGaps(timeline))
    }

    /// The instant of the session that the screen shows where these gaps are skipped, if any are.
    private func instant(_ timeline: Timeline, _ input: Input, _ gaps: IdleGaps) -> Int64 {
        let end = now(timeline, input)
        return playhead.instant(clock: input.clock, now: end, along: course(timeline, end: end, gaps))
    }

    private func now(_ timeline: Timeline, _ input: Input) -> Int64 {
        let now = max(timeline.last, input.now - timeline.header.started)
        return timeline.over != nil || !timeline.isActive(at: now) ? timeline.last : now
    }

    /// The instants that can be gone to: of a run that goes on, up to now, however long ago its last event is.
    func reach(_ timeline: Timeline, _ input: Input) -> ClosedRange<Int64> {
        let extent = timeline.extent
        return extent.lowerBound...max(extent.upperBound, isReplay ? extent.upperBound : now(timeline, input))
    }

    /// What the playhead moves along while now is the instant `end`.
    private func course(_ timeline: Timeline, end: Int64, _ gaps: IdleGaps) -> Playhead.Course {
        let isOver = timeline.over != nil
        return Playhead.Course(
            start: timeline.extent.lowerBound, end: isReplay || isOver ? timeline.last : end, gaps: transport.skipsIdle ? gaps : .none,
            isLoop: transport.isLoop && isOver)
    }

    /// Takes note of what is idle by now; the playhead stays where it is when that changes.
    mutating func meetGaps(_ timeline: Timeline, _ input: Input) {
        let gaps = transport.meetGaps(timeline)
        if transport.skipsIdle, playhead.isPlaying, let before = gaps.before, before != gaps.now {
            playhead.anchor(at: instant(timeline, input, before), clock: input.clock)
        }
    }

    /// After how many microseconds the picture changes by itself; nil where only an event or a key changes it.
    package func nextFrame(_ input: Input) -> Int64? {
        guard let index = sessionIndex(input.timelines) else { return nil }
        if overview != nil {
            // Of a list of sessions that go on only how long they have done so changes by itself; of others, how long ago they ended.
            return input.timelines.all.contains { $0.over == nil } ? 1_000_000 : nil
        }
        let timeline = input.timelines[index]
        let t = instant(timeline, input)
        switch playhead.motion {
        case .still:
            return nil
        case .following:
            guard timeline.isActive(at: t) else { return nil }
            // Of the conversation only times to a tenth of a second change by themselves.
            return view == .lanes ? interval(speed: 1) : 100_000
        case .playing(_, let speed):
            // A run that goes on leads the playhead on, also where nothing is told of it.
            if !isReplay, timeline.isActive(at: max(t, timeline.last)) { return interval(speed: speed) }
            guard t < timeline.last else {
                return playhead.pause(clock: input.clock, along: course(timeline, end: timeline.last, transport.idleGaps(timeline)))
            }
            return interval(speed: speed)
        }
    }

    /// The time in which a bar grows by an eighth of a cell, between a thirtieth and a tenth of a second.
    private func interval(speed: Double) -> Int64 {
        let eighth = Double(axis.span) / Double(axis.columns * 8) / speed
        return Int64(max(33_333, min(100_000, eighth)))
    }
}
