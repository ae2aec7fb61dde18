package import FanoutJSON

/// How much of what a statement finds is kept.
package struct SQLLimit: Sendable, Hashable {
    package var rows: Int
    /// Of the rows as JSON.
    package var bytes: Int

    package init(rows: Int = 200, bytes: Int = 4 << 20) {
        self.rows = rows
        self.bytes = bytes
    }
}

/// What a statement gave: rows as JSON objects, up to a limit.
package struct SQLRows: Sendable, Hashable {
    package private(set) var rows: [JSONText] = []
    /// How many rows it changed; nil for one that only reads.
    package var changed: Int64?
    /// Whether it found more than is kept.
    package private(set) var isCut = false

    private let limit: SQLLimit
    private var bytes = 0
    /// The size of the row that was too much, where that was the reason.
    private var tooLarge: Int?

    init(limit: SQLLimit) {
        self.limit = limit
    }

    /// Whether another row would be one too many.
    var isFull: Bool { isCut || rows.count >= limit.rows }

    /// Notes that there was another row.
    mutating func cut() { isCut = true }

    mutating func append(_ row: JSONText) {
        guard !isFull, bytes + row.utf8.count <= limit.bytes else {
            tooLarge = isFull ? nil : row.utf8.count
            isCut = true
            return
        }
        bytes += row.utf8.count
        rows.append(row)
    }

    /// For a model: `{"row_count":2,"rows":[…]}`, with `truncated` before the rows where there were more, and `changed`.
    package var json: JSONText {
        var writer = JSONWriter()
        writer.text("{\"row_count\":")
        writer.integer(Int64(rows.count))
        if let changed {
            writer.text(",\"changed\":")
            writer.integer(changed)
        }
        if isCut {
            writer.text(",\"truncated\":")
            writer.string(whatIsMissing)
        }
        writer.text(",\"rows\":")
        writer.text(array)
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }

    /// The rows alone, as an array.
    package var array: JSONText {
        var writer = JSONWriter()
        writer.text("[")
        for (index, row) in rows.enumerated() {
            if index > 0 {
                writer.text(",")
            }
            writer.text(row)
        }
        writer.text("]")
        return JSONText(unchecked: writer.bytes)
    }

    private var whatIsMissing: String {
        if let tooLarge {
            return rows.isEmpty
                ? "the first row alone has \(tooLarge) bytes, more than the \(limit.bytes) that are kept; ask for less of it"
                : "there are more rows; together they have more than \(limit.bytes) bytes, so only the first \(rows.count) are here"
        }
        return "there are more rows; only the first \(rows.count) are here"
    }
}

/// The names under which a row's values stand, each made to occur once.
struct SQLColumns: Sendable {
    /// Each name as JSON, with its colon.
    private let keys: [[UInt8]]

    init(_ names: [String]) {
        var taken = Set(names)
        var seen: Set<String> = []
        keys = names.map { name in
            var unique = name
            if seen.contains(name) {
                var number = 2
                while taken.contains("\(name)_\(number)") {
                    number += 1
                }
                unique = "\(name)_\(number)"
                taken.insert(unique)
            }
            seen.insert(name)
            var writer = JSONWriter()
            writer.string(unique)
            writer.text(":")
            return writer.bytes
        }
    }

    /// A row whose values `write` puts down one after the other.
    func row(_ write: (Int, inout JSONWriter) -> Void) -> JSONText {
        var writer = JSONWriter()
        writer.text("{")
        for (column, key) in keys.enumerated() {
            if column > 0 {
                writer.text(",")
            }
            writer.raw(key)
            write(column, &writer)
        }
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }
}

extension JSONWriter {
    /// Bytes that JSON has no form for, as words that tell how many there are.
    mutating func binary(bytes count: Int) {
        string("(\(count) \(count == 1 ? "byte" : "bytes") of binary data)")
    }
}
