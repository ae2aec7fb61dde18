internal import Foundation

/// A picture in a file that a test's outcome must equal.
///
/// With `FANOUT_RECORD=1` in the environment the outcome is written down as the new picture, and the test fails all the same: pictures are
/// reviewed like code.
package enum GoldenPicture {
    /// What is wrong, or nil where the picture is the same.
    package static func difference(_ name: String, _ outcome: String, beside test: String) -> String? {
        let file = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Pictures/\(name).txt")
        if ProcessInfo.processInfo.environment["FANOUT_RECORD"] == "1" {
            do {
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try outcome.write(to: file, atomically: true, encoding: .utf8)
                return "recorded \(name): look at it, then run without FANOUT_RECORD"
            } catch {
                return "cannot record \(name): \(error)"
            }
        }
        guard let data = FileManager.default.contents(atPath: file.path) else {
            return "there is no picture \(name); FANOUT_RECORD=1 records one"
        }
        let expected = String(decoding: data, as: UTF8.self)
        guard expected != outcome else { return nil }
        return "\(name) differs\n--- expected\n\(expected)\n--- found\n\(outcome)"
    }
}
