internal import FanoutEvents
internal import FanoutJSON
internal import Synchronization

// From the machine's effects to events and deeds.

extension Batch {
    /// Posts what the machine decided, and says what is left to do outside the lock.
    func perform(_ state: inout State, _ deeds: inout Deeds) {
        guard state.isBegun else { return }
        var effects = state.effects
        state.effects = []
        state.machine.takeEffects(into: &effects)
        while !effects.isEmpty {
            // Taken out one by one, from the end, so that none is copied.
            if effects.count > 1 {
                effects.reverse()
            }
            while let effect = effects.popLast() {
                perform(effect, &state, &deeds)
            }
            state.machine.takeEffects(into: &effects)
        }
        // A begin of many calls leaves a room that is never filled again.
        state.effects = effects.capacity > 1024 ? [] : effects
        flush(&state)
        if state.machine.open == 0, !state.isDone, let waiter = state.waiter {
            state.isDone = true
            state.waiter = nil
            deeds.waiter = waiter
            state.alarm?.cancel()
            state.alarm = nil
        }
        if !state.isDone, state.machine.hasTimers {
            arm(&state)
        }
    }

    private func perform(_ effect: BatchEffect, _ state: inout State, _ deeds: inout Deeds) {
        switch effect {
        case .wait(let call, let why, let holders):
            let on = holders.map { holder in
                switch holder {
                case .call(let other): state.entries[other].prepared.call
                case .outside(let place): outside[place]
                case .named(let name): name
                }
            }
            note(.callQueued(Event.CallQueued(call: state.entries[call].prepared.call, why: why, on: on)), &state)
        case .resolve(let call):
            let failure = resolve(call, &state)
            state.machine.resolved(call, failure: failure, now: engine.time.now())
        case .decide(let call, let decision, let by, let scope):
            note(.callDecided(Event.CallDecided(call: state.entries[call].prepared.call, decision: decision, by: by, scope: scope)), &state)
        case .start(let call, let attempt, let freedBy):
            start(call, attempt, freedBy: freedBy, &state, &deeds)
        case .stop(let call, _):
            if let task = state.entries[call].task {
                deeds.stops.append(task)
            } else {
                // Whoever begins it, or makes its task known, finds it unwanted.
                hasUnwanted.store(true, ordering: .releasing)
            }
        case .retry(let call, let attempt, let ending, let delay):
            let error = ending.error { state.named($0) }
            note(
                .callRetrying(Event.CallRetrying(call: state.entries[call].prepared.call, attempt: attempt, error: error, delay: delay)),
                &state)
        case .finish(let call, let ending, let isAbandoned):
            note(.callFinished(finish(call, ending, isAbandoned: isAbandoned, &state)), &state)
        case .release(let call):
            note(.callReleased(Event.CallReleased(call: state.entries[call].prepared.call)), &state)
            deeds.released.append(state.entries[call].prepared.call)
        }
    }

    private func start(_ call: Int, _ attempt: Int, freedBy: Int?, _ state: inout State, _ deeds: inout Deeds) {
        let prepared = state.entries[call].prepared
        let resolved = state.entries[call].resolved
        let freedBy = freedBy.map { state.entries[$0].prepared.call }
        note(.callStarted(Event.CallStarted(call: prepared.call, attempt: attempt, arguments: resolved?.shown, freedBy: freedBy)), &state)
        deeds.starts.append(CallAttempt(prepared, place: call, attempt: attempt, resolved: resolved?.arguments, origin: .batch(self)))
    }

    private func finish(_ call: Int, _ ending: BatchEffect.Ending, isAbandoned: Bool, _ state: inout State) -> Event.CallFinished {
        state.entries[call].isEnded = true
        guard case .ok = ending else { return finish(call, ending.error { state.named($0) }, isAbandoned: isAbandoned, &state) }
        let value = state.entries[call].value
        let text = value?.text ?? ""
        let sent = send(text, of: call, &state)
        return Event.CallFinished(
            call: state.entries[call].prepared.call, outcome: .ok, result: value?.json, bytes: Int64(text.utf8.count), sentBytes: sent)
    }

    private func finish(_ call: Int, _ error: CallError?, isAbandoned: Bool, _ state: inout State) -> Event.CallFinished {
        state.entries[call].error = error
        state.entries[call].value = nil
        let sent = error.flatMap { send($0, of: call, &state) }
        return Event.CallFinished(
            call: state.entries[call].prepared.call, outcome: error?.kind.outcome ?? .unknown, error: error, sentBytes: sent,
            abandoned: isAbandoned)
    }

    /// Puts what a call gave into the words that the model is sent.
    ///
    /// - Returns: How many bytes that are; nil while the reply arrives, since nobody knows yet how much of each result may be sent.
    private func send(_ text: String, of call: Int, _ state: inout State) -> Int64? {
        guard let text = state.budget?.take(text) else { return nil }
        state.entries[call].sent = text
        if state.references == nil {
            state.entries[call].value = nil
        }
        return Int64(text.utf8.count)
    }

    /// The same for the error with which it ended.
    private func send(_ error: CallError, of call: Int, _ state: inout State) -> Int64? {
        guard let message = state.budget?.take(error.message) else { return nil }
        let text = Self.failureText(message, tool: state.entries[call].prepared.name)
        state.entries[call].sent = text
        return Int64(text.utf8.count)
    }

    /// Puts the ends of calls that had ended before it was known how much may be sent into words.
    func sendEnded(_ state: inout State) {
        for call in state.entries.indices where state.entries[call].isEnded {
            if let error = state.entries[call].error {
                _ = send(error, of: call, &state)
            } else if let value = state.entries[call].value {
                _ = send(value.text, of: call, &state)
            }
        }
    }

    /// `{"error": TEXT, "tool": NAME}`.
    private static func failureText(_ message: String, tool: String) -> String {
        JSONValue.object(["error": .string(message), "tool": .string(tool)]).description
    }

    /// Puts the results that a call refers to into its arguments, and checks what comes of it.
    private func resolve(_ call: Int, _ state: inout State) -> CallError? {
        let prepared = state.entries[call].prepared
        guard let references = state.references, let tool = prepared.tool else { return nil }
        do throws(CallError) {
            let value = try references.resolved(prepared.arguments) { other in
                state.entries[state.machine.latest(other)].value?.json.value ?? .null
            }
            state.entries[call].resolved = (try tool.completed(value), JSONText(tool.redaction.cut(value).value))
            return nil
        } catch {
            return error
        }
    }
}

extension Batch.State {
    /// A call as messages name it.
    func named(_ call: Int) -> String { "\(entries[call].prepared.call) (\(entries[call].prepared.name))" }

    /// What the model is answered for an original call: the last result of those that took its place, under its id.
    func answer(to call: Int) -> CallResult? { result(of: machine.latest(call)) ?? result(of: call) }

    private func result(of call: Int) -> CallResult? {
        guard let text = entries[call].sent else { return nil }
        let (prepared, error) = (entries[call].prepared, entries[call].error)
        return CallResult(
            id: prepared.id, call: prepared.call, name: prepared.name, outcome: error?.kind.outcome ?? .ok, error: error, text: text)
    }

    func place(of call: String) -> Int? { entries.firstIndex { $0.prepared.call == call } }
}
