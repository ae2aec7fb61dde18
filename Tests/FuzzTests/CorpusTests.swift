import FanoutTestKit
import Foundation
import Testing

@Suite("Promises to arbitrary bytes")
struct CorpusTests {
    private static let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

    private static func files(of target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        try FileManager.default.contentsOfDirectory(at: corpus.appending(path: target.rawValue), includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
            .map { ($0.lastPathComponent, [UInt8](try Data(contentsOf: $0))) }
    }

    @Test("are kept for each file of the corpus, and for what becomes of it by chance", arguments: FuzzTarget.allCases)
    func kept(target: FuzzTarget) throws {
        let files = try Self.files(of: target)
        #expect(!files.isEmpty)
        for (name, bytes) in files {
            #expect(target.brokenPromise(by: bytes) == nil, "\(name)")
        }
        var mutator = Mutator(seeds: files.map(\.bytes), seed: 1)
        for _ in 0..<300 {
            let bytes = mutator.next()
            #expect(target.brokenPromise(by: bytes) == nil, "\(bytes) \(String(decoding: bytes, as: UTF8.self))")
        }
    }
}
