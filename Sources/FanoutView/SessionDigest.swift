internal import FanoutEvents
internal import FanoutTimeline

/// What a session does, or came to, at a glance.
struct SessionDigest: Sendable {
    enum State: Sendable, Hashable {
        /// A call waits for somebody's approval.
        case asks
        case running(Int)
        /// Only its model is at work.
        case thinks
        /// Nothing goes on, and that many calls have failed.
        case failed(Int)
        case idle
        case over
    }

    var state: State
    var title: CleanText
    /// The tools that run, each once, with how often; the oldest first.
    var running: [CleanText]
    /// What waits for approval.
    var asking: CleanText?
    var errors: Int
    /// When anything last happened, in microseconds since the Unix epoch.
    var activity: Int64

    /// - Parameters:
    ///   - now: Microseconds since the Unix epoch.
    ///   - instant: The instant of the session that is told of, where that is not now.
    init(_ timeline: Timeline, now: Int64, at instant: Int64? = nil) {
        let t = instant ?? max(timeline.last, now - timeline.header.started)
        title = Self.title(of: timeline)
        errors = instant.map { timeline.figures(at: $0).errors } ?? timeline.errorCount
        activity = Self.activity(of: timeline)
        running = []
        var names: [(name: String, count: Int)] = []
        var isThinking = false
        for lane in timeline.openLanes(at: t) {
            switch timeline.state(of: lane, at: t) {
            case .waiting(.approval): asking = asking ?? CleanText(timeline.title(of: lane))
            case .running, .backoff:
                guard timeline.lane(lane).kind == .call else {
                    isThinking = true
                    continue
                }
                // A call whose work is a turn is told of by that turn's calls, while there are any.
                let name = timeline.title(of: lane)
                if let place = names.firstIndex(where: { $0.name == name }) {
                    names[place].count += 1
                } else {
                    names.append((name, 1))
                }
            case .hidden, .announced, .waiting, .ended: break
            }
        }
        running = names.map { CleanText($0.name) + ($0.count > 1 ? " x" + CleanText($0.count) : "") }
        let count = names.reduce(0) { $0 + $1.count }
        if asking != nil {
            state = .asks
        } else if count > 0 {
            state = .running(count)
        } else if isThinking {
            state = .thinks
        } else if errors > 0 {
            state = .failed(errors)
        } else {
            state = timeline.over.map { $0 <= t } ?? false ? .over : .idle
        }
    }

    /// Its title, or the beginning of its id.
    static func title(of timeline: Timeline) -> CleanText {
        if let title = timeline.header.title.map({ CleanText($0) }), !title.isEmpty {
            return title
        }
        return "session " + CleanText(String(timeline.header.session.prefix(8)))
    }

    static func activity(of timeline: Timeline) -> Int64 { Instant.held(timeline.header.started) + timeline.last }

    func glyph(_ glyphs: Glyphs) -> Glyph {
        switch state {
        case .asks: glyphs.unknown
        case .running, .thinks: glyphs.running
        case .failed: glyphs.failed
        case .idle: glyphs.queued
        case .over: glyphs.ok
        }
    }

    var role: Role {
        switch state {
        case .asks: .retrying
        case .running, .thinks: .running
        case .failed: .failed
        case .idle: .muted
        case .over: .ok
        }
    }

    var word: CleanText {
        switch state {
        case .asks: "waits for you"
        case .running(let count): "running " + CleanText(count)
        case .thinks: "thinking"
        case .failed(let count): "failed " + CleanText(count)
        case .idle: "idle"
        case .over: "over"
        }
    }
}

/// The order of sessions on the screen: the newest activity first, and yet each in its place while one looks.
///
/// A session passes the one before it only where it was active by ``patience`` later than that one. So sessions that are at work side by side keep
/// their places, however their activity flips back and forth, and one that is quiet sinks behind those that work. A new session goes before
/// those that were active before it.
struct SessionOrder: Sendable, Hashable {
    /// Microseconds.
    static let patience: Int64 = 10_000_000

    /// The sessions' places among the timelines.
    private(set) var places: [Int] = []

    /// - Parameter activity: When each session was last active, by its place among the timelines.
    mutating func update(activity: [Int64]) {
        if places.isEmpty || places.count > activity.count {
            places = Self.newestFirst(activity)
            return
        }
        for new in places.count..<activity.count {
            places.insert(new, at: places.firstIndex { activity[$0] <= activity[new] } ?? places.count)
        }
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for place in places.indices.dropFirst() where activity[places[place]] > activity[places[place - 1]] + Self.patience {
                places.swapAt(place, place - 1)
                hasMoved = true
            }
        }
    }

    /// Without regard to where each stood before.
    static func newestFirst(_ activity: [Int64]) -> [Int] {
        activity.indices.sorted { (activity[$1], $0) < (activity[$0], $1) }
    }
}
