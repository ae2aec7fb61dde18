internal import FanoutJSON

/// Texts of a server's entry, in which `${NAME}` or `${env:NAME}` stands for a variable of the environment, and `${NAME:-text}` for it or,
/// where it is not set or empty, the text.
struct ServerVariables {
    let entry: ToolsFileFields
    let environment: (String) -> String?
    /// Values that were put in, but for those that are too short to be secrets.
    private(set) var secrets: [String] = []

    private static let shortestSecret = 8

    init(entry: ToolsFileFields, environment: @escaping (String) -> String?) {
        self.entry = entry
        self.environment = environment
    }

    mutating func text(_ key: String) throws(ToolsFileError) -> String? {
        guard let text = try entry.text(key) else { return nil }
        return try expanded(text, at: [.key(key)])
    }

    mutating func texts(_ key: String) throws(ToolsFileError) -> [String] {
        var texts: [String] = []
        for (place, text) in try entry.texts(key).enumerated() {
            texts.append(try expanded(text, at: [.key(key), .item(place)]))
        }
        return texts
    }

    /// An object of texts.
    mutating func fields(_ key: String) throws(ToolsFileError) -> [String: String] {
        var fields: [String: String] = [:]
        for (name, value) in try entry.object(key) ?? [:] {
            guard let text = value.string else {
                throw entry.error([.key(key), .key(name)], "this is a text: \"…\"")
            }
            fields[name] = try expanded(text, at: [.key(key), .key(name)])
        }
        return fields
    }

    private mutating func expanded(_ text: String, at steps: [JSONPlace.Step]) throws(ToolsFileError) -> String {
        var result = ""
        var rest = text[...]
        while let opening = rest.firstRange(of: "${") {
            result += rest[..<opening.lowerBound]
            guard let closing = rest[opening.upperBound...].firstIndex(of: "}") else {
                throw entry.error(steps, "a ${ has no }; a variable is written ${NAME}")
            }
            result += try value(of: rest[opening.upperBound..<closing], at: steps)
            rest = rest[rest.index(after: closing)...]
        }
        return result + rest
    }

    private mutating func value(of reference: Substring, at steps: [JSONPlace.Step]) throws(ToolsFileError) -> String {
        let parts = reference.firstRange(of: ":-")
        let written = parts.map { reference[..<$0.lowerBound] } ?? reference
        let name = String(written.hasPrefix("env:") ? written.dropFirst(4) : written)
        if let value = environment(name), !(value.isEmpty && parts != nil) {
            if value.utf8.count >= Self.shortestSecret, !secrets.contains(value) {
                secrets.append(value)
            }
            return value
        }
        guard let parts else {
            throw entry.error(steps, "the environment variable \(name) is not set; set it, or write ${\(name):-DEFAULT}")
        }
        return String(reference[parts.upperBound...])
    }
}
