internal import CSystem
internal import Synchronization

/// A value that one thread at a time may touch.
///
/// The one lock of the program. It tells ThreadSanitizer what `Mutex`, whose library is not instrumented, does not.
public final class Guarded<Value>: Sendable {
    private let mutex: Mutex<Value>

    public init(_ value: sending Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` with the value, while no one else has it.
    public func withLock<Result, Failure: Error>(_ body: (inout sending Value) throws(Failure) -> sending Result) throws(Failure)
        -> sending Result
    {
        let address = Unmanaged.passUnretained(self).toOpaque()
        return try mutex.withLock { value throws(Failure) in
            csystem_acquired(address)
            defer { csystem_releasing(address) }
            return try body(&value)
        }
    }
}
