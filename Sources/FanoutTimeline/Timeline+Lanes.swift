internal import FanoutEvents

// How lanes and turns come to be, and what the journal holds of them.

extension Timeline {
    /// The place of the turn of that number, which begins if it is new.
    mutating func turn(_ number: Int?, _ event: Event) -> Int {
        if let known = number.map({ turnNumbers[$0] }) ?? looseTurn {
            return known
        }
        let place = turns.endIndex
        turns.append(Turn(number: number, started: event.t))
        spans.append(TurnSpan(started: event.t, last: event.t))
        outline += 1
        if let number {
            turnNumbers[number] = place
            namedTurns += 1
        } else {
            looseTurn = place
        }
        return place
    }

    /// The lane of a call that an event tells of.
    @inline(__always)
    private mutating func told(_ call: String) -> Int? {
        if let lane = index.remembered(call), lane >= firstLane { return lane }
        guard let found = lane(ofCall: call) else { return nil }
        index.remember(call, found)
        return found
    }

    /// The lane of a call that an event may begin: a new one where the id is new, or where its bearer has ended before the event.
    mutating func beginning(_ call: String, turn number: Int?, name: String?, _ event: Event) -> Int {
        if let found = told(call), !lanes[found].hasEnded || event.t < lanes[found].ended {
            if let name, lanes[found].name == 0 {
                lanes[found].name = symbols.symbol(name)
                corrections += 1
            }
            see(found, event)
            if number != nil, looseTurn == Int(lanes[found].turn) { move(found, to: turn(number, event)) }
            return found
        }
        return newLane(.call, id: call, turn: number, name: name, event)
    }

    /// Puts a lane of no turn into the one that it turns out to be of.
    private mutating func move(_ lane: Int, to turn: Int) {
        let before = Int(lanes[lane].turn)
        // Not where that turn is itself part of its work.
        var above: Int? = turn
        while let place = above, let parent = turns[place].parent {
            guard parent != lane else { return }
            above = Int(lanes[parent].turn)
        }
        lanes[lane].turn = Int32(turn)
        turns[before].lanes.removeAll { $0 == Int32(lane) }
        turns[turn].lanes.append(Int32(lane))
        for (place, step) in [(before, Int32(-1)), (turn, 1)] {
            spans[place].lanes += step
            turns[place].running.isStale = true
            turns[place].version += 1
        }
        if lanes[lane].isParent {
            turns[turn].hasNested = true
            spans[turn].hasNested = true
        }
        if turns[before].lanes.isEmpty {
            // Nothing of it is left to be seen, until another call names no turn.
            (turns[before].started, spans[before].started) = (Lane.never, Lane.never)
        }
        var last = lanes[lane].hasEnded ? lanes[lane].ended : lanes[lane].seen
        forEachMark(of: lane) { last = max(last, $0.t) }
        touch(turn, lanes[lane].seen)
        touch(turn, last)
        outline += 1
        corrections += 1
    }

    /// The lane of a call that an event tells more about; where nothing is known of it, it begins with that.
    mutating func running(_ call: String, _ event: Event) -> Int {
        if let found = told(call) {
            see(found, event)
            return found
        }
        return newLane(.call, id: call, turn: nil, name: nil, event)
    }

    mutating func modelLane(_ request: String, turn number: Int?, _ event: Event) -> Int {
        if let lane = requests[request], lane >= firstLane, !lanes[lane].hasEnded || event.t < lanes[lane].ended {
            see(lane, event)
            return lane
        }
        let lane = newLane(.model, id: request, turn: number, name: "model", event)
        requests[request] = lane
        lanes[lane].requested = event.t
        return lane
    }

