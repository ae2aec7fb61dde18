internal import FanoutEngine
internal import FanoutEvents
internal import FanoutScreen
internal import FanoutTools

/// Waits on the main thread for work that goes on elsewhere, and for signals.
///
/// A class, because the loop's handlers share it.
final class SignalledWait {
    private let time: SystemTime
    private let signals: Signals
    private let wakeup: Wakeup
    private let loop = EventLoop(clock: Clock.monotonic)
    private var ended: Signal?

    init(_ time: SystemTime) throws {
        guard let signals = Signals(), let wakeup = Wakeup() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        self.time = time
        self.signals = signals
        self.wakeup = wakeup
    }

    func value<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let outcome = Guarded<Result<Value, any Error>?>(nil)
        let task = Task.detached(executorPreference: time.workers) { [wakeup] in
            let result: Result<Value, any Error>
            do {
                result = .success(try await work())
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
            wakeup.wake()
        }
        loop.watch(wakeup.descriptor) { [unowned self] _ in
            wakeup.acknowledge()
            loop.stop()
        }
        loop.watch(signals.descriptor) { [unowned self] _ in takeSignals() }
        loop.run()
        if let ended {
            task.cancel()
            // A signal's end asks nobody; what was started must not outlive the program.
            RunningPrograms.kill()
            ended.performDefault()
        }
        guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    private func takeSignals() {
        for signal in signals.take() {
            switch signal {
            case .resized, .goOn: break
            case .stop: signal.performDefault()
            case .interrupt, .quit, .terminate, .hangUp:
                ended = signal
                loop.stop()
            }
        }
    }
}
