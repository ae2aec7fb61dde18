public import FanoutEvents
internal import FanoutJSON

/// The calls of one reply of the model, from the moment the first is heard of to their results.
///
/// A call that is whole while others still arrive runs at once where its tool is declared read-only, needs no approval, and every call before
/// it is whole too; all others wait until the reply is. Whoever reads the reply and whoever waits for the results share it, so it is a class.
///
/// ``finish(_:refusal:)`` or ``breakOff(_:)`` ends it, once.
public final class ArrivingCalls: Sendable {
    private struct Slot {
        /// The call's id in the session's events.
        var name: String
        var announced: ToolCall
        var sealed: ToolCall?
    }

    private struct State {
        var slots: [Slot] = []
        /// How many of them the batch has: the first so many.
        var taken = 0
        /// One of them refers, or may refer, to others: nothing after it is taken before all are known.
        var isHeldBack = false
    }

    private let turn: Int
    private let options: TurnOptions
    private let engine: Engine
    private let batch: Batch
    private let state = Guarded(State())

    init(turn: Int, options: TurnOptions, engine: Engine) {
        self.turn = turn
        self.options = options
        self.engine = engine
        batch = engine.open(turn: turn, options: options)
    }

    /// Says that a call was begun: its name is known, its arguments still arrive.
    ///
    /// - Parameter place: Its place in the reply, from 0; the next one that was not announced.
    public func announce(_ place: Int, id: String, name: String) {
        state.withLock { state in
            guard place == state.slots.count else { return }
            let call = engine.names(for: [id])[0]
            state.slots.append(Slot(name: call, announced: ToolCall(id: id, name: name, arguments: "")))
            engine.post(.callAnnounced(Event.CallAnnounced(turn: turn, call: call, name: name, index: place)))
        }
    }

    /// Says that a call is whole, and that the reply goes on after it or is sure to be.
    public func seal(_ place: Int, _ call: ToolCall) {
        guard options.startsEarly else { return }
        state.withLock { state in
            guard state.slots.indices.contains(place), state.slots[place].sealed == nil else { return }
            let slot = state.slots[place]
            guard slot.announced.id == call.id, slot.announced.name == call.name else { return }
            state.slots[place].sealed = call
            while state.taken < state.slots.count, !state.isHeldBack, let call = state.slots[state.taken].sealed {
                if options.references, References.mayHold(call.arguments) {
                    state.isHeldBack = true
                } else {
                    let prepared = engine.preparation(turn: turn, options: options).prepare(
                        call, name: state.slots[state.taken].name, index: state.taken)
                    batch.add(prepared, opening: engine.declarations(for: [call]))
                    state.taken += 1
                }
            }
        }
    }

    /// Says what the reply asks for, now that it is whole, and waits until all of it has ended.
    ///
    /// Where the end of the reply gives a call other words than those it was started with, the words of the end count: what was started is
    /// cancelled, and the call runs anew.
    ///
    /// - Parameter refusal: Why what has not started must not run, where the reply was cut off.
    /// - Returns: One result for each call, in their order, whatever happens. Cancelling the task cancels them.
    public func finish(_ calls: [ToolCall], refusal: CallError? = nil) async -> [CallResult] {
        let (slots, taken) = state.withLock { ($0.slots, min($0.taken, calls.count)) }
        let own = engine.openingOfOwn(turn: turn, options: options)
        var refused = calls
        if let refusal {
            for place in taken..<calls.count where refused[place].refusal == nil {
                refused[place].refusal = refusal
            }
        }
        let preparation = engine.preparation(turn: turn, options: options)
        let changed = (0..<taken).filter { place in slots[place].sealed.map { !$0.asks(theSameAs: calls[place]) } ?? true }
        let (prepared, references) = preparation.prepare(refused, names: names(for: calls, slots, except: Set(changed)))
        let again = changed.map { (place: $0, by: prepared[$0].standing(for: slots[$0].name)) }
        dropVanished(slots, calls)
        let results = await batch.finish(
            Array(prepared[taken...]), references: references, replacing: again, refusal: refusal,
            opening: engine.declarations(for: calls) + (own.map { [$0] } ?? []))
        engine.retire(batch)
        if own != nil {
            engine.post(.turnFinished(Event.TurnFinished(turn: turn, outcome: batch.turnOutcome)))
        }
        return results.count > calls.count ? Array(results.prefix(calls.count)) : results
    }

    /// Ends what arrived so far: the reply broke off, and nothing of it counts.
    ///
    /// - Parameter error: What ended it.
    public func breakOff(_ error: CallError) async {
        let (slots, taken) = state.withLock { ($0.slots, $0.taken) }
        for slot in slots[taken...] {
            skip(slot, error)
        }
        batch.cancelAll()
        _ = await batch.finish([], opening: [])
        engine.retire(batch)
    }

    /// Announced calls that the whole reply does not hold.
    private func dropVanished(_ slots: [Slot], _ calls: [ToolCall]) {
        let error = CallError(.truncatedTurn, "The model announced this call and did not ask for it in the end.")
        for (place, slot) in slots.enumerated() where !Self.names(slot, calls, place) {
            if place < state.withLock({ $0.taken }) {
                _ = batch.cancel(slot.name)
            } else {
                skip(slot, error)
            }
        }
    }

    private static func names(_ slot: Slot, _ calls: [ToolCall], _ place: Int) -> Bool {
        calls.indices.contains(place) && calls[place].id == slot.announced.id && calls[place].name == slot.announced.name
    }

    /// The session's ids of the calls; those of changed calls are new.
    private func names(for calls: [ToolCall], _ slots: [Slot], except changed: Set<Int>) -> [String] {
        guard !slots.isEmpty else { return engine.names(for: calls.map(\.id)) }
        return calls.indices.map { place in
            slots.indices.contains(place) && Self.names(slots[place], calls, place) && !changed.contains(place)
                ? slots[place].name : engine.names(for: [calls[place].id])[0]
        }
    }

    private func skip(_ slot: Slot, _ error: CallError) {
        engine.post(
            .callFinished(
                Event.CallFinished(call: slot.name, outcome: .skipped, error: CallError(.truncatedTurn, error.message))))
    }
}

extension ToolCall {
    /// Whether it is the same request, whatever the blanks between its words.
    fileprivate func asks(theSameAs other: ToolCall) -> Bool {
        guard name == other.name, id == other.id else { return false }
        return arguments == other.arguments || Self.value(arguments) == Self.value(other.arguments)
    }

    private static func value(_ arguments: String) -> JSONValue? {
        arguments.utf8.allSatisfy { $0 <= 0x20 } ? .object([:]) : try? JSONValue(parsing: arguments)
    }
}
