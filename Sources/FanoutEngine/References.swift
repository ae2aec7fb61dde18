internal import FanoutEvents
internal import FanoutJSON

/// What stands for other calls' results in the arguments of a turn's calls.
///
/// `$ref:CALL` and `$ref:#2` as a whole string take a result as it is, with a path, `$ref:#2.items.0.id`, a value in it; inside a longer
/// string `{{$ref:#2.name}}` puts it in as text. `#1` is the first call of the reply.
struct References: Sendable {
    private let count: Int
    private let places: [String: Int]

    /// - Parameters:
    ///   - ids: The ids of the turn's calls, by which the model may name them; of a repeated one the first counts.
    init(ids: [String], names: [String]) {
        count = ids.count
        var places: [String: Int] = [:]
        for (place, id) in names.enumerated() {
            places[id] = place
        }
        for (place, id) in ids.enumerated().reversed() {
            places[id] = place
        }
        self.places = places
    }

    struct Reference: Hashable {
        /// The call's place in the batch.
        var call: Int
        var path: [Substring]
        /// As it was written.
        var text: String
    }

    private static let mark = "$ref:"

    /// Whether a text of arguments may hold a reference. The mark's characters may be escaped, so a backslash is enough.
    static func mayHold(_ arguments: String) -> Bool {
        arguments.utf8.contains(0x5c) || arguments.contains(mark)
    }

    /// The calls that a value refers to, each once, in the order of the text.
    func calls(in value: JSONValue) throws(CallError) -> [Int] {
        var found: [Int] = []
        var seen: Set<Int> = []
        _ = try replaced(value) { (reference: Reference) throws(CallError) in
            if seen.insert(reference.call).inserted {
                found.append(reference.call)
            }
            return .null
        }
        return found
    }

    /// The value with each reference replaced.
    ///
    /// - Parameters:
    ///   - result: The result of a call, by its place.
    func resolved(_ value: JSONValue, _ result: (Int) -> JSONValue) throws(CallError) -> JSONValue {
        try replaced(value) { (reference: Reference) throws(CallError) in try Self.value(at: reference, in: result(reference.call)) }
    }

    private typealias Replacement = (Reference) throws(CallError) -> JSONValue

    private func replaced(_ value: JSONValue, _ replace: Replacement) throws(CallError) -> JSONValue {
        switch value {
        case .null, .bool, .integer, .number:
            return value
        case .string(let string):
            return try replaced(string, replace)
        case .array(let array):
            var items: [JSONValue] = []
            for item in array {
                items.append(try replaced(item, replace))
            }
            return .array(items)
        case .object(var object):
            for field in object.fields {
                object[field.key] = try replaced(field.value, replace)
            }
            return .object(object)
        }
    }

    private func replaced(_ string: String, _ replace: Replacement) throws(CallError) -> JSONValue {
        if string.hasPrefix(Self.mark) {
            return try replace(try reference(string))
        }
        let open = "{{" + Self.mark
        guard string.contains(open) else { return .string(string) }
        var text = ""
        var rest = Substring(string)
        while let start = rest.firstRange(of: open) {
            text += rest[..<start.lowerBound]
            let inner = rest[start.lowerBound...].dropFirst(2)
            guard let end = inner.firstRange(of: "}}") else {
                rest = rest[start.lowerBound...]
                break
            }
            let value = try replace(try reference(String(inner[..<end.lowerBound])))
            text += value.string ?? value.description
            rest = inner[end.upperBound...]
        }
        return .string(text + rest)
    }

    /// Reads `$ref:…`. An id may hold dots, so the longest one that is known counts.
    private func reference(_ text: String) throws(CallError) -> Reference {
        let name = text.dropFirst(Self.mark.count)
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        if let first = parts.first, first.hasPrefix("#") {
            if let number = Int(first.dropFirst()), (1...max(count, 1)).contains(number) {
                return Reference(call: number - 1, path: Array(parts.dropFirst()), text: text)
            }
        } else {
            for length in stride(from: parts.count, to: 0, by: -1) {
                if let place = places[parts[..<length].joined(separator: ".")] {
                    return Reference(call: place, path: Array(parts[length...]), text: text)
                }
            }
        }
        throw CallError(.unknownReference, "There is no call \(name) in this turn: \(text) can name #1 to #\(count), or a call's id.")
    }

    private static func value(at reference: Reference, in result: JSONValue) throws(CallError) -> JSONValue {
        var value = result
        if !reference.path.isEmpty, case .string(let text) = result {
            // A tool that prints JSON gives text.
            value = (try? JSONValue(parsing: text)) ?? result
        }
        for (depth, step) in reference.path.enumerated() {
            let inner: JSONValue? =
                switch value {
                case .object(let object): object[String(step)]
                case .array: Int(step).flatMap { value[$0] }
                case .null, .bool, .integer, .number, .string: nil
                }
            guard let inner else {
                let way = reference.path[..<depth].joined(separator: ".")
                let there =
                    switch value {
                    case .object(let object): "an object with the fields " + object.keys.prefix(20).joined(separator: ", ")
                    case .array(let array): "an array of \(array.count)"
                    case .null, .bool, .integer, .number, .string: "a value without fields"
                    }
                let place = way.isEmpty ? "the result" : way
                throw CallError(.unknownReference, "\(reference.text) finds nothing at \(step): \(place) is \(there).")
            }
            value = inner
        }
        return value
    }
}
