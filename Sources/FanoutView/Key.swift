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
}
