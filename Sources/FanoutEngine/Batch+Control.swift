internal import FanoutEvents

// What people do to a batch while it runs.

extension Batch {
    func cancel(_ call: String) -> Bool {
        change { state in
            guard let place = state.place(of: call) else { return false }
            return state.machine.cancel(place, now: engine.time.now())
        }
    }

    /// The tool that was answered about; nil where the call does not wait for approval.
    func answer(_ call: String, _ decision: Event.Decision, scope: Event.DecisionScope, by: String?) -> String? {
        change { state in
            guard let place = state.place(of: call) else { return nil }
            return state.machine.answer(place, decision, by: by, scope: scope, now: engine.time.now())
                ? state.entries[place].prepared.name : nil
        }
    }

    /// Calls again what failed, under the id that `name` gives.
    func retry(_ call: String, name: (String) -> String) -> String? {
        change { state -> String? in
            let now = engine.time.now()
            guard let place = state.place(of: call), let new = state.machine.retry(place, now: now) else { return nil }
            let prepared = state.entries[place].prepared.repeated(as: name(state.entries[place].prepared.id))
            state.entries.append(BatchEntry(prepared))
            note(.callRequested(prepared.requested { state.entries[state.machine.latest($0)].prepared.call }), &state)
            state.machine.begin(new, now: now)
            return prepared.call
        }
    }

    /// Says that the work of an abandoned call of an earlier batch really ended.
    func releasedOutside(_ call: String) {
        guard let place = outside.firstIndex(of: call) else { return }
        change { $0.machine.released(outside: place, now: engine.time.now()) }
    }

    /// Abandoned calls whose work goes on and holds what it writes.
    func held(_ state: State) -> [Engine.HeldWork] {
        state.entries.indices.compactMap { place in
            guard state.machine.isAbandonedStill(place), let tool = state.entries[place].prepared.tool else { return nil }
            let writes = tool.tool.traits.writes
            return writes.isEmpty ? nil : Engine.HeldWork(call: state.entries[place].prepared.call, writes: writes)
        }
    }
}
