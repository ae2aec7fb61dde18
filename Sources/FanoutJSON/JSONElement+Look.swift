extension JSONElement {
    /// The field of that name, of an object that has it; of several, the first.
    package func field(_ name: String) -> JSONElement? {
        guard var fields else { return nil }
        while let (key, value) = fields.next() {
            if let utf8 = key.utf8, utf8.elementsEqual(name.utf8) {
                return value
            }
        }
        return nil
    }

    /// The items of an array; none for another kind.
    package var list: [JSONElement] {
        guard var items else { return [] }
        var list: [JSONElement] = []
        while let item = items.next() {
            list.append(item)
        }
        return list
    }
}
