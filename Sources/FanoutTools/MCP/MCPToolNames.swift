/// What a model calls the tools of servers: `SERVER__TOOL`, in the letters that models' APIs allow, and no two alike.
///
/// Any other letter becomes `_`. What is too long then, or taken, ends in eight digits that follow from the whole name.
struct MCPToolNames: Sendable {
    /// What OpenAI and Anthropic allow.
    static let longest = 64

    private var taken: Set<String>

    /// - Parameter taken: The names of other tools.
    init(taken: some Sequence<String>) {
        self.taken = Set(taken)
    }

    mutating func name(server: String, tool: String) -> String {
        let whole = "\(server)__\(tool)"
        let plain = String(decoding: whole.utf8.map { Self.isAllowed($0) ? $0 : 0x5f }, as: UTF8.self)
        var name = plain
        var salt = 0
        while name.utf8.count > Self.longest || taken.contains(name) {
            name = "\(plain.prefix(Self.longest - 9))_\(Self.digits(of: salt == 0 ? whole : "\(whole) \(salt)"))"
            salt += 1
        }
        taken.insert(name)
        return name
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d: true
        default: false
        }
    }

    private static func digits(of text: String) -> String {
        // FNV-1a: unlike Swift's own hash, the same in every process.
        let hash = text.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
