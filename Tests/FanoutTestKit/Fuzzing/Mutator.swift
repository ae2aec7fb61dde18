/// Makes new inputs of old ones, the same at every run.
package struct Mutator {
    private let seeds: [[UInt8]]
    private var random: SeededGenerator

    /// Pieces that tell a parser something.
    private static let pieces: [[UInt8]] =
        [
            "\n", "\r\n", "{", "}", "[", "]", "\"", ",", ":", "null", "true", "NaN", "-1", "1e400", "9223372036854775807",
            "-9223372036854775808",
            "\\u0000", "\\ud800", "\\", "\u{1B}[", "\u{9B}", "\u{202E}", "\u{301}", "\u{FEFF}", "日", "\"t\":", "\"call\":\"c\"",
            "\"type\":",
        ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3]]

    package init(seeds: [[UInt8]], seed: UInt64) {
        self.seeds = seeds.isEmpty ? [[]] : seeds
        random = SeededGenerator(seed: seed)
    }

    /// A seed with a few changes.
    package mutating func next() -> [UInt8] {
        var bytes = seeds.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            change(&bytes)
        }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let place = Int.random(in: 0...bytes.count, using: &random)
        let length = min(bytes.count - place, Int.random(in: 1...8, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 2: bytes.removeSubrange(place..<place + length)
        case 3: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 4:
            // What another seed ends with.
            let other = seeds.randomElement(using: &random) ?? []
            bytes.replaceSubrange(place..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
        default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
        }
    }
}
