package import FanoutEvents
package import FanoutTimeline

/// Something worth calling somebody for who does not look at the screen.
package struct Notice: Sendable, Hashable {
    /// The more pressing one last.
    package enum Kind: String, Sendable, CaseIterable, Comparable {
        case failure, end, approval

        package static func < (a: Kind, b: Kind) -> Bool { a.place < b.place }

        private var place: Int { Kind.allCases.firstIndex(of: self) ?? 0 }
    }

    package var kind: Kind
    package var text: CleanText

    /// Columns of text beyond which nobody reads a notification.
    private static let columns = 100

    package init(_ kind: Kind, _ text: CleanText) {
        self.kind = kind
        self.text = text.lines(columns: Self.columns).first ?? ""
    }

    /// What there is to call for in an event that a timeline has just taken; nil for most.
    package init?(_ event: Event, in timeline: Timeline) {
        func name(_ call: String) -> CleanText {
            CleanText(timeline.lane(ofCall: call).map { timeline.title(of: $0) } ?? call)
        }
        let session = SessionDigest.title(of: timeline)
        switch event.body {
        case .callQueued(let body) where body.why == .approval:
            self.init(.approval, name(body.call) + " asks for approval: " + session)
        case .callFinished(let body) where body.outcome.isError:
            let reason = body.error.map { ": " + CleanText(String($0.message.prefix { $0 != "\n" }.prefix(200))) } ?? ""
            self.init(.failure, name(body.call) + (body.outcome == .timeout ? " timed out" : " failed") + reason)
        case .sessionFinished(let body):
            let end: CleanText =
                switch body.outcome {
                case .ok: "done: "
                case .failed: "failed: "
                case .cancelled: "cancelled: "
                }
            self.init(.end, end + session)
        default: return nil
        }
    }
}

/// Decides whom to call for, and how often: never for what is old, and hardly more than once a second.
package struct NoticeGate: Sendable {
    /// Microseconds between two calls; only something more pressing than the last may come sooner.
    package static let interval: Int64 = 1_000_000
    /// Microseconds after which an event is no news, but something that stood in a file.
    package static let freshness: Int64 = 60_000_000

    private let wanted: Set<Notice.Kind>
    private var last: (clock: Int64, kind: Notice.Kind)?
    /// How far each session was heard, so that one that is told again from its beginning is not news again.
    private var heard: [Int: (generation: Int, until: Int64, furthest: Int64)] = [:]

    package init(_ wanted: Set<Notice.Kind>) {
        self.wanted = wanted
    }

    /// Whether an event that a session took is news.
    ///
    /// - Parameters:
    ///   - session: The session's place among the timelines.
    ///   - now: Microseconds since the Unix epoch.
    package mutating func isNews(_ event: Event, session: Int, of timeline: Timeline, now: Int64) -> Bool {
        let t = event.t
        var known = heard[session] ?? (timeline.generation, Int64.min, Int64.min)
        if known.generation != timeline.generation {
            known = (timeline.generation, known.furthest, known.furthest)
        }
        known.furthest = max(known.furthest, t)
        heard[session] = known
        return t > known.until && now - (Instant.held(timeline.header.started) + Instant.held(t)) <= Self.freshness
    }

    /// Whether to call for this now.
    ///
    /// - Parameter clock: Now, in microseconds of a monotonic clock.
    package mutating func admits(_ kind: Notice.Kind, at clock: Int64) -> Bool {
        guard wanted.contains(kind) else { return false }
        if let last, clock - last.clock < Self.interval, kind <= last.kind { return false }
        last = (clock, kind)
        return true
    }
}
