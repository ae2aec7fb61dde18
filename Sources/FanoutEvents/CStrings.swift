#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Calls `body` with the strings as C wants them: an array that a null ends.
package func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result) -> Result {
    var copies = strings.map { strdup($0) }
    copies.append(nil)
    defer {
        for copy in copies {
            free(copy)
        }
    }
    return copies.withUnsafeBufferPointer { buffer in
        // The array has at least its null.
        guard let base = buffer.baseAddress else { preconditionFailure("an array that is not empty has an address") }
        return body(base)
    }
}
