public import FanoutEvents

extension Timeline {
    /// Takes one event of this session; `place` is where its line stands.
    ///
    /// An instant further away than ``Instant/furthest`` is held there.
    public mutating func apply(_ event: Event, at place: Place = .none) {
        let t = Instant.held(event.t)
        guard t == event.t else {
            var held = event
            held.t = t
            return apply(held, at: place)
        }
        events += 1
        version += 1
        if let first {
            silences.note(t, first: first, last: last)
        }
        last = first == nil ? t : max(last, t)
        first = min(first ?? t, t)
        if event.approx != nil {
            hasApproximations = true
        }
        switch event.body {
        case .toolDeclared(let tool):
            tools[tool.name] = tool
        case .turnStarted(let started):
            apply(started, event)
        case .message(let message):
            apply(message, event, place)
        case .modelOutput(let output):
            addOutput(modelLane(output.request, turn: output.turn, event), event, place)
        case .modelStarted(let started):
            let known = lanes.endIndex
            let lane = modelLane(started.request, turn: started.turn, event)
            if let model = started.model ?? started.provider {
                lanes[lane].name = symbols.symbol(model)
                if lane < known { corrections += 1 }
            }
            mark(lane, .started, event)
        case .modelRetrying(let retrying):
            let lane = modelLane(retrying.request, turn: retrying.turn, event)
            mark(lane, .retrying, event)
            // What it wrote before stands in its output, and counts for nothing from here on.
            addOutput(lane, event, place)
        case .modelFinished(let finished):
            let lane = modelLane(finished.request, turn: finished.turn, event)
            lanes[lane].result = place
            let outcome: Event.Outcome = finished.error != nil || finished.finish == .error ? .failed : .ok
            setWord(lane, finished.finish == .error ? finished.error.flatMap(Self.word(for:)) : finished.finish.rawValue)
            end(lane, outcome, event)
        case .callAnnounced(let announced):
            let lane = beginning(announced.call, turn: announced.turn, name: announced.name, event)
            setIndex(lane, announced.index)
        case .callRequested(let requested):
            apply(requested, event, place)
        case .callQueued(let queued):
            let lane = beginning(queued.call, turn: nil, name: nil, event)
            mark(lane, .queued, event, why: queued.why, on: queued.on)
        case .callDecided(let decided):
            mark(running(decided.call, event), .ready, event)
        case .callStarted(let started):
            apply(started, event, place)
        case .callProgress(let body):
            let lane = running(body.call, event)
            if let done = body.done {
                lanes[lane].progress(to: done, of: body.total, at: t)
            }
        case .callOutput(let output):
            addOutput(running(output.call, event), event, place)
        case .callRetrying(let retrying):
            let lane = running(retrying.call, event)
            setWord(lane, retrying.error.flatMap(Self.word(for:)))
            mark(lane, .retrying, event)
        case .callFinished(let finished):
            apply(finished, event, place)
        case .callReleased(let released):
            if let lane = lane(ofCall: released.call) {
                held[Int32(lane)] = t
            }
        case .turnFinished(let finished):
            let turn = turn(finished.turn, event)
            turns[turn].finished = t
            turns[turn].outcome = finished.outcome
            touch(turn, t)
        case .marker(let marker):
            let entry = Marker(t: t, marker: marker)
            markers.insert(entry, at: markers.lastIndex { $0.t <= t }.map { $0 + 1 } ?? 0)
            journal.insert(Journal.Change(t: t, kind: .tick, lane: 0))
        case .sessionFinished(let finished):
            outcome = finished.outcome
            over = max(last, t)
        // Not `.other`: where every kind is named the compiler copies what an event holds before it looks at it.
        default:
            break
        }
    }

    /// Microseconds, a hundred days: nobody's run time is longer, and a million of them can still be added up.
    private static let longestRun: Int64 = 1 << 43

    /// Says that its source has ended, so that nothing more comes.
    public mutating func close() {
        guard over == nil else { return }
        over = last
        version += 1
    }

    /// Says that another source goes on telling of it, unless its own end was told.
    mutating func reopen() {
        guard over != nil, outcome == nil else { return }
        over = nil
        version += 1
    }

    private mutating func apply(_ started: Event.TurnStarted, _ event: Event) {
        let place = turn(started.turn, event)
        turns[place].title = started.title
        turns[place].strategy = started.strategy
        turns[place].limit = started.limit
        if let parent = started.parent {
            if let lane = lane(ofCall: parent) {
                setParent(lane, of: place)
            } else {
                unresolvedParents[parent, default: []].append(place)
            }
        }
        touch(place, event.t)
    }

