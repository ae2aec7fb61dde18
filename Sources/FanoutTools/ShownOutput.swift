internal import FanoutEvents

/// Makes text of the pieces in which a program's outputs arrive, and stops showing them beyond a limit.
///
/// A character may be torn between two pieces: its first bytes wait for the rest. The poller's thread feeds it; a class, because it counts.
package final class ShownOutput: Sendable {
    private struct Stream {
        var torn: [UInt8] = []
        var count = 0
    }

    private struct State {
        var output = Stream()
        var error = Stream()
    }

    /// Bytes of each stream.
    private let limit: Int
    private let state = Guarded(State())

    package init(limit: Int) {
        self.limit = limit
    }

    /// What to show of a piece; nil where it is nothing.
    package func text(for bytes: ArraySlice<UInt8>, of stream: Program.Stream) -> String? {
        state.withLock { state in
            switch stream {
            case .output: text(for: bytes, &state.output)
            case .error: text(for: bytes, &state.error)
            }
        }
    }

    private func text(for bytes: ArraySlice<UInt8>, _ stream: inout Stream) -> String? {
        guard stream.count < limit else { return nil }
        stream.count += bytes.count
        let whole = stream.torn + bytes
        let end = Self.endOfLastCharacter(in: whole)
        stream.torn = Array(whole[end...])
        var text = String(decoding: whole[..<end], as: UTF8.self)
        if stream.count >= limit {
            text += "\n… (further output is not shown)\n"
        }
        return text.isEmpty ? nil : text
    }

    /// Where a character begins that lacks its last bytes; the end, where none does.
    private static func endOfLastCharacter(in bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            let length =
                switch byte {
                case 0xc0...0xdf: 2
                case 0xe0...0xef: 3
                case 0xf0...0xf7: 4
                default: 1
                }
            if length > back {
                return bytes.count - back
            }
            if byte & 0xc0 != 0x80 {
                break
            }
        }
        return bytes.count
    }
}
