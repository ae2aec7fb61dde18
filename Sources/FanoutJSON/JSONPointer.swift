/// The steps of a JSON Pointer, in which `~` and `/` are written as `~0` and `~1` (RFC 6901).
package enum JSONPointer {
    package static func escaped(_ key: String) -> String {
        key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
            .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
    }

    package static func unescaped(_ step: some StringProtocol) -> String {
        step.split(separator: "~1", omittingEmptySubsequences: false).joined(separator: "/")
            .split(separator: "~0", omittingEmptySubsequences: false).joined(separator: "~")
    }
}
