package import FanoutTimeline

/// Which instant of a session is on the screen.
///
/// A live run follows now; a recording is played. Both can be paused, sought and stepped.
package struct Playhead: Sendable, Hashable {
    package enum Motion: Sendable, Hashable {
        /// It is always now.
        case following
        case still
        /// It left its place at this instant of the clock and moves at this speed.
        case playing(since: Int64, speed: Double)
    }

    /// What it moves along. Instants are microseconds since the session's start.
    package struct Course: Sendable {
        /// The session's first and last instant; at the last one playing stops.
        package var start, end: Int64
        /// What is skipped.
        package var gaps = IdleGaps.none
        /// Whether it begins again at the end, a moment later.
        package var isLoop = false

        package init(start: Int64 = 0, end: Int64, gaps: IdleGaps = .none, isLoop: Bool = false) {
            self.start = start
            self.end = end
            self.gaps = gaps
            self.isLoop = isLoop
        }
    }

    package private(set) var motion: Motion
    /// Where it stands, or where it left from; microseconds since the session's start.
    private var place: Int64
    /// The speed that playing goes on with.
    package private(set) var speed = 1.0

    package static let slowest = 0.1
    package static let fastest = 64.0
    /// The step after the fastest: whatever a session's length, all of it takes ``longestShow`` at the most.
    package static let asFastAsPossible = Double.infinity
    /// Microseconds of the clock.
    private static let longestShow: Int64 = 3_000_000
    /// Microseconds of the clock for which the end of a loop is shown.
    private static let loopPause: Int64 = 1_000_000
    static let speeds: [Double] = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, asFastAsPossible]

    package static func live() -> Playhead { Playhead(motion: .following, place: 0) }

    package static func replay(from place: Int64, at clock: Int64, speed: Double, isPaused: Bool) -> Playhead {
        var playhead = Playhead(motion: isPaused ? .still : .playing(since: clock, speed: speed), place: place)
        playhead.speed = speed
        return playhead
    }

    private init(motion: Motion, place: Int64) {
        self.motion = motion
        self.place = place
    }

    /// The instant it shows.
    ///
    /// - Parameters:
    ///   - clock: Now, in microseconds of a monotonic clock.
    ///   - now: The session's instant that is now, for following.
    package func instant(clock: Int64, now: Int64, along course: Course) -> Int64 {
        switch motion {
        case .following: now
        case .still: place
        case .playing(let since, let speed): played(for: clock - since, speed, course).instant
        }
    }

    /// Microseconds of the clock until it begins again from the end of a loop; nil where it does not stand there.
    package func pause(clock: Int64, along course: Course) -> Int64? {
        guard case .playing(let since, let speed) = motion else { return nil }
        return played(for: clock - since, speed, course).pause
    }

    /// Where it is after so many microseconds of the clock.
    private func played(for elapsed: Int64, _ speed: Double, _ course: Course) -> (instant: Int64, pause: Int64?) {
        let whole = course.gaps.length(from: course.start, to: course.end)
        let rate = speed.isFinite ? speed : max(Self.fastest, Double(whole) / Double(Self.longestShow))
        let left = course.gaps.length(from: place, to: course.end)
        let played = Self.scaled(max(0, elapsed), by: rate)
        guard played >= left else { return (min(course.end, course.gaps.instant(after: played, from: place)), nil) }
        guard course.isLoop, whole > 0 else { return (course.end, nil) }
        let round = Self.loopPause + Self.scaled(whole, by: 1 / rate)
        let within = max(0, elapsed - Self.scaled(left, by: 1 / rate)) % round
        guard within >= Self.loopPause else { return (course.end, Self.loopPause - within) }
        let again = Self.scaled(within - Self.loopPause, by: rate)
        return (min(course.end, course.gaps.instant(after: again, from: course.start)), nil)
    }

    /// A length of time times a factor, as far as there are numbers for it.
    private static func scaled(_ microseconds: Int64, by factor: Double) -> Int64 {
        Int64(min(Double(microseconds) * factor, 1e18))
    }

    package var isFollowing: Bool { motion == .following }
    package var isStill: Bool { motion == .still }
    package var isPlaying: Bool { !isFollowing && !isStill }

    /// Stops where it is.
    package mutating func hold(at instant: Int64) {
        place = instant
        motion = .still
    }

    package mutating func follow() { motion = .following }

    package mutating func play(from instant: Int64, clock: Int64) {
        place = instant
        motion = .playing(since: clock, speed: speed)
    }

    /// Goes to an instant, and goes on from there as it did.
    package mutating func seek(to instant: Int64, clock: Int64) {
        place = instant
        switch motion {
        case .following, .still: motion = .still
        case .playing: motion = .playing(since: clock, speed: speed)
        }
    }

    /// Stays where it is while what it moves along becomes another.
    package mutating func anchor(at instant: Int64, clock: Int64) {
        if isPlaying {
            play(from: instant, clock: clock)
        }
    }

    /// Takes a speed, and stays where it is.
    package mutating func take(speed: Double, at instant: Int64, clock: Int64) {
        self.speed = speed
        anchor(at: instant, clock: clock)
    }

    /// Takes the next faster or slower speed, or 1.
    package mutating func change(speed step: Int, from instant: Int64, clock: Int64) {
        let index = Self.speeds.lastIndex { $0 <= speed } ?? 3
        take(speed: step == 0 ? 1 : Self.speeds[max(0, min(Self.speeds.count - 1, index + step))], at: instant, clock: clock)
    }
}
