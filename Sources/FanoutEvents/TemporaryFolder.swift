#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Folders of the program's own, where the system keeps what need not last.
package enum TemporaryFolder {
    /// Why one could not be made.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        /// Where it should have been.
        package var parent: String
        /// The system's number of why.
        package var code: Int32

        package var description: String { "\(parent): \(String(cString: strerror(code))); set TMPDIR to a directory that can be written" }
    }

    /// Where `TMPDIR` says, else `/tmp`.
    package static var parent: String { getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp" }

    /// Makes a folder for its owner alone; whoever asked for it removes it.
    ///
    /// - Parameter name: What its name begins with.
    package static func create(_ name: String) throws(Problem) -> String {
        let parent = parent
        // mkdtemp puts six letters of its own in the place of these.
        var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Problem(parent: parent, code: errno) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
