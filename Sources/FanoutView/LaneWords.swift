package import FanoutEvents
package import FanoutTimeline

/// A lane's state as a glyph, a role and words.
package struct LaneWords {
    package var glyph: Glyph
    package var role: Role
    package var words: CleanText

    package init(_ timeline: borrowing Timeline, lane number: Int, at t: Int64, glyphs: Glyphs) {
        let lane = timeline.lane(number)
        switch timeline.state(of: number, at: t) {
        case .hidden, .announced:
            (glyph, role, words) = (glyphs.queued, .queued, "arriving")
        case .waiting(let why):
            (glyph, role, words) = (glyphs.queued, .queued, Self.word(why))
            if why == .approval {
                role = .retrying
            }
        case .running(let attempt):
            (glyph, role, words) = (glyphs.running, .running, lane.kind == .model ? "thinking" : "running")
            if let progress = timeline.progress(of: number, at: t), let total = progress.total, total > 0 {
                words = CleanText(Int64(max(0, min(1, progress.done / total)) * 100)) + "%"
            } else if attempt > 1 {
                (glyph, role, words) = (glyphs.retrying, .retrying, "try " + CleanText(attempt))
            }
        case .backoff:
            (glyph, role, words) = (glyphs.retrying, .retrying, "retrying")
        case .ended(let outcome):
            (glyph, role, words) = Self.end(outcome, glyphs)
            if let word = timeline.word(of: number), outcome.isError || lane.kind == .model {
                words = CleanText(word)
            } else if lane.isAbandoned {
                words = "abandoned"
            } else if lane.isDetached {
                words = "detached"
            } else if outcome == .ok, timeline.sharedWith(number) != nil {
                (glyph, role, words) = (glyphs.shared, .shared, "shared")
            }
        }
    }

    private static func word(_ why: Event.Wait?) -> CleanText {
        switch why {
        case .limit?: "queued"
        case .order?: "in order"
        case .rate?: "rate"
        case .dependency?: "needs"
        case .approval?: "approve?"
        case nil: "queued"
        }
    }

    private static func end(_ outcome: Event.Outcome, _ glyphs: Glyphs) -> (Glyph, Role, CleanText) {
        switch outcome {
        case .ok: (glyphs.ok, .ok, "ok")
        case .failed: (glyphs.failed, .failed, "failed")
        case .timeout: (glyphs.timeout, .timeout, "timeout")
        case .cancelled: (glyphs.cancelled, .cancelled, "cancelled")
        case .skipped: (glyphs.skipped, .skipped, "skipped")
        case .unknown: (glyphs.unknown, .muted, "no end")
        }
    }
}
