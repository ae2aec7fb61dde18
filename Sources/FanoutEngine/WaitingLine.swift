/// First in, first out. What was taken leaves no work behind, but for a move of the rest now and then.
struct WaitingLine<Element: Sendable>: Sendable {
    private var elements: [Element] = []
    /// How many of them were taken.
    private var taken = 0

    /// Taken ones beyond which the rest is moved, where it is less than they are.
    private static var most: Int { 64 }

    var isEmpty: Bool { elements.isEmpty }
    var count: Int { elements.count - taken }
    var first: Element? { elements.isEmpty ? nil : elements[taken] }
    var last: Element? { elements.last }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard !elements.isEmpty else { return nil }
        // Mostly it is the only one.
        if elements.count == 1 {
            return elements.removeLast()
        }
        let element = elements[taken]
        taken += 1
        if taken == elements.count {
            elements.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken > Self.most, 2 * taken > elements.count {
            elements.removeFirst(taken)
            taken = 0
        }
        return element
    }

    /// Forgets what does not satisfy the condition.
    mutating func keep(where condition: (Element) -> Bool) {
        elements = elements[taken...].filter(condition)
        taken = 0
    }
}
