/// Something that a server said or did beside its answers.
package struct MCPNotice: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// What it writes to its log: `stderr`, or a level of the protocol's.
        case log(level: String)
        /// It did what it should not, and a person should know: the text goes on after the server's name.
        case problem
    }

    package var server: String
    package var kind: Kind
    /// As it came; it is outside text.
    package var text: String

    package init(server: String, kind: Kind, text: String) {
        self.server = server
        self.kind = kind
        self.text = text
    }
}
