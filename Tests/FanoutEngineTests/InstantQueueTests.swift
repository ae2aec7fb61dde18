import FanoutTestKit
import Testing

@testable import FanoutEngine

@Suite("What is due when")
struct InstantQueueTests {
    @Test("it comes out by its instant, and among equals in the order it was put in, whatever is put in and taken out in between")
    func order() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<50 {
            var queue = InstantQueue<Int>()
            // Sorted, and stable.
            var model: [(instant: Int64, element: Int)] = []
            for element in 0..<400 {
                // Mostly later than what is there, often the same, sometimes sooner.
                let instant = Int64(element / 3 + Int.random(in: 0..<20, using: &random) / 17 * Int.random(in: -200...200, using: &random))
                queue.insert(element, at: instant)
                model.insert((instant, element), at: model.firstIndex { $0.instant > instant } ?? model.count)
                for _ in 0..<Int.random(in: 0..<3, using: &random) {
                    #expect(queue.first?.instant == model.first?.instant && queue.first?.element == model.first?.element)
                    #expect(queue.removeFirst() == (model.isEmpty ? nil : model.removeFirst().element))
                }
                if element % 90 == 89 {
                    queue.keep { $0 % 3 != 0 }
                    model.removeAll { $0.element % 3 == 0 }
                }
                #expect(queue.count == model.count)
            }
            while let next = queue.removeFirst() {
                #expect(next == model.removeFirst().element)
            }
            #expect(model.isEmpty && queue.count == 0 && queue.first == nil)
        }
    }

    @Test("a line gives out what it took in, in order, and holds nothing of it afterwards")
    func line() {
        var line = WaitingLine<Int>()
        var (next, expected) = (0, 0)
        for round in 0..<600 {
            for _ in 0..<(round < 300 ? 2 : 1) {
                line.append(next)
                next += 1
            }
            #expect(line.first == expected && line.last == next - 1)
            #expect(line.popFirst() == expected)
            expected += 1
            #expect(line.count == next - expected && line.isEmpty == (next == expected))
        }
        line.keep { $0 % 2 == 0 }
        while let element = line.popFirst() {
            #expect(element >= expected && element % 2 == 0)
            expected = element + 1
        }
        #expect(line.popFirst() == nil && line.first == nil && line.isEmpty)
    }
}
