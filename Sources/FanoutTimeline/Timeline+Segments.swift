internal import FanoutEvents

extension Timeline {
    /// Hands on each stretch of a lane's life up to an instant, in order.
    ///
    /// A stretch that goes on at `t` ends there and is open. Where the session is over and nobody saw the lane's end, its last
    /// stretch ends when the session did.
    public func forEachSegment(of number: Int, at t: Int64, _ body: (Segment) -> Void) {
        let lane = lanes[number]
        guard lane.seen <= t else { return }
        // When the lane stopped being worked on, as far as `t` lets us see.
        let isLost = !lane.hasEnded && over != nil
        let end = lane.hasEnded ? lane.ended : isLost ? max(last, lane.seen) : Lane.never
        let approxEnd: Event.Approximation? = isLost ? .inferred : lane.approxEnd

        var kind: Segment.Kind = .announced
        var start = lane.seen
        var approx = lane.approxStart
        var attempt = 0
        func close(_ instant: Int64, _ approxEnd: Event.Approximation? = nil) {
            let stop = min(instant, t, end)
            let isOpen = instant > t && end > t
            guard stop > start || isOpen || isAttempt(kind) else { return }
            let measured = stop == end ? approxEnd : nil
            body(
                Segment(
                    kind: kind, start: start, end: max(start, stop), isOpen: isOpen, approxStart: approx, approxEnd: isOpen ? nil : measured
                ))
        }

        if lane.requested != Lane.never {
            // What has begun was whole by then, also where its request came after that.
            let whole = min(lane.requested, firstInstant(of: number) ?? Lane.never)
            if whole <= t {
                if whole > start {
                    close(whole)
                    start = whole
                }
                kind = .waiting(nil)
            }
        }
        var next = lane.firstMark
        while next != 0 {
            let mark = marks[Int(next) - 1]
            next = mark.next
            guard mark.t <= t else { break }
            if mark.isSuperseded { continue }
            switch mark.kind {
            case .queued, .ready:
                // A call that runs does not wait, whatever was said.
                guard !isAttempt(kind) else { continue }
                close(mark.t, mark.approx)
                kind = .waiting(mark.kind == .queued ? mark.why : nil)
            case .started:
                close(mark.t, mark.approx)
                attempt += 1
                kind = .attempt(attempt, isFailed: false)
            case .retrying:
                if case .attempt(let number, _) = kind {
                    kind = .attempt(number, isFailed: true)
                }
                close(mark.t, mark.approx)
                kind = .backoff
            }
            start = mark.t
            approx = mark.approx
        }
        if case .attempt(let number, _) = kind, end <= t {
            kind = .attempt(number, isFailed: lane.hasEnded && lane.outcome != .ok)
        }
        close(end, approxEnd)
        if let released = held[Int32(number)], lane.hasEnded, lane.ended <= t {
            let stop = released == Lane.never ? (over ?? Lane.never) : released
            if stop > lane.ended {
                body(Segment(kind: .held, start: lane.ended, end: min(stop, t), isOpen: stop > t, approxStart: nil, approxEnd: nil))
            }
        }
    }

    /// The instant of the first mark that counts.
    private func firstInstant(of number: Int) -> Int64? {
        var next = lanes[number].firstMark
        while next != 0, marks[Int(next) - 1].isSuperseded {
            next = marks[Int(next) - 1].next
        }
        return next == 0 ? nil : marks[Int(next) - 1].t
    }

    private func isAttempt(_ kind: Segment.Kind) -> Bool {
        if case .attempt = kind { return true }
        return false
    }

    /// What a lane is doing at an instant.
    public func state(of number: Int, at t: Int64) -> LaneState {
        let lane = lanes[number]
        guard lane.seen <= t else { return .hidden }
        if lane.hasEnded {
            if lane.ended <= t {
                return .ended(lane.outcome)
            }
        } else if let over, over <= t {
            return .ended(.unknown)
        }
        var state: LaneState = lane.requested <= t ? .waiting(nil) : .announced
        var attempt = 0
        forEachMark(of: number) { mark in
            guard mark.t <= t else { return }
            switch mark.kind {
            case .queued, .ready:
                if case .running = state { return }
                state = .waiting(mark.kind == .queued ? mark.why : nil)
            case .started:
                attempt += 1
                state = .running(attempt: attempt)
            case .retrying:
                state = .backoff(attempt: attempt)
            }
        }
        return state
    }

    /// Hands on each attempt that ended, or goes on, at an instant: its start, and its end or nil.
    public func forEachAttempt(of number: Int, at t: Int64, _ body: (_ start: Int64, _ end: Int64?) -> Void) {
        forEachSpan(of: number, at: t) { body($0.start, $0.end) }
    }

    /// When a lane's first attempt began; nil where none had by an instant.
    public func firstStart(of number: Int, at t: Int64) -> Int64? {
        var first: Int64?
        forEachAttempt(of: number, at: t) { start, _ in first = first ?? start }
        return first
    }

    /// An attempt with what is known of its ends.
    struct Span {
        var start: Int64
        var approxStart: Event.Approximation?
        /// Nil while it goes on.
        var end: Int64?
        var approxEnd: Event.Approximation?
    }

    func forEachSpan(of number: Int, at t: Int64, _ body: (Span) -> Void) {
        let lane = lanes[number]
        var open: Span?
        var next = lane.firstMark
        while next != 0 {
            let mark = marks[Int(next) - 1]
            next = mark.next
            guard mark.t <= t else { break }
            if mark.isSuperseded { continue }
            switch mark.kind {
            case .queued, .ready: continue
            case .started, .retrying:
                // Where another starts, nobody told of the end of the one before; it cannot run beside it.
                if var ended = open {
                    (ended.end, ended.approxEnd) = (mark.t, mark.approx)
                    body(ended)
                }
                open = mark.kind == .started ? Span(start: mark.t, approxStart: mark.approx) : nil
            }
        }
        if var span = open {
            if lane.ended <= t {
                (span.end, span.approxEnd) = (max(span.start, lane.ended), lane.approxEnd)
            }
            body(span)
        }
    }

    /// Microseconds that its attempts took, up to an instant; once it has ended, what was measured elsewhere, if anything was.
    public func runTime(of number: Int, at t: Int64) -> Int64 {
        let t = Instant.held(t)
        if let measured = measuredRun(of: number, at: t) {
            return measured
        }
        var sum: Int64 = 0
        forEachAttempt(of: number, at: t) { start, end in
            if let end {
                sum += end - start
            } else if over.map({ t < $0 }) ?? true {
                sum += t - start
            }
        }
        return sum
    }

    /// The run time of an ended call that was measured where it ran, in microseconds.
    public func measuredRun(of number: Int, at t: Int64) -> Int64? {
        lanes[number].ended <= t ? measuredRuns[Int32(number)] : nil
    }
}
