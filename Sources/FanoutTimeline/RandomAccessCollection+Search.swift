extension RandomAccessCollection where Index == Int {
    /// The first index, from one on, at which a condition does not hold that holds of everything before it and of nothing behind it.
    @inlinable
    package func end(from first: Int, while isBefore: (Element) -> Bool) -> Int {
        var low = first
        var high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// The first index at which a condition does not hold that holds of everything before it and of nothing behind it.
    @inlinable
    package func end(while isBefore: (Element) -> Bool) -> Int { end(from: startIndex, while: isBefore) }
}
