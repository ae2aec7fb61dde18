internal import FanoutEngine
internal import FanoutEvents

// How a connection comes about. Each step is taken on a thread of its own, since it may resolve a name or ask a Kerberos server; between the
// steps the socket is watched and no thread waits.

extension PostgresConnection {
    /// Microseconds that connecting may take where the address does not say.
    static let patience: Int64 = 10_000_000

    /// Connects and sets what is set once.
    static func open(_ address: PostgresAddress, _ settings: PostgresSettings, _ context: ToolContext) async throws(SQLError)
        -> PostgresConnection
    {
        let connection = PostgresConnection(address, settings)
        let outcome = await withTaskCancellationHandler {
            await connection.connect(context)
        } onCancel: {
            connection.cancel()
        }
        switch outcome {
        case .success(let exchange):
            guard let failure = exchange.failure else { return connection }
            connection.close()
            throw Task.isCancelled
                ? .cancelled
                : SQLError(.connection, "the database \(address.name) refused a setting: \(address.told(failure.message))")
        case .failure(let error):
            throw error
        }
    }

    private func connect(_ context: ToolContext) async -> Outcome {
        let limit = address.connectTimeout ?? Self.patience
        let alarm = context.wake(after: limit) {
            self.close(self.unreached("it has not answered for \(SQLError.seconds(limit)); see the host and the port of its dsn"))
        }
        let outcome = await withCheckedContinuation { continuation in
            let isCancelled = state.withLock { state in
                guard state.phase == .connecting else { return true }
                state.waiter = continuation
                return false
            }
            guard !isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
            let isStarted = startThread("connect") {
                guard let handle = PostgresHandle(connectingTo: self.address) else {
                    return self.close(SQLError(.connection, "there is no memory for a connection to the database"))
                }
                self.proceed(handle)
            }
            if !isStarted {
                close(SQLError(.connection, "the system has no thread left to connect to the database"))
            }
        }
        alarm.cancel()
        return outcome
    }

    /// Takes the next step, on a thread that may wait.
    private func proceed(_ handle: PostgresHandle) {
        let progress = handle.proceed()
        var failure: SQLError?
        state.withLock { state in
            guard case .connecting = state.phase else {
                // Nobody waits for it any more.
                return handle.finish()
            }
            switch progress {
            case .waits(let toWrite):
                state.handle = handle
                state.watch = Poller.shared.watch(handle.socket, forWriting: toWrite) { self.stepIsDue() }
                if state.watch == nil {
                    failure = unreached("the system has no room for another descriptor; raise `ulimit -n`")
                }
            case .connected:
                state.handle = handle
                let setup = settings.exchange
                guard handle.enterPipeline(), setup.send(to: handle) else {
                    failure = unreached(handle.message)
                    return
                }
                state.phase = .open
                state.exchange = setup
            case .failed:
                state.handle = handle
                failure = unreached(handle.message)
            }
        }
        if let failure {
            close(failure)
        } else if case .connected = progress {
            work()
        }
    }

    /// The socket is ready: the next step is taken elsewhere, so that the poller's thread cannot wait in it.
    private func stepIsDue() {
        let handle = state.withLock { state -> PostgresHandle? in
            guard case .connecting = state.phase, let handle = state.handle, let watch = state.watch else { return nil }
            Poller.shared.remove(watch)
            state.watch = nil
            state.handle = nil
            return handle
        }
        guard let handle else { return }
        if !startThread("connect", { self.proceed(handle) }) {
            handle.finish()
            close(SQLError(.connection, "the system has no thread left to connect to the database"))
        }
    }

    private func unreached(_ said: String) -> SQLError {
        SQLError(.connection, "cannot connect to the database \(address.name): \(address.told(said))")
    }
}