    private mutating func newLane(_ kind: Lane.Kind, id: String, turn number: Int?, name: String?, _ event: Event) -> Int {
        let place = turn(number, event)
        let number = lanes.endIndex
        let symbol = name.map { symbols.symbol($0) } ?? 0
        let reference = ids.store(id)
        var lane = Lane(kind: kind, id: reference, name: symbol, turn: Int32(place), seen: event.t)
        lane.approxStart = event.approx
        if let agent = event.agent {
            lane.agent = symbols.symbol(agent)
            agentSymbols.insert(lane.agent)
        }
        lanes.append(lane)
        turns[place].lanes.append(Int32(number))
        spans[place].lanes += 1
        touch(place, event.t)
        open.append(Int32(number))
        if kind == .call {
            index.store(number, lanes, ids, from: firstLane)
            index.remember(id, number)
            turns[place].running.figures.calls += 1
            journal.insert(Journal.Change(t: event.t, kind: .known, lane: number))
            if !unresolvedParents.isEmpty {
                for child in unresolvedParents.removeValue(forKey: id) ?? [] {
                    setParent(number, of: child)
                }
            }
        } else {
            journal.insert(Journal.Change(t: event.t, kind: .tick, lane: number))
        }
        return number
    }

    /// Notes that a lane was there as early as an event that came late says.
    private mutating func see(_ lane: Int, _ event: Event) {
        guard event.t < lanes[lane].seen else {
            if event.t == lanes[lane].seen, event.approx == nil {
                lanes[lane].approxStart = nil
            }
            return
        }
        let before = transitions(of: lane)
        lanes[lane].seen = event.t
        lanes[lane].approxStart = event.approx
        rejournal(lane, before)
        touch(Int(lanes[lane].turn), event.t)
    }

    /// Makes a turn the work of a lane, unless it has a parent already or the lane is itself part of that work.
    mutating func setParent(_ lane: Int, of turn: Int) {
        guard turns[turn].parent == nil else { return }
        var above: Int? = Int(lanes[lane].turn)
        while let place = above {
            guard place != turn else { return }
            above = turns[place].parent.map { Int(lanes[$0].turn) }
        }
        turns[turn].parent = lane
        spans[turn].hasParent = true
        children[Int32(lane), default: []].append(turn)
        turns[Int(lanes[lane].turn)].hasNested = true
        spans[Int(lanes[lane].turn)].hasNested = true
        turns[turn].version += 1
        guard !lanes[lane].isParent else { return }
        let before = transitions(of: lane)
        lanes[lane].flags.insert(.isParent)
        rejournal(lane, before)
        turns[Int(lanes[lane].turn)].running.isStale = true
        turns[Int(lanes[lane].turn)].version += 1
    }

    /// What the journal holds of a lane.
    func transitions(of number: Int) -> [Journal.Change] {
        let lane = lanes[number]
        let isCounted = lane.kind == .call && !lane.isParent
        var changes = [Journal.Change(t: lane.seen, kind: lane.kind == .call ? .known : .tick, lane: number)]
        var isRunning = false
        forEachMark(of: number) { mark in
            switch mark.kind {
            case .started where isCounted:
                if isRunning {
                    changes.append(Journal.Change(t: mark.t, kind: .stop, lane: number))
                }
                changes.append(Journal.Change(t: mark.t, kind: .start, lane: number))
                isRunning = true
            case .retrying where isCounted && isRunning:
                changes.append(Journal.Change(t: mark.t, kind: .stop, lane: number))
                isRunning = false
            case .started, .retrying, .queued, .ready:
                changes.append(Journal.Change(t: mark.t, kind: .tick, lane: number))
            }
        }
        if lane.hasEnded {
            if isRunning {
                changes.append(Journal.Change(t: lane.ended, kind: .stop, lane: number))
            }
            changes.append(Journal.Change(t: lane.ended, kind: lane.kind == .call ? .end(lane.outcome) : .tick, lane: number))
        }
        return changes
    }

    /// Replaces what the journal held of a lane by what is true of it now.
    mutating func rejournal(_ lane: Int, _ before: [Journal.Change]?) {
        guard let before else { return }
        corrections += 1
        for change in before {
            journal.remove(change)
        }
        for change in transitions(of: lane) {
            journal.insert(change)
        }
    }
}

extension Journal.Kind {
    static func end(_ outcome: Event.Outcome) -> Journal.Kind {
        switch outcome {
        case .ok: .ok
        case .failed, .timeout: .error
        case .cancelled, .skipped, .unknown: .other
        }
    }
}
