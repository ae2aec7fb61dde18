import Foundation
import Testing

@testable import FanoutSession

@Suite("Lines of a file")
struct FileLinesTests {
    /// What comes of a file, read piece by piece, and how it ends.
    private func pieces(_ text: String, usual: Int, longest: Int = 1 << 20) throws -> (pieces: [String], extents: [Int64]) {
        let path = FileManager.default.temporaryDirectory.appending(path: "fanout-lines-\(UUID())").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var lines = FileLines(longestLine: longest, usual: usual)
        var found: (pieces: [String], extents: [Int64]) = ([], [])
        var offset: Int64 = 0
        while true {
            let outcome = lines.read(file, at: offset)
            offset += lines.extent
            if lines.extent > 0 {
                found.pieces.append(String(decoding: lines.bytes, as: UTF8.self))
                found.extents.append(lines.extent)
            }
            if outcome == .end { return found }
            try #require(outcome == .lines)
        }
    }

    @Test("as many whole lines as fit come at once, and of a longer one at least all of it")
    func whole() throws {
        let found = try pieces("ab\ncd\nef\nlonger than that\n\nx", usual: 8)
        #expect(found.pieces == ["ab\ncd\n", "ef\n", "longer than that\n\nx"])
        #expect(found.extents == [6, 3, 19])
        #expect(try pieces("", usual: 8).pieces.isEmpty)
        #expect(try pieces("1234567\n", usual: 8).pieces == ["1234567\n"])
        #expect(try pieces("12345678", usual: 8).pieces == ["12345678"])
        #expect(try pieces("no end at all", usual: 8).pieces == ["no end at all"])
    }

    @Test("of a line that is too long comes what shows that it is, and after it the next one", arguments: [8, 10, 16, 64])
    func tooLong(usual: Int) throws {
        let long = String(repeating: "x", count: 300)
        let found = try pieces("a\n\(long)\nb\n", usual: usual, longest: 20)
        #expect(found.pieces.joined().filter { $0 == "\n" }.count == 3)
        #expect(found.pieces.joined().hasPrefix("a\nx") && found.pieces.joined().hasSuffix("x\nb\n"))
        #expect(found.pieces.allSatisfy { $0.utf8.count < 100 })
        #expect(found.extents.reduce(0, +) == 305)

        let last = try pieces("a\n\(long)", usual: usual, longest: 20)
        #expect(last.extents.reduce(0, +) == 302)
        #expect(last.pieces.last?.contains("\n") == false)
    }

    @Test("what the system says is told")
    func failure() {
        var lines = FileLines(longestLine: 100)
        #expect(lines.read(-1, at: 0) == .failure(EBADF))
        #expect(lines.extent == 0)
    }
}
