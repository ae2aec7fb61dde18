internal import Dispatch
internal import FanoutEngine
internal import FanoutEvents

/// Waits on the main thread for work that suspends, before there is anything to show.
enum Waiting {
    static func result<Value: Sendable>(_ work: @escaping @Sendable (SystemTime) async -> Value) -> Value {
        let time = SystemTime()
        let done = DispatchSemaphore(value: 0)
        let outcome = Guarded<Value?>(nil)
        Task.detached(executorPreference: time.workers) {
            let value = await work(time)
            outcome.withLock { $0 = value }
            done.signal()
        }
        while true {
            done.wait()
            if let value = outcome.withLock({ $0 }) {
                return value
            }
        }
    }
}
