internal import FanoutEvents

// How a lane changes between its beginning and its end, and how it ends.

extension Timeline {
    /// Puts a mark into a lane where its instant belongs; after a lane's end nothing becomes of it any more.
    mutating func mark(
        _ lane: Int, _ kind: Mark.Kind, _ event: Event, why: Event.Wait? = nil, on: [String] = [], attempt: Int? = nil
    ) {
        guard event.t <= lanes[lane].ended else { return }
        var mark = Mark(t: event.t, kind: kind, why: why, approx: event.approx)
        if !on.isEmpty {
            mark.on = symbols.symbol(on.joined(separator: ", "))
        }
        if kind == .started {
            mark.attempt = UInt16(clamping: attempt ?? 0)
            lanes[lane].flags.insert(event.approx == nil ? .hasMeasuredStart : .hasLooseStart)
        }
        if kind == .queued, mark.tellsOfAsking {
            lanes[lane].flags.insert(.wasAsked)
        }
        let isMixed = (kind == .started || kind == .retrying || mark.tellsOfAsking) && isMixed(lane)
        let (previous, newest, openStart) = neighbours(of: lane, at: event.t)
        let isInOrder = (newest.map { $0.t <= event.t } ?? true) && !lanes[lane].hasEnded && !isMixed
        let before = isInOrder ? nil : transitions(of: lane)

        let number = UInt32(marks.endIndex + 1)
        if let previous {
            mark.next = marks[previous].next
            marks.append(mark)
            marks[previous].next = number
        } else {
            mark.next = lanes[lane].firstMark
            marks.append(mark)
            lanes[lane].firstMark = number
        }
        if mark.next == 0 {
            lanes[lane].lastMark = number
        }
        if isMixed {
            supersede(lane)
        } else {
            setOpenMark(lane, number, kind, isLast: mark.next == 0)
            if kind == .started {
                lanes[lane].attempts &+= 1
            }
        }
        let turn = Int(lanes[lane].turn)
        touch(turn, event.t)
        guard isInOrder else {
            turns[turn].running.isStale = true
            return rejournal(lane, before)
        }
        journalMark(lane, kind, event.t, openStart)
    }

    /// Whether some of its starts were measured and some were not, so that one may stand for the other; or whether something else tells that
    /// what was concluded was too early.
    private func isMixed(_ lane: Int) -> Bool {
        lanes[lane].flags.contains(.hasLooseStart) && !lanes[lane].flags.isDisjoint(with: [.hasMeasuredStart, .wasAsked, .neverRan])
    }

    /// Takes back the starts that were concluded of a call that never ran.
    mutating func takeBackStarts(of lane: Int) {
        lanes[lane].flags.insert(.neverRan)
        guard isMixed(lane) else { return }
        let before = transitions(of: lane)
        supersede(lane)
        turns[Int(lanes[lane].turn)].running.isStale = true
        rejournal(lane, before)
    }

    /// Finds which starts count: a measured one takes the place of one that was concluded, if both are of one attempt. Of a start that is known
    /// to lie no earlier than an instant (`lower`), nothing is left where the call's user was asked after that, or where it never ran.
    ///
    /// They are where no retry lies between them and their numbers, if both have one, are the same. It is worked out from all marks of the
    /// lane in the order of time, so it does not matter in which order they came.
    private mutating func supersede(_ lane: Int) {
        var open: Int?
        var attempts: UInt16 = 0
        var next = lanes[lane].firstMark
        while next != 0 {
            let number = Int(next) - 1
            next = marks[number].next
            switch marks[number].kind {
            case .queued where marks[number].tellsOfAsking:
                guard let start = open, marks[start].approx == .lower else { continue }
                marks[start].isSuperseded = true
                attempts &-= 1
                open = nil
            case .queued, .ready: continue
            case .retrying: open = nil
            case .started where marks[number].approx == .lower && lanes[lane].flags.contains(.neverRan):
                marks[number].isSuperseded = true
            case .started where marks[number].t > lanes[lane].ended:
                // It stood for one that counts no more, now that a retry between them has come to light.
                marks[number].isSuperseded = true
            case .started:
                marks[number].isSuperseded = false
                let isSame = open.map { isSameAttempt($0, number) } ?? false
                switch (open.map { marks[$0].approx != nil }, marks[number].approx != nil) {
                case (true?, false) where isSame:
                    open.map { marks[$0].isSuperseded = true }
                    open = number
                case (false?, true) where isSame:
                    marks[number].isSuperseded = true
                case (nil, _), (true?, _), (false?, _):
                    attempts &+= 1
                    open = number
                }
            }
        }
        lanes[lane].attempts = attempts
        lanes[lane].openMark = open.map { UInt32($0 + 1) } ?? 0
    }

    private func isSameAttempt(_ a: Int, _ b: Int) -> Bool {
        marks[a].attempt == 0 || marks[b].attempt == 0 || marks[a].attempt == marks[b].attempt
    }

