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

    package private(set) var motion: Motion
    /// Where it stands, or where it left from; microseconds since the session's start.
    private var place: Int64
    /// The speed that playing goes on with.
    package private(set) var speed = 1.0

    package static let slowest = 0.1
    package static let fastest = 64.0
    private static let speeds: [Double] = [0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64]

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
    ///   - end: The session's last instant, at which playing stops.
    package func instant(clock: Int64, now: Int64, end: Int64) -> Int64 {
        switch motion {
        case .following: now
        case .still: place
        case .playing(let since, let speed): min(end, place + Int64(Double(clock - since) * speed))
        }
    }

    package var isFollowing: Bool { motion == .following }
    package var isStill: Bool { motion == .still }

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

    /// Takes the next faster or slower speed, or 1.
    package mutating func change(speed step: Int, from instant: Int64, clock: Int64) {
        let index = Self.speeds.lastIndex { $0 <= speed } ?? 3
        speed = step == 0 ? 1 : Self.speeds[max(0, min(Self.speeds.count - 1, index + step))]
        if case .playing = motion {
            play(from: instant, clock: clock)
        }
    }
}
