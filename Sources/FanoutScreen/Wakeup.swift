internal import CSystem
internal import Synchronization

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Wakes a loop from another thread.
///
/// Between two looks any number of calls cost one write. A class, because the descriptors must live as long as somebody may call.
package final class Wakeup: Sendable {
    /// What to wait on.
    package let descriptor: Int32

    private let writer: Int32
    private let isPending = Atomic(false)

    /// Nil where the system has no descriptors left.
    package init?() {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else { return nil }
        descriptor = ends[0]
        writer = ends[1]
    }

    deinit {
        close(descriptor)
        close(writer)
    }

    /// Has the loop look. May be called from any thread, and does not wait.
    package func wake() {
        guard !isPending.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 1
        _ = write(writer, &byte, 1)
    }

    /// Says that the loop looks now. What is posted from here on wakes it again.
    package func acknowledge() {
        var bytes: (UInt64, UInt64) = (0, 0)
        _ = read(descriptor, &bytes, MemoryLayout.size(ofValue: bytes))
        isPending.store(false, ordering: .sequentiallyConsistent)
    }
}
