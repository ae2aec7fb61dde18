internal import FanoutEngine
internal import FanoutEvents
internal import FanoutScreen
internal import FanoutTools

/// The servers of a tools file: started before a run, gone after it.
struct ToolServers {
    private let servers: MCPServers
    private let time: SystemTime
    private let isScreenTaken: Guarded<Bool>

    /// Starts them and waits until each has told its tools; nil where the file names none. A signal meanwhile ends the program, and what it
    /// has started.
    ///
    /// - Parameter display: On a dashboard nothing is told of servers once the run begins, but in the lanes of their calls.
    static func start(_ file: ToolsFile?, display: Display) throws -> ToolServers? {
        guard let file, !file.servers.isEmpty else { return nil }
        let time = SystemTime()
        let isScreenTaken = Guarded(false)
        let servers = try SignalledWait(time).value {
            do {
                return try await MCPServers.start(
                    file.servers, version: Program.version, taken: file.tools.map(\.name), time: time
                ) { notice in
                    guard notice.kind == .problem, !isScreenTaken.withLock({ $0 }) else { return }
                    Console.complain(CleanText("\(notice.server) (an MCP server) \(notice.text)").string)
                }
            } catch let error as ToolsFileError {
                // It may hold a server's last words.
                throw ToolsFileError(CleanText.lines(of: error.message).map(\.string).joined(separator: "\n"))
            }
        }
        isScreenTaken.withLock { $0 = display == .dashboard }
        return ToolServers(servers: servers, time: time, isScreenTaken: isScreenTaken)
    }

    var tools: [Tool] { servers.tools }

    /// Takes leave of them; one that does not go is ended.
    func stop() throws {
        isScreenTaken.withLock { $0 = false }
        try SignalledWait(time).value { await servers.stop() }
    }
}

/// Waits on the main thread for work that goes on elsewhere, and for signals.
///
/// A class, because the loop's handlers share it.
private final class SignalledWait {
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
