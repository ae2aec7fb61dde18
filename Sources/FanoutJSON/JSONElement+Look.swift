#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension JSONElement {
    /// The field of that name, of an object that has it; of several, the first.
    package func field(_ name: String) -> JSONElement? {
        guard var fields else { return nil }
        var name = name
        // Plain memory on both sides: this is asked of every event of a stream, several times.
        return name.withUTF8 { name in
            while let (key, value) = fields.next() {
                guard let utf8 = key.utf8, utf8.count == name.count else { continue }
                guard let a = utf8.baseAddress, let b = name.baseAddress, memcmp(a, b, name.count) != 0 else { return value }
            }
            return nil
        }
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
