/// A list that grows at the end, forgets at the front, and never moves what it holds.
///
/// Indices stay what they were when the front is forgotten. Growing costs a block, not a copy of everything: at its largest a
/// plain array holds its content twice.
struct Segmented<Element: Sendable>: Sendable {
    private static var shift: Int { 12 }
    private static var blockSize: Int { 1 << shift }

    private var blocks: [ContiguousArray<Element>] = []
    /// How many blocks were dropped at the front.
    private var dropped = 0
    private(set) var endIndex = 0

    /// The first index that is still held.
    var startIndex: Int { min(dropped << Self.shift, endIndex) }

    subscript(_ index: Int) -> Element {
        get {
            blocks[(index >> Self.shift) - dropped][index & (Self.blockSize - 1)]
        }
        _modify {
            yield &blocks[(index >> Self.shift) - dropped][index & (Self.blockSize - 1)]
        }
    }

    mutating func append(_ element: Element) {
        if endIndex & (Self.blockSize - 1) == 0 {
            var block = ContiguousArray<Element>()
            // The first block is small for the many timelines that are.
            block.reserveCapacity(endIndex == 0 ? 64 : Self.blockSize)
            blocks.append(block)
        }
        blocks[blocks.count - 1].append(element)
        endIndex += 1
    }

    /// Forgets whole blocks that lie before an index.
    mutating func forget(before index: Int) {
        let keep = min(index >> Self.shift, dropped + max(0, blocks.count - 1))
        guard keep > dropped else { return }
        blocks.removeFirst(keep - dropped)
        dropped = keep
    }
}
