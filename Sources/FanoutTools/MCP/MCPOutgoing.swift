internal import FanoutJSON

/// A message to a server, written out, with what a transport must know of it.
struct MCPOutgoing: Sendable, Hashable {
    /// The id of a request; nil for what has no answer.
    var id: Int64?
    /// Nil for an answer.
    var method: String?
    /// What HTTP's `Mcp-Name` repeats: the tool that is called.
    var name: String?
    /// What HTTP's `Mcp-Param-…` repeat.
    var parameters: [MCPHeaderParameter.Value] = []
    /// Nil as long as it is being found out.
    var era: MCPEra?
    /// Microseconds until its answer must be there; nil waits for ever.
    var patience: Int64?
    /// One line of JSON, without the line's end.
    var text: [UInt8]
}

/// A request before it has a number.
struct MCPRequest: Sendable {
    var method: String
    var fields = JSONObject()
    var name: String?
    var parameters: [MCPHeaderParameter.Value] = []
    var patience: Int64?
    /// The revision to speak for this one alone, while none is agreed on.
    var asking: MCPEra?
    /// Whether the server may tell how far it is.
    var reportsProgress = false
}
