internal import FanoutEngine
internal import FanoutEvents

/// The connections that the statements of a database share, at most so many.
///
/// They are opened as they are needed, kept, and replaced when they break. Who finds none waits in order. Tasks wait by a continuation, so it
/// is a class with its state behind the lock.
final class PostgresPool: Sendable {
    private struct State {
        var idle: [PostgresConnection] = []
        /// How many there are: idle, in use, and being opened.
        var count = 0
        /// Who waits, and in which order; one who left is in the order still.
        var waiters: [UInt64: CheckedContinuation<Grant, Never>] = [:]
        var order: [UInt64] = []
        var next = 0
        var numbers: UInt64 = 0
        var isClosed = false
    }

    private enum Grant: Sendable {
        case connection(PostgresConnection)
        /// There is room for another one.
        case room
        case cancelled
        case closed
    }

    let limit: Int
    private let open: @Sendable (ToolContext) async throws(SQLError) -> PostgresConnection
    private let state = Guarded(State())

    init(limit: Int, open: @escaping @Sendable (ToolContext) async throws(SQLError) -> PostgresConnection) {
        self.limit = max(1, limit)
        self.open = open
    }

    /// How many connections there are, and how many wait for one.
    var counts: (connections: Int, waiting: Int) { state.withLock { ($0.count, $0.waiters.count) } }

    /// A connection, to be given back.
    func take(_ context: ToolContext) async throws(SQLError) -> PostgresConnection {
        switch await grant() {
        case .connection(let connection):
            return connection
        case .cancelled:
            throw .cancelled
        case .closed:
            throw SQLError(.connection, "the connections to the database are closed")
        case .room:
            do throws(SQLError) {
                return try await open(context)
            } catch {
                leaveRoom()
                throw error
            }
        }
    }

    /// Gives a connection back. One that is not as it was is closed, and its place is free.
    func give(_ connection: PostgresConnection) {
        guard connection.isReusable else {
            connection.close()
            return leaveRoom()
        }
        let (waiter, isClosed) = state.withLock { state -> (CheckedContinuation<Grant, Never>?, Bool) in
            guard !state.isClosed else { return (nil, true) }
            let waiter = Self.firstWaiter(&state)
            if waiter == nil {
                state.idle.append(connection)
            }
            return (waiter, false)
        }
        if isClosed {
            connection.close()
            leaveRoom()
        }
        waiter?.resume(returning: .connection(connection))
    }

    /// Closes what is idle, and all else when it is given back. Who waits, or comes later, is refused.
    func close() {
        let (idle, waiters) = state.withLock { state -> ([PostgresConnection], [CheckedContinuation<Grant, Never>]) in
            state.isClosed = true
            defer {
                state.count -= state.idle.count
                state.idle = []
                state.waiters = [:]
                state.order = []
                state.next = 0
            }
            return (state.idle, Array(state.waiters.values))
        }
        idle.forEach { $0.close() }
        waiters.forEach { $0.resume(returning: .closed) }
    }

    private func grant() async -> Grant {
        let number = state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let grant = grantNow(number, continuation) {
                    continuation.resume(returning: grant)
                }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume(returning: .cancelled)
        }
    }

    /// What there is at once; nil where the continuation has been put in the queue.
    private func grantNow(_ number: UInt64, _ continuation: CheckedContinuation<Grant, Never>) -> Grant? {
        var broken: [PostgresConnection] = []
        let grant = state.withLock { state -> Grant? in
            guard !state.isClosed else { return .closed }
            // The handler may have run already, and found nobody.
            guard !Task.isCancelled else { return .cancelled }
            while let connection = state.idle.popLast() {
                if connection.isReusable {
                    return .connection(connection)
                }
                // The server has closed it meanwhile.
                state.count -= 1
                broken.append(connection)
            }
            if state.count < limit {
                state.count += 1
                return .room
            }
            state.waiters[number] = continuation
            state.order.append(number)
            return nil
        }
        broken.forEach { $0.close() }
        return grant
    }

    /// A connection is gone: whoever waits longest may open another.
    private func leaveRoom() {
        let waiter = state.withLock { state in
            let waiter = Self.firstWaiter(&state)
            if waiter == nil {
                state.count -= 1
            }
            return waiter
        }
        waiter?.resume(returning: .room)
    }

    private static func firstWaiter(_ state: inout State) -> CheckedContinuation<Grant, Never>? {
        while state.next < state.order.count {
            let number = state.order[state.next]
            state.next += 1
            if state.next > 64, state.next * 2 > state.order.count {
                state.order.removeFirst(state.next)
                state.next = 0
            }
            if let waiter = state.waiters.removeValue(forKey: number) {
                return waiter
            }
        }
        return nil
    }
}
