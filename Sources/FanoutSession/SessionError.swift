/// Why a recording cannot be read or written; its text names the thing and the remedy.
package struct SessionError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        case missing, unreadable, isDirectory, empty, otherFormat, exists, unwritable
    }

    package var code: Code
    package var description: String

    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
