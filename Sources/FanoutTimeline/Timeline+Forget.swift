extension Timeline {
    /// Forgets turns at the old end so that about so many lanes are kept, or more where the newest turns have more.
    ///
    /// Calls of no turn form one that never ends; beyond half of what is kept, those that come from now on form another.
    public mutating func forget(keeping most: Int) {
        guard laneRange.count > most else { return }
        if let loose = looseTurn, turns[loose].lanes.count > most / 2 { looseTurn = nil }
        var first = turns.endIndex
        var lanes = 0
        while first > firstTurn, lanes + turns[first - 1].lanes.count <= most || first == turns.endIndex {
            first -= 1
            lanes += turns[first].lanes.count
        }
        forget(turnsBefore: first)
    }

    /// Forgets turns at the old end, with their lanes, for a program that watches for days.
    ///
    /// Stops before a turn with a lane that has not ended, or that a kept turn is the work of. Turns keep their places; the memory of
    /// lanes is given back in blocks. The figures of the session are from then on those of what is kept.
    ///
    /// - Parameter wanted: The first turn to keep.
    /// - Returns: The first turn that is kept.
    @discardableResult
    public mutating func forget(turnsBefore wanted: Int) -> Int {
        var first = firstTurn
        while first < min(wanted, turns.endIndex), turns[first].lanes.allSatisfy({ lanes[Int($0)].hasEnded }) {
            first += 1
        }
        // A call whose work is a kept turn is kept, with the turn it is of; and so on.
        while let needed = turns[first...].compactMap({ $0.parent.map { Int(lanes[$0].turn) } }).min(), needed < first, first > firstTurn {
            first = max(needed, firstTurn)
        }
        guard first > firstTurn else { return firstTurn }
        for turn in firstTurn..<first {
            turns[turn].lanes = []
            spans[turn].lanes = 0
            turns[turn].running = RunningFigures()
            turns[turn].version += 1
        }
        firstTurn = first
        // Calls of no turn that come from now on are not put where nobody looks any more.
        looseTurn = looseTurn.flatMap { $0 < first ? nil : $0 }
        version += 1
        forgetLanes()
        forgetUtterances()
        forgetTurns()
        return first
    }

    /// Gives back what lies before the first lane of the turns that are kept.
    private mutating func forgetLanes() {
        let kept = turns[firstTurn...].compactMap { $0.lanes.min() }.min().map { Int($0) } ?? lanes.endIndex
        var firstMark = marks.endIndex
        var firstOutput = outputs.endIndex
        // Lanes of forgotten turns that lie among those that are kept can still be asked for.
        for lane in kept..<lanes.endIndex {
            var mark = lanes[lane].firstMark
            while mark != 0 {
                firstMark = min(firstMark, Int(mark) - 1)
                mark = marks[Int(mark) - 1].next
            }
            var output = lanes[lane].lastOutput
            while output != 0, Int(output) > outputs.startIndex {
                firstOutput = min(firstOutput, Int(output) - 1)
                output = outputs[Int(output) - 1].previous
            }
        }
        firstLane = kept
        if kept < lanes.endIndex {
            ids.forget(before: lanes[kept].id)
        }
        lanes.forget(before: kept)
        marks.forget(before: firstMark)
        outputs.forget(before: firstOutput)
        index.forget(before: kept)
        requests = requests.filter { $0.value >= kept }
        if let start = turns[firstTurn...].lazy.filter({ !$0.isEmptied }).map(\.started).min() {
            journal.forget(before: start)
            silences.forget(before: start)
        }
        let first = Int32(kept)
        dependencies = dependencies.filter { $0.key >= first }.mapValues { $0.filter { $0 >= first } }
        expected = expected.filter { $0.key >= first }
        providerIDs = providerIDs.filter { $0.key >= first }
        resolvedArguments = resolvedArguments.filter { $0.key >= first }
        held = held.filter { $0.key >= first }
        shared = shared.filter { $0.key >= first }
        measuredRuns = measuredRuns.filter { $0.key >= first }
        children = children.filter { $0.key >= first }
    }

    /// Gives back the turns of which no lane is held any more.
    private mutating func forgetTurns() {
        let first = laneRange.reduce(firstTurn) { min($0, Int(lanes[$1].turn)) }
        turns.forget(before: first)
        spans.forget(before: first)
        turnNumbers = turnNumbers.filter { $0.value >= turns.startIndex }
    }
}
