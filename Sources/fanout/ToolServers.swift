internal import FanoutEngine
internal import FanoutEvents
internal import FanoutScreen
internal import FanoutTools

/// The servers of a tools file: started before a run, gone after it.
struct ToolServers {
    private let servers: MCPServers
    private let time: SystemTime
    private let isScreenTaken: Guarded<Bool>

    /// Starts them and waits until each has told its tools; nil where the file names none. A signal meanwhile ends the program, and what it
    /// has started.
    ///
    /// - Parameter display: On a dashboard nothing is told of servers once the run begins, but in the lanes of their calls.
    static func start(_ file: ToolsFile?, display: Display) throws -> ToolServers? {
        guard let file, !file.servers.isEmpty else { return nil }
        let time = SystemTime()
        let isScreenTaken = Guarded(false)
        let servers = try SignalledWait(time).value {
            do {
                return try await MCPServers.start(
                    file.servers, version: Program.version, taken: file.tools.map(\.name), time: time
                ) { notice in
                    guard notice.kind == .problem, !isScreenTaken.withLock({ $0 }) else { return }
                    Console.complain(CleanText("\(notice.server) (an MCP server) \(notice.text)").string)
                }
            } catch let error as ToolsFileError {
                // It may hold a server's last words.
                throw ToolsFileError(CleanText.lines(of: error.message).map(\.string).joined(separator: "\n"))
            }
        }
        isScreenTaken.withLock { $0 = display == .dashboard }
        return ToolServers(servers: servers, time: time, isScreenTaken: isScreenTaken)
    }

    var tools: [Tool] { servers.tools }

    /// Takes leave of them; one that does not go is ended.
    func stop() throws {
        isScreenTaken.withLock { $0 = false }
        try SignalledWait(time).value { await servers.stop() }
    }
}