    /// Writes down a mark that comes after everything else of its lane.
    private mutating func journalMark(_ lane: Int, _ kind: Mark.Kind, _ t: Int64, _ openStart: Int64?) {
        let isCall = lanes[lane].kind == .call
        let isCounted = isCall && !lanes[lane].isParent
        let turn = Int(lanes[lane].turn)
        switch kind {
        case .started:
            if let openStart, isCall {
                turns[turn].running.stop(openStart, t, isCounted: isCounted)
            }
            if isCall {
                turns[turn].running.start(t, isCounted: isCounted)
            }
            if isCounted {
                if openStart != nil {
                    journal.insert(Journal.Change(t: t, kind: .stop, lane: lane))
                }
                journal.insert(Journal.Change(t: t, kind: .start, lane: lane))
            } else {
                journal.insert(Journal.Change(t: t, kind: .tick, lane: lane))
            }
        case .retrying:
            if let openStart, isCall {
                turns[turn].running.stop(openStart, t, isCounted: isCounted)
            }
            journal.insert(Journal.Change(t: t, kind: openStart != nil && isCounted ? .stop : .tick, lane: lane))
        case .queued, .ready:
            journal.insert(Journal.Change(t: t, kind: .tick, lane: lane))
        }
    }

    /// The last mark at or before an instant, the newest that counts, and the start of an attempt that runs at the end.
    @inline(__always)
    private func neighbours(of lane: Int, at t: Int64) -> (previous: Int?, newest: Mark?, openStart: Int64?) {
        let last = lanes[lane].lastMark
        guard last != 0 else { return (nil, nil, nil) }
        let open = lanes[lane].openMark
        var newest: Mark? = marks[Int(last) - 1]
        var previous: Int?
        if marks[Int(last) - 1].t <= t {
            previous = Int(last) - 1
        } else {
            var next = lanes[lane].firstMark
            while next != 0, marks[Int(next) - 1].t <= t {
                previous = Int(next) - 1
                next = marks[Int(next) - 1].next
            }
        }
        if marks[Int(last) - 1].isSuperseded {
            newest = nil
            forEachMark(of: lane) { newest = $0 }
        }
        return (previous, newest, open == 0 ? nil : marks[Int(open) - 1].t)
    }

    /// Notes which attempt goes on after all marks, now that there is one more.
    private mutating func setOpenMark(_ lane: Int, _ number: UInt32, _ kind: Mark.Kind, isLast: Bool) {
        switch kind {
        case .queued, .ready:
            return
        case .started where isLast:
            lanes[lane].openMark = number
        case .retrying where isLast:
            lanes[lane].openMark = 0
        case .started, .retrying:
            var open: UInt32 = 0
            var next = lanes[lane].firstMark
            while next != 0 {
                switch marks[Int(next) - 1].kind {
                case .started: open = next
                case .retrying: open = 0
                case .queued, .ready: break
                }
                next = marks[Int(next) - 1].next
            }
            lanes[lane].openMark = open
        }
    }

    /// Whether an event tells measured what is only concluded so far: when a lane ended.
    @inline(__always)
    func corrects(_ event: Event, _ lane: Int) -> Bool {
        lanes[lane].hasEnded && lanes[lane].approxEnd != nil && event.approx == nil
    }

    mutating func end(_ lane: Int, _ outcome: Event.Outcome, _ event: Event) {
        // A call ends once; and not before it did something else.
        guard !lanes[lane].hasEnded || corrects(event, lane) else { return }
        let (_, newest, openStart) = neighbours(of: lane, at: event.t)
        let t = max(event.t, newest?.t ?? event.t, lanes[lane].seen)
        let turn = Int(lanes[lane].turn)
        touch(turn, t)
        let isCall = lanes[lane].kind == .call
        let isCounted = isCall && !lanes[lane].isParent
        let isCorrection = lanes[lane].hasEnded
        let before = isCorrection ? transitions(of: lane) : nil
        lanes[lane].ended = t
        lanes[lane].outcome = outcome
        lanes[lane].approxEnd = t == event.t ? event.approx : .inferred
        hasApproximations = hasApproximations || lanes[lane].approxEnd != nil
        if isCorrection {
            if isMixed(lane) {
                supersede(lane)
            }
            turns[turn].running.isStale = true
            return rejournal(lane, before)
        }
        if let place = open.lastIndex(of: Int32(lane)) {
            open.remove(at: place)
        }
        if isCall {
            turns[turn].running.figures.count(outcome)
            if let openStart {
                turns[turn].running.stop(openStart, t, isCounted: isCounted)
                if isCounted {
                    journal.insert(Journal.Change(t: t, kind: .stop, lane: lane))
                }
            }
            journal.insert(Journal.Change(t: t, kind: .end(outcome), lane: lane))
        } else {
            journal.insert(Journal.Change(t: t, kind: .tick, lane: lane))
        }
    }
}
