internal import FanoutEngine
internal import FanoutJSON

/// The calls of a streamed reply, whose arguments come in pieces.
struct ArrivingReplyCalls {
    struct Call {
        var id: String
        var name: String
        /// Unescaped, as far as they came.
        var arguments: [UInt8] = []
        var isSealed = false

        var text: String { String(decoding: arguments, as: UTF8.self) }
        var call: ToolCall { ToolCall(id: id, name: name, arguments: text) }
    }

    private(set) var calls: [Call] = []
    private let reader = JSONReader()

    var isEmpty: Bool { calls.isEmpty }

    mutating func begin(id: String, name: String, _ pieces: inout [ReplyPiece]) -> Int {
        calls.append(Call(id: id, name: name))
        pieces.add(.announced(place: calls.count - 1, id: id, name: name))
        return calls.count - 1
    }

    mutating func append(_ arguments: UnsafeBufferPointer<UInt8>, to place: Int) {
        calls[place].arguments.append(contentsOf: arguments)
    }

    mutating func replace(_ arguments: [UInt8], of place: Int) { calls[place].arguments = arguments }

    /// Whether a call's arguments are JSON as they stand.
    ///
    /// - Parameter emptyCounts: Whether none at all stand for an empty object, rather than for some that have not come.
    func isWhole(_ place: Int, emptyCounts: Bool) -> Bool {
        let arguments = calls[place].arguments
        if arguments.allSatisfy({ $0 <= 0x20 }) {
            return emptyCounts
        }
        // Most that are not whole do not end like an object, and need no reading.
        guard arguments.last(where: { $0 > 0x20 }) == UInt8(ascii: "}") else { return false }
        return (try? reader.read(arguments)) != nil
    }

    /// Says that a call is whole, if its arguments are.
    mutating func seal(_ place: Int, emptyCounts: Bool, _ pieces: inout [ReplyPiece]) {
        guard !calls[place].isSealed, isWhole(place, emptyCounts: emptyCounts) else { return }
        calls[place].isSealed = true
        pieces.add(.sealed(place: place, calls[place].call))
    }
}
