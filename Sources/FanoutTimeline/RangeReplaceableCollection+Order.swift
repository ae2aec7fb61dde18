extension RangeReplaceableCollection where Self: RandomAccessCollection & MutableCollection, Index == Int {
    /// Puts elements in the order of a number that each has; those of the same number keep theirs.
    ///
    /// Of many elements the digits of eleven bits are counted, as many as the numbers differ in, since comparing takes several times as long.
    @inlinable
    package mutating func sortStably(by key: (Element) -> Int64) {
        guard count > 256 else { return sort { key($0) < key($1) } }
        var least = Int64.max
        var most = Int64.min
        var before = Int64.min
        var isInOrder = true
        for element in self {
            let key = key(element)
            (least, most) = (Swift.min(least, key), Swift.max(most, key))
            isInOrder = isInOrder && before <= key
            before = key
        }
        guard !isInOrder else { return }
        let range = UInt64(bitPattern: most) &- UInt64(bitPattern: least)
        var other = self
        var shift: UInt64 = 0
        while shift < 64, range >> shift > 0 {
            func digit(_ element: Element) -> Int {
                Int(truncatingIfNeeded: (UInt64(bitPattern: key(element)) &- UInt64(bitPattern: least)) >> shift & 2047)
            }
            var places = [Int](repeating: 0, count: 2048)
            for element in self { places[digit(element)] += 1 }
            var place = startIndex
            for digit in places.indices { (places[digit], place) = (place, place + places[digit]) }
            for element in self {
                let digit = digit(element)
                other[places[digit]] = element
                places[digit] += 1
            }
            swap(&self, &other)
            shift += 11
        }
    }

    /// Two of the same order as one; of elements that are alike, this one's come first.
    @inlinable
    package func merged(with other: Self, by isBefore: (Element, Element) -> Bool) -> Self {
        guard !isEmpty else { return other }
        guard !other.isEmpty else { return self }
        var all = Self()
        all.reserveCapacity(count + other.count)
        var (i, j) = (startIndex, other.startIndex)
        while i < endIndex, j < other.endIndex {
            if isBefore(other[j], self[i]) {
                all.append(other[j])
                j += 1
            } else {
                all.append(self[i])
                i += 1
            }
        }
        all.append(contentsOf: self[i...])
        all.append(contentsOf: other[j...])
        return all
    }
}
