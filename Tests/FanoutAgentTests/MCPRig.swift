import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Foundation
import Testing

/// Servers of the tests' own, in a folder of their own, and what is heard of them.
///
/// A class, because the folder must be removed.
final class MCPRig: Sendable {
    let folder = NSTemporaryDirectory() + "fanout-mcp-\(UUID().uuidString)"
    let time = StillTime()
    private let heard = Guarded<[MCPNotice]>([])

    static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/mcp")

    /// What `.dev/setup` has installed for tests.
    static func installed(_ program: String) -> String {
        fixtures.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent(".build/venv/bin/\(program)").path
    }

    static let sdkServer = fixtures.appendingPathComponent("sdk_server.py").path

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }

    func fake(_ era: String = "handshake", name: String = "fake", change: (inout MCPServerSettings) -> Void = { _ in }) -> MCPServerSettings
    {
        var settings = MCPServerSettings(
            name: name,
            transport: .program(
                command: ["python3", Self.fixtures.appendingPathComponent("server.py").path, era], environment: ["FAKE": "set"],
                directory: folder))
        change(&settings)
        return settings
    }

    func start(_ settings: MCPServerSettings..., taken: [String] = [], time: (any Timekeeper)? = nil) async throws -> MCPServers {
        try await MCPServers.start(settings, version: "1", taken: taken, time: time ?? self.time) { notice in
            self.heard.withLock { $0.append(notice) }
        }
    }

    /// What servers did wrong, each after the server's name.
    var problems: [String] { heard.withLock { $0 }.filter { $0.kind == .problem }.map { "\($0.server) \($0.text)" } }
    var logs: [String] { heard.withLock { $0 }.filter { $0.kind != .problem }.map(\.text) }

    /// How often a fake server was started.
    var starts: Int {
        let text = FileManager.default.contents(atPath: folder + "/starts").map { String(decoding: $0, as: UTF8.self) }
        return text?.split(separator: "\n").count ?? 0
    }

    func write(_ name: String) {
        _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
}

extension MCPServers {
    func call(
        _ name: String, _ arguments: JSONValue = [:], time: any Timekeeper = StillTime(),
        report: @escaping @Sendable (ToolContext.Report) -> Void = { _ in }
    ) async throws -> ToolResult {
        let tool = try #require(tools.first { $0.name == name }, "there is no tool \(name)")
        return try await tool.run(ToolContext(name: name, time: time, report: report), arguments)
    }

    /// A call that hangs, once its server says that it does.
    func hanging(_ name: String) async -> Task<ToolResult, any Error> {
        let says = AsyncStream<Void>.makeStream()
        let call = Task { try await self.call(name) { _ in says.continuation.yield() } }
        for await _ in says.stream {
            break
        }
        return call
    }
}
