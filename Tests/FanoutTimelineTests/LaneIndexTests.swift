import FanoutTestKit
import Testing

@testable import FanoutTimeline

@Suite("The index of lanes by id")
struct LaneIndexTests {
    @Test(
        "gives the newest lane of an id, and none of one it does not know, however many there are and however their hashes fall together",
        arguments: [(30_000, UInt64.max), (6000, 0x3ff), (600, 0x7)])
    func newest(_ count: Int, _ mask: UInt64) {
        var index = LaneIndex()
        // What it must say, and the id of each lane.
        var newest: [Int: Int] = [:]
        var ids: [Int] = []
        func hash(_ id: Int) -> UInt64 { (UInt64(id) &* 0x9e37_79b9_7f4a_7c15 >> 32 & mask) << 32 | UInt64(id) }
        func found(_ id: Int) -> Int? { index.lane(hash(id)) { ids[$0] == id } }

        var random = SeededGenerator(seed: 7)
        for lane in 0..<count {
            // Mostly new, now and then one that was there, of late or long ago.
            let id = lane % 3 == 2 ? Int.random(in: 0..<lane, using: &random) : lane
            ids.append(id)
            newest[id] = lane
            index.store(lane, hash(id)) { ids[$0] == id }
            let asked = Int.random(in: max(0, lane - 400)...(lane + 1), using: &random)
            guard found(asked) == newest[asked] else {
                Issue.record("of \(asked) among \(lane): \(String(describing: found(asked)))")
                return
            }
        }
        #expect((0..<count).allSatisfy { found($0) == newest[$0] })

        index.forget(before: count / 2)
        let kept = newest.filter { $0.value >= count / 2 }
        #expect((0..<count).allSatisfy { found($0) == kept[$0] })
    }
}
