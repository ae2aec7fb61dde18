import FanoutJSON
import Foundation

/// A file under Fixtures.
struct Fixture {
    let bytes: [UInt8]

    init(_ path: String, file: String = #filePath) throws {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Fixtures")
        bytes = Array(try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    var json: JSONValue { JSONText(unchecked: bytes).value }
}
