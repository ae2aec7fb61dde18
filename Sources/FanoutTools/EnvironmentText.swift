#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A text of a tools file in which `${env:NAME}` stands for a variable of the environment, so that secrets need not be written down.
enum EnvironmentText {
    /// - Throws: ``ToolsFileError`` that names a variable that is not set.
    static func filled(_ text: String, in fields: ToolsFileFields, _ key: String) throws(ToolsFileError) -> String {
        var filled = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${env:") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw fields.error([.key(key)], "${env:NAME} has no }; close it")
            }
            let name = String(rest[start.upperBound..<end])
            guard let value = getenv(name) else {
                throw fields.error([.key(key)], "the environment variable \(name) is not set; set it, or write the value here")
            }
            filled += rest[..<start.lowerBound] + String(cString: value)
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }
}
