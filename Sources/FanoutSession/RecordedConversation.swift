package import FanoutEvents
package import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What was said in a recorded session, in the API's own form, for a run that takes it up.
package struct RecordedConversation: Sendable {
    package var session: String
    /// What the recording's header tells beside the format's own fields.
    package var meta: JSONValue
    /// Every message of the session, in order, as it was recorded.
    package var messages: [Event.Message]

    /// - Throws: ``SessionError`` where there is no such recording, or it holds no messages.
    package init(path: String) throws(SessionError) {
        let recording = try SessionFile.recording(at: path)
        defer { close(recording.file) }
        var found = Messages()
        let bytes = try SessionFile.read(recording, withPayloads: true, into: &found)
        guard bytes > 0 else {
            throw SessionError(.empty, "\(path): it is empty; name the recording of a run")
        }
        guard let header = found.header, found.messages.contains(where: { $0.raw != nil }) else {
            throw SessionError(.otherFormat, "\(path): it holds no conversation; only what `fanout run` recorded can be continued")
        }
        session = header.session
        meta = header.meta?.value ?? .null
        messages = found.messages
    }

    /// The path of a recording that is named by its path, or by its session's id, or the beginning of that.
    package static func path(of name: String) throws(SessionError) -> String {
        if access(name, F_OK) == 0 {
            return name
        }
        let directory = StateDirectory.path()
        let matches = recordings(in: directory).filter { file in
            guard let id = file.split(separator: "_").last, id.hasPrefix(name.prefix(StateDirectory.namedID)) else { return false }
            // The rest of a longer one stands in the recording alone.
            guard name.count > StateDirectory.namedID else { return true }
            return (try? RecordedConversation(path: directory + "/" + file))?.session.hasPrefix(name) ?? false
        }
        switch matches.count {
        case 1: return directory + "/" + matches[0]
        case 0: throw SessionError(.missing, "\(name): there is no such file, and no session of that id in \(directory)")
        default:
            throw SessionError(
                .missing, "\(name): several sessions begin so (\(matches.prefix(4).joined(separator: ", "))); give more of the id")
        }
    }

    private static func recordings(in directory: String) -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(".fanout.jsonl") {
                names.append(name)
            }
        }
        return names.sorted()
    }

    private struct Messages: EventReceiver {
        var header: Header?
        var messages: [Event.Message] = []

        mutating func open(_ header: Header, session: Int) {
            self.header = self.header ?? header
        }

        mutating func take(_ event: Event, session: Int, offset: Int64) {
            if case .message(let message) = event.body, session == 0 {
                messages.append(message)
            }
        }

        mutating func report(_ problem: EventProblem) {}
    }
}
