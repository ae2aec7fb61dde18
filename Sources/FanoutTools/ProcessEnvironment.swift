#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The environment of this process, as templates read it.
package enum ProcessEnvironment {
    /// Nil where it is not set.
    @Sendable package static func value(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
