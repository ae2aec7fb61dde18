internal import CSystem
public import Synchronization

/// A value that one thread at a time may touch.
///
/// The one lock of the program. It tells ThreadSanitizer what `Mutex`, whose library is not instrumented, does not.
public final class Guarded<Value>: Sendable {
    @usableFromInline let mutex: Mutex<Value>

    public init(_ value: sending Value) {
        mutex = Mutex(value)
    }

    /// Runs `body` with the value, while no one else has it.
    ///
    /// Inlinable, since a lock that is taken for every event must be specialised where it is used.
    @inlinable
    public func withLock<Result, Failure: Error>(_ body: (inout sending Value) throws(Failure) -> sending Result) throws(Failure)
        -> sending Result
    {
        let address = Unmanaged.passUnretained(self).toOpaque()
        return try mutex.withLock { value throws(Failure) in
            SanitizerNote.acquired(address)
            defer { SanitizerNote.releasing(address) }
            return try body(&value)
        }
    }
}

/// Notes to ThreadSanitizer, in a form that inlined code may name.
///
/// Debug builds alone have them, since those are what the sanitizer is built into.
@usableFromInline
enum SanitizerNote {
    @inlinable
    static func acquired(_ address: UnsafeMutableRawPointer) {
        #if DEBUG
            noteAcquired(address)
        #endif
    }

    @inlinable
    static func releasing(_ address: UnsafeMutableRawPointer) {
        #if DEBUG
            noteReleasing(address)
        #endif
    }

    #if DEBUG
        @usableFromInline
        static func noteAcquired(_ address: UnsafeMutableRawPointer) { csystem_acquired(address) }

        @usableFromInline
        static func noteReleasing(_ address: UnsafeMutableRawPointer) { csystem_releasing(address) }
    #endif
}
