internal import CSystem
internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A program that runs, as the leader of a process group of its own.
///
/// Its pipes and its end are handled on the poller's thread, and any thread may send it a signal, so it is a class with its state behind
/// the lock. Signals go to the group only while the leader is unreaped: until then its number cannot belong to anybody else.
final class RunningProgram: Sendable {
    private struct State {
        var child: pid_t = 0
        var isReaped = false
        var input: Pipe?
        var toWrite: [UInt8]
        var written = 0
        /// Whether more may be written once all is.
        var keepsInput: Bool
        var output: Pipe?
        var error: Pipe?
        var end: Pipe?
        var captured: CapturedOutput
        var capturedError: CapturedOutput
        var outcome: Program.Outcome?
        var waiter: CheckedContinuation<Program.Outcome, Never>?
    }

    /// This process's end of a pipe, and its place with the poller.
    private struct Pipe {
        var descriptor: Int32
        var watch: Poller.Watch?
    }

    private let state: Guarded<State>
    /// Called on the poller's thread with each piece as it is read.
    private let onOutput: @Sendable (Program.Stream, ArraySlice<UInt8>) -> Void
    private let onClose: @Sendable (Program.Stream) -> Void
    private let onEnd: @Sendable (Program.Outcome) -> Void

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - limit: Bytes of standard output to keep.
    ///   - keepsInput: Whether its standard input stays open, for ``send(_:mostWaiting:)``, until ``closeInput()``.
    ///   - onClose: Called on the poller's thread when one of its outputs has ended, and all of it was given to `onOutput`.
    ///   - onEnd: Called on the poller's thread after its end, last of all.
    init(
        _ program: Program, limit: Int, keepsInput: Bool = false,
        onOutput: @escaping @Sendable (Program.Stream, ArraySlice<UInt8>) -> Void,
        onClose: @escaping @Sendable (Program.Stream) -> Void = { _ in },
        onEnd: @escaping @Sendable (Program.Outcome) -> Void = { _ in }
    ) throws(Program.LaunchError) {
        self.onOutput = onOutput
        self.onClose = onClose
        self.onEnd = onEnd
        state = Guarded(
            State(
                toWrite: program.input, keepsInput: keepsInput, captured: CapturedOutput(limit: limit),
                capturedError: CapturedOutput(limit: CapturedOutput.tailLimit)))
        var pipes = try ProgramPipes()
        defer { pipes.close() }
        let child = try program.spawn(input: pipes.input[0], output: pipes.output[1], error: pipes.error[1])
        let end = csystem_pidfd(child)
        guard end >= 0 else {
            kill(-child, SIGKILL)
            waitpid(child, nil, 0)
            throw Program.LaunchError(message: "\(program.name) was started and could not be watched: \(String(cString: strerror(errno)))")
        }
        let (input, output, error) = pipes.keepOwn()
        state.withLock { state in
            state.child = child
            state.input = Pipe(descriptor: input)
            state.output = Pipe(descriptor: output)
            state.error = Pipe(descriptor: error)
            state.end = Pipe(descriptor: end)
        }
        RunningPrograms.add(self)
        guard watchAll() else {
            abandon()
            throw Program.LaunchError(
                message: "\(program.name) was started and could not be watched; the system has no room for more descriptors")
        }
    }

    /// How it ended and what it wrote. One task may wait.
    func outcome() async -> Program.Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil {
                    state.waiter = continuation
                }
                return state.outcome
            }
            if let outcome {
                continuation.resume(returning: outcome)
            }
        }
    }

    /// Writes to its standard input; what it does not take at once follows as it takes it. Pieces of several threads stay whole.
    ///
    /// - Parameter mostWaiting: Bytes that may wait to be taken.
    func send(_ bytes: [UInt8], mostWaiting: Int) -> Sending {
        state.withLock { state in
            guard let descriptor = state.input?.descriptor, state.keepsInput else { return .closed }
            guard state.toWrite.count - state.written + bytes.count <= mostWaiting else { return .full }
            var bytes = bytes[...]
            if state.toWrite.isEmpty {
                let count = bytes.withUnsafeBytes { csystem_write_quietly(descriptor, $0.baseAddress, $0.count) }
                guard count >= 0 || errno == EAGAIN else {
                    Self.close(&state.input)
                    return .closed
                }
                bytes = bytes.dropFirst(max(0, count))
            }
            guard !bytes.isEmpty else { return .taken }
            state.toWrite.removeFirst(state.written)
            state.written = 0
            state.toWrite.append(contentsOf: bytes)
            if state.input?.watch == nil {
                state.input?.watch = Poller.shared.watch(descriptor, forWriting: true) { self.write() }
            }
            return state.input?.watch != nil ? .taken : .closed
        }
    }

    /// What became of something that was to be written to its standard input.
    enum Sending {
        case taken
        /// Too much waits to be read already.
        case full
        /// It reads nothing any more.
        case closed
    }

    /// Ends its standard input after what waits to be written.
    func closeInput() {
        state.withLock { state in
            state.keepsInput = false
            if state.toWrite.isEmpty {
                Self.close(&state.input)
            }
        }
    }

    /// Sends a signal to the program and all that it started, if it still runs.
    func signal(_ number: Int32) {
        state.withLock { state in
            if !state.isReaped {
                _ = kill(-state.child, number)
            }
        }
    }
}

