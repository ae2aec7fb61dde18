internal import CPostgres
internal import FanoutJSON

/// One result as libpq hands it out. It is used where it was got, and cleared there.
struct PostgresResult {
    enum Kind {
        case row
        case done
        case sync
        /// Skipped, because what stood before it failed.
        case aborted
        case failed
        case copy
    }

    private let pointer: OpaquePointer

    init?(_ pointer: OpaquePointer?) {
        guard let pointer else { return nil }
        self.pointer = pointer
    }

    func clear() { cpostgres_clear(pointer) }

    var kind: Kind {
        switch cpostgres_status(pointer) {
        case PGRES_SINGLE_TUPLE: .row
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .done
        case PGRES_PIPELINE_SYNC: .sync
        case PGRES_PIPELINE_ABORTED: .aborted
        case PGRES_COPY_OUT, PGRES_COPY_IN, PGRES_COPY_BOTH: .copy
        default: .failed
        }
    }

    // MARK: Errors

    private func part(_ code: UnicodeScalar) -> String? {
        cpostgres_error_part(pointer, Int32(code.value)).map { String(cString: $0) }
    }

    /// The five signs that say which error it is (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    var state: String { part("C") ?? "" }

    /// The server's words, with its hint.
    var message: String {
        [part("M"), part("D"), part("H")].compactMap { $0 }.joined(separator: "; ")
    }

    // MARK: Rows

    var columnNames: [String] {
        (0..<cpostgres_column_count(pointer)).map { cpostgres_column_name(pointer, $0).map { String(cString: $0) } ?? "" }
    }

    var columnTypes: [PostgresType] {
        (0..<cpostgres_column_count(pointer)).map { PostgresType(cpostgres_column_type(pointer, $0)) }
    }

    /// Writes a value of the only row.
    func write(_ column: Int, as type: PostgresType, to writer: inout JSONWriter) {
        let column = Int32(column)
        guard !cpostgres_is_null(pointer, 0, column), let text = cpostgres_value(pointer, 0, column) else {
            return writer.text("null")
        }
        let count = Int(cpostgres_length(pointer, 0, column))
        text.withMemoryRebound(to: UInt8.self, capacity: count) { type.write(UnsafeBufferPointer(start: $0, count: count), to: &writer) }
    }

    /// How many rows the statement changed; nil for one that changes none by its nature.
    var changed: Int64? {
        let verb = cpostgres_done(pointer).map { String(cString: $0) }?.prefix { $0 != " " } ?? ""
        guard ["INSERT", "UPDATE", "DELETE", "MERGE"].contains(verb) else { return nil }
        return cpostgres_changed(pointer).flatMap { Int64(String(cString: $0)) }
    }

    var parameterTypes: [PostgresType] {
        (0..<cpostgres_parameter_count(pointer)).map { PostgresType(cpostgres_parameter_type(pointer, $0)) }
    }
}
