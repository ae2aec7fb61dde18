#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension LiveProvider {
    /// With key and address from the variables of this process's environment that the provider's own clients read: ``WireForm/keyVariable``,
    /// ``WireForm/baseURLVariable``.
    ///
    /// - Parameters:
    ///   - form: What the server speaks.
    ///   - baseURL: Goes before the environment's.
    ///   - timeout: Microseconds for one whole reply.
    public init(_ form: WireForm, baseURL: String? = nil, timeout: Int64 = 600_000_000) {
        self.init(form: form, baseURL: baseURL, timeout: timeout) { name in getenv(name).map { String(cString: $0) } }
    }
}
