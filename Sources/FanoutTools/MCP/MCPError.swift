/// Why a request to a server has no result.
enum MCPError: Error, Sendable, Hashable {
    /// The server refused it.
    case fault(MCPFault)
    /// The server is gone or cannot be reached: a sentence that names it.
    case lost(String)
    /// The server has forgotten the session, and did nothing.
    case sessionGone
    /// The server ended when it was asked what it speaks.
    case endedAtQuestion
    /// No answer came within the request's patience.
    case silence
    case cancelled

    /// As a sentence about the server.
    func words(of server: String) -> String {
        switch self {
        case .fault(let fault): "\(server) (an MCP server) refuses: \(fault.words)"
        case .lost(let message): message
        case .sessionGone: "\(server) (an MCP server) forgets its sessions as soon as they are begun"
        case .endedAtQuestion: "\(server) (an MCP server) ended as soon as it was asked something"
        case .silence: "\(server) (an MCP server) did not answer in time"
        case .cancelled: "the request to \(server) (an MCP server) was cancelled"
        }
    }
}
