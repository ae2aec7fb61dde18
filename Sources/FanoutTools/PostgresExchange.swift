/// What is sent to the server at once, and what has come back of it so far.
///
/// Statements go out together as a pipeline, so that a statement with what stands around it takes one journey to the server and back
/// (https://www.postgresql.org/docs/current/libpq-pipeline-mode.html).
struct PostgresExchange: Sendable {
    enum Step: Sendable {
        /// A statement of our own, of which nothing is wanted but that it succeeds.
        case command(String)
        /// One that older servers refuse, without harm.
        case attempt(String)
        /// The tool's statement, with its values as text.
        case statement(String, [String?])
        /// Asks for the types of a statement's values; two answers come.
        case parse(String)
        case types
        /// What follows runs also where what stood before failed.
        case sync
    }

    let steps: [Step]
    /// The step whose results come next.
    private(set) var place = 0
    private(set) var rows: SQLRows
    private(set) var types: [PostgresType] = []
    /// The first error that counts.
    private(set) var failure: Failure?
    private var columns: (SQLColumns, [PostgresType])?

    /// An error as the server tells it.
    struct Failure: Sendable {
        var state: String
        var message: String
    }

    init(_ steps: [Step], limit: SQLLimit = SQLLimit()) {
        self.steps = steps
        rows = SQLRows(limit: limit)
    }

    var isOver: Bool { place == steps.count }

    /// Whether the rows that come next are to come one by one.
    var awaitsRows: Bool {
        guard !isOver, case .statement = steps[place] else { return false }
        return true
    }

    /// Sends all of it; false where the connection is lost.
    func send(to handle: PostgresHandle) -> Bool {
        steps.allSatisfy { step in
            switch step {
            case .command(let sql), .attempt(let sql): handle.send(sql)
            case .statement(let sql, let values): handle.send(sql, values)
            case .parse(let sql): handle.sendDescribe(sql)
            case .types: true
            case .sync: handle.sendSync()
            }
        }
    }

    /// Takes a result in. False for one that a connection does not come back from.
    mutating func take(_ result: PostgresResult) -> Bool {
        switch result.kind {
        case .row:
            if rows.isFull {
                rows.cut()
                return true
            }
            let (columns, types) = self.columns ?? (SQLColumns(result.columnNames), result.columnTypes)
            self.columns = (columns, types)
            rows.append(columns.row { result.write($0, as: types[$0], to: &$1) })
        case .done:
            if awaitsRows {
                rows.changed = result.changed
            } else if case .types = steps[place] {
                types = result.parameterTypes
            }
        case .failed:
            if case .attempt = steps[place] {
                break
            }
            failure = failure ?? Failure(state: result.state, message: result.message)
        case .sync:
            place += 1
        case .aborted:
            break
        case .copy:
            return false
        }
        return true
    }

    /// The results of a step have come to their end.
    mutating func endStep() {
        place += 1
    }
}
