internal import FanoutEvents
internal import FanoutJSON

/// An object in a tools file, whose fields are read with errors that say where they stand and what to write instead.
struct ToolsFileFields {
    let value: JSONValue
    let path: [JSONPlace.Step]
    let place: JSONPlace
    let name: String

    init(value: JSONValue, path: [JSONPlace.Step], place: JSONPlace, name: String) {
        self.value = value
        self.path = path
        self.place = place
        self.name = name
    }

    /// A whole file.
    init(_ text: [UInt8], name: String) throws(ToolsFileError) {
        do throws(JSONError) {
            self.init(value: try JSONValue(parsing: text), path: [], place: JSONPlace(text), name: name)
        } catch {
            throw ToolsFileError("\(name) line \(error.position(in: text).line): \(error.reason); a tools file is one JSON object")
        }
    }

    /// The schema of the arguments, whose errors say where in the file they stand.
    func schema(_ parameters: JSONValue) throws(ToolsFileError) -> JSONSchema {
        do throws(JSONSchemaError) {
            return try JSONSchema(parameters)
        } catch {
            var steps: [JSONPlace.Step] = ["parameters"]
            var value: JSONValue? = parameters
            for step in error.path.split(separator: "/").map({ JSONPointer.unescaped($0) }) {
                if value?.array != nil, let index = Int(step) {
                    steps.append(.item(index))
                    value = value?[index]
                } else {
                    steps.append(.key(step))
                    value = value?[step]
                }
            }
            throw self.error(steps, error.reason)
        }
    }

    func error(_ steps: [JSONPlace.Step], _ message: String, key: String? = nil) -> ToolsFileError {
        ToolsFileError("\(location(of: steps, key: key)): \(message)")
    }

    /// Where it stands: the file, the line, and the way to it.
    var here: String { location(of: []) }

    private func location(of steps: [JSONPlace.Step], key: String? = nil) -> String {
        let path = path + steps
        let words = path.words.isEmpty ? key ?? "" : path.words
        return "\(name) line \(place.line(of: path))\(words.isEmpty ? "" : ", \(words)")"
    }

    func has(_ key: String) -> Bool { value[key] != nil }

    /// - Throws: ``ToolsFileError`` for a key that is not among these, or where it is no object.
    func check(keys: [String]) throws(ToolsFileError) {
        guard let object = value.object else {
            throw error([], "this is an object: { … }")
        }
        for key in object.keys where !keys.contains(key) {
            let near = keys.min { Self.distance($0, key) < Self.distance($1, key) }
            let hint =
                near.flatMap { Self.distance($0, key) <= 2 ? "; did you mean \($0)?" : nil }
                ?? "; known are \(keys.joined(separator: ", "))"
            throw error([.key(key)], "this key is not known\(hint)")
        }
    }

    func text(_ key: String) throws(ToolsFileError) -> String? {
        guard let value = value[key] else { return nil }
        guard let text = value.string else {
            throw error([.key(key)], "this is a text: \"…\"")
        }
        return text
    }

    func texts(_ key: String) throws(ToolsFileError) -> [String] {
        guard let value = value[key] else { return [] }
        let texts = value.array?.compactMap(\.string)
        guard let texts, texts.count == value.array?.count else {
            throw error([.key(key)], "this is a list of texts: [\"…\"]")
        }
        return texts
    }

    func array(_ key: String) throws(ToolsFileError) -> [JSONValue]? {
        guard let value = value[key] else { return nil }
        guard let array = value.array else {
            throw error([.key(key)], "this is a list: [ … ]")
        }
        return array
    }

    /// A text with places for arguments.
    func template(_ key: String, _ declaration: ToolDeclaration) throws(ToolsFileError) -> Template? {
        guard let text = try text(key) else { return nil }
        return try template(text, at: [.key(key)], declaration)
    }

    func template(_ text: String, at steps: [JSONPlace.Step], _ declaration: ToolDeclaration) throws(ToolsFileError) -> Template {
        do throws(Template.Fault) {
            return try Template(text, names: declaration.names)
        } catch {
            throw self.error(steps, error.message)
        }
    }

    func flag(_ key: String) throws(ToolsFileError) -> Bool {
        guard let value = value[key] else { return false }
        guard let flag = value.bool else {
            throw error([.key(key)], "this is true or false")
        }
        return flag
    }

    /// A whole number.
    func count(_ key: String, from least: Int64 = 1) throws(ToolsFileError) -> Int? {
        guard let value = value[key] else { return nil }
        guard let count = value.integer, count >= least, let fitting = Int(exactly: count) else {
            throw error([.key(key)], "this is a whole number from \(least)")
        }
        return fitting
    }

    /// A number from 0 to 1.
    func share(_ key: String) throws(ToolsFileError) -> Double? {
        guard let value = value[key] else { return nil }
        guard let share = value.double, (0...1).contains(share) else {
            throw error([.key(key)], "this is a number from 0 to 1")
        }
        return share
    }

    func object(_ key: String) throws(ToolsFileError) -> JSONObject? {
        guard let value = value[key] else { return nil }
        guard let object = value.object else {
            throw error([.key(key)], "this is an object: { … }")
        }
        return object
    }

    func fields(_ key: String) throws(ToolsFileError) -> ToolsFileFields? {
        try object(key).map { ToolsFileFields(value: .object($0), path: path + [.key(key)], place: place, name: name) }
    }

    /// The objects that a field of an object holds by name.
    func objects(of key: String) throws(ToolsFileError) -> [(String, ToolsFileFields)] {
        (try object(key) ?? [:]).map { name, value in
            (name, ToolsFileFields(value: value, path: path + [.key(key), .key(name)], place: place, name: self.name))
        }
    }

    func items(_ key: String) throws(ToolsFileError) -> [ToolsFileFields]? {
        guard let value = value[key] else { return nil }
        guard let array = value.array else {
            throw error([.key(key)], "this is a list: [ … ]")
        }
        return array.enumerated().map { ToolsFileFields(value: $1, path: path + [.key(key), .item($0)], place: place, name: name) }
    }

    func rate(_ key: String) throws(ToolsFileError) -> Event.Rate? {
        guard let rate = try fields(key) else { return nil }
        try rate.check(keys: ["calls", "per"])
        guard let calls = try rate.count("calls"), let per = try rate.microseconds("per"), per > 0 else {
            throw error([.key(key)], "a rate is so many calls per time: {\"calls\": 2, \"per\": \"1s\"}")
        }
        return Event.Rate(calls: calls, per: per)
    }

    /// Seconds as a number, or text with a unit, as microseconds.
    func microseconds(_ key: String) throws(ToolsFileError) -> Int64? {
        guard let value = value[key] else { return nil }
        let microseconds: Double? =
            switch value {
            case .string(let text): Self.microseconds(text)
            case .integer, .number: value.double.map { $0 * 1_000_000 }
            case .null, .bool, .array, .object: nil
            }
        guard let microseconds, microseconds >= 0, microseconds < 1e15 else {
            throw error([.key(key)], "a time is a number of seconds, or text with a unit: 30, \"500ms\", \"2s\", \"5m\"")
        }
        return Int64(microseconds)
    }

    private static func microseconds(_ text: String) -> Double? {
        let units: [(String, Double)] = [("us", 1), ("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }) else { return nil }
        return Double(text.dropLast(unit.0.count)).map { $0 * unit.1 }
    }

    /// How many letters must change to make one word of the other.
    private static func distance(_ a: String, _ b: String) -> Int {
        let b = Array(b)
        var row = Array(0...b.count)
        for (i, letter) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in b.indices {
                let substituted = diagonal + (letter == b[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[b.count]
    }
}
