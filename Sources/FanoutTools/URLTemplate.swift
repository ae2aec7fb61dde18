internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// The address of a request, with places for a call's arguments: `https://host/v1/cities/${city}?units=${units}`.
///
/// What is put in is written with percent signs, so it stays within its place: it never adds a step to the path, a pair to the query, or
/// another host.
struct URLTemplate: Sendable {
    /// Scheme, host and port.
    let origin: String
    /// The steps of the path, without the slashes between them.
    private let steps: [Template]
    private let query: [Template]

    init(_ text: String, names: Template.Names) throws(Template.Fault) {
        var parts = try Template(text, names: names).parts
        // Only here may a variable hold more than one part of an address.
        if case .environment(_, let value)? = parts.first {
            parts[0] = .text(value)
            if parts.count > 1, case .text(let next) = parts[1] {
                parts.replaceSubrange(0...1, with: [.text(value + next)])
            }
        }
        guard case .text(let start)? = parts.first, let scheme = ["http://", "https://"].first(where: { start.lowercased().hasPrefix($0) })
        else {
            throw Template.Fault(message: "an address begins with http:// or https://")
        }
        let authority = start.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let rest = start.dropFirst(scheme.count + authority.count)
        guard !authority.isEmpty, !rest.isEmpty || parts.count == 1 else {
            throw Template.Fault(message: "the host of an address is not an argument's to choose; write it out, and a / after it")
        }
        guard !authority.contains("@") else {
            throw Template.Fault(
                message: "a name and a password do not belong into an address; put them into headers, from the environment")
        }
        guard !(scheme + authority).utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw Template.Fault(message: "an address holds no space")
        }
        origin = scheme + authority
        parts[0] = .text(String(rest))
        var pieces: [(separator: Character, parts: [Template.Part])] = [("/", [])]
        for part in parts {
            guard case .text(let text) = part else {
                pieces[pieces.count - 1].parts.append(part)
                continue
            }
            var isQuery = pieces.contains { $0.separator != "/" }
            var piece = ""
            for character in text {
                if character == "#" {
                    throw Template.Fault(message: "what follows # in an address is never sent; leave it out, or write %23")
                }
                if (character == "/" && !isQuery) || (character == "?" && !isQuery) || (character == "&" && isQuery) {
                    pieces[pieces.count - 1].parts += piece.isEmpty ? [] : [.text(Self.clean(piece))]
                    piece = ""
                    isQuery = isQuery || character == "?"
                    pieces.append((character, []))
                } else {
                    piece.append(character)
                }
            }
            pieces[pieces.count - 1].parts += piece.isEmpty ? [] : [.text(Self.clean(piece))]
        }
        // Before the first slash stands nothing.
        steps = pieces.filter { $0.separator == "/" }.dropFirst().map { Template(parts: $0.parts) }
        query = pieces.filter { $0.separator != "/" }.map { Template(parts: $0.parts) }
    }

    var secrets: [String] { (steps + query).flatMap(\.secrets) }

    /// - Throws: ``ToolFailure`` where the path needs what is missing, or would lead elsewhere.
    func filled(_ arguments: JSONValue) throws(ToolFailure) -> String {
        var url = origin
        for step in steps {
            guard let text = step.filled(arguments, escape: Self.escaped) else {
                throw CallError.unfit("\(Self.missing(step, arguments)) is missing, and the address needs it")
            }
            guard !step.hasArguments || (text != "." && text != ".." && !text.isEmpty) else {
                throw CallError.unfit("\(text.isEmpty ? "an empty text" : text) is no name in an address; give one that is")
            }
            url += "/" + text
        }
        let pairs = query.flatMap { Self.pairs($0, arguments) }
        return pairs.isEmpty ? url : url + "?" + pairs.joined(separator: "&")
    }

    private static func missing(_ step: Template, _ arguments: JSONValue) -> String {
        for case .argument(let path) in step.parts where arguments.value(at: path)?.isNull ?? true {
            return path.joined(separator: ".")
        }
        return "an argument"
    }

    /// A pair of the query: none where an argument is missing, and one for each item of a list.
    private static func pairs(_ pair: Template, _ arguments: JSONValue) -> [String] {
        if case .argument(let path)? = pair.parts.last, let list = arguments.value(at: path)?.array {
            let name = Template(parts: Array(pair.parts.dropLast())).filled(arguments, escape: escaped)
            return name.map { name in list.filter { !$0.isNull }.map { name + escaped($0.templateText) } } ?? []
        }
        return pair.filled(arguments, escape: escaped).map { [$0] } ?? []
    }

    /// All but what RFC 3986 calls unreserved with percent signs.
    static func escaped(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: out.append(byte)
            default: out += percent(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The author's own part of an address, with percent signs for what may not stand in one at all.
    private static func clean(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            out += byte <= 0x20 || byte >= 0x7f ? percent(byte) : [byte]
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func percent(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
