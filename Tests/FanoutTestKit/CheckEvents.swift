package import FanoutEvents
internal import Foundation

/// Holds events against the format's page, by a program that has none of our code.
package enum CheckEvents {
    /// What is wrong with the events of a whole session of ours, each a line; empty where nothing is.
    ///
    /// - Parameter isOurs: Whether they owe what Fanout's own engine owes, and not only what any producer does.
    package static func violations(in events: [Event], isOurs: Bool = true, file: String = #filePath) throws -> String {
        var writer = EventWriter()
        writer.write(Header(session: "test", started: 0))
        for event in events {
            writer.write(event)
        }
        // Files and no pipes: nothing has to be read while it runs, and no signal can come in between.
        let folder = FileManager.default.temporaryDirectory.appending(path: "fanout-check-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (recording, said) = (folder.appending(path: "session.fanout.jsonl"), folder.appending(path: "said"))
        try Data(writer.bytes).write(to: recording)
        try Data().write(to: said)
        let check = Process()
        check.executableURL = URL(filePath: "/usr/bin/env")
        check.arguments = [
            "python3", URL(filePath: file).deletingLastPathComponent().appending(path: "../check-events").path(), recording.path(),
        ]
        if isOurs {
            check.arguments?.append("--complete")
        }
        let output = try FileHandle(forWritingTo: said)
        check.standardOutput = output
        check.standardError = output
        try check.run()
        check.waitUntilExit()
        try output.close()
        let text = String(decoding: try Data(contentsOf: said), as: UTF8.self)
        return check.terminationStatus == 0 ? text : "status \(check.terminationStatus)\n\(text)"
    }
}
