internal import FanoutJSON

/// Where a value stands in a JSON text, found by the way that leads to it.
struct JSONPlace {
    enum Step: Hashable {
        case key(String)
        case item(Int)
    }

    private let text: [UInt8]

    /// - Parameter text: One that a parser has accepted.
    init(_ text: [UInt8]) {
        self.text = text
    }

    /// The line, from 1, on which the value begins; where a step leads nowhere, that of the value before it.
    func line(of path: [Step]) -> Int {
        let offset = text.withUnsafeBufferPointer { Self.offset(of: path[...], in: $0, base: 0) }
        return 1 + text[..<min(offset, text.count)].count { $0 == 0x0a }
    }

    private static func offset(of path: ArraySlice<Step>, in text: UnsafeBufferPointer<UInt8>, base: Int) -> Int {
        guard let step = path.first else { return base }
        switch step {
        case .key(let key):
            guard text.first == 0x7b || base == 0 else { return base }
            var fields = JSONFieldScanner(text)
            while let (name, value) = fields.next() {
                if text[name].elementsEqual(key.utf8) {
                    return offset(of: path.dropFirst(), in: UnsafeBufferPointer(rebasing: text[value]), base: base + value.lowerBound)
                }
            }
        case .item(let index):
            guard text.first == 0x5b || base == 0 else { return base }
            var items = JSONItemScanner(text)
            var place = 0
            while let item = items.next() {
                if place == index {
                    return offset(of: path.dropFirst(), in: UnsafeBufferPointer(rebasing: text[item]), base: base + item.lowerBound)
                }
                place += 1
            }
        }
        return base
    }
}

extension JSONPlace.Step: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    init(stringLiteral value: String) { self = .key(value) }
    init(integerLiteral value: Int) { self = .item(value) }
}

extension [JSONPlace.Step] {
    /// The way in words: `tools[2].timeout`.
    var words: String {
        reduce(into: "") { text, step in
            switch step {
            case .key(let key): text += text.isEmpty ? key : ".\(key)"
            case .item(let index): text += "[\(index)]"
            }
        }
    }
}
