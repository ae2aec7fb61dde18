internal import FanoutEngine
internal import FanoutEvents

/// One connection to a server: it connects, runs what it is given, one exchange at a time, and can be cancelled from anywhere.
///
/// No thread waits for it but while a name is resolved or the server is asked to cancel. Its socket is watched on the poller's thread, tasks wait by a
/// continuation, and any thread may cancel, so it is a class with its state behind the lock.
final class PostgresConnection: Sendable {
    typealias Outcome = Result<PostgresExchange, SQLError>

    struct State {
        /// Nil before there is one, while a thread of its own has it, and afterwards.
        var handle: PostgresHandle?
        var watch: Poller.Watch?
        var phase = Phase.connecting
        var exchange: PostgresExchange?
        /// Counts the exchanges, so that what comes too late for one does not end the next.
        var number = 0
        var waiter: CheckedContinuation<Outcome, Never>?
        /// How the exchange is being cancelled.
        var cancel = Cancel.none
        /// Whether the server has said that it cancelled.
        var wasCancelled = false
    }

    enum Phase {
        case connecting
        /// Ready for an exchange, or in one.
        case open
        case closed
    }

    enum Cancel {
        case none
        /// A thread asks the server.
        case asking
        case asked
    }

    let address: PostgresAddress
    /// What is set once for the whole connection.
    let settings: PostgresSettings
    let state = Guarded(State())

    init(_ address: PostgresAddress, _ settings: PostgresSettings) {
        self.address = address
        self.settings = settings
    }

    /// Whether another exchange may use it.
    var isReusable: Bool {
        state.withLock { state in
            guard case .open = state.phase, let handle = state.handle, state.exchange == nil else { return false }
            // A request to cancel that hit nothing might yet hit what comes next.
            let isSettled =
                switch state.cancel {
                case .none: true
                case .asking: false
                case .asked: state.wasCancelled
                }
            return isSettled && handle.isClean
        }
    }

    // MARK: Exchanges

    /// Sends an exchange and waits for all of its results.
    func perform(_ exchange: PostgresExchange) async -> Outcome {
        await withCheckedContinuation { continuation in
            let refused = state.withLock { state -> SQLError? in
                guard case .open = state.phase, let handle = state.handle else { return Self.lost(address, "") }
                // The handler that would cancel it may have run already, and found nothing to cancel.
                guard !Task.isCancelled else { return .cancelled }
                state.waiter = continuation
                state.exchange = exchange
                state.number += 1
                state.cancel = .none
                state.wasCancelled = false
                guard exchange.send(to: handle) else {
                    state.waiter = nil
                    return lose(&state)
                }
                if exchange.awaitsRows {
                    _ = handle.askForSingleRows()
                }
                return nil
            }
            if let refused {
                continuation.resume(returning: .failure(refused))
            } else {
                // What is sent may not fit the socket, and an answer may be there already.
                work()
            }
        }
    }

    /// Which exchange comes next.
    var nextNumber: Int { state.withLock { $0.number + 1 } }

    /// Gives the connection up. Whoever waits for it is told why.
    ///
    /// - Parameter number: The exchange for whose sake it is done; nil for whichever there is.
    func close(_ reason: SQLError = .cancelled, during number: Int? = nil) {
        let waiter = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard number == nil || (number == state.number && state.exchange != nil) else { return nil }
            shut(&state)
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: .failure(reason))
    }

    // MARK: On the poller's thread

    /// Sends and reads as far as the socket lets it.
    func work() {
        let (waiter, outcome) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Outcome?) in
            guard case .open = state.phase, let handle = state.handle else { return (nil, nil) }
            // What a lost connection said last is taken in before it is given up.
            let isMoreToSend = handle.flush()
            let isAlive = handle.consume()
            guard take(&state, from: handle), isAlive, let isMoreToSend else {
                let error = lose(&state)
                defer { state.waiter = nil }
                return (state.waiter, .failure(error))
            }
            guard watch(&state, handle, forWriting: isMoreToSend) else {
                shut(&state)
                defer { state.waiter = nil }
                return (state.waiter, .failure(SQLError(.connection, "the system has no room for another descriptor; raise `ulimit -n`")))
            }
            return conclude(&state)
        }
        if let waiter, let outcome {
            waiter.resume(returning: outcome)
        }
    }

    /// Takes the results that are there. False where the connection cannot go on.
    private func take(_ state: inout State, from handle: PostgresHandle) -> Bool {
        while state.exchange?.isOver == false, !handle.isBusy {
            guard let result = handle.result() else {
                state.exchange?.endStep()
                if state.exchange?.awaitsRows == true {
                    _ = handle.askForSingleRows()
                }
                continue
            }
            let goesOn = state.exchange?.take(result) ?? false
            if case .failed = result.kind, result.state == PostgresFailure.cancelled {
                state.wasCancelled = true
            }
            result.clear()
            guard goesOn else { return false }
        }
        if state.exchange?.rows.isCut == true, state.exchange?.awaitsRows == true, settings.access == .readOnly {
            // The rest may be millions of rows. What writes is let come to its end.
            ask(&state, handle)
        }
        return !handle.isBad
    }

    /// The end of an exchange, where it has come.
    func conclude(_ state: inout State) -> (CheckedContinuation<Outcome, Never>?, Outcome?) {
        guard let exchange = state.exchange, exchange.isOver, state.cancel != .asking else { return (nil, nil) }
        state.exchange = nil
        defer { state.waiter = nil }
        return (state.waiter, .success(exchange))
    }

    /// Has the socket watched for what is needed next; false where it cannot be.
    private func watch(_ state: inout State, _ handle: PostgresHandle, forWriting: Bool) -> Bool {
        if let watch = state.watch {
            guard watch.isForWriting != forWriting else { return true }
            Poller.shared.remove(watch)
        }
        state.watch = Poller.shared.watch(handle.socket, forWriting: forWriting) { self.work() }
        return state.watch != nil
    }

    // MARK: Cancelling

    /// Asks the server to cancel what it does; the exchange then ends with what the server says of that.
    func cancel() {
        let isConnecting = state.withLock { state -> Bool in
            if case .open = state.phase, let handle = state.handle, state.exchange != nil {
                ask(&state, handle)
            }
            return state.phase == .connecting
        }
        if isConnecting {
            close()
        }
    }

    private func ask(_ state: inout State, _ handle: PostgresHandle) {
        guard state.cancel == .none, let ask = handle.canceller() else { return }
        let isAsking = startThread("cancel") {
            ask()
            self.asked()
        }
        state.cancel = isAsking ? .asking : .asked
    }

    private func asked() {
        let (waiter, outcome) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Outcome?) in
            state.cancel = .asked
            return conclude(&state)
        }
        if let waiter, let outcome {
            waiter.resume(returning: outcome)
        }
    }

    // MARK: The end

    /// Lets go of the connection, and says why it was lost.
    private func lose(_ state: inout State) -> SQLError {
        let said = state.exchange?.failure?.message ?? state.handle?.message ?? ""
        shut(&state)
        return Self.lost(address, said)
    }

    private func shut(_ state: inout State) {
        if let watch = state.watch {
            Poller.shared.remove(watch)
        }
        state.handle?.finish()
        state.watch = nil
        state.handle = nil
        state.exchange = nil
        state.phase = .closed
    }

    private static func lost(_ address: PostgresAddress, _ said: String) -> SQLError {
        let said = address.told(said)
        return SQLError(.connection, "the connection to the database \(address.name) was lost\(said.isEmpty ? "" : ": \(said)")")
    }
}
