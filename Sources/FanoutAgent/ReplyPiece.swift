public import FanoutEngine
public import FanoutEvents

/// What is known of a reply while it still arrives.
public enum ReplyPiece: Sendable, Hashable {
    /// The model goes on writing.
    case output(Event.OutputKind, String)
    /// A call was begun: the next one, at that place in the reply, from 0.
    case announced(place: Int, id: String, name: String)
    /// A call is whole, and either another was begun after it or the reply ended as one that asks for calls.
    case sealed(place: Int, ToolCall)
}

extension [ReplyPiece] {
    /// Adds a piece; text that follows text of its kind joins it.
    mutating func add(_ piece: ReplyPiece) {
        if case .output(let kind, let text) = piece {
            if text.isEmpty {
                return
            }
            if case .output(kind, var joined)? = last {
                // Out of the list first, or the text would be copied for every piece.
                removeLast()
                joined += text
                append(.output(kind, joined))
                return
            }
        }
        append(piece)
    }
}
