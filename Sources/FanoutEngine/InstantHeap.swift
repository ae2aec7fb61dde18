extension Int64 {
    /// So many microseconds later; the end of time where that lies beyond it.
    package func later(by delay: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(Swift.max(delay, 0))
        return overflow ? .max : sum
    }
}

/// What is due when, earliest first; what was put in first comes first among equals.
package struct InstantHeap<Element: Sendable>: Sendable {
    private struct Entry: Sendable {
        var instant: Int64
        var number: Int
        var element: Element

        func precedes(_ other: Entry) -> Bool { instant != other.instant ? instant < other.instant : number < other.number }
    }

    private var entries: [Entry] = []
    private var numbers = 0

    package init() {}

    package var count: Int { entries.count }
    package var first: (instant: Int64, element: Element)? { entries.first.map { ($0.instant, $0.element) } }

    /// O(1) for what comes after everything else, as deadlines mostly do.
    package mutating func insert(_ element: Element, at instant: Int64) {
        entries.append(Entry(instant: instant, number: numbers, element: element))
        numbers += 1
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[child].precedes(entries[parent]) else { break }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    @discardableResult
    package mutating func removeFirst() -> Element? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        if !entries.isEmpty {
            entries[0] = last
            var parent = 0
            while true {
                var least = parent
                for child in (2 * parent + 1)...(2 * parent + 2) where child < entries.count && entries[child].precedes(entries[least]) {
                    least = child
                }
                guard least != parent else { break }
                entries.swapAt(least, parent)
                parent = least
            }
        }
        return first.element
    }

    /// Forgets what does not satisfy the condition.
    package mutating func keep(where condition: (Element) -> Bool) {
        // A sorted array is a heap.
        entries = entries.filter { condition($0.element) }.sorted { $0.precedes($1) }
    }
}
