internal import FanoutJSON

/// An argument that HTTP requests repeat in a header, because the tool's schema says so with `x-mcp-header`
/// (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http).
struct MCPHeaderParameter: Sendable, Hashable {
    /// An argument as its header has it.
    struct Value: Sendable, Hashable {
        /// What follows `Mcp-Param-`.
        var name: String
        var text: String
    }

    /// Why a schema's headers cannot be: a sentence's end.
    struct Fault: Error, Sendable, Hashable {
        var reason: String
    }

    var name: String
    /// The keys that lead to the argument.
    var path: [String]

    /// Those that a schema asks for, found along `properties` alone.
    static func all(in schema: JSONValue) throws(Fault) -> [MCPHeaderParameter] {
        var found: [MCPHeaderParameter] = []
        try collect(schema, path: [], into: &found)
        return found
    }

    private static func collect(_ schema: JSONValue, path: [String], into found: inout [MCPHeaderParameter]) throws(Fault) {
        // Deeper than the arguments of any tool, and shallow enough for the stack.
        guard path.count < 32 else { return }
        for (key, property) in schema["properties"]?.object?.fields ?? [] {
            if let wanted = property["x-mcp-header"] {
                guard let name = wanted.string, isToken(name) else {
                    throw Fault(reason: "asks for a header named \(wanted), which is no name of a header")
                }
                guard ["string", "integer", "number", "boolean"].contains(property["type"]?.string) else {
                    throw Fault(reason: "asks for \(key) in a header, which is no text, number, true or false")
                }
                guard !found.contains(where: { $0.name.lowercased() == name.lowercased() }) else {
                    throw Fault(reason: "asks twice for a header named \(name)")
                }
                found.append(MCPHeaderParameter(name: name, path: path + [key]))
            }
            try collect(property, path: path + [key], into: &found)
        }
    }

    /// Nil where the arguments have no such value.
    func value(in arguments: JSONValue) -> Value? {
        var value = arguments
        for key in path {
            guard let inner = value[key] else { return nil }
            value = inner
        }
        return switch value {
        case .string(let text): Value(name: name, text: Self.encoded(text))
        case .integer, .number, .bool: Value(name: name, text: value.description)
        case .null, .array, .object: nil
        }
    }

    /// A text as a header's value takes it: in base64 where it could not stand as it is.
    static func encoded(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.first != " " && text.last != " "
            && !(text.hasPrefix("=?base64?") && text.hasSuffix("?="))
        return isPlain ? text : "=?base64?\(base64(Array(text.utf8)))?="
    }

    /// RFC 4648, section 4.
    private static func base64(_ bytes: [UInt8]) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.enumerated().reduce(0) { $0 | Int($1.element) << (16 - 8 * $1.offset) }
            for place in 0..<4 {
                text.append(place <= group.count ? letters[bits >> (18 - 6 * place) & 0x3f] : 0x3d)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
