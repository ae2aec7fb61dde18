package import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

/// A database of PostgreSQL, asked over a pool of connections.
///
/// While a statement runs no thread waits for it. With `readOnly` each statement runs in a transaction that is read-only and is rolled
/// back; with `readWrite` each is a transaction of its own.
package struct PostgresDatabase: SQLDatabase {
    package let address: PostgresAddress
    package let settings: PostgresSettings
    private let pool: PostgresPool
    /// The types of the values of statements that were given lists or objects.
    private let types = Guarded<[String: [PostgresType]]>([:])

    /// Microseconds that the server is given to say that a statement has ended, after it was to end.
    private static let patience: Int64 = 5_000_000

    package init(_ address: PostgresAddress, connections: Int = 4, settings: PostgresSettings = PostgresSettings()) {
        self.address = address
        self.settings = settings
        pool = PostgresPool(limit: connections) { context throws(SQLError) in
            try await PostgresConnection.open(address, settings, context)
        }
    }

    package var dialect: SQLDialect { .postgres }
    package var access: SQLAccess { settings.access }
    package var blocks: Bool { false }

    /// How many connections there are, and how many statements wait for one.
    package var counts: (connections: Int, waiting: Int) { pool.counts }

    package func rows(_ statement: SQLStatement, _ values: [JSONValue], limit: SQLLimit, _ context: ToolContext) async throws(SQLError)
        -> SQLRows
    {
        guard statement.verb != "COPY" else {
            throw SQLError(.refused, "COPY gives no rows; use SELECT")
        }
        let connection = try await pool.take(context)
        defer { pool.give(connection) }
        let literals = try await literals(statement, values, connection, context)
        let step = PostgresExchange.Step.statement(statement.text, literals)
        let steps: [PostgresExchange.Step] =
            switch settings.access {
            case .readOnly: [.command("BEGIN READ ONLY"), step, .sync, .command("ROLLBACK"), .sync]
            case .readWrite: [step, .sync]
            }
        return try await run(PostgresExchange(steps, limit: limit), connection, names: statement.names, context).rows
    }

    package func close() { pool.close() }

    /// Makes all of its connections, so that no later statement waits for one to be made.
    package func connect(_ context: ToolContext) async throws(SQLError) {
        let outcomes = await withTaskGroup(of: Result<PostgresConnection, SQLError>.self) { group in
            for _ in 0..<pool.limit {
                group.addTask {
                    do throws(SQLError) {
                        return .success(try await pool.take(context))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for case .success(let connection) in outcomes {
            pool.give(connection)
        }
        for outcome in outcomes {
            _ = try outcome.get()
        }
    }

    /// Runs statements of the program's own, each with no values, as one transaction.
    package func execute(_ script: [String], _ context: ToolContext) async throws(SQLError) {
        let connection = try await pool.take(context)
        defer { pool.give(connection) }
        let steps = [.command("BEGIN")] + script.map(PostgresExchange.Step.command) + [.command("COMMIT"), .sync]
        do throws(SQLError) {
            _ = try await run(PostgresExchange(steps), connection, context)
        } catch {
            // The failed transaction goes with its connection.
            connection.close()
            throw error
        }
    }

    /// Runs an exchange so that it ends when its task is cancelled, or when the server does not answer any more.
    private func run(_ exchange: PostgresExchange, _ connection: PostgresConnection, names: [String] = [], _ context: ToolContext)
        async throws(SQLError) -> PostgresExchange
    {
        let number = connection.nextNumber
        let cancelling = Guarded<Alarm?>(nil)
        let silence = settings.statementTimeout.map { timeout -> Alarm in
            let limit = timeout + Self.patience
            return context.wake(after: limit) {
                let words = "the database \(address.name) has not answered for \(SQLError.seconds(limit))"
                connection.close(SQLError(.connection, words), during: number)
            }
        }
        let start = context.now
        let outcome = await withTaskCancellationHandler {
            await connection.perform(exchange)
        } onCancel: {
            connection.cancel()
            let alarm = context.wake(after: Self.patience) { connection.close(.cancelled, during: number) }
            cancelling.withLock { $0 = alarm }
        }
        silence?.cancel()
        cancelling.withLock { $0 }?.cancel()
        switch outcome {
        case .failure(let error):
            guard !Task.isCancelled else { throw .cancelled }
            // Nobody is left to ask.
            let isUnsure = error.kind == .connection && settings.access == .readWrite
            throw isUnsure ? SQLError(.connection, "\(error.message); whether the statement was carried out is not known") : error
        case .success(let exchange):
            // A row too many has the server cancel, too; then there is nothing wrong.
            guard let failure = exchange.failure, !(exchange.rows.isCut && failure.state == PostgresFailure.cancelled) else {
                return exchange
            }
            throw PostgresFailure.error(
                failure, wasCancelled: Task.isCancelled, names: names, after: context.now - start, settings, address)
        }
    }

    // MARK: Values

    /// The values as text. Where one is a list or an object, the server is asked once what it expects: an array and JSON are written differently.
    private func literals(
        _ statement: SQLStatement, _ values: [JSONValue], _ connection: PostgresConnection, _ context: ToolContext
    ) async throws(SQLError) -> [String?] {
        var types: [PostgresType] = []
        if values.contains(where: { $0.array != nil || $0.object != nil }) {
            if let known = self.types.withLock({ $0[statement.text] }) {
                types = known
            } else {
                types = try await run(
                    PostgresExchange([.parse(statement.text), .types, .sync]), connection, names: statement.names, context
                ).types
                let found = types
                self.types.withLock { $0[statement.text] = found }
            }
        }
        var literals: [String?] = []
        for (place, value) in values.enumerated() {
            let literal = (types.indices.contains(place) ? types[place] : .text).literal(of: value)
            guard literal?.utf8.contains(0) != true else {
                throw SQLError(.refused, "the value of \(statement.names[place]) holds a NUL character, which PostgreSQL cannot take")
            }
            literals.append(literal)
        }
        return literals
    }
}
