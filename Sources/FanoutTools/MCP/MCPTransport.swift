/// Carries messages to one server, and what it says back to a connection.
protocol MCPTransport: Sendable {
    /// Sends a message. Returns once all has come that comes in answer to it alone; at once, where one stream carries all answers.
    func carry(_ message: MCPOutgoing, for connection: MCPConnection) async
    /// Sends what has no answer, without waiting.
    func post(_ message: MCPOutgoing)
    /// Takes leave of the server, and returns once it is gone.
    func close() async
    /// Has done with the server at once.
    func abort()
}
