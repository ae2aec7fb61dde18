/// An array that may forget its front: indices stay what they were, and the memory of what is gone is given back.
public struct KeptArray<Element: Sendable>: Sendable {
    private var elements: ContiguousArray<Element> = []
    /// The first index that is held.
    public private(set) var startIndex = 0

    public init() {}

    mutating func append(_ element: Element) { elements.append(element) }

    /// Forgets what lies before an index, once that is worth moving the rest.
    mutating func forget(before index: Int) {
        let count = Swift.min(index - startIndex, elements.count)
        guard count > 256, count * 2 > elements.count else { return }
        elements.removeFirst(count)
        startIndex += count
        if elements.capacity > 4 * elements.count + 256 { elements = ContiguousArray(elements.map(\.self)) }
    }
}

extension KeptArray: RandomAccessCollection, MutableCollection {
    public var endIndex: Int { startIndex + elements.count }

    public subscript(index: Int) -> Element {
        get { elements[index - startIndex] }
        _modify { yield &elements[index - startIndex] }
    }
}
