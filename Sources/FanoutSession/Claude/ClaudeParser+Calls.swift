internal import FanoutEvents
internal import FanoutJSON

// Calls, their results, and what hooks measured of them.

extension ClaudeParser {
    /// A call of a reply.
    func takeCall(_ block: JSONElement, at index: Int, _ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        guard let call = block.field("id")?.string, let reply = thread.reply, session.calls[call] == nil, !session.hasEnded(call) else {
            return
        }
        let name = block.field("name")?.string
        let place = place(of: call, thread)
        let requested = Event.CallRequested(
            turn: reply.turn, call: call, name: name, index: place,
            arguments: ClaudeContent.arguments(block, withPayloads: options.withPayloads))
        post(.callRequested(requested), of: thread, approx: approx, part: .block(index), &receiver)
        session.calls[call] = ClaudeSession.Call(turn: reply.turn, requested: now, agent: thread.agent)
        thread.open.append(call)
        if name == "Agent" || name == "Task", let input = block.field("input"), let prompt = input.field("prompt")?.fingerprint {
            session.assign(call, prompt: prompt, name: input.field("description")?.string ?? input.field("subagent_type")?.string)
        }
        start(call, thread, &receiver)
    }

    /// The call's place in its reply, from 0.
    func place(of call: String, _ thread: ClaudeThread) -> Int {
        if let known = thread.reply?.places[call] { return known }
        let place = thread.reply?.places.count ?? 0
        thread.reply?.places[call] = place
        return place
    }

    /// Tells when a call began, as far as that is known.
    private func start(_ call: String, _ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        let hooks = session.hooks.calls[call]
        if let asked = hooks?.asked {
            post(.callQueued(Event.CallQueued(call: call, why: .approval)), of: thread, at: max(asked, now), approx: nil, &receiver)
        }
        if let started = hooks?.started {
            session.calls[call]?.isMeasured = true
            post(.callStarted(Event.CallStarted(call: call, attempt: 1)), of: thread, at: started, approx: nil, &receiver)
        } else if hooks?.asked == nil {
            // It ran no earlier than it was known; what it may have waited for nobody tells.
            session.calls[call]?.hasStarted = true
            post(
                .callStarted(Event.CallStarted(call: call, attempt: 1)), of: thread, at: max(hooks?.before ?? now, now),
                approx: approx ?? .lower,
                &receiver)
        }
    }

    /// The result of a call.
    ///
    /// - Parameter isOnly: Whether the line tells of no other result, so that what it tells of the tool is of this one.
    func takeResult(
        of call: String, _ block: JSONElement, at index: Int, isOnly: Bool, _ thread: ClaudeThread, _ receiver: inout some EventReceiver
    ) {
        guard !session.hasEnded(call) else { return }
        let result = ClaudeResult(
            call: call, block: block, detail: isOnly ? fields[.toolResult] : nil, fields: fields, withPayloads: options.withPayloads)
        let known = session.end(call)
        if let agent = result.agent {
            session.join(agent, to: call)
        }
        if let task = result.task {
            session.detach(call, task: task)
        }
        let agent = known?.agent ?? thread.agent
        if let deniedBy = result.deniedBy, known?.isDecided != true {
            let decided = Event.CallDecided(call: call, decision: .denied, by: deniedBy)
            post(.callDecided(decided), agent: agent, approx: approx, &receiver)
        }
        let hooks = session.hooks.end(call)
        var finished = result.finished
        guard let after = hooks?.after else {
            post(.callFinished(finished), agent: agent, approx: approx ?? .upper, part: .block(index), &receiver)
            return
        }
        if let started = hooks?.started, known?.isMeasured != true {
            post(.callStarted(Event.CallStarted(call: call, attempt: 1)), agent: agent, at: started, approx: nil, &receiver)
        }
        finished.run = hooks?.run ?? finished.run
        post(.callFinished(finished), agent: agent, at: after, approx: nil, part: .block(index), &receiver)
    }

    /// Tells of calls whose user is being asked.
    func takeNewlyAsked(_ receiver: inout some EventReceiver) {
        for call in session.hooks.takeNewlyAsked() {
            guard let known = session.calls[call], !known.isMeasured, let asked = session.hooks.calls[call]?.asked else { continue }
            post(
                .callQueued(Event.CallQueued(call: call, why: .approval)), agent: known.agent, at: max(asked, known.requested), approx: nil,
                &receiver)
        }
    }

    /// Ends calls whose results must have come by now, had there been any: the API takes no further message without them.
    func loseOpenCalls(_ thread: ClaudeThread, _ receiver: inout some EventReceiver) {
        for call in thread.open where session.calls[call] != nil {
            lose(call, at: now, &receiver)
        }
        thread.open = []
    }

    private func lose(_ call: String, at t: Int64, _ receiver: inout some EventReceiver) {
        guard let known = session.end(call) else { return }
        post(
            .callFinished(Event.CallFinished(call: call, outcome: .unknown)), agent: known.agent, at: max(t, known.requested),
            approx: .inferred,
            &receiver)
    }

    /// Work in the background ended.
    func release(call: String?, task: String?, at t: Int64? = nil, _ receiver: inout some EventReceiver) {
        guard let released = session.release(call: call, task: task) else { return }
        post(.callReleased(Event.CallReleased(call: released)), agent: nil, at: t, approx: t == nil ? approx ?? .upper : nil, &receiver)
    }

    /// Closes what is open when the stream ends.
    func close(_ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver) {
        instant = nil
        approx = nil
        takeNewlyAsked(&receiver)
        for key in threads.keys.sorted() {
            guard let thread = threads[key] else { continue }
            endReply(thread, &receiver)
            for call in thread.open {
                lose(call, at: latest, &receiver)
            }
            thread.open = []
        }
        if dialect == .stream, let outcome {
            var end = (t: latest, approx: Event.Approximation.inferred)
            if case .live(let now) = arrival {
                end = (max(latest, now), .arrival)
            }
            post(.sessionFinished(Event.SessionFinished(outcome: outcome)), agent: nil, at: end.t, approx: end.approx, &receiver)
        }
    }
}
