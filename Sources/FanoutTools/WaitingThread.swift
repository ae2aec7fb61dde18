internal import CSystem

/// Runs what may wait for a network, such as the resolving of a name, on a thread of its own that ends with it.
///
/// - Returns: False where the system has no thread left; nothing runs then.
func onWaitingThread(_ name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
    // A box, because C hands one pointer on.
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let box = Unmanaged.passRetained(Box(body))
    let error = csystem_thread_start(
        name,
        { pointer in
            guard let pointer else { return }
            Unmanaged<Box>.fromOpaque(pointer).takeRetainedValue().body()
        }, box.toOpaque())
    if error != 0 {
        box.release()
    }
    return error == 0
}