// On the poller's thread.
extension RunningProgram {
    private func watchAll() -> Bool {
        // Under the lock, so that no handler runs before its watch is stored.
        state.withLock { state in
            let poller = Poller.shared
            if state.toWrite.isEmpty, !state.keepsInput {
                Self.close(&state.input)
            } else if !state.toWrite.isEmpty, let descriptor = state.input?.descriptor {
                state.input?.watch = poller.watch(descriptor, forWriting: true) { self.write() }
            }
            if let descriptor = state.output?.descriptor {
                state.output?.watch = poller.watch(descriptor) { self.read(.output) }
            }
            if let descriptor = state.error?.descriptor {
                state.error?.watch = poller.watch(descriptor) { self.read(.error) }
            }
            if let descriptor = state.end?.descriptor {
                state.end?.watch = poller.watch(descriptor) { self.finish() }
            }
            return state.output?.watch != nil && state.error?.watch != nil && state.end?.watch != nil
        }
    }

    /// Ends a program that cannot be watched, and waits for that end.
    private func abandon() {
        state.withLock { state in
            _ = kill(-state.child, SIGKILL)
            _ = retrying { Int(waitpid(state.child, nil, 0)) }
            state.isReaped = true
            Self.close(&state.input)
            Self.close(&state.output)
            Self.close(&state.error)
            Self.close(&state.end)
        }
        RunningPrograms.remove(self)
    }

    private func write() {
        state.withLock { state in
            guard let descriptor = state.input?.descriptor else { return }
            let count = state.toWrite.withUnsafeBytes { bytes in
                let rest = bytes[state.written...]
                // The poller's thread blocks SIGPIPE: a program that does not read gives an error here and no more.
                return retrying { Self.systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: rest)) }
            }
            if count > 0 {
                state.written += count
            }
            if count < 0, errno != EAGAIN {
                Self.close(&state.input)
            } else if state.written == state.toWrite.count {
                state.toWrite = []
                state.written = 0
                if state.keepsInput, let watch = state.input?.watch {
                    Poller.shared.remove(watch)
                    state.input?.watch = nil
                } else {
                    Self.close(&state.input)
                }
            }
        }
    }

    /// Reads once; the poller calls again while there is more.
    private func read(_ stream: Program.Stream) {
        _ = take(from: stream)
    }

    /// How many bytes were there; zero at the end, negative where nothing waits.
    private func take(from stream: Program.Stream) -> Int {
        let piece = state.withLock { state -> (count: Int, bytes: ArraySlice<UInt8>, hasEnded: Bool) in
            let place: WritableKeyPath<State, Pipe?> = stream == .output ? \.output : \.error
            guard let descriptor = state[keyPath: place]?.descriptor else { return (0, [], false) }
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
                let count = retrying { Self.systemRead(descriptor, UnsafeMutableRawBufferPointer(buffer)) }
                failure = count < 0 ? errno : 0
                filled = max(0, count)
            }
            if failure == EAGAIN {
                return (-1, [], false)
            }
            guard !bytes.isEmpty else {
                Self.close(&state[keyPath: place])
                return (0, [], true)
            }
            switch stream {
            case .output: state.captured.append(bytes[...])
            case .error: state.capturedError.append(bytes[...])
            }
            return (bytes.count, bytes[...], false)
        }
        if !piece.bytes.isEmpty {
            onOutput(stream, piece.bytes)
        }
        if piece.hasEnded {
            onClose(stream)
        }
        return piece.count
    }

    /// The leader has ended: what it left behind ends with it, and what waits in the pipes is read.
    private func finish() {
        signal(SIGKILL)
        for stream in [Program.Stream.output, .error] {
            // A descendant that left the group may write for ever; more than a pipe holds is not the program's.
            var left = 1 << 20
            while left > 0, case let count = take(from: stream), count > 0 {
                left -= count
            }
        }
        let (waiter, outcome) = state.withLock { state -> (CheckedContinuation<Program.Outcome, Never>?, Program.Outcome) in
            var status: Int32 = 0
            _ = retrying { Int(waitpid(state.child, &status, 0)) }
            state.isReaped = true
            Self.close(&state.input)
            Self.close(&state.output)
            Self.close(&state.error)
            Self.close(&state.end)
            let outcome = Program.Outcome(ending: Program.Ending(status: status), output: state.captured, errorOutput: state.capturedError)
            state.outcome = outcome
            defer { state.waiter = nil }
            return (state.waiter, outcome)
        }
        RunningPrograms.remove(self)
        onEnd(outcome)
        waiter?.resume(returning: outcome)
    }

    private static func close(_ pipe: inout Pipe?) {
        guard let open = pipe else { return }
        if let watch = open.watch {
            Poller.shared.remove(watch)
        }
        systemClose(open.descriptor)
        pipe = nil
    }

    private static func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private static func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer) -> Int {
        #if canImport(Darwin)
            Darwin.read(descriptor, bytes.baseAddress, bytes.count)
        #else
            Glibc.read(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }
}

extension Program.Ending {
    /// - Parameter status: As `waitpid` gives it.
    fileprivate init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
    }
}

func systemClose(_ descriptor: Int32) {
    #if canImport(Darwin)
        _ = Darwin.close(descriptor)
    #else
        _ = Glibc.close(descriptor)
    #endif
}

/// Calls again as long as a signal interrupted the call.
private func retrying(_ call: () -> Int) -> Int {
    while true {
        let count = call()
        if count >= 0 || errno != EINTR {
            return count
        }
    }
}
