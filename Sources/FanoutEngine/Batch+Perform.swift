internal import FanoutEvents
internal import FanoutJSON

// From the machine's effects to events and deeds.

extension Batch {
    /// Posts what the machine decided, and says what is left to do outside the lock.
    func perform(_ state: inout State) -> Deeds {
        var deeds = Deeds()
        var effects = state.effects
        state.machine.takeEffects(into: &effects)
        while !effects.isEmpty {
            for effect in effects {
                perform(effect, &state, &deeds)
            }
            state.machine.takeEffects(into: &effects)
        }
        state.effects = effects
        if !state.bodies.isEmpty {
            engine.post(state.bodies)
            if state.bodies.count > 64 {
                state.bodies = []
            } else {
                state.bodies.removeAll(keepingCapacity: true)
            }
        }
        if state.machine.open == 0, !state.isDone, let continuation = state.continuation {
            state.isDone = true
            state.continuation = nil
            deeds.continuation = continuation
            state.alarm?.cancel()
            state.alarm = nil
        }
        if !state.isDone {
            arm(&state)
        }
        return deeds
    }

    private func perform(_ effect: BatchEffect, _ state: inout State, _ deeds: inout Deeds) {
        switch effect {
        case .wait(let call, let why, let holders):
            let on = holders.map { holder in
                switch holder {
                case .call(let other): state.entries[other].call
                case .outside(let place): outside[place]
                case .named(let name): name
                }
            }
            state.bodies.append(.callQueued(Event.CallQueued(call: state.entries[call].call, why: why, on: on)))
        case .resolve(let call):
            let failure = resolve(call, &state)
            state.machine.resolved(call, failure: failure, now: engine.time.now())
        case .decide(let call, let decision, let by, let scope):
            state.bodies.append(.callDecided(Event.CallDecided(call: state.entries[call].call, decision: decision, by: by, scope: scope)))
        case .start(let call, let attempt, let freedBy):
            start(call, attempt, freedBy: freedBy, &state, &deeds)
        case .stop(let call, _):
            // Where the task is not known yet, whoever makes it known finds it unwanted.
            if let task = state.entries[call].task {
                deeds.stops.append(task)
            }
        case .retry(let call, let attempt, let ending, let delay):
            let error = ending.error { state.named($0) }
            state.bodies.append(
                .callRetrying(Event.CallRetrying(call: state.entries[call].call, attempt: attempt, error: error, delay: delay)))
        case .finish(let call, let ending, let isAbandoned):
            finish(call, ending, isAbandoned: isAbandoned, &state)
        case .release(let call):
            state.bodies.append(.callReleased(Event.CallReleased(call: state.entries[call].call)))
            deeds.released.append(state.entries[call].call)
        }
    }

    private func start(_ call: Int, _ attempt: Int, freedBy: Int?, _ state: inout State, _ deeds: inout Deeds) {
        guard let tool = state.entries[call].tool else { return }
        let entry = state.entries[call]
        state.bodies.append(
            .callStarted(
                Event.CallStarted(
                    call: entry.call, attempt: attempt, name: entry.name, turn: turn, arguments: entry.resolved,
                    freedBy: freedBy.map { state.entries[$0].call })))
        deeds.starts.append(
            Start(
                call: call, attempt: attempt, tool: tool, arguments: entry.ready,
                context: ToolContext(
                    call: entry.call, name: entry.name, turn: turn, attempt: attempt, index: call, time: engine.time, sink: self)))
    }

    private func finish(_ call: Int, _ ending: BatchEffect.Ending, isAbandoned: Bool, _ state: inout State) {
        let entry = state.entries[call]
        var event = Event.CallFinished(call: entry.call, outcome: .ok)
        let answer: CallResult
        if let error = ending.error(name: { state.named($0) }) {
            event.outcome = error.kind.outcome
            event.error = error
            event.abandoned = isAbandoned
            let text = failureText(error, tool: entry.name, &state)
            event.sentBytes = Int64(text.utf8.count)
            answer = CallResult(id: entry.id, call: entry.call, name: entry.name, outcome: event.outcome, error: error, text: text)
        } else {
            let value = entry.value ?? WorkValue(.json(JSONText(.null)))
            let text = state.budget.take(value.text)
            event.result = value.json
            event.bytes = Int64(value.text.utf8.count)
            event.sentBytes = Int64(text.utf8.count)
            answer = CallResult(id: entry.id, call: entry.call, name: entry.name, outcome: .ok, text: text)
        }
        state.bodies.append(.callFinished(event))
        state.entries[call].answer = answer
        if references == nil || ending != .ok {
            state.entries[call].value = nil
        }
    }

    /// `{"error": TEXT, "tool": NAME}`, the text cut to what may be sent.
    private func failureText(_ error: CallError, tool: String, _ state: inout State) -> String {
        let message = state.budget.take(error.message)
        return JSONValue.object(["error": .string(message), "tool": .string(tool)]).description
    }

    /// Puts the results that a call refers to into its arguments, and checks what comes of it.
    private func resolve(_ call: Int, _ state: inout State) -> CallError? {
        let entry = state.entries[call]
        guard let references, let place = entry.tool else { return nil }
        let tool = engine.prepared[place]
        do throws(CallError) {
            let value = try references.resolved(entry.arguments) { other in
                state.entries[state.machine.latest(other)].value?.json.value ?? .null
            }
            state.entries[call].resolved = JSONText(tool.redaction.cut(value).value)
            state.entries[call].ready = try tool.completed(value)
            return nil
        } catch {
            return error
        }
    }
}

extension Batch.State {
    /// A call as messages name it.
    func named(_ call: Int) -> String { "\(entries[call].call) (\(entries[call].name))" }

    /// What the model is answered for an original call: the last result of those that took its place, under its id.
    func answer(to call: Int) -> CallResult? { entries[machine.latest(call)].answer ?? entries[call].answer }

    func place(of call: String) -> Int? { entries.firstIndex { $0.call == call } }
}
