/// The stretches of a session between two events that follow each other a while apart, kept up with each event.
///
/// Whatever an event tells, it is one: output, a piece of a reply, a step of progress. What runs meanwhile makes no difference, as in a
/// recording of a terminal: a bar that grows for an hour is seen to grow in its first seconds.
struct Silences: Sendable {
    /// Shorter ones, in microseconds, are nobody's idle time, and are not kept.
    static let shortest: Int64 = 500_000

    /// In the order of time; none touches another's inside.
    private(set) var stretches: [Range<Int64>] = []
    /// Grows whenever the stretches change.
    private(set) var version = 0

    /// Takes note of an event, between the first and the last instant of those before it.
    mutating func note(_ t: Int64, first: Int64, last: Int64) {
        if t >= last {
            put(last..<t, at: stretches.count)
        } else if t < first {
            put(t..<first, at: 0)
        } else {
            split(at: t)
        }
    }

    /// Forgets those that end before an instant.
    mutating func forget(before t: Int64) {
        let count = stretches.end { $0.upperBound < t }
        guard count > 0 else { return }
        stretches.removeFirst(count)
        version += 1
    }

    private mutating func put(_ stretch: Range<Int64>, at place: Int) {
        guard stretch.upperBound - stretch.lowerBound >= Self.shortest else { return }
        stretches.insert(stretch, at: place)
        version += 1
    }

    /// Ends the silence that an event came late into.
    private mutating func split(at t: Int64) {
        let place = stretches.end { $0.lowerBound < t } - 1
        guard place >= 0, t < stretches[place].upperBound else { return }
        let stretch = stretches.remove(at: place)
        version += 1
        put(t..<stretch.upperBound, at: place)
        put(stretch.lowerBound..<t, at: place)
    }
}

extension Timeline {
    /// Grows whenever ``idleGaps(longerThan:)`` may have changed.
    package var idleVersion: Int { silences.version }

    /// Stretches without an event that are longer than a limit in microseconds, half a second at the least.
    package func idleGaps(longerThan limit: Int64) -> IdleGaps {
        IdleGaps(silences.stretches, limit: max(limit, Silences.shortest))
    }
}

/// Where nothing happens for longer than somebody wants to look at: of each such stretch a limit's worth is played, and the rest is skipped.
package struct IdleGaps: Sendable, Hashable {
    package struct Gap: Sendable, Hashable {
        /// Microseconds since the session's start.
        package var start, end: Int64
        /// The instant from which it is skipped.
        package var skippedFrom: Int64
        /// Microseconds that are skipped before it.
        fileprivate var before: Int64

        /// Microseconds of it that are skipped.
        package var skipped: Int64 { end - skippedFrom }
    }

    /// Microseconds of each that are played.
    package let limit: Int64
    /// In the order of time.
    package private(set) var gaps: [Gap] = []
    /// Microseconds that are skipped in all.
    package private(set) var skipped: Int64 = 0

    /// Nothing is skipped.
    package static let none = IdleGaps([], limit: .max)

    fileprivate init(_ stretches: [Range<Int64>], limit: Int64) {
        self.limit = limit
        for stretch in stretches where stretch.upperBound - stretch.lowerBound > limit {
            gaps.append(
                Gap(
                    start: stretch.lowerBound, end: stretch.upperBound, skippedFrom: stretch.lowerBound + limit, before: skipped))
            skipped += stretch.upperBound - stretch.lowerBound - limit
        }
    }

    /// How long it takes to play from one instant to another at its own speed; 0 where the other comes first.
    package func length(from start: Int64, to end: Int64) -> Int64 { max(0, played(at: end) - played(at: start)) }

    /// The instant that is reached after playing for so many microseconds from an instant.
    ///
    /// From within what is skipped, the first step leads to its end.
    package func instant(after played: Int64, from start: Int64) -> Int64 {
        guard played > 0, !gaps.isEmpty else { return start + max(0, played) }
        let wanted = self.played(at: start) + played
        // The last one whose jump lies before that.
        let place = gaps.end { $0.skippedFrom - $0.before < wanted } - 1
        let skipped = place < 0 ? 0 : gaps[place].before + gaps[place].skipped
        return max(start, wanted + skipped)
    }

    /// The gap that an instant lies in.
    package func gap(at t: Int64) -> Gap? {
        let place = gaps.end { $0.start <= t } - 1
        return place >= 0 && t < gaps[place].end ? gaps[place] : nil
    }

    /// Microseconds of playing from the session's start that lead to an instant.
    private func played(at t: Int64) -> Int64 {
        let place = gaps.end { $0.start < t } - 1
        guard place >= 0 else { return t }
        let gap = gaps[place]
        return t - gap.before - max(0, min(t, gap.end) - gap.skippedFrom)
    }
}
