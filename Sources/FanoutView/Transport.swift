internal import FanoutEvents
package import FanoutTimeline

/// How a session is played: what is skipped, what comes after its end, where its markers are.
package struct Transport: Sendable {
    /// Whether stretches without an event are skipped.
    package var skipsIdle = false
    /// Microseconds of such a stretch that are played.
    package var idleLimit: Int64 = 2_000_000
    /// Whether it begins again at the end.
    package var isLoop = false
    /// Whether captions are shown while there is one; nil where nobody has said: then in replay.
    package var showsCaptions: Bool?
    /// The user's own markers, of all sessions.
    package var markers = OwnMarkers()

    // What was found of the session that is shown.
    private var gaps = Kept<GapsKey, IdleGaps>()
    private var marks = Kept<MarksKey, [SessionMark]>()
    private var overview = Kept<OverviewKey, [OverviewColumn]>()
    private var captionHeight = Kept<CaptionKey, Int>()

    package init() {}

    /// Microseconds that are played of a stretch without an event, from seconds as they are written; nil for what are none.
    package static func idleLimit(_ seconds: String) -> Int64? {
        Double(seconds).flatMap { idleSeconds.contains($0) ? Int64($0 * 1_000_000) : nil }
    }

    package static let idleSeconds = 0.5...86_400

    /// A value with what it was found for.
    private struct Kept<Key: Equatable & Sendable, Value: Sendable>: Sendable {
        private var kept: (key: Key, value: Value)?

        func value(_ key: Key) -> Value? { kept.flatMap { $0.key == key ? $0.value : nil } }

        mutating func value(_ key: Key, _ find: () -> Value) -> Value {
            if let value = value(key) { return value }
            let found = find()
            kept = (key, found)
            return found
        }

        var last: Value? { kept?.value }
    }

    private struct GapsKey: Hashable { var generation, version: Int, limit: Int64 }
    private struct MarksKey: Hashable { var generation, version, own: Int, session: Int }
    private struct OverviewKey: Hashable { var generation, version, columns: Int, start, end: Int64 }
    private struct CaptionKey: Hashable { var marks: MarksKey, columns: Int }

    /// Forgets what is about one session, for another.
    mutating func forgetSession() {
        (gaps, marks, overview, captionHeight) = (Kept(), Kept(), Kept(), Kept())
    }

    // MARK: Idle time

    private func key(_ timeline: Timeline) -> GapsKey {
        GapsKey(generation: timeline.generation, version: timeline.idleVersion, limit: idleLimit)
    }

    /// The stretches that are skipped, or would be.
    func idleGaps(_ timeline: Timeline) -> IdleGaps {
        gaps.value(key(timeline)) ?? timeline.idleGaps(longerThan: idleLimit)
    }

    /// What is skipped now that more has come, and what was skipped before.
    mutating func meetGaps(_ timeline: Timeline) -> (before: IdleGaps?, now: IdleGaps) {
        let before = gaps.last
        return (before, gaps.value(key(timeline)) { timeline.idleGaps(longerThan: idleLimit) })
    }

    // MARK: Markers

    /// The markers of the session at a place among all: those of the recording and the user's own, in the order of time.
    mutating func marks(_ timeline: Timeline, session: Int) -> [SessionMark] {
        let markers = markers
        return marks.value(marksKey(timeline, session)) {
            let told = timeline.markers.map { SessionMark($0) }
            let own = markers.all.filter { Self.isOf($0, timeline, session) }.map { SessionMark($0) }
            // What the recording tells stands before what was set at the same instant.
            return (told + own).enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
        }
    }

    private func marksKey(_ timeline: Timeline, _ session: Int) -> MarksKey {
        MarksKey(generation: timeline.generation, version: timeline.version, own: markers.version, session: session)
    }

    /// The user's own marker that stands at an instant.
    func ownMarker(at t: Int64, _ timeline: Timeline, session: Int) -> OwnMarker? {
        markers.all.first { $0.t == t && Self.isOf($0, timeline, session) }
    }

    /// Whether a marker is of the session at a place among all: a recording's first one need not be named.
    private static func isOf(_ marker: OwnMarker, _ timeline: Timeline, _ session: Int) -> Bool {
        marker.session.map { $0 == timeline.header.session } ?? (session == 0)
    }

    /// Rows that the longest caption takes in so many columns; 0 where there is none.
    mutating func captionHeight(_ timeline: Timeline, session: Int, columns: Int) -> Int {
        let marks = marks(timeline, session: session)
        return captionHeight.value(CaptionKey(marks: marksKey(timeline, session), columns: columns)) {
            marks.filter { $0.kind == .caption }.map { $0.text.lines(columns: max(1, columns)).count }.max() ?? 0
        }
    }

    // MARK: The whole session

    /// What happened in each of so many equal parts of a stretch, found anew only when something has happened.
    mutating func overview(_ timeline: Timeline, from start: Int64, to end: Int64, columns: Int) -> [OverviewColumn] {
        let key = OverviewKey(generation: timeline.generation, version: timeline.version, columns: columns, start: start, end: end)
        return overview.value(key) { timeline.overview(from: start, to: end, count: columns) }
    }
}

/// A marker as it is shown, whoever set it.
struct SessionMark: Sendable {
    /// Microseconds since the session's start.
    var t: Int64
    var label: CleanText
    /// What a caption says; of others their name.
    var text: CleanText
    /// Nil for one of no kind, and for the user's own.
    var kind: Event.MarkerKind?
    /// Until when a caption is shown, where that was told.
    var until: Int64?
    var isOwn: Bool

    init(_ marker: Timeline.Marker) {
        let told = marker.marker
        t = marker.t
        label = CleanText(told.label.isEmpty ? told.text ?? "" : told.label)
        text = CleanText(told.text ?? told.label)
        (kind, until, isOwn) = (told.kind, told.until, false)
    }

    init(_ marker: OwnMarker) {
        t = marker.t
        label = CleanText(marker.label)
        (text, kind, until, isOwn) = (label, nil, nil, true)
    }
}
