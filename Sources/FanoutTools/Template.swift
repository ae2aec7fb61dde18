internal import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

/// A text with places that a call's arguments are put into: `--since=${date}`.
///
/// `${name}` stands for the argument of that name, `${name.inner}` for a field in it, `${env:NAME}` for a variable of the environment as
/// it was when the text was read, and `$${` for `${` as it stands. It is read once; filling it in cannot go wrong, and what was filled in is
/// never read again.
package struct Template: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case text(String)
        /// The way to a value in the arguments.
        case argument([String])
        /// A variable and its value, which is not to be shown.
        case environment(name: String, value: String)
    }

    package private(set) var parts: [Part] = []

    /// What is wrong with a template: a sentence.
    package struct Fault: Error, Sendable, Hashable {
        package var message: String
    }

    /// What a template may name.
    package struct Names: Sendable {
        /// The arguments that the schema knows.
        var arguments: Set<String>
        var environment: @Sendable (String) -> String?

        package init(arguments: Set<String>, environment: @escaping @Sendable (String) -> String? = { _ in nil }) {
            self.arguments = arguments
            self.environment = environment
        }
    }

    package init(_ text: String, names: Names) throws(Fault) {
        var plain = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            plain += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix("$${") {
                plain += "${"
                rest = rest.dropFirst(3)
            } else if rest.hasPrefix("${") {
                rest = rest.dropFirst(2)
                guard let end = rest.firstIndex(of: "}") else {
                    throw Fault(message: "a ${ is not closed; end it with }, or write $${ for the two characters themselves")
                }
                add(plain)
                plain = ""
                parts.append(try Self.part(rest[..<end], names))
                rest = rest[end...].dropFirst()
            } else {
                plain.append("$")
                rest = rest.dropFirst()
            }
        }
        add(plain + rest)
    }

    /// A text without places.
    package init(literal: String) {
        add(literal)
    }

    init(parts: [Part]) {
        self.parts = parts
    }

    private mutating func add(_ text: String) {
        if !text.isEmpty {
            parts.append(.text(text))
        }
    }

    private static func part(_ inner: Substring, _ names: Names) throws(Fault) -> Part {
        if inner.hasPrefix("env:") {
            let name = String(inner.dropFirst(4))
            guard let value = names.environment(name) else {
                throw Fault(message: "the environment variable \(name) is not set; set it, or leave ${env:\(name)} out")
            }
            return .environment(name: name, value: value)
        }
        // A name may hold a dot itself.
        if names.arguments.contains(String(inner)) {
            return .argument([String(inner)])
        }
        let path = inner.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let first = path.first, names.arguments.contains(first), !path.contains("") else {
            let known = names.arguments.isEmpty ? "it names none" : "it names \(names.arguments.sorted().joined(separator: ", "))"
            throw Fault(message: "${\(inner)} is not an argument that parameters names under properties; \(known)")
        }
        return .argument(path)
    }
}

// What is put in.
extension Template {
    package var hasArguments: Bool { parts.contains { if case .argument = $0 { true } else { false } } }

    /// The values of the environment in it, which nothing may show.
    package var secrets: [String] {
        parts.compactMap { part in
            if case .environment(_, let value) = part { value } else { nil }
        }
    }

    /// The way to the argument that it is nothing but.
    package var onlyArgument: [String]? {
        guard parts.count == 1, case .argument(let path) = parts[0] else { return nil }
        return path
    }

    /// The text with the arguments in it; nil where one of them is missing or null.
    ///
    /// - Parameter escape: What becomes of each value that is put in.
    package func filled(_ arguments: JSONValue, escape: (String) -> String = { $0 }) -> String? {
        var text = ""
        for part in parts {
            switch part {
            case .text(let plain): text += plain
            case .environment(_, let value): text += escape(value)
            case .argument(let path):
                guard let value = arguments.value(at: path), !value.isNull else { return nil }
                text += escape(value.templateText)
            }
        }
        return text
    }
}

extension JSONValue {
    /// The value in nested objects that a path leads to.
    func value(at path: [String]) -> JSONValue? {
        var value = self
        for step in path {
            guard let inner = value[step] else { return nil }
            value = inner
        }
        return value
    }

    /// As it stands in a text: a string as it is, anything else as JSON.
    var templateText: String { string ?? description }
}

extension CallError {
    /// A call whose arguments fit the schema and not what is to be made of them.
    static func unfit(_ message: String) -> ToolFailure {
        ToolFailure(CallError(.invalidArguments, message), isFinal: true)
    }
}
