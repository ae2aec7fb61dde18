import Foundation
import Testing

@testable import FanoutSession

@Suite("Lines of a file")
struct FileLinesTests {
    /// The lines that begin in each part of a file, of so many bytes, and where they stand.
    private func pieces(_ text: String, part: Int, room: Int = 4, longest: Int = 1 << 20) throws -> [(text: String, offset: Int64)] {
        let path = FileManager.default.temporaryDirectory.appending(path: "fanout-lines-\(UUID())").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var lines = FileLines(longestLine: longest, usual: part + room)
        var found: [(text: String, offset: Int64)] = []
        // Two threads read them in no order, so what is read of one part must not matter for another.
        for start in stride(from: 0, to: text.utf8.count, by: part).reversed() {
            let end = min(start + part, text.utf8.count)
            #expect(lines.read(file, beginningIn: Int64(start)..<Int64(end)) == nil)
            found.append((String(decoding: lines.bytes, as: UTF8.self), lines.offset))
        }
        return found.reversed()
    }

    @Test("each comes with the part that it begins in, to its end")
    func whole() throws {
        let found = try pieces("ab\ncd\nef\nlonger than that\n\nx", part: 8)
        #expect(found.map(\.text) == ["ab\ncd\nef\n", "longer than that\n", "", "\nx"])
        #expect(found.filter { !$0.text.isEmpty }.map(\.offset) == [0, 9, 26])
        #expect(try pieces("1234567\n", part: 8).map(\.text) == ["1234567\n"])
        #expect(try pieces("1234567\nx", part: 8).map(\.text) == ["1234567\n", "x"])
        #expect(try pieces("12345678\nx", part: 8).map(\.text) == ["12345678\n", "x"])
        #expect(try pieces("12345678", part: 8).map(\.text) == ["12345678"])
        #expect(try pieces("no end at all", part: 8).map(\.text) == ["no end at all", ""])
    }

    @Test("none is lost and none comes twice, however the parts fall", arguments: 1...40)
    func parted(part: Int) throws {
        func row(_ letter: String, _ count: Int) -> String { String(repeating: letter, count: count) }
        let text = "\n\na\n\(row("b", 9))\n\n\(row("c", 30))\ndd\n\(row("e", 17))"
        for room in [1, 2, 16] {
            let found = try pieces(text, part: part, room: room)
            #expect(found.map(\.text).joined() == text)
            for piece in found where !piece.text.isEmpty {
                #expect(text.dropFirst(Int(piece.offset)).hasPrefix(piece.text))
            }
        }
    }

    @Test("of a line that is too long comes what shows that it is, and with another part the next one", arguments: [8, 10, 16, 64])
    func tooLong(part: Int) throws {
        let long = String(repeating: "x", count: 300)
        for longest in [20, 30, 60] {
            let found = try pieces("a\n\(long)\nb\n", part: part, longest: longest).filter { !$0.text.isEmpty }
            #expect(found.map(\.offset) == [0, 303])
            #expect(found[0].text.hasPrefix("a\nx") && found[0].text.hasSuffix("x\n"))
            #expect(longest + 2...150 ~= found[0].text.utf8.count)
            #expect(found[1].text == "b\n")

            let last = try pieces("a\n\(long)", part: part, longest: longest).filter { !$0.text.isEmpty }
            #expect(last.count == 1 && longest + 2...150 ~= last[0].text.utf8.count)
            #expect(last[0].text.contains("x") && !last[0].text.hasSuffix("\n"))
        }
    }

    @Test("what is gone since its size was asked for is not there")
    func shorter() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "fanout-lines-\(UUID())").path
        try Data("ab\nc".utf8).write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        let file = open(path, O_RDONLY)
        defer { close(file) }
        var lines = FileLines(longestLine: 100, usual: 12)
        #expect(lines.read(file, beginningIn: 0..<8) == nil)
        #expect(String(decoding: lines.bytes, as: UTF8.self) == "ab\nc")
        #expect(lines.read(file, beginningIn: 8..<16) == nil)
        #expect(lines.bytes.isEmpty)
    }

    @Test("what the system says is told")
    func failure() {
        var lines = FileLines(longestLine: 100, usual: 16)
        #expect(lines.read(-1, beginningIn: 0..<8) == EBADF)
        #expect(lines.bytes.isEmpty)
    }
}