    private mutating func apply(_ requested: Event.CallRequested, _ event: Event, _ place: Place) {
        let lane = beginning(requested.call, turn: requested.turn, name: requested.name, event)
        let before = event.t < lanes[lane].seen ? transitions(of: lane) : nil
        lanes[lane].requested = min(lanes[lane].requested, event.t)
        rejournal(lane, before)
        if requested.arguments != nil {
            lanes[lane].arguments = place
        }
        setIndex(lane, requested.index)
        if !requested.after.isEmpty {
            depend(lane, on: requested.after)
        }
        if let expected = requested.expected {
            self.expected[Int32(lane)] = expected
        }
        if let id = requested.id {
            providerIDs[Int32(lane)] = id
        }
        if let parent = requested.parent, let parentLane = self.lane(ofCall: parent) {
            setParent(parentLane, of: Int(lanes[lane].turn))
        }
        touch(Int(lanes[lane].turn), event.t)
    }

    private mutating func apply(_ started: Event.CallStarted, _ event: Event, _ place: Place) {
        let lane = beginning(started.call, turn: started.turn, name: started.name, event)
        if started.arguments != nil {
            if lanes[lane].arguments.isNone {
                lanes[lane].arguments = place
            } else {
                resolvedArguments[Int32(lane)] = place
            }
        }
        if let call = started.freedBy, let freed = self.lane(ofCall: call) {
            lanes[lane].freedBy = UInt32(freed + 1)
        }
        mark(lane, .started, event, attempt: started.attempt)
    }

    private mutating func apply(_ finished: Event.CallFinished, _ event: Event, _ place: Place) {
        let lane = running(finished.call, event)
        let counts = !lanes[lane].hasEnded || corrects(event, lane)
        let tells = finished.result != nil || finished.error != nil
        // The end that counts tells what came of it; where it does not, another that does is better than none.
        if counts ? tells || !lanes[lane].flags.contains(.hasResult) : tells && !lanes[lane].flags.contains(.hasResult) {
            lanes[lane].result = place
            if let error = finished.error {
                setWord(lane, Self.word(for: error))
            } else if lanes[lane].hasEnded {
                setWord(lane, nil)
            }
        }
        if tells {
            lanes[lane].flags.insert(.hasResult)
        }
        guard counts else { return }
        if let call = finished.sharedWith, let other = self.lane(ofCall: call), other != lane {
            shared[Int32(lane)] = Int32(other)
        }
        if finished.abandoned {
            lanes[lane].flags.insert(.abandoned)
        }
        if finished.detached {
            lanes[lane].flags.insert(.detached)
        }
        if finished.abandoned || finished.detached, held[Int32(lane)] == nil {
            held[Int32(lane)] = Lane.never
        }
        if let run = finished.run, run >= 0 {
            if lanes[lane].hasEnded { corrections += 1 }
            measuredRuns[Int32(lane)] = min(run, Self.longestRun)
        }
        if finished.error?.kind.meansNothingRan ?? false {
            takeBackStarts(of: lane)
        }
        end(lane, finished.outcome, event)
    }

    private mutating func addOutput(_ lane: Int, _ event: Event, _ place: Place) {
        guard !place.isNone else { return }
        outputs.append(
            Output(place: place, t: Int32(clamping: (event.t - (event.t < 0 ? 999 : 0)) / 1000), previous: lanes[lane].lastOutput))
        lanes[lane].lastOutput = UInt32(truncatingIfNeeded: outputs.endIndex)
    }

    private mutating func depend(_ lane: Int, on calls: [String]) {
        let lanes = calls.compactMap { self.lane(ofCall: $0).map(Int32.init) }.filter { $0 != lane }
        guard !lanes.isEmpty else { return }
        dependencies[Int32(lane)] = lanes
    }

    /// Keeps a word that fits a lane's column, and leaves a longer text in its place.
    private mutating func setWord(_ lane: Int, _ text: String?) {
        lanes[lane].word = text.map { symbols.symbol($0) } ?? 0
    }

    /// An error in a word that fits a lane's column: its kind's own, or the first line of what was said where that is short.
    private static func word(for error: CallError) -> String? {
        switch error.kind {
        case .denied: return "denied"
        case .unknownTool: return "no tool"
        case .invalidJSON: return "not JSON"
        case .invalidArguments: return "bad args"
        case .crashed: return "crashed"
        default:
            let line = error.message.prefix { $0 != "\n" }
            return line.isEmpty || line.utf8.count > 12 ? nil : String(line)
        }
    }

    private mutating func setIndex(_ lane: Int, _ index: Int?) {
        guard let index, lanes[lane].index < 0 else { return }
        lanes[lane].index = Int32(clamping: index)
        // Mostly it is the last of its turn and stands where it belongs.
        let turn = Int(lanes[lane].turn)
        guard var place = turns[turn].lanes.lastIndex(of: Int32(lane)) else { return }
        while place > 0 {
            let other = Int(turns[turn].lanes[place - 1])
            guard lanes[other].kind == .call, lanes[other].index > lanes[lane].index, lanes[other].seen >= turns[turn].started else {
                break
            }
            turns[turn].lanes.swapAt(place, place - 1)
            place -= 1
        }
    }

    mutating func touch(_ turn: Int, _ t: Int64) {
        if t < turns[turn].started {
            turns[turn].started = t
            spans[turn].started = t
            outline += 1
        }
        if t > turns[turn].last {
            turns[turn].last = t
            spans[turn].last = t
        }
        turns[turn].version += 1
    }
}
