extension Int64 {
    /// So many microseconds later; the end of time where that lies beyond it.
    package func later(by delay: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(Swift.max(delay, 0))
        return overflow ? .max : sum
    }
}

/// What is due when, earliest first; what was put in first comes first among equals.
///
/// What is put in after everything that is due before it, as deadlines mostly are, stands in line and costs the same however many there are.
/// The rest stands in a heap.
package struct InstantQueue<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var instant: Int64
        var number: Int
        var element: Element

        func precedes(_ other: Entry) -> Bool { instant != other.instant ? instant < other.instant : number < other.number }
    }

    /// In the order in which it is due.
    private var line = WaitingLine<Entry>()
    private var heap: [Entry] = []
    private var numbers = 0

    package init() {}

    package var count: Int { line.count + heap.count }

    package var first: (instant: Int64, element: Element)? {
        let entry = isHeapFirst ? heap.first : line.first
        return entry.map { ($0.instant, $0.element) }
    }

    package mutating func insert(_ element: Element, at instant: Int64) {
        let entry = Entry(instant: instant, number: numbers, element: element)
        numbers += 1
        if line.last.map({ $0.instant <= instant }) ?? true {
            line.append(entry)
        } else {
            push(entry)
        }
    }

    @discardableResult
    package mutating func removeFirst() -> Element? {
        isHeapFirst ? pop() : line.popFirst()?.element
    }

    /// Forgets what does not satisfy the condition.
    package mutating func keep(where condition: (Element) -> Bool) {
        line.keep { condition($0.element) }
        // A sorted array is a heap.
        heap = heap.filter { condition($0.element) }.sorted { $0.precedes($1) }
    }

    /// Whether what is due first stands in the heap.
    private var isHeapFirst: Bool {
        guard let first = heap.first else { return false }
        return line.first.map(first.precedes) ?? true
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func pop() -> Element? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in (2 * parent + 1)...(2 * parent + 2) where child < heap.count && heap[child].precedes(heap[least]) {
                    least = child
                }
                guard least != parent else { break }
                heap.swapAt(least, parent)
                parent = least
            }
        }
        return first.element
    }
}
