internal import FanoutJSON

/// A line of a session's hook file.
package struct HookEntry: Sendable, Equatable {
    package var event: String
    package var session: String
    package var call = ""
    package var agent = ""
    package var tool = ""
    /// Microseconds since the Unix epoch.
    package var time: Int64
    /// Microseconds.
    package var run: Int64?

    package init(event: String, session: String, time: Int64) {
        self.event = event
        self.session = session
        self.time = time
    }

    /// What a hook is told on its standard input; nil where that is nothing to be written down.
    ///
    /// - Parameter time: When it was told, in microseconds since the Unix epoch.
    package init?(input: [UInt8], time: Int64) {
        let reader = JSONReader()
        guard let root = try? reader.read(input), let event = root.field("hook_event_name")?.string, Self.events.contains(event),
            let session = root.field("session_id")?.string, HookFile.isName(session)
        else { return nil }
        self.init(event: event, session: session, time: time)
        call = Self.short(root.field("tool_use_id"))
        agent = Self.short(root.field("agent_id"))
        tool = Self.short(root.field("tool_name"))
        run = root.field("duration_ms")?.double.flatMap { (0..<1e12).contains($0) ? Int64($0 * 1000) : nil }
    }

    /// The hooks that measure something.
    package static let events = ["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest"]

    /// A name as far as it can be one.
    private static func short(_ element: JSONElement?) -> String {
        guard let text = element?.string, text.utf8.count <= 512 else { return "" }
        return text
    }

    /// Nil where the line is none.
    init?(_ root: JSONElement) {
        guard let event = root.field("event")?.string, let time = root.field("time")?.integer, abs(time) < 1 << 60 else { return nil }
        self.init(event: event, session: root.field("session")?.string ?? "", time: time)
        call = root.field("call")?.string ?? ""
        agent = root.field("agent")?.string ?? ""
        tool = root.field("tool")?.string ?? ""
        run = root.field("run_us")?.integer.flatMap { (0..<1 << 60).contains($0) ? $0 : nil }
    }

    /// The line, with its end.
    package var line: [UInt8] {
        var writer = JSONWriter()
        var object: JSONObject = ["event": .string(event), "session": .string(session), "time": .integer(time)]
        for (name, text) in [("call", call), ("agent", agent), ("tool", tool)] where !text.isEmpty {
            object[name] = .string(text)
        }
        if let run {
            object["run_us"] = .integer(run)
        }
        writer.value(.object(object))
        writer.bytes.append(0x0a)
        return writer.bytes
    }
}
