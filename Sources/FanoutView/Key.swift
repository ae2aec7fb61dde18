/// A key as the terminal told of it.
package enum Key: Sendable, Hashable {
    case character(Unicode.Scalar)
    case control(Unicode.Scalar)
    case enter, escape, tab, backTab, backspace, delete
    case up, down, left, right, shiftLeft, shiftRight
    case pageUp, pageDown, home, end
    case function(Int)
    /// What stands around keys that were pasted, and not typed.
    case pasteBegins, pasteEnds
    /// What the mouse did, where the terminal was asked to tell.
    case mouse(Mouse)

    package struct Mouse: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            /// The first button.
            case press, drag, release
            case wheelUp, wheelDown
        }

        package var kind: Kind
        /// From 0, of the whole screen.
        package var column: Int
        package var row: Int

        package init(_ kind: Kind, column: Int, row: Int) {
            self.kind = kind
            self.column = column
            self.row = row
        }
    }
}
