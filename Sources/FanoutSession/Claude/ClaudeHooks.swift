internal import FanoutEvents
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What a session's hooks measured of its calls.
struct ClaudeHooks {
    /// Instants in microseconds since the Unix epoch.
    struct Call: Equatable {
        /// Before anything of the call was done.
        var before: Int64?
        /// When its user was asked for a permission.
        var asked: Int64?
        /// When it had run.
        var after: Int64?
        /// Microseconds that it ran, without what it waited for.
        var run: Int64?

        /// When it began to run.
        var started: Int64? { after.flatMap { after in run.map { after - $0 } } }
    }

    private(set) var calls: [String: Call] = [:]
    /// The calls of each tool of each agent of which only the beginning is known, the newest last.
    private var open: [String: [String]] = [:]
    /// Calls whose user was asked since this was last asked for.
    private(set) var newlyAsked: [String] = []

    /// Of calls beyond so many that are open, none can be told from the others.
    private static let mostOpen = 64
    /// A permission is asked for directly after the hook before the call; microseconds.
    private static let directly: Int64 = 5_000_000

    mutating func take(_ entry: HookEntry) {
        let key = entry.agent + "\n" + entry.tool
        switch entry.event {
        case "PreToolUse":
            guard !entry.call.isEmpty else { return }
            calls[entry.call, default: Call()].before = entry.time
            open[key, default: []].append(entry.call)
            if let count = open[key]?.count, count > Self.mostOpen {
                open[key]?.removeFirst(count - Self.mostOpen)
            }
        case "PostToolUse", "PostToolUseFailure":
            guard !entry.call.isEmpty else { return }
            calls[entry.call, default: Call()].after = entry.time
            calls[entry.call]?.run = entry.run
            open[key]?.removeAll { $0 == entry.call }
        case "PermissionRequest":
            // It names no call: only where a single one can be meant is it known which.
            let meant = open[key]?.filter { call in
                guard let known = calls[call], known.asked == nil, let before = known.before else { return false }
                return (0...Self.directly).contains(entry.time - before)
            }
            guard let meant, meant.count == 1 else { return }
            calls[meant[0]]?.asked = entry.time
            newlyAsked.append(meant[0])
        default: break
        }
    }

    mutating func takeNewlyAsked() -> [String] {
        defer { newlyAsked = [] }
        return newlyAsked
    }

    /// Gives what is known of a call that has ended, and keeps it no longer.
    mutating func end(_ call: String) -> Call? { calls.removeValue(forKey: call) }
}

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

/// Reads what hooks add to a session's file.
///
/// A class, because it owns a descriptor.
final class HookReader {
    private static let chunk = 1 << 16

    private let path: String
    private var file: Int32 = -1
    private var offset: Int64 = 0
    private var cutter = StreamLines(longest: HookFile.longestLine)
    private let reader = JSONReader()
    private var buffer = [UInt8](repeating: 0, count: chunk)

    init(path: String) { self.path = path }

    deinit {
        if file >= 0 {
            close(file)
        }
    }

    /// Takes what has been added since it was last asked for.
    func read(into hooks: inout ClaudeHooks) {
        if file < 0 {
            file = openFile(path)
        }
        guard file >= 0 else { return }
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(offset)) }
            guard count > 0 else { return }
            offset += Int64(count)
            buffer.withUnsafeBytes { bytes in
                var rest = UnsafeRawBufferPointer(rebasing: bytes[..<count])[...]
                while let line = cutter.next(&rest) {
                    guard !line.isTooLong, !line.isBlank, let root = try? reader.read(padded: line.text), let entry = HookEntry(root) else {
                        continue
                    }
                    hooks.take(entry)
                }
            }
        }
    }
}

private func openFile(_ path: String) -> Int32 {
    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
}
