/// How a server is spoken to, which the revisions of the protocol divide in two
/// (https://modelcontextprotocol.io/specification/versioning).
enum MCPEra: Sendable, Hashable {
    /// `initialize` opens a session, up to revision 2025-11-25.
    case handshake(String)
    /// Every request says by itself what the client speaks and can do, from revision 2026-07-28.
    case modern(String)

    static let modernRevisions = ["2026-07-28"]
    static let handshakeRevisions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"]

    var revision: String {
        switch self {
        case .handshake(let revision), .modern(let revision): revision
        }
    }

    static var known: String { (modernRevisions + handshakeRevisions).joined(separator: ", ") }
}
